"""TUF (The Update Framework 1.0.34) by python-tuf's own client: metadata that have arrived -> what is wanted next.

The client asks for one file after the other and takes answers at once; a key has to ask its computer, and may lose its
power in between. So nothing waits here: whenever a file has arrived, the client goes through all of them from the root
on, and stops at the first that is missing (`FileMissingError`). What it has verified is taken back from its folder, so
that the key keeps it sealed; the folder itself lives for one judgement.

A key has no clock that could be believed. Expiry is measured against the latest moment of signing that it knows: of the
root it was built with, or of a timestamp that it has accepted (`signed-at`), but never later than the root itself
lasts: whoever holds the timestamp's key cannot put the key's time beyond what a new root mends. So metadata expire only
as far as time has passed *in the repository*; a computer that always brings the same old files freezes a key.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    ExpiredMetadataError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import Metadata, Root, TargetFile, Timestamp
from tuf.ngclient.config import UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface
from tuf.ngclient.updater import Updater

from drivers.updates.offers import (
    LARGEST_PROGRAM,
    LARGEST_RELEASE,
    LARGEST_UNPACKED,
    Judgement,
    ProgramOffer,
    UpdateRefusedError,
)
from sesame_core.esecure.updating import UpdateStatus

TARGET: Final = "key-release"
"""The one target of a repository: the newest program."""

SIGNED_AT: Final = "signed-at"
"""Beside the fields of TUF, in root and timestamp: when it was signed. RFC 3339, UTC."""

LIMITS: Final = {"root": 8192, "timestamp": 4096, "snapshot": 8192, "targets": 16384}
"""The longest file of each role, in bytes; ours have some 3000."""
MOST_ROOTS: Final = 16
"""Rotations between the root a key was built with and the newest."""
CONFIG: Final = UpdaterConfig(
    max_root_rotations=MOST_ROOTS,
    max_delegations=0,
    root_max_length=LIMITS["root"],
    timestamp_max_length=LIMITS["timestamp"],
    snapshot_max_length=LIMITS["snapshot"],
    targets_max_length=LIMITS["targets"],
)
PLACE: Final = "key:/"
HEX: Final = frozenset("0123456789abcdef")
NAME_SIZE: Final = 12
"""A release's folder is named by so many hexadecimal digits (tools/release.py)."""


class FileMissingError(DownloadError):
    """The client cannot go on without this file."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class ArrivedFiles(FetcherInterface):
    """What the computer has brought; None for what it says is not there."""

    def __init__(self, files: Mapping[str, bytes | None]) -> None:
        self._files = files

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.removeprefix(PLACE)
        if name not in self._files:
            raise FileMissingError(name)
        content = self._files[name]
        if content is None:
            raise DownloadHTTPError("not there", 404)
        return iter((content,))


def read_moment(root: bytes) -> datetime:
    """When the root that a key is built with was signed: before that nothing of it can have been. Raises
    UpdateRefusedError."""
    with _refusing():
        return _moment_of(Metadata[Root].from_bytes(root).signed)


def judge_metadata(
    root: bytes, accepted: Mapping[str, bytes], arrived: Mapping[str, bytes | None], moment: datetime
) -> Judgement:
    """Go through them from the root on. Raises UpdateRefusedError, whose `__cause__` is the client's own word; what was
    accepted before stays as it was then."""
    while True:
        found = _judge_once(root, accepted, arrived, moment)
        if found.moment == moment:
            return found
        accepted, moment = found.accepted, found.moment  # time has moved: judge by that


def _judge_once(
    root: bytes, accepted: Mapping[str, bytes], arrived: Mapping[str, bytes | None], moment: datetime
) -> Judgement:
    with TemporaryDirectory(prefix="update") as folder, _refusing():
        place = Path(folder)
        _lay_out(place, accepted)
        updater = Updater(folder, PLACE, fetcher=ArrivedFiles(arrived), config=CONFIG, bootstrap=root)
        # The client has no other door for a time; test_expiry_is_measured_by_signed_time fails where this one closes.
        updater._trusted_set.reference_time = moment
        wanted, offer = "", None
        try:
            updater.refresh()
            offer = _read_offer(updater.get_targetinfo(TARGET))
        except FileMissingError as missing:
            wanted = missing.name
        kept = _take_back(place)
        return Judgement(kept, max(moment, _latest_moment(root, kept)), wanted, _limit_of(wanted), offer)


def _lay_out(place: Path, accepted: Mapping[str, bytes]) -> None:
    (place / "root_history").mkdir()
    for name, content in accepted.items():
        folder = place / "root_history" if name.endswith(".root.json") else place
        (folder / name).write_bytes(content)


def _take_back(place: Path) -> dict[str, bytes]:
    files = [*sorted(place.glob("root_history/*.root.json")), *(place / f"{role}.json" for role in LIMITS)]
    return {file.name: file.read_bytes() for file in files if file.is_file() and not file.is_symlink()}


def _limit_of(name: str) -> int:
    return next((limit for role, limit in LIMITS.items() if name.endswith(f"{role}.json")), 0)


def _latest_moment(root: bytes, accepted: Mapping[str, bytes]) -> datetime:
    """Of the timestamp, where the newest root stands for it, and as long as that root lasts."""
    roots = [Metadata[Root].from_bytes(each) for name, each in accepted.items() if name.endswith(".root.json")]
    newest = max((each.signed for each in roots), key=lambda each: each.version)
    lasts = newest.expires - timedelta(seconds=1)
    first = _moment_of(Metadata[Root].from_bytes(root).signed)
    if (content := accepted.get("timestamp.json")) is None:
        return first
    timestamp = Metadata[Timestamp].from_bytes(content)
    try:
        newest.verify_delegate(Timestamp.type, timestamp.signed_bytes, timestamp.signatures)
    except UnsignedMetadataError:  # by a key that a newer root has taken back
        return first
    return min(max(first, _moment_of(timestamp.signed)), lasts)


def _moment_of(signed: Root | Timestamp) -> datetime:
    moment = datetime.fromisoformat(str(signed.unrecognized_fields[SIGNED_AT]))
    return moment.astimezone(UTC)


def _read_offer(target: TargetFile | None) -> ProgramOffer | None:
    """Raises ValueError, KeyError, TypeError: it is signed, and nothing that a key could take."""
    if target is None:
        return None
    custom: Any = target.custom
    release, name, unpacked = custom["release"], custom["name"], custom["unpacked"]
    digest = target.hashes["sha256"]
    for number, most in ((release, LARGEST_RELEASE), (unpacked, LARGEST_UNPACKED), (target.length, LARGEST_PROGRAM)):
        if type(number) is not int or not 0 < number <= most:
            raise ValueError("a number out of its range")
    if not isinstance(name, str) or len(name) != NAME_SIZE or not set(name) <= HEX:
        raise ValueError("no name of a release")
    return ProgramOffer(release, name, f"{digest}.{TARGET}", target.length, digest, unpacked)


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever is wrong with bytes from outside is an UpdateRefusedError."""
    try:
        yield
    except ExpiredMetadataError as cause:
        raise UpdateRefusedError(UpdateStatus.EXPIRED, "the update's metadata have expired") from cause
    except BadVersionNumberError as cause:
        raise UpdateRefusedError(UpdateStatus.ROLLED_BACK, "the update's metadata are older than known ones") from cause
    except (RepositoryError, DownloadError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
        raise UpdateRefusedError(UpdateStatus.NOT_SIGNED, "the metadata are not signed for this key") from cause
