"""The programs that arrive: a file that grows block by block, and, once it is whole, the paper that goes with it.

    DIGEST.part    what has arrived of the program with this SHA-256; how far it got is its size
    DIGEST.whole   all of it, found right
    ready          written last: the metadata that it was judged by. With it the program waits for the key's next start

The key's program writes here without privilege; root reads it at the next start and believes none of it.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from drivers.updates.disk import UpdateDisk, UpdateDiskError, find_size, list_folder, read_blocks, read_small
from drivers.updates.memory import read_files, write_files
from drivers.updates.offers import ProgramOffer, UpdateRefusedError
from sesame_core.esecure.updating import UpdateStatus

READY: Final = "ready"
PART, WHOLE = ".part", ".whole"
LONGEST_PAPER: Final = 1 << 19
MARGIN: Final = 8 << 20
"""Bytes of the disk that an update leaves free."""


class WaitingRoom:
    """A folder of programs that arrive. Each method raises UpdateDiskError."""

    def __init__(self, folder: Path, disk: UpdateDisk) -> None:
        self.folder, self._disk = folder, disk

    @property
    def is_ready(self) -> bool:
        """Whether a program waits for the next start."""
        return find_size(self.folder / READY) is not None

    def begin(self, offer: ProgramOffer) -> int:
        """Make room for this one; how many bytes of it are here. Others that have begun are forgotten."""
        self._disk.make_folder(self.folder, 0o700)
        for other in list_folder(self.folder):
            if other.name not in {offer.digest + PART, READY}:
                self._disk.remove(other)
        here = self.count_bytes(offer)
        if here > offer.size:
            self._disk.remove(self._part(offer))
            here = 0
        needed = 2 * offer.size - here + offer.unpacked + MARGIN  # root copies it before it unpacks it
        if self._disk.find_room(self.folder) < needed:
            raise UpdateDiskError(f"{self.folder}: no room for {needed} bytes; take something else off the card")
        return here

    def count_bytes(self, offer: ProgramOffer) -> int:
        """How much of it is here."""
        return find_size(self._part(offer)) or 0

    def add_block(self, offer: ProgramOffer, offset: int, block: bytes) -> None:
        """The next bytes: on the disk when it returns."""
        self._disk.append_bytes(self._part(offer), offset, block)

    def finish(self, offer: ProgramOffer, accepted: Mapping[str, bytes]) -> None:
        """All of it: to wait for the next start. Raises UpdateRefusedError where it is not what was signed, and is then
        forgotten."""
        part = self._part(offer)
        if digest_file(part) != offer.digest:
            self._disk.remove(part)
            raise UpdateRefusedError(UpdateStatus.WRONG_CONTENT, "the program that arrived is not the signed one")
        self._disk.move(part, self.folder / (offer.digest + WHOLE))
        paper = json.dumps({"digest": offer.digest, "accepted": write_files(accepted)}).encode()
        self._disk.replace_file(self.folder / READY, paper)

    def read_ready(self) -> tuple[Path, Mapping[str, bytes]] | None:
        """The program that waits, and its metadata; None where none does, or what is here is none of ours."""
        paper = read_small(self.folder / READY, LONGEST_PAPER)
        if paper is None:
            return None
        try:
            told = json.loads(paper)
            digest = bytes.fromhex(told["digest"]).hex()
            return self.folder / (digest + WHOLE), read_files(told["accepted"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def clear(self) -> None:
        """Nothing waits any more. The paper goes first."""
        self._disk.remove(self.folder / READY)
        for left in list_folder(self.folder):
            if left.name.endswith(WHOLE):
                self._disk.remove(left)

    def _part(self, offer: ProgramOffer) -> Path:
        return self.folder / (offer.digest + PART)


def digest_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal. Raises UpdateDiskError."""
    digest = hashlib.sha256()
    for block in read_blocks(path):
        digest.update(block)
    return digest.hexdigest()
