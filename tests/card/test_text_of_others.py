"""Text that others wrote: nothing of it is obeyed by the terminal it is printed on, and none of it ends a command."""

import json
import os
import subprocess
import sys
import unicodedata
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bank.books.records import Customer
from bank.cards import gallery
from bank.cards.card import VirtualCard
from bank.demo.database import open_database
from device.config import load_config
from sesame.streams import OBEYED, as_json, make_visible
from tests.card.conftest import Sesame

LIMIT_S = 60
RESET = "\x1bc"
"""Resets a terminal (ECMA-48, RIS)."""

HOSTILE = "A\x1b[2J\x9b31m\x07\r\u202eB\u2066\x7f"


def obeyed(text: str) -> list[str]:
    """What a terminal would act on, beside tab and the end of a line."""
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return [each for each in text if unicodedata.category(each) in kinds and each not in "\t\n\u200c\u200d"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Défi à 5\u00a0€ – № ® 日本", "Défi à 5\u00a0€ – № ® 日本"),
        ("a\tb\nc", "a\tb\nc"),
        (RESET, "\\x1bc"),
        ("\r\x00\x7f\x9b", "\\x0d\\x00\\x7f\\x9b"),
        ("\u202e\ufeff\u2028", "\\u202e\\ufeff\\u2028"),
        ("\U000e0041", "\\U000e0041"),
        (b"\xff\xe0".decode(errors="surrogateescape"), "\\xff\\xe0"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text: str, shown: str) -> None:
    assert make_visible(text) == shown


def test_every_character_of_control_or_direction_is_known() -> None:
    """All of Unicode's categories Cc, Cs, Zl and Zp, and what turns the direction of text."""
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        turns = unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        if turns or (unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") and character not in "\t\n"):
            assert OBEYED.fullmatch(character), hex(code)


def test_json_stays_json_and_says_the_same() -> None:
    told = as_json({HOSTILE: [HOSTILE, "é"]})

    assert obeyed(told) == []
    assert json.loads(told) == {HOSTILE: [HOSTILE, "é"]}
    assert "é" in told


@pytest.fixture
def hostile_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gallery's bank card, whose label and languages are escape sequences."""
    profile = gallery.describe_card("bank-card").profile
    applications = tuple(replace(each, label="\x1b[2JX", languages="\x1bc\x1b7") for each in profile.applications)
    opened = VirtualCard(replace(profile, applications=applications))
    monkeypatch.setattr(gallery, "open_card", lambda *_: opened)


@pytest.mark.usefixtures("hostile_card")
@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("tool", ["apps", "info", "explain"])
def test_label_and_languages_of_a_card(tool: str, options: tuple[str, ...], sesame: Sesame) -> None:
    more = ("--yes",) if tool == "explain" else ()
    status, out, err = sesame("card", tool, "--virtual", "bank-card", *options, *more, typed="1234\n")

    assert status == 0
    assert obeyed(out + err) == []


def test_names_of_customers(sesame: Sesame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank takes no such name; books that others wrote may have one."""
    monkeypatch.setattr("bank.books.customers.check_name", lambda _: None)
    with closing(open_database(tmp_path)) as store:
        store.add_customer(Customer("EVIL0001", f"Eve {HOSTILE}"), "bank-card")

    status, out, _ = sesame("bank", "list", "--state", str(tmp_path))

    assert status == 0
    assert obeyed(out) == []
    assert "Eve A" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ("config", "check", "--config", f"/nowhere/{RESET}"),
        ("script", f"/nowhere/{RESET}"),
        ("card", "replay", f"/nowhere/{RESET}"),
        ("card", "apps", "--virtual", RESET),
        ("bank", "issue", RESET),
        ("bank", "list", RESET),
        ("selftest", "--simulated", "--trouble", RESET),
        (RESET,),
        ("code", f"--{RESET}"),
        ("code", "--amount", RESET),
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_an_error_quotes(arguments: tuple[str, ...], tmp_path: Path) -> None:
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "sesame", *arguments]
    done = subprocess.run(
        command, env=environment, input="", capture_output=True, text=True, timeout=LIMIT_S, check=False
    )

    assert done.returncode != 0
    assert "this should not have happened" not in done.stderr
    assert obeyed(done.stdout + done.stderr) == []


@pytest.mark.parametrize("content", [f'[reader]\n"{chr(92)}u001bc" = 1\n', f'["{chr(92)}u001bc"]\n'])
def test_unknown_keys_of_a_file(content: str, sesame: Sesame, tmp_path: Path) -> None:
    path = tmp_path / "reader.toml"
    path.write_text(content)

    status, out, err = sesame("config", "show", "--config", str(path))

    assert status == 9
    assert obeyed(out + err) == []


def test_values_that_config_shows_can_be_read_again(sesame: Sesame, tmp_path: Path) -> None:
    path = tmp_path / "reader.toml"
    path.write_text('[slot]\nreader = "A\\u001bc\\u009b\\u202e\\nB"\n')
    status, out, _ = sesame("config", "show", "--config", str(path))
    path.write_text(out)

    assert status == 0
    assert obeyed(out) == []
    assert load_config(path).slot.reader == "A\x1bc\x9b\u202e\nB"
