"""What the signed metadata say of a program, and why they may be refused: values alone, so that nobody who only starts
a key pays for TUF."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from drivers.errors import DriverError
from sesame_core.esecure.updating import UpdateStatus

LARGEST_PROGRAM: Final = 256 << 20
"""Bytes of an archive, and four times as many unpacked: a Zero 2 W has a card of some gigabytes."""
LARGEST_UNPACKED: Final = 1 << 30
LARGEST_RELEASE: Final = (1 << 31) - 1

BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Of the project: no metadata of it were signed before."""


class UpdateRefusedError(DriverError):
    """What arrived is not taken. `status`: what the computer is told."""

    def __init__(self, status: UpdateStatus, said: str) -> None:
        super().__init__(said)
        self.status = status


@dataclass(frozen=True, slots=True)
class ProgramOffer:
    """A program by its signed metadata. `release`: its number, `name`: its folder's; `path`: the repository's name of
    its archive; `digest`: SHA-256 of that, in hexadecimal; sizes in bytes."""

    release: int
    name: str
    path: str
    size: int
    digest: str
    unpacked: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What can be said of the metadata that are here. `wanted`: the file that is needed to say more; `offer`: what the
    metadata name, once all are here. `accepted`: what was verified, which is kept; `moment`: the latest moment of
    signing in it, which is all that a key without a clock knows of time."""

    accepted: Mapping[str, bytes] = field(repr=False)
    moment: datetime
    wanted: str = ""
    limit: int = 0
    offer: ProgramOffer | None = None
