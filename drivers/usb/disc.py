"""The disc in the CD-ROM: whether the computer has ejected it, and putting it in again for the next one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from drivers.usb.cable import DriveEjected
from drivers.usb.gadget import DRIVE_FILE, ConfigTree, insert_disc
from sesame_core.events import Event, Millis

LOOK_EVERY: Final[Millis] = 1_000
"""The kernel tells nobody that a disc was ejected: its file is then an empty line."""


class DiscWatch:
    """Looked at while a computer is there. `image`: what is to be in."""

    def __init__(self, tree: ConfigTree, image: Path) -> None:
        self._tree = tree
        self._image = image
        self._look_at: Millis | None = None
        self._inside = True

    def next_due(self) -> Millis | None:
        """When it is looked at next; None where no computer is."""
        return self._look_at

    def host_came(self, at: Millis) -> None:
        """Every computer finds the disc in. Raises UsbDeviceError."""
        insert_disc(self._tree, self._image)
        self._inside, self._look_at = True, at + LOOK_EVERY

    def host_left(self) -> None:
        """Nobody is there to eject it."""
        self._look_at = None

    @property
    def is_out(self) -> bool:
        """Whether the computer that is there has ejected it, as of now: the last look may be a second old."""
        return self._look_at is not None and not self._is_loaded()

    def _is_loaded(self) -> bool:
        return bool(self._tree.read_value(DRIVE_FILE))

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """DriveEjected, once."""
        if self._look_at is None or now < self._look_at:
            return ()
        self._look_at = now + LOOK_EVERY
        was, self._inside = self._inside, self._is_loaded()
        return (DriveEjected(now),) if was and not self._inside else ()
