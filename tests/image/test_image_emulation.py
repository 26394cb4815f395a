"""The kernel's list of foreign programs: what a build enters into it is right, and is taken away however it ends."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from image import emulation
from image.shell import ImageError


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in former.items():
        signal.signal(number, handler)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list as the kernel's, but that an entry is no more than what is written into it."""
    (tmp_path / "register").write_bytes(b"")
    program = tmp_path / "qemu/usr/bin/qemu-aarch64"
    program.parent.mkdir(parents=True)
    program.write_bytes(b"")
    program.chmod(0o755)
    monkeypatch.setattr(emulation, "REGISTRY", tmp_path)
    monkeypatch.setenv(emulation.QEMU, str(tmp_path / "qemu"))
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    return tmp_path


def appear(registry: Path) -> Path:
    """What the kernel does once an entry is registered."""
    name = (registry / "register").read_bytes().split(b":")[1].decode()
    entry = registry / name
    entry.write_text("enabled")
    return entry


def test_an_entry_is_registered_and_taken_away(registry: Path) -> None:
    with emulation.run_foreign_programs():
        entry = appear(registry)
        assert entry.name == f"sesame-image-{os.getpid()}"
        fields = (registry / "register").read_bytes().split(b":")
        assert fields[2:4] == [b"M", b""]
        assert fields[4].startswith(rb"\x7fELF\x02\x01\x01")
        assert fields[6:] == [str(registry / "qemu/usr/bin/qemu-aarch64").encode(), b"OCPF"]
    assert entry.read_text() == "-1"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_build_that_is_ended_takes_its_entry_away(registry: Path, number: signal.Signals) -> None:
    with pytest.raises(SystemExit) as ended, emulation.run_foreign_programs():
        entry = appear(registry)
        os.kill(os.getpid(), number)
    assert ended.value.code == 128 + number
    assert entry.read_text() == "-1"


def test_the_entry_of_a_build_that_was_killed_is_taken_away_by_the_next(registry: Path) -> None:
    dead, alive = registry / "sesame-image-4194305", registry / "sesame-image-1"
    for entry in (dead, alive):
        entry.write_text("enabled")
    with emulation.run_foreign_programs():
        pass
    assert dead.read_text() == "-1"
    assert alive.read_text() == "enabled"


def test_on_arm64_nothing_is_registered(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with emulation.run_foreign_programs():
        assert (registry / "register").read_bytes() == b""


def test_without_qemu_it_says_what_to_type(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(emulation.QEMU, str(registry / "nowhere"))
    with pytest.raises(ImageError, match="sudo apt install qemu-user qemu-system-arm"):
        emulation.find_program("qemu-aarch64")
