"""The scripts beside this file, played to their ends: each line of them is an act or a promise."""

import struct
from pathlib import Path

import pytest

from simulator.bench import Bench
from simulator.script import Player, ScriptError, parse, read

HERE = Path(__file__).parent
SCRIPTS = sorted(HERE.glob("*.sesame"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_script(script: Path, tmp_path: Path) -> None:
    Player(Bench(), tmp_path).play(list(read(script)))


def test_a_screenshot_is_the_glass(tmp_path: Path) -> None:
    player = Player(Bench(), tmp_path, scale=2)
    player.play(list(parse("screenshot pictures/first.png", Path("x"))))
    assert struct.unpack(">II", (tmp_path / "pictures/first.png").read_bytes()[16:24]) == (256, 128)


def test_included_scripts_play_in_their_place(tmp_path: Path) -> None:
    (tmp_path / "code.sesame").write_text("press Code 1 2 3 4 OK\n")
    (tmp_path / "all.sesame").write_text("insert bank-card\ninclude code.sesame\nexpect code\n")
    Player(Bench(), tmp_path).play(list(read(tmp_path / "all.sesame")))


def test_a_script_that_includes_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "loop.sesame").write_text("include loop.sesame\n")
    with pytest.raises(ScriptError, match="more than 16 deep"):
        list(read(tmp_path / "loop.sesame"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("jump", "x:1: 'jump' is not a statement"),
        ('expect text "half', "x:1: a quotation mark is missing"),
        ("\n\npress Enter", "x:3: there is no key 'Enter'"),
        ("press", "write: press KEY"),
        ("insert", "write: insert CARD"),
        ("insert no-such-card", "no card called 'no-such-card'"),
        ("insert bank-card\ninsert bank-card", "x:2: .*pull it first"),
        ("pull now", "write: pull, and nothing after it"),
        ("wait 3 days", "a time is a number"),
        ("hold 5 until 3 s", "write: hold KEY for TIME"),
        ("battery full", r"good\|low\|critical"),
        ("expect nothing", "write: expect text TEXT"),
        ("expect code", "no code is shown: the screen says 'INSÉREZ VOTRE CARTE'"),
        ("expect dark", "not dark: it says 'INSÉREZ VOTRE CARTE'"),
        ("press Arrêt\nexpect text X", "x:2: .*: it is dark"),
        ("insert bank-card\npress Code 1 2 3 4 OK\nexpect text X", "x:3: .*: it shows a code"),
        ("insert bank-card\npress Code 1 2 3 4 OK\nexpect code 0000 0000", "x:3: another code is shown"),
    ],
)
def test_complaints_name_the_line_and_what_to_write(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=complaint):
        Player(Bench(), tmp_path).play(list(parse(text, Path("x"))))
