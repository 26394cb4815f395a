"""Arguments as scripts and pages give them: nothing behind an option, names that are bytes, numbers without end."""

import shutil
from pathlib import Path

import pytest

from sesame import cli
from sesame.amounts import parse_cents
from sesame.exits import CommandError, Exit
from sesame.parsing import MOST_NUMBER
from tests.card.conftest import Sesame

NO_TEXT = b"caf\xe9".decode(errors="surrogateescape")


@pytest.mark.parametrize(
    "written",
    [
        ("code", "--challenge", ""),
        ("code", "--amount="),
        ("bank", "verify", "12345678", "--challenge", ""),
        ("bank", "journal", "verify", "--digest", ""),
        ("bank", "journal", "list", "--customer", ""),
        ("bank", "list", ""),
    ],
    ids=" ".join,
)
def test_an_option_with_nothing_behind_it_is_not_left_out(written: tuple[str, ...], sesame: Sesame) -> None:
    status, out, err = sesame(*written)

    assert (status, out) == (Exit.USAGE, "")
    assert "is empty" in err


def test_a_file_is_called_by_whatever_bytes(tmp_path: Path, traces: Path, sesame: Sesame) -> None:
    recording = tmp_path / f"{NO_TEXT}\u00a0\u200d.trace"
    shutil.copy(traces / "french-dpa.trace", recording)

    assert sesame("card", "replay", str(recording))[:2] == (Exit.OK, "3465 6023\n")


@pytest.mark.parametrize("written", [("--name", NO_TEXT), ("--card", NO_TEXT), ("--name", "Jean\u202eDupont")])
def test_what_goes_into_the_books_is_text(written: tuple[str, str], tmp_path: Path) -> None:
    assert cli.main(["bank", "customer", "add", "LEFEVRE1", *written, "--state", str(tmp_path)]) == Exit.USAGE


@pytest.mark.parametrize("number", [str(MOST_NUMBER + 1), "9" * 30, "9" * 5000, "1_0", "٣", "0", "-5"])
@pytest.mark.parametrize("verb", ["keys revoke", "keys issue MOREAU17", "operations list --most"])
def test_a_number_beyond_what_there_is_is_a_misused_line(
    verb: str, number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["bank", "--state", str(tmp_path), *verb.split(), number])

    assert ended.value.code == Exit.USAGE
    assert "takes a number from 1 to" in capsys.readouterr().err


def test_a_folder_that_is_gone_is_no_fault_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    words = ["bank", "updates", "publish", "docs", "--release", "1", "--state", str(tmp_path / "state")]

    assert cli.main(words) == Exit.OTHER
    assert "the current folder is gone" in capsys.readouterr().err


def test_an_image_that_cannot_be_written_is_no_misused_line(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("a letter")
    assert cli.main(["key", "image", str(tmp_path), "--output", str(tmp_path / "none" / "disc.iso")]) == Exit.OTHER


@pytest.mark.parametrize("written", ["1234.56", "1 234,56", "1\u202f234,56\u00a0€", "1234,56 €"])
def test_an_amount_as_a_page_of_the_bank_writes_it(written: str) -> None:
    assert parse_cents(written) == "123456"


@pytest.mark.parametrize("written", [",", ".", "€", " ", "1€2", "€1", "-1"])
def test_what_has_no_digit_is_no_amount(written: str) -> None:
    with pytest.raises(CommandError):
        parse_cents(written)
