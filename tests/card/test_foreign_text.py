"""What `read_text` reads: recordings and hexadecimal as the programs of other machines encode them, and no more."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sesame.card.source import load_trace
from sesame.exits import CommandError, Exit
from sesame.foreign_text import MOST_TEXT, likely_encoding, read_text

LIMIT_S = 60
HERE = Path(__file__).parent
LOGS = sorted((HERE / "logs").glob("*.txt")) + sorted((HERE / "traces").glob("french-*.trace"))
TLV = "6F 06\n84 04\n31 32 33 34\n"
SAMPLE = "carte n° 1\nDéfi > 00A4\n"

ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-16 little end first, as PowerShell's > writes it": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16 big end first": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark, as Notepad writes it": lambda text: b"\xef\xbb\xbf" + text.encode(),
}


def explained(*arguments: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "sesame", "card", *arguments]
    return subprocess.run(command, input=given, capture_output=True, timeout=LIMIT_S, check=False)


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Standard input, with these bytes in it."""

    def pipe(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return pipe


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_the_text_is_the_same_in_every_encoding(encode: Callable[[str], bytes], end: str, tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    file.write_bytes(encode(SAMPLE.replace("\n", end)))
    assert read_text(file) == SAMPLE.replace("\n", end)


@pytest.mark.parametrize("log", LOGS, ids=lambda path: path.stem)
@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_a_log_is_the_same_recording_in_every_encoding(
    encode: Callable[[str], bytes], log: Path, tmp_path: Path, piped: Callable[[bytes], None]
) -> None:
    content = encode(log.read_text(encoding="utf-8").replace("\n", "\r\n"))
    (tmp_path / "log.txt").write_bytes(content)
    piped(content)
    wanted = load_trace(log)
    assert wanted.turns
    assert load_trace(tmp_path / "log.txt") == wanted
    assert load_trace(Path("-")) == wanted


def test_a_remark_in_no_encoding_of_ours_costs_no_turn(tmp_path: Path) -> None:
    """A log with a line of Windows-1252: hexadecimal is the same there."""
    log = HERE / "traces" / "french-dpa.trace"
    file = tmp_path / "log.txt"
    file.write_bytes("# Carte bancaire, n° 1: café\r\n".encode("cp1252") + log.read_bytes())
    assert load_trace(file) == load_trace(log)


@pytest.mark.parametrize("log", [b"\xff\xfe0", b"\xff\xfe\x00\xd8", b"\xfe\xff\xdc\x00\x41"])
def test_utf_16_that_is_cut_or_wrong_is_said_to_be_no_recording(log: bytes, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_bytes(log)
    with pytest.raises(CommandError) as caught:
        load_trace(tmp_path / "log.txt")
    assert caught.value.exit_code is Exit.USAGE
    assert str(caught.value).startswith(f"{tmp_path / 'log.txt'}: ")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_hexadecimal_on_standard_input(encode: Callable[[str], bytes], end: str) -> None:
    done = explained("tlv", "--json", given=encode(TLV.replace("\n", end)))
    assert (done.returncode, done.stderr) == (0, b"")
    (outer,) = json.loads(done.stdout)["objects"]
    assert [(part["tag"], part["value"]) for part in outer["parts"]] == [("84", "31323334")]


def test_a_second_mark_is_a_mistake_like_any_other() -> None:
    done = explained("tlv", given=b"\xef\xbb\xbf" * 2 + TLV.encode())
    assert done.returncode == Exit.USAGE


@pytest.mark.parametrize("end", ["file", "standard input"])
@pytest.mark.parametrize("beyond", [0, 1])
def test_a_recording_may_have_8_mib_and_not_a_byte_more(
    end: str, beyond: int, tmp_path: Path, piped: Callable[[bytes], None]
) -> None:
    assert MOST_TEXT == 8 * 1024 * 1024
    content = b"#" * (MOST_TEXT + beyond)
    (tmp_path / "log.txt").write_bytes(content)
    piped(content)
    path = tmp_path / "log.txt" if end == "file" else Path("-")
    if not beyond:
        assert len(read_text(path)) == MOST_TEXT
        return
    with pytest.raises(CommandError, match="is longer than any recording: more than 8 MiB") as caught:
        read_text(path)
    assert (caught.value.exit_code, str(caught.value).split(" ")[0]) == (
        Exit.USAGE,
        str(path) if end == "file" else "standard",
    )


def test_what_never_ends_is_not_read_to_its_end() -> None:
    with Path("/dev/zero").open("rb") as endless:
        command = [sys.executable, "-m", "sesame", "card", "explain", "--from", "-"]
        done = subprocess.run(command, stdin=endless, capture_output=True, timeout=LIMIT_S, check=False)
    assert done.returncode == Exit.USAGE
    assert b"longer than any recording: more than 8 MiB" in done.stderr
    assert b"Traceback" not in done.stderr


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(CommandError, match="cannot be read") as caught:
            read_text(path)
        assert caught.value.exit_code is Exit.USAGE


@pytest.mark.parametrize(
    ("encoding", "called"),
    [
        ("utf-16-le", "UTF-16 (little end first)"),
        ("utf-16-be", "UTF-16 (big end first)"),
        ("utf-32-le", "UTF-32 (little end first)"),
        ("utf-32-be", "UTF-32 (big end first)"),
    ],
)
def test_an_encoding_without_its_mark_is_named(
    encoding: str, called: str, tmp_path: Path, piped: Callable[[bytes], None]
) -> None:
    """ "no exchange was found" is what was said."""
    file = tmp_path / "log.txt"
    for text in (SAMPLE, "> 00A4040007A0000000038002\n< 6A82\n", "é" + "1" * 4000, "90"):
        file.write_bytes(text.encode(encoding))
        piped(text.encode(encoding))
        for path, said in ((file, str(file)), (Path("-"), "standard input")):
            with pytest.raises(CommandError) as caught:
                read_text(path)
            assert str(caught.value) == f"{said} looks like {called} without a byte order mark: save it as UTF-8"


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be"])
def test_utf_32_with_its_mark_is_read(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_bytes(("\ufeff" + SAMPLE).encode(encoding))
    assert read_text(tmp_path / "log.txt") == SAMPLE


@pytest.mark.parametrize("raw", [b"\0", b"\0" * 4000, bytes(range(256)) * 8, b"# \0 a remark\n" * 20])
def test_what_is_no_text_in_any_encoding_is_called_none(raw: bytes) -> None:
    assert likely_encoding(raw) == ""
