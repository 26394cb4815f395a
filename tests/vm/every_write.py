"""Inside the machine: the key's store on ext4 on dm-log-writes, the power cut at every write that reached the disk.

Linux' target log-writes keeps each write in the order in which the disk had it (Documentation/admin-guide/
device-mapper/log-writes.rst). A key lives a life on it; then every beginning of that log is a disk after a power cut:
it is mounted, and the key opened. Prints what was seen, as JSON; ends with 1 and a sentence for the first fault.
"""

import json
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from drivers.vault.first_values import give_published
from drivers.vault.medium import Folder
from drivers.vault.sealed import SealedVault, open_vault
from sesame_core.piv.names import BlockAlgorithm, KeyAlgorithm, KeyReference, KeyRules, PinPolicy, TouchPolicy

SIZE = 16 << 20
LOG_SIZE = 256 << 20
NAME = "keylog"
DISCARD, MARK = 4, 8
"""Flags of an entry (drivers/md/dm-log-writes.c): 1 flush, 2 FUA, 4 discard, 8 mark."""
SUPER, ENTRY = struct.Struct("<QQQI"), struct.Struct("<QQQQ")
MAGIC = 0x6A736677736872
END = "dm-log-writes-end"
"""The kernel's own mark, when the target is removed: what unmounting wrote stands before it."""

RULES = KeyRules(KeyAlgorithm.P256, PinPolicy.ONCE, TouchPolicy.NEVER)
OBJECT = 0x5FC105
PIN = KeyReference.PIN
PINS = (b"123456", b"654321", b"222222")

LIFE: tuple[tuple[str, Callable[[SealedVault], object]], ...] = (
    ("a key is made", lambda vault: vault.make_key(0x9A, RULES)),
    ("a certificate is written", lambda vault: vault.write_object(OBJECT, b"certificate" * 60)),
    ("a wrong PIN", lambda vault: vault.check_pin(b"000000")),
    ("the right PIN", lambda vault: vault.check_pin(b"123456")),
    ("a PIN changed with a wrong one", lambda vault: vault.change_digits(PIN, b"000000", b"654321")),
    ("a PIN changed", lambda vault: vault.change_digits(PIN, b"123456", b"654321")),
    ("a wrong PUK", lambda vault: vault.unblock_pin(b"00000000", b"222222")),
    ("a PIN unblocked", lambda vault: vault.unblock_pin(b"12345678", b"222222")),
    (
        "another management key",
        lambda vault: vault.set_management(BlockAlgorithm.AES_128, bytes(16), TouchPolicy.NEVER),
    ),
    ("another key in the slot", lambda vault: vault.make_key(0x9A, RULES)),
    ("a certificate taken away", lambda vault: vault.write_object(OBJECT, b"")),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a key must be the old or the new; and its tries, which may be less."""

    whole: tuple[object, ...]
    pin: bytes
    tries: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the log: what was written where, or a mark."""

    offset: int
    octets: bytes
    mark: str


def main() -> None:
    """Live, then die at every write."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        place = Path(folder)
        kept = live(place)
        sys.stdout.write(json.dumps(die(place, kept)) + "\n")


def live(place: Path) -> list[Kept]:
    """The life; the key before it and after each act."""
    disk, log = place / "disk", place / "log"
    for path, size in ((disk, SIZE), (log, LOG_SIZE)):
        with path.open("wb") as file:
            file.truncate(size)
    loops = [tell("losetup", "--show", "-f", str(path)).strip() for path in (disk, log)]
    try:
        tell("dmsetup", "create", NAME, "--table", f"0 {SIZE // 512} log-writes {loops[0]} {loops[1]}")
        tell("mke2fs", "-q", "-t", "ext4", f"/dev/mapper/{NAME}")
        with mounted(f"/dev/mapper/{NAME}", place / "live") as home:
            return _act(home)
    finally:
        tell("dmsetup", "remove", "--retry", NAME)
        for loop in loops:
            tell("losetup", "-d", loop)


def _act(home: Path) -> list[Kept]:
    with opened(home) as vault:
        mark("made")
        kept = [look(home)]
        for name, act in LIFE:
            act(vault)
            mark(name)
            kept.append(look(home))
    return kept


def die(place: Path, kept: list[Kept]) -> dict[str, object]:
    """At each write after the key was made. Raises SystemExit."""
    disk, cut = place / "replayed", place / "cut"
    with disk.open("wb") as file:
        file.truncate(SIZE)
    acts = dict(zip(("made", *(name for name, _ in LIFE)), range(len(kept)), strict=True))
    done, cuts, seen = -1, 0, set()
    for entry in read_log(place / "log"):
        if entry.mark == END:
            break
        if entry.mark:
            done = acts[entry.mark]
            continue
        with disk.open("r+b") as file:
            file.seek(entry.offset)
            file.write(entry.octets)
        if done < 0:
            continue
        cuts += 1
        shutil.copyfile(disk, cut)
        with mounted(str(cut), place / "dead", "-o", "loop") as home:
            found = look(home)
        seen.add(found)
        judge(found, kept[done], kept[min(done + 1, len(kept) - 1)], f"write {cuts}, after {list(acts)[done]!r}")
    return {"cuts": cuts, "acts": len(LIFE), "states": len(seen)}


def judge(found: Kept, before: Kept, after: Kept, where: str) -> None:
    """The old or the new, and never a try more. Raises SystemExit."""
    if found.whole not in (before.whole, after.whole) or found.pin not in (before.pin, after.pin):
        raise SystemExit(f"{where}: neither the old nor the new")
    for left, then, at_end in zip(found.tries, before.tries, after.tries, strict=True):
        if not min(then - 1, at_end) <= left <= max(then, at_end):
            raise SystemExit(f"{where}: {left} tries, {then} before, {at_end} after")


LOOKED: dict[tuple[bytes, ...], Kept] = {}


def look(home: Path) -> Kept:
    """The key in the folder, on a copy; what is the same octet for octet is looked at once."""
    parts = sorted(path for path in (home / "key").iterdir() if path.is_file() and not path.name.endswith(".new"))
    octets = tuple(part.read_bytes() for part in parts)
    if octets not in LOOKED:
        LOOKED[octets] = _look(parts)
    return LOOKED[octets]


def _look(parts: list[Path]) -> Kept:
    with copied(parts) as vault:
        facts = vault.describe_key(0x9A)
        public = facts.public if facts else None
        whole = (vault.serial, vault.describe_management(), public, vault.read_object(OBJECT))
        tries = (vault.describe_tries(PIN).left, vault.describe_tries(KeyReference.PUK).left)
    pins = [pin for pin in PINS if _opens(parts, pin)]
    if len(pins) != 1:
        raise SystemExit(f"{len(pins)} PINs open it")
    return Kept(whole, pins[0], tries)


def _opens(parts: list[Path], pin: bytes) -> bool:
    """On a copy of its own: a wrong PIN costs a try."""
    with copied(parts) as vault:
        return vault.check_pin(pin)


@contextmanager
def copied(parts: list[Path]) -> Iterator[SealedVault]:
    """What is done to it is done to nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "key")
        home.mkdir(mode=0o700)
        for part in parts:
            shutil.copy(part, home)
        with opened(Path(folder)) as vault:
            yield vault


@contextmanager
def opened(home: Path) -> Iterator[SealedVault]:
    """The key in this place, made where there is none."""
    folder = Folder(home / "key")
    try:
        yield open_vault(folder, give_published)
    finally:
        folder.close()


@contextmanager
def mounted(device: str, at: Path, *words: str) -> Iterator[Path]:
    """As after a restart: the journal is played back."""
    at.mkdir(exist_ok=True)
    tell("mount", *words, device, str(at))
    try:
        yield at
    finally:
        tell("umount", str(at))


def mark(name: str) -> None:
    """What has returned by now has to be there from now on."""
    tell("dmsetup", "message", NAME, "0", "mark", name.replace(" ", "_"))


def tell(*command: str) -> str:
    """Raises SystemExit with what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr or done.stdout}")
    return done.stdout


def read_log(path: Path) -> Iterator[Entry]:
    """As the kernel wrote it. Raises SystemExit."""
    with path.open("rb") as file:
        magic, _, count, sector = SUPER.unpack(file.read(SUPER.size))
        if magic != MAGIC:
            raise SystemExit("that is no log of dm-log-writes")
        at = sector
        for _ in range(count):
            file.seek(at)
            head = file.read(sector)
            where, sectors, flags, length = ENTRY.unpack_from(head)
            name = head[ENTRY.size : ENTRY.size + length].decode().replace("_", " ") if flags & MARK else ""
            octets = bytes(sectors * sector) if flags & DISCARD else file.read(sectors * sector)
            at += sector * (1 if flags & DISCARD else 1 + sectors)
            yield Entry(where * sector, octets, name)


if __name__ == "__main__":
    main()
