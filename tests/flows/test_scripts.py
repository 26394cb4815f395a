"""The scripts beside this file, played to their ends: each line of them is an act or a promise."""

import os
import struct
from pathlib import Path

import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from sesame.cli import main
from simulator.bench import Bench
from simulator.phone.line import AppLine, AppRefusedError, UnreachedError
from simulator.script import Player, ScriptError, parse_script, read_script

HERE = Path(__file__).parent
SCRIPTS = sorted(HERE.glob("*.sesame"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_script(script: Path, tmp_path: Path) -> None:
    Player(Bench(), tmp_path).play(list(read_script(script)))


def test_a_screenshot_is_the_glass(tmp_path: Path) -> None:
    player = Player(Bench(), tmp_path, scale=2)
    player.play(list(parse_script("screenshot pictures/first.png", Path("x"))))
    assert struct.unpack(">II", (tmp_path / "pictures/first.png").read_bytes()[16:24]) == (256, 128)


def test_a_screenshot_goes_into_no_pipe(tmp_path: Path) -> None:
    """It would wait for ever for somebody who reads it."""
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(ScriptError, match="no ordinary file: take another name"):
        Player(Bench(), tmp_path).play(list(parse_script("screenshot pipe.png", Path("x"))))


@pytest.mark.parametrize(("status", "kind"), [(499, AppRefusedError), (500, UnreachedError), (599, UnreachedError)])
def test_a_bank_that_fails_is_no_bank_that_refuses(status: int, kind: type[Exception]) -> None:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse({}, status)(scope, receive, send)

    with pytest.raises(kind):
        AppLine(answer).get("/api/look")


def test_included_scripts_play_in_their_place(tmp_path: Path) -> None:
    (tmp_path / "code.sesame").write_text("press Code 1 2 3 4 OK\n")
    (tmp_path / "all.sesame").write_text("insert bank-card\ninclude code.sesame\nexpect code\n")
    Player(Bench(), tmp_path).play(list(read_script(tmp_path / "all.sesame")))


def test_a_script_that_includes_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "loop.sesame").write_text("include loop.sesame\n")
    with pytest.raises(ScriptError, match="more than 16 deep"):
        list(read_script(tmp_path / "loop.sesame"))


def test_scripts_that_include_each_other_without_end_are_not_read_for_ever(tmp_path: Path) -> None:
    """Ten times the next one, sixteen deep: 10^16 statements."""
    for depth in range(16):
        (tmp_path / f"{depth}").write_text(f"include {depth + 1}\n" * 10)
    (tmp_path / "16").write_text("# nothing\n")
    with pytest.raises(ScriptError, match="100000 statements at most"):
        list(read_script(tmp_path / "0"))


def test_a_large_file_that_is_included_again_and_again_is_not_read_for_ever(tmp_path: Path) -> None:
    (tmp_path / "large").write_text("#" * 1_000_000)
    (tmp_path / "all").write_text("include large\n" * 11)
    with pytest.raises(ScriptError, match=r"all:10: .*large: a script has 10000000 characters at most"):
        list(read_script(tmp_path / "all"))


def test_a_file_that_hardly_ends_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A terabyte of nothing; what has no end at all: tests/test_files_without_end.py."""
    with (tmp_path / "zero").open("wb") as sparse:
        sparse.truncate(1 << 40)
    (tmp_path / "all").write_text("include zero\n")
    for script in (tmp_path / "all", tmp_path / "zero"):
        with pytest.raises(ScriptError, match="10000000 characters at most"):
            list(read_script(script))


def test_a_name_that_no_file_can_have_is_said(tmp_path: Path) -> None:
    (tmp_path / "all").write_text("include a\0b\n")
    with pytest.raises(ScriptError, match="all:1: a NUL character has no place"):
        list(read_script(tmp_path / "all"))
    with pytest.raises(ScriptError, match="is no file's name"):
        list(read_script(Path("a\0b")))


def test_sixteen_scripts_may_stand_in_each_other(tmp_path: Path) -> None:
    for depth in range(16):
        (tmp_path / f"{depth}").write_text(f"include {depth + 1}\n")
    (tmp_path / "16").write_text("pull\n")
    assert [statement.words for statement in read_script(tmp_path / "0")] == [("pull",)]


@pytest.mark.parametrize("scale", ["0", "-1", "-3", "33", "100000", "9" * 500, "9" * 5000, "2.5", "", "\u0663", "1_0"])
def test_a_picture_has_a_size_that_can_be_drawn(
    scale: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "x.sesame"
    script.write_text("screenshot x.png\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["script", "--fresh", f"--scale={scale}", str(script)])
    assert ended.value.code == 2
    assert "--scale: a whole number from 1 to 32" in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()


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
        ("next now", "write: next, and nothing after it"),
        ("plug now", "write: plug, and nothing after it"),
        ("unplug now", "write: unplug, and nothing after it"),
        ("expect dark now", "write: expect dark, and nothing after it"),
        ("wait 3 days", "a time is a number"),
        (f"wait {'9' * 500} s", "a time is a number of at most nine digits"),
        (f"wait {'9' * 5000} s", "a time is a number of at most nine digits"),
        ("wait 9999999 h", "longer than 24 h"),
        ("wait 24.001 h", "longer than 24 h"),
        ("wait \u0663 s", "a time is a number"),
        (f"hold 5 for {'9' * 500} h", "a time is a number of at most nine digits"),
        ("hold 5 for 601 s", "longer than 10 min"),
        ('screenshot "a\0b.png"', "x:1: a NUL character has no place"),
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
        Player(Bench(), tmp_path).play(list(parse_script(text, Path("x"))))
