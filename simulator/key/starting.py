"""The launcher of the CD-ROM, started on the simulated PC: its own core, with twins of its ports."""

import io
import threading
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from drivers.usb.drive import build_image
from drivers.usb.errors import UsbDeviceError
from launcher.adapters.updates import RepositoryUpdates
from launcher.conductor import Conductor, LauncherPorts
from launcher.course.events import TrayChosen, TrayItem
from launcher.packing import FILE, list_disc_files
from launcher.ports import UpdateSource
from launcher.settings import PLACE, LauncherSettings, SettingsError, check_settings, read_settings
from launcher.troubles import LaunchError, LaunchTrouble
from launcher.unstarted import show_unstarted
from launcher.updating.serving import HttpSource
from launcher.words import choose_language
from simulator.key.computer import SimulatedComputer
from simulator.key.launching import (
    DeskBrowser,
    DeskDrive,
    DeskFile,
    DeskLock,
    DeskMemory,
    DeskNet,
    DeskReaders,
    DeskTimer,
    DeskWindow,
    UnhurriedSource,
)

HELPDESK: Final = "0 825 041 040"
COMPUTER: Final = ("computer: simulated",)


@dataclass(frozen=True)
class LauncherParts:
    """What the PC has for it."""

    readers: DeskReaders
    browser: DeskBrowser
    computer: SimulatedComputer
    memory: DeskMemory = field(default_factory=DeskMemory)
    holders: set[DeskLock] = field(default_factory=set)
    block_s: float = 0.0
    """What a block of an update takes on its way, in seconds."""

    def make_ports(self, window: DeskWindow, settings: LauncherSettings) -> LauncherPorts:
        """For one start."""
        return LauncherPorts(
            readers=self.readers,
            window=window,
            browser=self.browser,
            net=DeskNet(settings.authority.encode()),
            updates=self._open_updates(settings.updates),
            drive=DeskDrive(self.computer),
            memory=self.memory,
            lock=DeskLock(self.holders),
            timer=DeskTimer(),
            run_job=_run_beside,
            own_file=DeskFile(self.computer),
            describe_computer=lambda: COMPUTER,
            read_clock=lambda: datetime.now(UTC),
        )

    def _open_updates(self, address: str) -> UpdateSource:
        source = UnhurriedSource(HttpSource(address), self.block_s) if address else None
        return RepositoryUpdates(source)


def run_launcher(parts: LauncherParts, window: DeskWindow, language: str, *, by_hand: bool) -> None:
    """Until it is ended, by its menu or by `close_window`. What it knows of the bank stands in its file on the disc:
    where that cannot be had, its window says so."""
    words = choose_language(language)
    try:
        settings = read_disc_settings(parts.computer.read_files())
    except (SettingsError, UsbDeviceError) as error:
        show_unstarted(window, words, LaunchError(LaunchTrouble.THREAT, f"{FILE}: {error}"), COMPUTER)
        return
    ports = parts.make_ports(window, settings)
    conductor = Conductor(ports, settings, words, language, by_hand=by_hand)
    conductor.begin()
    threading.Thread(target=conductor.watch_readers, name="launcher's readers", daemon=True).start()
    window.run_window(conductor.send)
    conductor.send(TrayChosen(TrayItem.QUIT))
    ports.lock.release_lock()


def make_disc(site: str, root: bytes, updates: str = "") -> bytes:
    """The image of the key's CD-ROM. `site`: the business site's address; `root`: its server's authority, PEM;
    `updates`: where the key's programs are served. Raises UsbDeviceError, SettingsError."""
    return build_image(list_disc_files(check_settings(LauncherSettings(site, root.decode(), HELPDESK, updates))))


def read_disc_settings(files: Mapping[str, bytes]) -> LauncherSettings:
    """Those in the launcher's file. Raises SettingsError."""
    try:
        with zipfile.ZipFile(io.BytesIO(files[FILE])) as archive:
            return read_settings(archive.read(f"launcher/{PLACE}"))
    except (KeyError, zipfile.BadZipFile) as cause:
        raise SettingsError("there is no launcher on the disc") from cause


def _run_beside(job: Callable[[], None]) -> None:
    threading.Thread(target=job, name="launcher's job", daemon=True).start()
