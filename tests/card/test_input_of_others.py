"""Text as other machines write it: a byte order mark, CRLF, decomposed accents; and streams that are closed."""

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from tests.card.conftest import Sesame

LIMIT_S = 60
MARK = b"\xef\xbb\xbf"
TLV = b"6F 06\r\n84 04\r\n31 32 33 34\r\n"


def piped(*arguments: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "sesame", *arguments]
    return subprocess.run(command, input=given, capture_output=True, timeout=LIMIT_S, check=False)


def closed(streams: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """With these of 0, 1 and 2 closed before the program begins, as `<&-` does."""
    command = ["sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-m", "sesame", *arguments]
    return subprocess.run(command, input="1234\n", capture_output=True, text=True, timeout=LIMIT_S, check=False)


@pytest.mark.parametrize("given", [TLV, MARK + TLV, TLV.replace(b"\r\n", b"\r"), MARK + TLV.replace(b"\r\n", b"\n")])
def test_hexadecimal(given: bytes) -> None:
    done = piped("card", "tlv", "--json", given=given)

    assert done.returncode == 0
    assert json.loads(done.stdout)["objects"][0]["parts"][0]["value"] == "31323334"


@pytest.mark.parametrize("given", [b"1234\r\n", MARK + b"1234\n", MARK + b"1234\r\n", b"1234"])
def test_a_pin(given: bytes) -> None:
    assert piped("card", "explain", "--virtual", "bank-card", given=given).returncode == 0


@pytest.mark.parametrize("given", [MARK + MARK + b"1234\n", b"\xef1234\n", b"\xef\xbb1234\n", b"1234" + MARK + b"\n"])
def test_what_is_no_mark_is_no_digit(given: bytes) -> None:
    done = piped("card", "explain", "--virtual", "bank-card", given=given)

    assert done.returncode == 2
    assert b"nothing was sent to the card" in done.stderr


def test_codes(tmp_path: Path) -> None:
    done = piped("bank", "verify", "-", "--state", str(tmp_path), given=MARK + b"0000 0000\r\n")

    assert (done.returncode, done.stdout) == (1, b"refused\n")


def test_what_is_no_text(tmp_path: Path) -> None:
    for command in (("card", "tlv"), ("bank", "verify", "-", "--state", str(tmp_path))):
        done = piped(*command, given=b"\xff\xfe6\x00F\x00")

        assert done.returncode == 2
        assert b"this should not have happened" not in done.stderr


SCRIPT = """\
insert bank-card
press Défi
expect text "DÉFI"
press Arrêt
expect dark
"""


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", [b"", MARK], ids=["bare", "marked"])
def test_scripts(form: str, ending: str, mark: bytes, sesame: Sesame, tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.sesame", tmp_path / "part.sesame"
    text = unicodedata.normalize(form, SCRIPT).replace("\n", ending)  # type: ignore[arg-type]
    part.write_bytes(mark + text.encode())
    whole.write_bytes(mark + f"include part.sesame{ending}".encode())

    assert sesame("script", "--fresh", str(whole))[::2] == (0, "")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_settings(ending: bytes, sesame: Sesame, tmp_path: Path) -> None:
    path = tmp_path / "reader.toml"
    path.write_bytes(MARK + b"[reader]" + ending + b'language = "en"' + ending)

    assert sesame("config", "check", "--config", str(path))[0] == 0


@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("card", "tlv", "9F260100"), 0),
        (("card", "tlv"), 2),
        (("card", "explain", "--virtual", "bank-card"), 2),
        (("bank", "verify", "-"), 2),
        (("config", "check", "--config", "/nowhere"), 9),
    ],
    ids=lambda value: "-".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_closed_streams(streams: str, arguments: tuple[str, ...], status: int, tmp_path: Path) -> None:
    needs_input = arguments != ("card", "tlv", "9F260100") and arguments[0] != "config"
    more = ("--state", str(tmp_path)) if arguments[0] == "bank" else ()
    done = closed(streams, *arguments, *more)

    assert "this should not have happened" not in done.stderr
    if "<&-" in streams or not needs_input:
        assert done.returncode == status


@pytest.mark.parametrize(
    ("streams", "arguments", "status", "said"),
    [
        (">/dev/full", ("--help",), 14, "cannot be written: No space"),
        ("1</dev/null", ("card", "tlv", "9F260100"), 14, "cannot be written: Bad file"),
        (">/dev/full 2>/dev/full", ("card", "tlv", "9F260100"), 14, ""),
        ("2>/dev/full", ("config", "check", "--config", "/nowhere"), 9, ""),
        ("2>/dev/full", ("card", "apps", "--virtual", "mute"), 8, ""),
        ("0>/dev/null", ("card", "explain", "--virtual", "t1"), 2, "nothing was sent to the card"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_streams_that_take_or_give_nothing(
    streams: str, arguments: tuple[str, ...], status: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code says what came of the command, though nobody can be told: 1 would be a bank's refusal."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    done = closed(streams, *arguments)

    assert done.returncode == status
    assert said in done.stderr
    assert "should not have happened" not in done.stderr


def test_whoever_reads_help_may_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    line = f'( "{sys.executable}" -m sesame card --help; echo $? >&2 ) | :'
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=LIMIT_S, check=False)

    assert done.stderr in {"141\n", "0\n"}  # 0: it was written before the other end was closed


def test_a_proof_as_an_editor_saves_it(tmp_path: Path, sesame: Sesame) -> None:
    """No proof, but read: what is missed is its form, not JSON."""
    for place, raw in enumerate((MARK + b'{"a": 1}\r\n', '{"a": 1}'.encode("utf-16"))):
        file = tmp_path / str(place)
        file.write_bytes(raw)
        status, _, err = sesame("bank", "securpass", "verify-proof", str(file), "--state", str(tmp_path / "state"))

        assert status == 1
        assert "format is not" in err


def test_a_pin_is_never_read_from_what_was_opened_since() -> None:
    """With standard input closed the connection to pcscd became descriptor 0, and the PIN was read from it."""
    program = (
        "import os, sys; from sesame.streams import occupy_descriptors; occupy_descriptors(); "
        "sys.stdout.write(' '.join(os.readlink(f'/proc/self/fd/{each}') for each in range(3) if each != 1))"
    )
    command = ["sh", "-c", 'exec "$@" <&- 2>&-', "sh", sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)

    assert done.stdout == "/dev/null /dev/null"


# The bank's command line


@pytest.mark.parametrize(
    "request_",
    [
        ("--challenge", "abc"),
        ("--challenge", "123456789"),
        ("--amount", "12.345"),
        ("--amount", "12 50"),
        ("--amount", "9" * 20),
        ("--amount", "9" * 5000),
        ("--account", "x"),
        ("--challenge", "1", "--account", "2"),
        ("--data=x",),
        ("--data=1", "--challenge", "2"),
        ("--data", *map(str, range(11))),
    ],
    ids=lambda words: " ".join(words)[:30],
)
def test_what_no_code_can_confirm_is_bad_usage_and_no_refusal(
    request_: tuple[str, ...], sesame: Sesame, tmp_path: Path
) -> None:
    status, out, err = sesame(
        "bank", "verify", "--state", str(tmp_path), *request_, "--who", "bank-card", "-", typed="00000000"
    )

    assert (status, out) == (2, "")
    assert err.startswith("sesame: ")


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "--who", "bank-card", "0000", "0000"),
        ("verify", "0000 0000", "--who", "bank-card"),
        ("--who", "bank-card", "verify", "00000000"),
        ("verify", "0000", "--who", "bank-card", "0000"),
    ],
)
def test_options_and_words_come_in_any_order(words: tuple[str, ...], sesame: Sesame, tmp_path: Path) -> None:
    status, out, _ = sesame("bank", *words, "--state", str(tmp_path))

    assert (status, out) == (1, "refused\n")


def test_where_an_attempt_came_from_is_in_the_books(sesame: Sesame, tmp_path: Path) -> None:
    sesame("bank", "verify", "00000000", "--state", str(tmp_path))
    _, out, _ = sesame("bank", "list", "bank-card", "--state", str(tmp_path))

    assert out.rstrip().endswith("command line")
