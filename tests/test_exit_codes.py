"""Every end of a command has the exit code that docs/command-line.md gives it; 1 is a no, and nothing else."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from pytest_mock import MockerFixture

from bank.demo.database import DATABASE_FILE
from docs.tools.pages import EXITS, command_line
from sesame import cli
from sesame.cures import CURES, say_cured
from sesame.exits import Exit
from sesame_core.errors import CardError, Fault

GIVEN: Final[dict[str, str]] = {
    "verify": "12345678",
    "resync": "12345678 87654321",
    "card list": "",
    "card attempts": "bank-card",
    "card block": "bank-card",
    "card unblock": "bank-card",
    "customer list": "",
    "customer add": "LEFEVRE1",
    "journal verify": "",
    "journal list": "",
    "operations list": "",
    "staff list": "",
    "next": "",
    "reset": "--yes",
    "serve": "--port 0",
    "list": "",
    "issue": "LEFEVRE1",
    "block": "bank-card",
    "unblock": "bank-card",
}
"""Verbs that open the books, and what each cannot do without."""


def bank(state: Path, *words: str) -> int:
    return cli.main(["bank", *words, "--state", str(state)])


def damage(state: Path) -> None:
    state.mkdir(mode=0o700)
    (state / DATABASE_FILE).write_bytes(b"no database at all, but long enough to be looked at as one. " * 20)
    (state / DATABASE_FILE).chmod(0o600)


def open_to_others(state: Path) -> None:
    state.mkdir(mode=0o700)
    (state / DATABASE_FILE).touch()
    (state / DATABASE_FILE).chmod(0o644)


def put_a_file_there(state: Path) -> None:
    state.write_text("a thesis")


def lose_the_key(state: Path) -> None:
    assert bank(state, "list") == 0
    (state / "bank.key").unlink()


@pytest.mark.parametrize(("verb", "given"), GIVEN.items(), ids=GIVEN)
def test_books_that_cannot_be_opened_are_no_refusal(verb: str, given: str, tmp_path: Path) -> None:
    damage(tmp_path / "state")
    assert bank(tmp_path / "state", *verb.split(), *given.split()) == Exit.BOOKS


@pytest.mark.parametrize("spoil", [damage, open_to_others, put_a_file_there, lose_the_key])
def test_what_is_wrong_with_the_books_names_them(
    spoil: Callable[[Path], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(tmp_path / "state")
    capsys.readouterr()
    assert bank(tmp_path / "state", "verify", "12345678") == Exit.BOOKS
    assert str(tmp_path / "state") in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [
        ("TOO-LONG-FOR-ANYBODY",),
        ("SHORT",),
        ("LEFÈVRE1",),
        ("LEFEVRE1", "--name", "x" * 201),
        ("LEFEVRE1", "--name", "line\nfeed"),
        ("LEFEVRE1", "--card", "no-such-card"),
    ],
    ids=["long", "short", "accent", "long name", "name in two lines", "card"],
)
@pytest.mark.parametrize("verb", [("customer", "add"), ("issue",)], ids=" ".join)
def test_a_customer_that_can_be_none_is_a_misused_line(
    verb: tuple[str, ...], given: tuple[str, ...], tmp_path: Path
) -> None:
    assert bank(tmp_path, *verb, *given) == Exit.USAGE


@pytest.mark.parametrize("digest", ["xyz", "0" * 63, "0" * 65, "g" * 64])
def test_a_digest_that_can_be_none_is_no_journal_that_was_changed(digest: str, tmp_path: Path) -> None:
    assert bank(tmp_path, "journal", "verify", "--digest", digest) == Exit.USAGE


def test_a_driver_that_is_missing_is_a_missing_part(
    tmp_path: Path, mocker: MockerFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = ModuleNotFoundError("No module named 'psycopg'", name="psycopg")
    mocker.patch("bank.books.database.create_engine", side_effect=absent)
    for words in (("verify", "12345678"), ("reset", "--yes")):
        status = bank(tmp_path, *words, "--database", "postgresql://user@server/bank")
        said = capsys.readouterr().err
        assert (status, "psycopg is not installed" in said, "[postgresql]'" in said) == (Exit.MISSING_PART, True, True)


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("expect text INSÉREZ\n", Exit.OK),
        ("expect dark\n", Exit.FAILED),
        ("expect code\n", Exit.FAILED),
        ("expect text BONJOUR\n", Exit.FAILED),
        ("dance\n", Exit.USAGE),
        ("press Fire\n", Exit.USAGE),
        ("expect\n", Exit.USAGE),
        ("insert no-such-card\n", Exit.USAGE),
        ('expect text "open\n', Exit.USAGE),
        ("include absent.sesame\n", Exit.USAGE),
        ("insert bank-card\ninsert bank-card\n", Exit.USAGE),
        ("screenshot blocked/x.png\n", Exit.OTHER),
    ],
)
def test_a_script_that_is_wrong_is_no_expectation_that_was_not_met(script: str, wanted: Exit, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder is wanted")
    (tmp_path / "a.sesame").write_text(script)
    words = ["script", str(tmp_path / "a.sesame"), "--fresh", "--pictures", str(tmp_path)]
    assert cli.main(words) == wanted


def test_a_virtual_reader_that_is_not_there(mocker: MockerFixture, tmp_path: Path) -> None:
    mocker.patch("bank.cards.vpcd.socket.create_connection", side_effect=ConnectionRefusedError)
    mocker.patch("bank.cards.vpcd.time.monotonic", side_effect=iter(range(0, 1000, 20)))
    assert cli.main(["virtual-card", "bank-card", "--state", str(tmp_path)]) == Exit.NO_READER


def test_a_fault_of_this_program_is_no_refusal(tmp_path: Path, mocker: MockerFixture) -> None:
    mocker.patch("sesame.bank.codes.Verifier", side_effect=AssertionError)
    assert bank(tmp_path, "verify", "12345678") == Exit.OTHER


def test_a_disk_without_room_is_no_refusal(tmp_path: Path) -> None:
    """The code is used up then, whatever the caller hears. A process of its own: a stream that failed is let go."""
    command = [sys.executable, "-m", "sesame", "bank", "verify", "12345678", "--state", str(tmp_path)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == Exit.OTHER, done.stderr


def test_books_that_somebody_holds_are_no_refusal(tmp_path: Path, mocker: MockerFixture) -> None:
    assert bank(tmp_path, "list") == 0
    mocker.patch("bank.books.database.PATIENCE_S", 0)
    with sqlite3.connect(tmp_path / DATABASE_FILE, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert bank(tmp_path, "verify", "12345678") == Exit.BOOKS
    other.close()


def test_the_page_says_what_each_exit_code_means() -> None:
    assert list(EXITS) == list(Exit)
    page = "\n".join(command_line())
    assert [f"| {code.value} | {said} |" in page for code, said in EXITS.items()] == [True] * len(Exit)


OF_A_CARD = "gallery is made so ({}): take another"
OF_A_RECORDING = "the recording has it ({}): record the card again"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("info --virtual mute", OF_A_CARD.format("mute")),
        ("info --virtual no-cap", OF_A_CARD.format("no-cap")),
        ("apps --virtual one-byte", OF_A_CARD.format("one-byte")),
        ("explain --virtual silent", OF_A_CARD.format("silent")),
        *(
            (f"{tool} --from {name}.trace", OF_A_RECORDING.format(f"{name}.trace"))
            for tool in ("info", "apps", "explain")
            for name in ("silent", "short")
        ),
        ("replay silent.trace", OF_A_RECORDING.format("silent.trace")),
        ("replay short.trace", OF_A_RECORDING.format("short.trace")),
        ("explain --cid 00 --atc 0001 --ac 0102030405060708 --iad 00 --belgian", "look at --cid, --ipb and --answer"),
    ],
)
def test_a_cards_fault_says_what_to_do(
    words: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer that is empty or a single byte: that was all that was said."""
    (tmp_path / "silent.trace").write_text("> 00A4040007A0000000038002\n<\n")
    (tmp_path / "short.trace").write_text("> 00A4040007A0000000038002\n< 61\n")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["card", *words.split()]) in (Exit.CARD_ERROR, Exit.NO_APPLICATION)
    assert said in capsys.readouterr().err


def test_every_fault_of_a_card_of_plastic_has_its_cure() -> None:
    assert set(CURES) == set(Fault)
    for fault, cure in CURES.items():
        assert say_cured(CardError(fault, "detail")) == f"detail. {cure}"
