"""The row *threat identified*: the launcher's own file is gone, kept from it, or changed, at its start or later.

An antivirus program does it: a fanotify answer is EPERM for whoever opens the file, a quarantine takes it away.
"""

import hashlib
import io
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_mock import MockerFixture
from starlette.testclient import TestClient

from bank.demo.database import open_in_memory
from bank.web.est.site import open_est
from drivers.usb.errors import UsbDeviceError
from launcher.adapters.places import OwnFile
from launcher.course import events as ev
from launcher.course.state import LaunchPhase
from launcher.packing import FILE, build_launcher
from launcher.settings import PLACE, LauncherSettings
from launcher.troubles import LaunchError, LaunchTrouble
from launcher.words import LAUNCHER_LANGUAGES
from simulator.key.launching import DeskFile, DeskWindow
from simulator.key.starting import run_launcher
from tests.bank.keyed import EsecureBank
from tests.launcher.scene import Scene
from tests.launcher.test_launcher_computer import AUTHORITY
from tests.launcher.twins import Computer, TwinCard

EN = LAUNCHER_LANGUAGES["en"]
ROW = EN.troubles[LaunchTrouble.THREAT]
TOLD = ROW.message, ROW.cause, ROW.cure
P, C, T = LaunchPhase, ev.LaunchChoice, LaunchTrouble
GONE = LaunchError(T.THREAT, "/media/e-secure.pyz: No such file or directory, SHA-256 77aa")
BEFORE = hashlib.sha256(b"launcher").hexdigest()


# On a computer


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "disc").mkdir()
    path = tmp_path / "disc" / FILE
    path.write_bytes(b"launcher")
    return path


def quarantine(file: Path) -> None:
    file.unlink()


def make_unreadable(file: Path) -> None:
    """For root as well."""
    file.unlink()
    file.mkdir()


def infect(file: Path) -> None:
    file.write_bytes(b"launcher and more")


@pytest.mark.parametrize("harm", [quarantine, make_unreadable, infect])
def test_what_was_done_to_the_file_is_told_with_its_name_and_sha_256(file: Path, harm: Callable[[Path], None]) -> None:
    own = OwnFile(file)
    own.check_file()
    own.check_file()
    assert own.describe_computer()[1] == f"{FILE}, SHA-256 {BEFORE}"
    harm(file)
    for _ in range(2):
        with pytest.raises(LaunchError) as caught:
            own.check_file()
        assert caught.value.trouble is T.THREAT
        assert str(file) in caught.value.detail
        assert BEFORE in caught.value.detail


def test_gone_before_it_was_ever_read(file: Path) -> None:
    own = OwnFile(file)
    file.unlink()
    with pytest.raises(LaunchError, match="SHA-256 not known"):
        own.check_file()
    assert own.describe_computer()[1] == f"{FILE}, SHA-256 not known"


def test_a_disc_that_is_out_or_another_is_no_threat(file: Path, mocker: MockerFixture) -> None:
    """The key was pulled with its disc; another version of the program is on the disc that comes back, read-only."""
    own = OwnFile(file)
    own.check_file()
    file.rename(file.with_name("elsewhere"))
    file.parent.rename(file.parents[1] / "out")
    own.check_file()
    (file.parents[1] / "out").rename(file.parent)
    file.write_bytes(b"a newer launcher")
    mocker.patch("launcher.adapters.places.os.statvfs", return_value=SimpleNamespace(f_flag=1))
    own.check_file()
    OwnFile(None).check_file()


def test_a_file_out_of_which_something_was_taken_shows_the_row_and_ends(file: Path) -> None:
    """Its settings are missing, as they are for whoever may not read on: it was one line, or a traceback."""
    buffer = io.BytesIO()
    made = build_launcher(LauncherSettings("https://business.example", AUTHORITY))
    with zipfile.ZipFile(io.BytesIO(made)) as whole, zipfile.ZipFile(buffer, "w") as part:
        for name in whole.namelist():
            if name != f"launcher/{PLACE}":
                part.writestr(name, whole.read(name))
    file.write_bytes(buffer.getvalue())
    command = [sys.executable, FILE, "--terminal", "--language", "en"]
    done = subprocess.run(command, cwd=file.parent, input="1\n2\n", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    for part_of_row in (ROW.message, f"{EN.cause} {ROW.cause}", f"{EN.cure} {ROW.cure}", str(file), "SHA-256"):
        assert part_of_row in done.stdout


# In the conductor, which is every window's


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[EsecureBank, TestClient]]:
    with closing(open_in_memory()) as store:
        bank = EsecureBank(store)
        yield bank, TestClient(open_est(bank.frame), base_url="https://localhost")


def assert_told(computer: Computer) -> None:
    """Message, cause and cure; the browser is closed; the details have it all."""
    view = computer.window.view
    assert (computer.conductor.state.phase, view.sentence, view.cause, view.cure) == (P.TROUBLE, *TOLD)
    assert computer.browser.page == ""
    computer.send(ev.ChoiceMade(C.COPY))
    assert GONE.detail in computer.window.copied


def test_at_the_start_and_once_more_when_it_is_there_again() -> None:
    computer = Computer()
    computer.own_file.trouble = GONE
    computer.conductor.begin()
    assert_told(computer)
    assert not computer.lock.held
    computer.send(ev.TrayChosen(ev.TrayItem.QUIT))
    assert computer.window.closed


def test_when_a_key_is_plugged_in(served: tuple[EsecureBank, TestClient]) -> None:
    scene = Scene(*served)
    scene.own_file.trouble = GONE
    scene.plug(scene.key.card)
    assert_told(scene)
    scene.own_file.trouble = None
    scene.send(ev.ChoiceMade(C.RETRY))
    assert scene.phase is P.GREETING


def test_when_an_update_is_begun() -> None:
    computer = Computer()
    computer.updates.version = "2"
    computer.conductor.begin()
    computer.conductor.state = computer.conductor.state.__class__(P.OFFERED, inside=True)
    computer.readers.card = TwinCard(lambda _: b"\x90\x00")
    computer.own_file.trouble = GONE
    computer.send(ev.ChoiceMade(C.UPDATE))
    assert_told(computer)
    assert computer.updates.given_up_at == -1, "nothing was carried"


def test_when_a_certificate_is_asked_for_the_site_opened_and_a_transfer_confirmed(
    served: tuple[EsecureBank, TestClient],
) -> None:
    scene = Scene(*served)
    scene.come_to_form()
    scene.own_file.trouble = GONE
    scene.send(scene.form())
    assert_told(scene)
    scene.own_file.trouble = None
    scene.send(ev.ChoiceMade(C.RETRY))
    scene.send(scene.form())
    scene.own_file.trouble = GONE
    scene.send(ev.ChoiceMade(C.OK))
    assert_told(scene)
    assert scene.browser.opened == 0
    scene.own_file.trouble = None
    scene.send(ev.ChoiceMade(C.RETRY))
    assert scene.phase is P.CONNECTED
    scene.own_file.trouble = GONE
    scene.send(ev.OrderCame(b'{"order": "of.nobody", "page": "/en/net/transfers/0"}'))
    scene.send(ev.FormSent("", "", scene.key.pin))
    assert_told(scene)


def test_the_way_out_is_open_whatever_was_done_to_it(served: tuple[EsecureBank, TestClient]) -> None:
    scene = Scene(*served)
    scene.activate()
    scene.own_file.trouble = GONE
    scene.send(ev.TrayChosen(ev.TrayItem.REMOVE))
    assert (scene.phase, scene.drive.ejected, len(scene.farewells)) == (P.REMOVABLE, 1, 1)


# On the simulator's page


def test_the_file_on_the_simulated_disc() -> None:
    files: dict[str, bytes] = {FILE: b"launcher"}
    computer: Any = SimpleNamespace(plugs=1, read_files=lambda: files)
    own = DeskFile(computer)
    own.check_file()
    files[FILE] = b"another"
    with pytest.raises(LaunchError, match=BEFORE):
        own.check_file()
    computer.plugs = 2
    own.check_file()
    del files[FILE]
    files["autorun.inf"] = b""
    with pytest.raises(LaunchError, match="gone"):
        own.check_file()
    files.clear()
    own.check_file()

    def fail() -> dict[str, bytes]:
        raise UsbDeviceError("a sector cannot be read")

    computer.read_files = fail
    with pytest.raises(LaunchError, match="a sector"):
        own.check_file()


def test_a_simulated_disc_without_a_launcher_shows_the_row_until_the_window_is_closed() -> None:
    """It ended in a traceback that nobody saw."""
    parts: Any = SimpleNamespace(computer=SimpleNamespace(read_files=lambda: {"autorun.inf": b""}))
    window = DeskWindow(lambda: None)
    running = threading.Thread(target=run_launcher, args=(parts, window, "en"), kwargs={"by_hand": False}, daemon=True)
    running.start()
    while window.view is None:
        assert running.is_alive()
    assert (window.view.sentence, window.view.cause, window.view.cure) == TOLD
    window.tell_launcher(ev.ChoiceMade(C.COPY))
    window.tell_launcher(ev.TrayChosen(ev.TrayItem.QUIT))
    running.join(60)
    assert not running.is_alive()
    assert "no launcher on the disc" in window.copied
