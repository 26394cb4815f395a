"""The list of Debian packages: one a line, `NAME VERSION ARCHITECTURE SIZE SHA256`, in the order of their names."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from image.lock.rows import read_rows
from image.shell import ROOT, ImageError

LOCK = ROOT / "image/lock/packages.lock"
WANTED = ROOT / "image/lock/wanted.txt"

ROW = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9+.-]+) (?P<version>[0-9A-Za-z.+~:-]+) (?P<architecture>arm64|all) "
    r"(?P<size>[1-9][0-9]*) (?P<digest>[0-9a-f]{64})"
)
"""Names and versions as Debian Policy 5.6.7 and 5.6.12 have them."""

PRINTED = re.compile(r"'(?P<address>[^']+)' (?P<file>\S+) (?P<size>[0-9]+) SHA256:(?P<digest>[0-9a-f]{64})")
"""A line of `apt-get --print-uris`."""

HEAD = """# Debian 13 (trixie), arm64: every package of the card. Written by `image/build renew`; do not edit.
# name version architecture size sha256
"""

RENEW = "To take what the archive has now, type: sudo image/build renew"


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """One package. `size` in bytes; `digest`: SHA-256 of the .deb, hexadecimal."""

    name: str
    version: str
    architecture: str
    size: int
    digest: str

    @property
    def file(self) -> str:
        """The file's name as apt stores it: the epoch's colon is escaped."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_{self.architecture}.deb"

    def __str__(self) -> str:
        return f"{self.name} {self.version} {self.architecture} {self.size} {self.digest}"


def read_lock(text: str) -> tuple[Package, ...]:
    """The packages of a list. Raises ImageError for a line that is none, and for names twice or out of order."""
    rows = read_rows(text, ROW, "packages.lock", "NAME VERSION ARCHITECTURE SIZE SHA256", f". {RENEW}")
    return tuple(
        Package(row["name"], row["version"], row["architecture"], int(row["size"]), row["digest"]) for row in rows
    )


def write_lock(packages: Iterable[Package]) -> str:
    """The list's text."""
    return HEAD + "".join(f"{package}\n" for package in sorted(packages))


def read_printed(line: str) -> Package | None:
    """The package of a line that `apt-get --print-uris` printed; None for another line."""
    found = PRINTED.fullmatch(line)
    if found is None:
        return None
    name, version, architecture = unquote(found["file"]).removesuffix(".deb").rsplit("_", 2)
    return Package(name, version, architecture, int(found["size"]), found["digest"])


def read_wanted(text: str) -> tuple[str, ...]:
    """The names that the card asks for itself, each with a reason behind it."""
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    bare = [row[0] for row in rows if len(row) < 2]
    if bare:
        raise ImageError(f"wanted.txt: {', '.join(bare)} stands there without what it is for.")
    return tuple(row[0] for row in rows)


def differences(locked: Collection[Package], installed: Collection[tuple[str, str, str]]) -> list[str]:
    """What differs between the list and (name, version, architecture) of what is installed, one sentence each."""
    pinned = {(package.name, package.version, package.architecture) for package in locked}
    there = set(installed)
    extra = [f"{name} {version} ({kind}) is installed and not in the list" for name, version, kind in there - pinned]
    absent = [f"{name} {version} ({kind}) is in the list and not installed" for name, version, kind in pinned - there]
    return sorted(extra + absent)


def load_lock(path: Path = LOCK) -> tuple[Package, ...]:
    """The project's own list."""
    return read_lock(path.read_text(encoding="ascii"))
