"""What root does with a program that waits: judge it anew, from its own copy of the root, and put it to be tried.

The key's program has judged it before, without privilege; somebody who has taken that over may have written anything
into its folder. So the archive is first copied to where only root writes, and that copy is measured.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from drivers.updates.disk import UpdateDiskError, read_blocks
from drivers.updates.judging import MOST_ROOTS, judge_metadata, read_moment
from drivers.updates.offers import ProgramOffer, UpdateRefusedError
from drivers.updates.releases import CURRENT, PENDING, ProgramReleases
from drivers.updates.waiting import WaitingRoom, digest_file
from sesame_core.esecure.updating import UpdateStatus

ARCHIVE: Final = "archive"


def settle_program(root: bytes, room: WaitingRoom, releases: ProgramReleases) -> int:
    """The release number that is to be tried; 0 where nothing waits. However it ends, but for a power cut, nothing
    waits afterwards. Raises UpdateRefusedError, UpdateDiskError: the program that runs goes on running."""
    waiting = room.read_ready()
    if waiting is None:
        room.clear()
        return 0
    program, accepted = waiting
    try:
        offer = find_offer(root, accepted)
        if releases.find_name(PENDING) != offer.name:  # else the power went after all was done
            _refuse_unless_newer(offer, releases)
            _copy_program(program, offer, releases)
    except OSError as cause:
        raise UpdateDiskError(f"{program}: {cause.strerror}; start the update anew") from cause
    finally:
        room.clear()
        releases.disk.remove(releases.folder / ARCHIVE)
    return offer.release


def find_offer(root: bytes, accepted: Mapping[str, bytes]) -> ProgramOffer:
    """What metadata say that are all here. Raises UpdateRefusedError."""
    arrived: dict[str, bytes | None] = {}
    for _ in range(MOST_ROOTS + 2):
        judged = judge_metadata(root, accepted, arrived, read_moment(root))
        if not judged.wanted:
            break
        arrived[judged.wanted] = accepted.get(judged.wanted)
    if judged.offer is None:
        raise UpdateRefusedError(UpdateStatus.NOT_SIGNED, "the update's metadata name no program")
    return judged.offer


def _refuse_unless_newer(offer: ProgramOffer, releases: ProgramReleases) -> None:
    newer = offer.release > releases.read_number(releases.find_name(CURRENT))
    if not newer or offer.name in releases.failed:
        raise UpdateRefusedError(UpdateStatus.ROLLED_BACK, "the program that waits is older, or did not run before")


def _copy_program(program: Path, offer: ProgramOffer, releases: ProgramReleases) -> None:
    copy = releases.folder / ARCHIVE
    if program.is_symlink() or program.stat().st_size != offer.size:
        raise UpdateRefusedError(UpdateStatus.WRONG_CONTENT, "the program that waits is not the signed one")
    releases.disk.write_file(copy, read_blocks(program), 0o600)
    if digest_file(copy) != offer.digest:
        raise UpdateRefusedError(UpdateStatus.WRONG_CONTENT, "the program that waits is not the signed one")
    try:
        releases.add_program(offer, copy)
    except UpdateRefusedError:
        releases.note_failed(offer.name)  # it is signed, and will not get better
        raise
