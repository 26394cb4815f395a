"""The row *The e-secure access key does not launch automatically*: AutoPlay off, on Windows by its documented rules, on
Linux by the desktops' own library; and what a person is told who begins the launcher by hand."""

import argparse
import ctypes
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pycdlib
import pytest

from drivers.usb.drive import build_image
from launcher.app import add_launch_words
from launcher.course.actions import READING_MS
from launcher.course.state import LaunchPhase
from launcher.linux.automatic import UNIT, read_part
from launcher.packing import BY_ITSELF, FILE, list_disc_files
from launcher.settings import LauncherSettings
from launcher.troubles import LaunchTrouble
from launcher.words import LAUNCHER_LANGUAGES
from tests.launcher.autorun_rules import AutoPlayPolicy, DriveKind, Insertion, insert_disc
from tests.launcher.factory_key import FactoryKey
from tests.launcher.test_launcher_computer import AUTHORITY
from tests.launcher.twins import Computer

EN = LAUNCHER_LANGUAGES["en"]
ROW = EN.troubles[LaunchTrouble.AUTOPLAY]
NOTHING = Insertion("", (), shows_files=True)
"""The disc is there, and whoever opens it finds the launcher."""


@pytest.fixture(scope="module")
def disc() -> Mapping[str, bytes]:
    """The files of the image that the key has as its CD-ROM, by their Joliet names, which Windows and Linux show."""
    image = pycdlib.PyCdlib()
    image.open_fp(io.BytesIO(build_image(list_disc_files(LauncherSettings("https://business.example", AUTHORITY)))))
    files: dict[str, bytes] = {}
    for child in image.list_children(joliet_path="/"):
        name = child.file_identifier().decode("utf-16-be")
        if child.is_file():
            content = io.BytesIO()
            image.get_file_from_iso_fp(content, joliet_path=f"/{name}")
            files[name] = content.getvalue()
    image.close()
    return files


def test_where_autoplay_is_on_windows_asks_and_begins_the_launcher_of_the_disc(disc: Mapping[str, bytes]) -> None:
    """`open=pyw.exe e-secure.pyz` began nothing: `open` looks for its program on the disc alone."""
    seen = insert_disc(disc, DriveKind.CDROM, AutoPlayPolicy())
    assert seen == Insertion("Connect to Sogecash Net", (FILE, BY_ITSELF), shows_files=True)
    former = b"[autorun]\r\nopen=pyw.exe e-secure.pyz\r\nshell\\open\\command=pyw.exe e-secure.pyz\r\n"
    assert insert_disc({**disc, "autorun.inf": former}, DriveKind.CDROM, AutoPlayPolicy()) == Insertion("", (), False)


@pytest.mark.parametrize(
    "policy",
    [
        AutoPlayPolicy(kinds=0xFF),
        AutoPlayPolicy(kinds=0xB5),
        AutoPlayPolicy(drives=1 << 5),
        AutoPlayPolicy(off_for_user=True),
        AutoPlayPolicy(no_autorun=True),
    ],
)
def test_where_it_is_off_nothing_begins_and_the_drive_shows_the_launcher(
    disc: Mapping[str, bytes], policy: AutoPlayPolicy
) -> None:
    assert insert_disc(disc, DriveKind.CDROM, policy) == NOTHING
    assert FILE in disc


def test_the_same_disc_as_a_memory_stick_begins_nothing_which_is_why_it_is_a_cd_rom(disc: Mapping[str, bytes]) -> None:
    assert insert_disc(disc, DriveKind.REMOVABLE, AutoPlayPolicy(kinds=0)) == NOTHING


# Linux


def mount(disc: Mapping[str, bytes], folder: Path, mode: int) -> Path:
    for name, content in disc.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(mode)
    return folder


def guess_content(folder: Path) -> list[str]:
    """What GIO, by which GNOME, Xfce and MATE judge a medium, takes this one for (shared-mime-info's tree magic)."""
    gio = ctypes.CDLL("libgio-2.0.so.0")
    gio.g_file_new_for_path.restype = ctypes.c_void_p
    gio.g_content_type_guess_for_tree.restype = ctypes.POINTER(ctypes.c_char_p)
    gio.g_content_type_guess_for_tree.argtypes = (ctypes.c_void_p,)
    found = gio.g_content_type_guess_for_tree(gio.g_file_new_for_path(os.fsencode(folder)))
    kinds: list[str] = []
    while kind := found[len(kinds)]:
        kinds.append(kind.decode())
    return kinds


def test_a_desktop_takes_it_for_software_and_asks(disc: Mapping[str, bytes], tmp_path: Path) -> None:
    mount(disc, tmp_path, 0o555)
    assert "x-content/unix-software" in guess_content(tmp_path)
    (tmp_path / ".autorun").unlink()
    assert guess_content(tmp_path) == ["x-content/win32-software"], "without it no desktop has what to begin"


def run_by_hand(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(folder), "LANG": "en"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_medium_of_which_nothing_may_be_run_is_begun_by_hand(disc: Mapping[str, bytes], tmp_path: Path) -> None:
    """As an administrator has it: `noexec`, or no such bit, which is the same EACCES for the desktop."""
    mount(disc, tmp_path, 0o444)
    with pytest.raises(PermissionError):
        run_by_hand([str(tmp_path / ".autorun")], tmp_path)
    done = run_by_hand(["python3", FILE, "--errors"], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert ROW.message in done.stdout
    assert ROW.cure in done.stdout


# What is said


def test_begun_by_hand_it_says_why_once_on_a_computer_that_it_is_new_to() -> None:
    computer, key = Computer(by_hand=True), FactoryKey()
    computer.conductor.begin()
    computer.plug(key.card)
    view = computer.window.view
    assert view.sentence == EN.phases[LaunchPhase.GREETING]
    assert (view.hint, view.cause, view.cure) == (ROW.message, ROW.cause, ROW.cure)
    (later,) = [after for after, _ in computer.timer.waiting[-1:]]
    assert later == READING_MS, "time to read it"
    computer.timer.pass_time()
    assert computer.window.view.fields, "it goes on by itself"
    computer.pull()
    computer.window.views.clear()
    computer.plug(key.card)
    assert computer.window.view.fields
    assert not any(view.cause for view in computer.window.views), "known there: nobody is told twice"


def test_begun_by_itself_it_says_nothing_of_it() -> None:
    computer = Computer()
    computer.conductor.begin()
    computer.plug(FactoryKey().card)
    assert computer.window.view.sentence == EN.phases[LaunchPhase.GREETING]
    assert not any(view.cause for view in computer.window.views)


def test_whatever_begins_it_says_so(disc: Mapping[str, bytes]) -> None:
    begun = (disc["autorun.inf"], disc[".autorun"], read_part(UNIT).encode())
    assert all(FILE.encode() in each and BY_ITSELF.encode() in each for each in begun)
    parser = argparse.ArgumentParser()
    add_launch_words(parser)
    assert parser.parse_args([BY_ITSELF]).begun_by_itself
    assert not parser.parse_args([]).begun_by_itself
