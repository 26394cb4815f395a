"""A bank that publishes programs, a key that takes them and is put in again, and the launcher between the two."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bank.books.vault import BooksVault
from bank.updates.packing import pack_program
from bank.updates.repository import PublishedProgram, UpdateRepository
from device.esecure.compose import open_taking
from device.esecure.updating import UpdateDesk
from drivers.errors import DriverError
from drivers.updates.disk import UpdateDisk
from drivers.updates.releases import ProgramReleases
from drivers.updates.settling import settle_program
from drivers.updates.waiting import WaitingRoom
from drivers.vault.twin import MemoryMedium
from launcher.updating.answers import BLOCK_SIZE
from launcher.updating.carrying import UpdateCarrier
from tests.key.desk import Desk

START = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
FIRST = "00000000000a"


@dataclass
class Publisher:
    """The bank's repository, and its time."""

    folder: Path
    now: datetime = START

    def __post_init__(self) -> None:
        self.repository = UpdateRepository(self.folder / "repository", BooksVault(bytes(32)), lambda: self.now)
        self.root = self.repository.make()

    @property
    def metadata(self) -> Path:
        """What is served of it."""
        return self.repository.public / "metadata"

    def publish(self, release: int, size: int = 9000, *, unpacked: int = 0) -> PublishedProgram:
        """A program of so many bytes that do not compress."""
        folder = make_program(self.folder / f"program-{release}", release, size)
        archive = self.folder / f"{release}.tar.xz"
        real = pack_program(folder, archive)
        return self.repository.publish(archive, release, name_of(release), unpacked or real)

    def pass_days(self, days: int) -> None:
        """So much time."""
        self.now += timedelta(days=days)


def name_of(release: int) -> str:
    """The folder of a release."""
    return f"{release + 9:012x}"


def make_program(folder: Path, release: int, size: int = 9000) -> Path:
    """A folder as the installer makes one: a program, a link to the system's Python, a link within, some bytes."""
    (folder / "bin").mkdir(parents=True)
    (folder / "lib" / "empty").mkdir(parents=True)
    (folder / "bin/sesame").write_text(f"release {release}\n")
    (folder / "bin/sesame").chmod(0o755)
    (folder / "bin/python3").symlink_to("/usr/bin/python3")
    (folder / "lib64").symlink_to("lib")
    (folder / "lib/data").write_bytes(noise(release, size))
    return folder


def noise(seed: int, size: int) -> bytes:
    """Bytes that do not compress."""
    import random  # noqa: PLC0415

    return random.Random(seed).randbytes(size)


@dataclass
class FolderSource:
    """The repository without a web server. `sent`: which bytes of programs were fetched, first and last."""

    public: Path
    sent: list[tuple[int, int]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def fetch_blocks(self, name: str, offset: int, _limit: int) -> Generator[bytes, None, None] | None:
        """See ProgramFiles."""
        self.asked.append(name)
        path = self.public / name
        return self._read(path, offset, name.startswith("programs")) if path.is_file() else None

    def _read(self, path: Path, offset: int, counted: bool) -> Generator[bytes, None, None]:
        content = path.read_bytes()
        for at in range(offset, len(content), BLOCK_SIZE):
            block = content[at : at + BLOCK_SIZE]
            if counted:
                self.sent.append((at, at + len(block)))
            yield block


class QuickDisk(UpdateDisk):
    """Waits for nothing: where no power is cut."""

    def _sync_file(self, path: Path) -> None:
        """Not waited for."""

    def _sync_folder(self, path: Path) -> None:
        """Not waited for."""


@dataclass
class UpdatedKey:
    """A key with its programs on a disk, from one plug to the next. `starts`: whether a program of that name comes up
    (its self-test)."""

    folder: Path
    root: bytes
    medium: MemoryMedium = field(default_factory=MemoryMedium)
    disk: UpdateDisk = field(default_factory=QuickDisk)
    broken: frozenset[str] = frozenset()
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.programs = self.folder / "opt"
        self.room = WaitingRoom(self.folder / "updates", self.disk)
        self.releases = ProgramReleases(self.programs, self.disk)
        if not self.programs.exists():
            make_program(self.programs / "releases" / FIRST, 1)
            (self.programs / "releases" / FIRST / "number").write_text("1")
            (self.programs / "current").symlink_to(f"releases/{FIRST}")

    def start(self) -> str:
        """What the unit does, once: the name of the program that comes up, "" where it does not."""
        try:
            settle_program(self.root, self.room, self.releases)
        except DriverError as error:
            self.troubles.append(str(error))
        chosen = self.releases.choose_program()
        if chosen in self.broken:
            return ""
        self.releases.confirm_program()
        return chosen

    def plug(self) -> Desk:
        """Started, as often as the service starts it, and at its computer."""
        name = next(name for _ in range(9) if (name := self.start()))
        release = self.programs / "releases" / name
        opened = partial(open_taking, self.root, self.medium, self.room.folder, release, self.disk)
        return Desk(self.medium, updates=UpdateDesk(opened)).plug()


@dataclass
class DeskCard:
    """The key as the launcher has it. `cut_after`: so many commands, and it is pulled."""

    desk: Desk
    cut_after: int | None = None
    commands: list[bytes] = field(default_factory=list)

    def transmit(self, apdu: bytes) -> bytes:
        """See UpdateCard."""
        if self.cut_after is not None and len(self.commands) >= self.cut_after:
            return b""
        self.commands.append(apdu)
        return self.desk.exchange(apdu)


def carry(desk: Desk, source: FolderSource) -> tuple[UpdateCarrier, DeskCard]:
    """The launcher at this key."""
    card = DeskCard(desk)
    return UpdateCarrier(card, source), card
