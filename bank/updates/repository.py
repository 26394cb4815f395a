"""A repository of TUF (specification 1.0.34), made and signed with python-tuf: one target, the newest program of a key.

    keys                    the roles' private keys, sealed
    public/metadata/        N.root.json, N.targets.json, N.snapshot.json, timestamp.json
    public/programs/        DIGEST.key-release

`public` is all that is served, and serving it is all that a server has to do. What a client follows is written from its
end: program, targets, snapshot, and the timestamp last, each replaced at once, so that whoever asks in between, or
after a power cut, finds the former repository whole.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bank.errors import BankError, StateError
from bank.files import lock_file, write_private
from bank.updates.role_keys import (
    COUNTS,
    ROOT_THRESHOLD,
    RoleKeys,
    Sealer,
    draw_signers,
    keep_role_keys,
    open_role_keys,
)

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import Metadata, Root, Targets

TARGET: Final = "key-release"
SIGNED_AT: Final = "signed-at"
LASTS: Final = {
    "root": timedelta(days=730),
    "targets": timedelta(days=365),
    "snapshot": timedelta(days=30),
    "timestamp": timedelta(days=7),
}
"""How long what a role signs is good; `renew` signs anew."""

KEYS, PUBLIC, METADATA, PROGRAMS = "keys", "public", "metadata", "programs"
NAME_SIZE: Final = 12
HEX: Final = frozenset("0123456789abcdef")
LARGEST_NUMBER: Final = (1 << 31) - 1


class UpdateNotPublishedError(BankError):
    """What was asked of the repository is not done; the message says why."""


@dataclass(frozen=True, slots=True)
class PublishedProgram:
    """`release`: its number; `name`: its folder's on a key; `size`, `unpacked` in bytes; `digest`: SHA-256."""

    release: int
    name: str
    size: int
    unpacked: int
    digest: str


class UpdateRepository:
    """In a folder. Each method raises StateError."""

    def __init__(self, folder: Path, sealer: Sealer, now: Callable[[], datetime]) -> None:
        self._folder, self._sealer, self._now = folder, sealer, now
        self._keys = folder / KEYS
        self._metadata = folder / PUBLIC / METADATA
        self._programs = folder / PUBLIC / PROGRAMS

    @property
    def public(self) -> Path:
        """What is served."""
        return self._folder / PUBLIC

    def make(self) -> bytes:
        """A new one without a program: the root that keys are built with. Raises UpdateNotPublishedError where there is
        one."""
        from tuf.api.metadata import (  # noqa: PLC0415 - heavy
            Root,
            Snapshot,
            Targets,
            Timestamp,
        )

        with lock_file(self._keys):
            if self._keys.exists():
                raise UpdateNotPublishedError(f"there is a repository at {self._folder}: it is not made anew")
            self._metadata.mkdir(parents=True, exist_ok=True)
            self._programs.mkdir(exist_ok=True)
            keys = RoleKeys({role: draw_signers(role) for role in COUNTS})
            keep_role_keys(self._keys, self._sealer, keys)
            root = Root(consistent_snapshot=True)
            for role, signers in keys.signers.items():
                for each in signers:
                    root.add_key(each.public_key, role)
            root.roles["root"].threshold = ROOT_THRESHOLD
            content = self._sign("root", root, keys.signers["root"], root.version)
            for role, kind in (("targets", Targets), ("snapshot", Snapshot), ("timestamp", Timestamp)):
                signed = kind()
                self._sign(role, signed, keys.signers[role], 0 if role == "timestamp" else signed.version)
        return content

    def publish(self, archive: Path, release: int, name: str, unpacked: int) -> PublishedProgram:
        """Offer this archive to keys, in place of the one before. Raises UpdateNotPublishedError: its number is not
        above the last one's, or it is none."""
        from tuf.api.metadata import TargetFile  # noqa: PLC0415

        self._check(archive, release, name, unpacked)
        with lock_file(self._keys):
            keys = open_role_keys(self._keys, self._sealer)
            targets: Metadata[Targets] = self._read("targets")
            before = targets.signed.targets.get(TARGET)
            if before is not None and before.custom["release"] >= release:
                raise UpdateNotPublishedError(
                    f"release {release} is not above {before.custom['release']}, the last one"
                )
            target = TargetFile.from_file(TARGET, str(archive), ["sha256"])
            target.unrecognized_fields["custom"] = {"release": release, "name": name, "unpacked": unpacked}
            digest = target.hashes["sha256"]
            self._copy_program(archive, self._programs / f"{digest}.{TARGET}")
            targets.signed.targets = {TARGET: target}
            self._sign_next("targets", targets, keys)
            self._follow(keys, targets=targets.signed.version)
        return PublishedProgram(release, name, target.length, unpacked, digest)

    def renew(self) -> datetime:
        """Sign anew what goes by: snapshot and timestamp. Until when the timestamp is good."""
        with lock_file(self._keys):
            return self._follow(open_role_keys(self._keys, self._sealer))

    def rotate_root(self) -> int:
        """New keys for every role, by a root that the old ones and the new ones sign. Its version."""
        with lock_file(self._keys):
            keys = open_role_keys(self._keys, self._sealer)
            fresh = RoleKeys({role: draw_signers(role) for role in COUNTS})
            root: Metadata[Root] = self._read("root")
            for role, signers in fresh.signers.items():
                for keyid in tuple(root.signed.roles[role].keyids):
                    root.signed.revoke_key(keyid, role)
                for each in signers:
                    root.signed.add_key(each.public_key, role)
            root.signed.version += 1
            # The keys first: a root whose keys are lost could never be followed by another.
            keep_role_keys(self._keys.with_name(KEYS + ".next"), self._sealer, fresh)
            both = [*keys.signers["root"], *fresh.signers["root"]]
            self._sign("root", root.signed, both, root.signed.version)
            self._keys.with_name(KEYS + ".next").replace(self._keys)
            targets: Metadata[Targets] = self._read("targets")
            self._sign_next("targets", targets, fresh)
            self._follow(fresh, targets=targets.signed.version)
        return int(root.signed.version)

    # Behind them

    def _follow(self, keys: RoleKeys, *, targets: int | None = None) -> datetime:
        """The next snapshot and timestamp, over these targets or the present ones."""
        from tuf.api.metadata import MetaFile  # noqa: PLC0415

        snapshot, timestamp = self._read("snapshot"), self._read("timestamp")
        if targets is not None:
            snapshot.signed.meta["targets.json"] = MetaFile(targets)
        self._sign_next("snapshot", snapshot, keys)
        timestamp.signed.snapshot_meta = MetaFile(snapshot.signed.version)
        self._sign_next("timestamp", timestamp, keys)
        lasts: datetime = timestamp.signed.expires
        return lasts

    def _sign_next(self, role: str, metadata: "Metadata[Any]", keys: RoleKeys) -> None:
        metadata.signed.version += 1
        self._sign(role, metadata.signed, keys.signers[role], 0 if role == "timestamp" else metadata.signed.version)

    def _sign(self, role: str, signed: Any, signers: "Sequence[CryptoSigner]", version: int) -> bytes:  # noqa: ANN401
        """Write it as the repository's file of that version; 0 for the name without one."""
        from tuf.api.metadata import Metadata  # noqa: PLC0415

        now = self._now().astimezone(UTC).replace(microsecond=0)
        signed.expires = now + LASTS[role]
        if role in {"root", "timestamp"}:
            signed.unrecognized_fields[SIGNED_AT] = now.isoformat()
        metadata = Metadata(signed)
        for each in signers:
            metadata.sign(each, append=True)
        content: bytes = metadata.to_bytes()
        path = self._metadata / (f"{version}.{role}.json" if version else f"{role}.json")
        write_private(path, content)
        path.chmod(0o644)  # it is there to be served
        return content

    def _read(self, role: str) -> "Metadata[Any]":
        """What the timestamp leads to; the newest root."""
        from tuf.api.exceptions import RepositoryError  # noqa: PLC0415
        from tuf.api.metadata import Metadata  # noqa: PLC0415

        def load(name: str) -> "Metadata[Any]":
            return Metadata.from_file(str(self._metadata / name))

        try:
            if role == "root":
                return load(f"{max(map(_version_of, self._metadata.glob('*.root.json')))}.root.json")
            found = load("timestamp.json")
            if role != "timestamp":
                found = load(f"{found.signed.snapshot_meta.version}.snapshot.json")
            if role == "targets":
                found = load(f"{found.signed.meta['targets.json'].version}.targets.json")
        except (OSError, RepositoryError, ValueError) as cause:
            raise StateError(f"{self._metadata} is not whole: put it back from your backup ({role})") from cause
        return found

    def _copy_program(self, archive: Path, path: Path) -> None:
        scratch = path.with_name(path.name + ".new")
        try:
            shutil.copyfile(archive, scratch)
            scratch.replace(path)
            path.chmod(0o644)
        except OSError as cause:
            raise StateError(
                f"cannot write {path}: {cause.strerror}; check the directory's rights and space"
            ) from cause

    def _check(self, archive: Path, release: int, name: str, unpacked: int) -> None:
        if len(name) != NAME_SIZE or not set(name) <= HEX:
            raise UpdateNotPublishedError(f"{name!r} names no release: a folder of releases has 12 hexadecimal digits")
        if not all(0 < each <= LARGEST_NUMBER for each in (release, unpacked)):
            raise UpdateNotPublishedError("a release's number and size are whole numbers from 1 on")
        if not archive.is_file():
            raise UpdateNotPublishedError(f"{archive} is no file: name the archive of a program")


def _version_of(path: Path) -> int:
    return int(path.name.partition(".")[0])
