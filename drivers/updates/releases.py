"""Two programs side by side, of which one runs: root's part of an update, before the key's program and after it.

    releases/NAME     a program (tools/release.py); its file `number` has its release number
    current           the one that is known to run
    pending           the one that is to be tried
    starts            how often it was begun
    chosen            what the service starts: one of the two
    failed            the names of those that did not run

Each line of that changes in one step and is on the disk before the next one does, in an order in which every beginning
of it leaves a key that starts (`tests/key/test_update_power_cuts.py` begins anew from each).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drivers.updates.disk import SCRATCH, UpdateDisk, UpdateDiskError, is_folder, list_folder, read_link, read_small
from drivers.updates.offers import ProgramOffer
from drivers.updates.unpacking import Unpacker

CURRENT, PENDING, CHOSEN = "current", "pending", "chosen"
RELEASES, STARTS, FAILED, NUMBER = "releases", "starts", "failed", "number"
MOST_STARTS: Final = 3
"""A program that has not run after so many is not tried again."""
LONGEST_NOTE: Final = 4096
MOST_FAILED: Final = 100
DIGITS: Final = 10


@dataclass(frozen=True, slots=True)
class ProgramReleases:
    """Below `folder` (/opt/sesame). Each method raises UpdateDiskError."""

    folder: Path
    disk: UpdateDisk

    def find_name(self, link: str) -> str:
        """The program that a link leads to; "" where it leads to none that is there."""
        target = read_link(self.folder / link)
        return target.name if target is not None and is_folder(self.folder / RELEASES / target.name) else ""

    def read_number(self, name: str) -> int:
        """A program's release number; 0 for one that was installed by hand."""
        note = read_small(self.folder / RELEASES / name / NUMBER, DIGITS) if name else None
        return int(note) if note is not None and note.isdigit() else 0

    @property
    def failed(self) -> frozenset[str]:
        """The programs that did not run."""
        note = read_small(self.folder / FAILED, LONGEST_NOTE)
        return frozenset((note or b"").decode("ascii", "replace").split())

    # Before the key's program

    def add_program(self, offer: ProgramOffer, archive: Path) -> None:
        """Unpack it beside the current one, to be tried. What is there besides the current one goes first: there is
        room for two."""
        current = self.find_name(CURRENT)
        self._drop_pending()
        for other in list_folder(self.folder / RELEASES):
            if other.name != current:
                self.disk.remove(other)
        scratch = self.folder / RELEASES / (offer.name + SCRATCH)
        Unpacker(self.disk, scratch, offer.unpacked).unpack(archive)
        self.disk.replace_file(scratch / NUMBER, str(offer.release).encode())
        self.disk.move(scratch, self.folder / RELEASES / offer.name)
        self.disk.replace_link(self.folder / PENDING, f"{RELEASES}/{offer.name}")

    def choose_program(self) -> str:
        """What is started now: the pending one for the first three times, else the current one. Its name."""
        pending = self.find_name(PENDING)
        tried = bool(pending) and pending != self.find_name(CURRENT)
        starts = self._count_starts() if tried else 0
        if tried and starts < MOST_STARTS:
            return self._choose(PENDING if self._can_count(starts + 1) else CURRENT)
        name = self._choose(CURRENT)  # first: what follows, a disk may refuse to write down
        if tried:
            self.note_failed(pending)
        self._drop_pending()
        return name

    def note_failed(self, name: str) -> None:
        """It is not taken again."""
        note = read_small(self.folder / FAILED, LONGEST_NOTE) or b""
        names = [*note.decode("ascii", "replace").split(), name][-MOST_FAILED:]
        self.disk.replace_file(self.folder / FAILED, "\n".join(names).encode())

    # After it has started

    def confirm_program(self) -> str:
        """The chosen one runs: it is the current one from now on. Its name."""
        pending = self.find_name(PENDING)
        if pending and self.find_name(CHOSEN) == pending:
            self.disk.replace_link(self.folder / CURRENT, f"{RELEASES}/{pending}")
            self._drop_pending()
        return self.find_name(CURRENT)

    def _choose(self, link: str) -> str:
        name = self.find_name(link)
        if name and self.find_name(CHOSEN) != name:
            self.disk.replace_link(self.folder / CHOSEN, f"{RELEASES}/{name}")
        return name

    def _count_starts(self) -> int:
        note = read_small(self.folder / STARTS, DIGITS)
        return int(note) if note is not None and note.isdigit() else 0

    def _can_count(self, starts: int) -> bool:
        """A start that is not counted could be followed by others without end: it is left for when there is room."""
        try:
            self.disk.replace_file(self.folder / STARTS, str(starts).encode())
        except UpdateDiskError:
            return False
        return True

    def _drop_pending(self) -> None:
        """The link first: a count without it means nothing."""
        self.disk.remove(self.folder / PENDING)
        self.disk.remove(self.folder / STARTS)
