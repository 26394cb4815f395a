"""The key's programs on the desk: the bank publishes one, the launcher carries it, the key judges it and starts it.

Repository, judge and both places for programs are those of a key on a Pi (`bank.updates`, `drivers.updates`), below one
folder. What root does there before the key's program starts is done here when the key gets its power. The program that
runs stays this one, whatever its number: what is new in a published one is the number alone.

Everything lives as long as the run. A new customer's key has the first program again, and a root of its own.
"""

import importlib
import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from typing import TYPE_CHECKING, Final

from bank.errors import BankError
from bank.updates.packing import pack_program
from bank.updates.repository import UpdateRepository
from bank.updates.role_keys import Sealer
from device.esecure.compose import open_taking
from device.esecure.updating import UpdateRootError
from drivers.errors import DriverError
from drivers.updates.disk import UpdateDisk
from drivers.updates.releases import CURRENT, NUMBER, RELEASES, ProgramReleases
from drivers.updates.waiting import WaitingRoom
from drivers.vault.twin import MemoryMedium
from sesame_core.errors import SesameError

if TYPE_CHECKING:
    from drivers.updates.taking import UpdateTaking

FIRST: Final = 1
"""The number of the program that a key comes with."""

PACKED: Final = ("sesame_core", "device")
"""What a key's program is made of, and enough of it to be looked at while it arrives."""

log: Final = logging.getLogger(__name__)


class ProgramsError(SesameError):
    """The bank publishes nothing now, and why."""


class PassingDisk(UpdateDisk):
    """Nothing here outlives the run: nothing is waited for until it is on the disk."""

    def _sync_file(self, path: Path) -> None:
        """Not waited for."""

    def _sync_folder(self, path: Path) -> None:
        """Not waited for."""


class DeskPrograms:
    """Below `folder`. `sealer`: what seals the bank's secrets. From any thread."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer
        self._lock = RLock()
        self._disk = PassingDisk()
        self._releases = ProgramReleases(folder / "key", self._disk)
        self._room = WaitingRoom(folder / "arriving", self._disk)
        self.begin_anew()

    @property
    def public(self) -> Path:
        """What is served of the repository; not there before somebody has asked for an update."""
        return self._folder / "bank" / "public"

    @property
    def arriving(self) -> Path:
        """Where the key keeps what has arrived of a program."""
        return self._room.folder

    def begin_anew(self) -> None:
        """A key with the first program, a bank that has published none."""
        with self._lock:
            for each in tuple(self._folder.iterdir()):
                shutil.rmtree(each)
            self._medium = MemoryMedium()
            self._root = b""
            self.running = self.offered = FIRST
            place = self._releases.folder / RELEASES / _name_of(FIRST)
            place.mkdir(parents=True)
            (place / NUMBER).write_text(str(FIRST), "ascii")
            (self._releases.folder / CURRENT).symlink_to(f"{RELEASES}/{place.name}")

    # The bank

    def publish(self) -> int:
        """Offer the next program; its number. Raises ProgramsError: one is offered that the key has not taken yet;
        StateError."""
        with self._lock:
            if self.offered > self.running:
                raise ProgramsError(f"version {self.offered} is offered already: plug the key in, and update it")
            release = self.offered + 1
            with TemporaryDirectory() as scratch:
                archive = Path(scratch, "archive")
                unpacked = pack_program(_lay_out(Path(scratch, _name_of(release)), release), archive)
                self._open_repository().publish(archive, release, _name_of(release), unpacked)
            self.offered = release
            return release

    def _open_repository(self) -> UpdateRepository:
        repository = UpdateRepository(self.public.parent, self._sealer, lambda: datetime.now(UTC))
        if not self._root:
            try:
                self._root = repository.make()
            except ImportError:
                raise ProgramsError("tuf is not installed: install this project with its extra [web]") from None
        return repository

    # The key

    def start_program(self) -> None:
        """What root does when the key gets its power: what waits is judged anew and put beside the current one, tried,
        and confirmed. Where it cannot be put there, the one that ran before runs again."""
        with self._lock:
            try:
                if self._room.is_ready:
                    from drivers.updates.settling import settle_program  # noqa: PLC0415 - for an update alone

                    settle_program(self._root, self._room, self._releases)
                self._releases.choose_program()
                self.running = self._releases.read_number(self._releases.confirm_program())
            except DriverError as error:
                log.warning("the update is not taken: %s", error)

    def open_taking(self) -> "UpdateTaking":
        """Takes what the launcher carries, by the root that this key was made with. Raises DriverError, VaultError."""
        with self._lock:
            try:
                self._open_repository()
            except (ProgramsError, BankError) as cause:
                raise UpdateRootError(str(cause)) from cause
            running = self._releases.folder / RELEASES / _name_of(self.running)
            return open_taking(self._root, self._medium, self._room.folder, running, self._disk)


def _name_of(release: int) -> str:
    """Of a release's folder."""
    return f"{release:012x}"


def _lay_out(folder: Path, release: int) -> Path:
    """A program as it is packed: the modules of this one, and its number."""
    for name in PACKED:
        (origin,) = importlib.import_module(name).__path__
        shutil.copytree(origin, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / NUMBER).write_text(str(release), "ascii")
    return folder
