"""`sesame key virtual` as a person runs it, with a virtual reader played on a local socket."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sesame.exits import Exit
from tests.bank.test_vpcd_client import ReaderSide
from tests.key.host import PIN, PUBLISHED_KEY, Host

ROOT = Path(__file__).resolve().parents[2]
POWER_ON, GET_ATR = b"\x01", b"\x04"


@pytest.fixture
def reader() -> Iterator[ReaderSide]:
    side = ReaderSide()
    yield side
    side.close()


@contextmanager
def running(reader: ReaderSide, state: Path, *options: str) -> Iterator[tuple[Host, list[str]]]:
    """The program with its card in the reader, and a host that has selected it; what it says, once it has ended."""
    command = [sys.executable, "-m", "sesame", "key", "virtual", *options]
    command += ["--port", str(reader.port), "--state", str(state)]
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as program:
        try:
            reader.accept()
            reader.send(POWER_ON)
            assert reader.ask(GET_ATR).endswith(b"e-secureV")
            host = Host(reader.ask)
            host.select()
            yield host, said
        finally:
            program.send_signal(signal.SIGINT)
            out, err = program.communicate()
            said += [out, err]
    assert program.returncode == 130


def test_the_demonstrations_key_has_the_published_values_and_says_so(reader: ReaderSide, tmp_path: Path) -> None:
    with running(reader, tmp_path, "--demo") as (host, said):
        assert host.verify(PIN) == "9000"
        assert host.manage(PUBLISHED_KEY) == "9000"
        serial = int.from_bytes(host.done("00F80000"), "big")
    out, err = said
    assert out == ""
    assert f"key {serial} is in the reader at port {reader.port}; Ctrl-C pulls it" in err
    assert "everybody knows them" in err
    assert "Nobody is asked to touch it" in err
    assert not (tmp_path / "key").exists()


def test_a_key_of_ones_own_tells_its_first_values_in_a_letter_only(reader: ReaderSide, tmp_path: Path) -> None:
    letter = tmp_path / "key" / "letter.txt"
    with running(reader, tmp_path) as (host, said):
        told = dict(line.split(": ") for line in letter.read_text().splitlines() if ": " in line)
        assert letter.stat().st_mode & 0o777 == 0o600 or os.name != "posix"
        assert host.verify(told["PIN"].encode()) == "9000"
        assert host.manage(bytes.fromhex(told["Management key (AES-256)"]), 0x0C) == "9000"
        public = host.generate(0x9A)
        serial = host.done("00F80000")
    assert f"are in {letter}: read them, then delete it" in said[1]
    assert not [value for value in told.values() if value in "".join(said)]
    letter.unlink()
    with running(reader, tmp_path) as (host, said):
        assert host.done("00F80000") == serial
        assert host.metadata(0x9A)[4] == public
        second = subprocess.run(
            [sys.executable, "-m", "sesame", "key", "virtual", "--state", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert (second.returncode, second.stdout) == (Exit.BOOKS, "")
        assert "another program has the key" in second.stderr
    assert "letter" not in said[1]
