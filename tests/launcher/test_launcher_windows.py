"""The launcher's calls of the system where Linux's are absent: Windows, by twins of its libraries."""

import ctypes
import io
import locale
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from launcher import app
from launcher.adapters import places, terminal
from launcher.adapters.places import OwnFile
from launcher.adapters.terminal import hide_echo
from launcher.adapters.windows import DRIVE_CDROM, ENABLE_ECHO_INPUT
from launcher.troubles import LaunchError
from launcher.words import LAUNCHER_LANGUAGES, choose_language
from tests.elsewhere import msvcrt_twin
from tests.launcher.test_launcher_computer import expect_one_holder

DRIVE_FIXED = 3
MODE = 0x01F7
"""Of a console that was just opened."""


class KernelTwin:
    """Of kernel32, what the launcher calls: the console's mode in its place, the drive's kind."""

    def __init__(self) -> None:
        self.mode, self.modes, self.kind = MODE, [MODE], DRIVE_FIXED

    def GetConsoleMode(self, _console: ctypes.c_void_p, place: "ctypes._CArgObject") -> int:  # noqa: N802 - its name
        ctypes.cast(place, ctypes.POINTER(ctypes.c_ulong))[0] = ctypes.c_ulong(self.mode)
        return 1

    def SetConsoleMode(self, _console: ctypes.c_void_p, mode: int) -> int:  # noqa: N802
        self.mode = mode
        self.modes.append(mode)
        return 1

    def GetDriveTypeW(self, anchor: str) -> int:  # noqa: N802
        assert anchor
        return self.kind


class Console(io.StringIO):
    """Standard input of somebody who sits there."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 0


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> KernelTwin:
    """Windows, as far as the launcher asks for it."""
    twin = KernelTwin()
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt_twin)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=twin), raising=False)
    for module in (places, terminal):
        monkeypatch.setattr(module, "find_spec", lambda _name: None)
    monkeypatch.delattr(os, "statvfs")
    monkeypatch.setattr(sys, "platform", "win32")
    return twin


@pytest.mark.usefixtures("kernel")
def test_the_second_launcher_reads_who_the_first_one_is(tmp_path: Path) -> None:
    expect_one_holder(tmp_path)


def test_a_code_that_is_typed_is_not_seen_and_the_next_line_is(kernel: KernelTwin) -> None:
    with pytest.raises(KeyboardInterrupt), hide_echo(Console(), hidden=True):
        assert kernel.mode == MODE & ~ENABLE_ECHO_INPUT
        raise KeyboardInterrupt
    with hide_echo(Console(), hidden=False):
        pass
    assert kernel.modes == [MODE, MODE & ~ENABLE_ECHO_INPUT, MODE]


def test_another_file_on_the_disc_is_the_next_version_and_elsewhere_it_is_a_threat(
    kernel: KernelTwin, tmp_path: Path
) -> None:
    file = tmp_path / "e-secure.pyz"
    file.write_bytes(b"launcher")
    own = OwnFile(file)
    own.check_file()
    file.write_bytes(b"a newer launcher")
    kernel.kind = DRIVE_CDROM
    own.check_file()
    file.write_bytes(b"launcher and more")
    kernel.kind = DRIVE_FIXED
    with pytest.raises(LaunchError, match="changed"):
        own.check_file()


def test_a_disc_that_goes_between_two_looks_is_no_threat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "e-secure.pyz"
    file.write_bytes(b"launcher")
    own = OwnFile(file)
    own.check_file()
    file.write_bytes(b"a newer launcher")

    def gone(_path: Path) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(os, "statvfs", gone)
    own.check_file()


@pytest.mark.parametrize(("system", "screen"), [("win32", True), ("darwin", True), ("linux", False)])
def test_whether_there_is_a_screen(system: str, screen: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in app.DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", system)
    assert app.has_screen() is screen


@pytest.mark.parametrize(
    ("named", "language"), [("English_United Kingdom", "en"), ("French_France", "fr"), (None, "fr")]
)
def test_the_language_of_a_windows(named: str | None, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(locale, "getlocale", lambda: (named, "1252"))
    assert choose_language(app.find_locale()) is LAUNCHER_LANGUAGES[language]
