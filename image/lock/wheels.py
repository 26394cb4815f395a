"""The list of wheels: pip's own form for hashes, so that pip itself refuses what is not in it."""

import hashlib
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from image.lock.packages import RENEW
from image.lock.rows import read_rows
from image.shell import ROOT, ImageError, run_program

LOCK = ROOT / "image/lock/wheels.lock"
WANTED = ROOT / "image/lock/wanted-wheels.txt"

ROW = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[0-9][A-Za-z0-9.+!]*) "
    r"--hash=sha256:(?P<digest>[0-9a-f]{64})"
)

HEAD = "# The wheels of the card: arm64, Python 3.13. Written by `image/build renew`; do not edit.\n"

PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64", "any")
"""What runs with Debian 13's C library (2.41) on arm64; PEP 600."""

TARGET = (
    "--only-binary=:all:",
    "--python-version=3.13",
    "--implementation=cp",
    "--abi=cp313",
    "--abi=abi3",
    "--abi=none",
)

SUMS = "SHA256SUMS"
"""What `./install --wheels` wants beside the wheels."""

NOT_LISTED = frozenset({"pip", "sesame-reader"})
"""In each environment: Debian's own pip (python3-pip-whl, a package of the other list), and what the card is about."""


@dataclass(frozen=True, slots=True, order=True)
class Wheel:
    """One wheel; `digest`: SHA-256, hexadecimal."""

    name: str
    version: str
    digest: str

    def __str__(self) -> str:
        return f"{self.name}=={self.version} --hash=sha256:{self.digest}"


def read_wheels(text: str) -> tuple[Wheel, ...]:
    """The wheels of a list. Raises ImageError for a line that is none, and for names twice or out of order."""
    rows = read_rows(text, ROW, "wheels.lock", "NAME==VERSION --hash=sha256:DIGEST")
    return tuple(Wheel(row["name"], row["version"], row["digest"]) for row in rows)


def load_lock() -> tuple[Wheel, ...]:
    """The project's own list. Raises ImageError."""
    return read_wheels(LOCK.read_text(encoding="ascii"))


def write_wheels(wheels: Iterable[Wheel]) -> str:
    """The list's text."""
    return HEAD + "".join(f"{wheel}\n" for wheel in sorted(wheels))


def describe_wheel(file: Path) -> Wheel:
    """The wheel in a file: its name and version as PEP 427 puts them into the file's name."""
    name, version, *_ = file.name.split("-")
    return Wheel(name.replace("_", "-").lower(), version, hashlib.sha256(file.read_bytes()).hexdigest())


def installed_wheels(root: Path, wheels: Sequence[Wheel]) -> tuple[Wheel, ...]:
    """Those of the list that are in a tree's environment: which, depends on the flavour. Raises ImageError for one of
    another version, or that the list does not have."""
    known = {(wheel.name, wheel.version): wheel for wheel in wheels}
    found = set()
    for place in root.glob("opt/sesame/releases/*/lib/python3*/site-packages/*.dist-info"):
        name, _, version = place.name.removesuffix(".dist-info").rpartition("-")
        found.add((name.replace("_", "-").lower(), version))
    strange = sorted(each for each in found - set(known) if each[0] not in NOT_LISTED)
    if strange:
        raise ImageError("\n".join(f"{name} {version} is installed, and not of the list" for name, version in strange))
    return tuple(wheel for key, wheel in known.items() if key in found)


def choose_wheels() -> list[Wheel]:
    """What the package index has now for what is wanted."""
    with TemporaryDirectory() as folder:
        _download(Path(folder), "--requirement", WANTED)
        return sorted(map(describe_wheel, Path(folder).glob("*.whl")))


def fetch_wheels(folder: Path) -> None:
    """Bring the wheels of the list, and write their sums. Raises ImageError when the index has another one or none."""
    folder.mkdir(parents=True, exist_ok=True)
    wheels = load_lock()
    if sorted(map(describe_wheel, folder.glob("*.whl"))) != list(wheels):
        for former in folder.glob("*.whl"):
            former.unlink()
        _download(folder, "--require-hashes", "--requirement", LOCK)
    files = sorted(folder.glob("*.whl"))
    sums = [f"{describe_wheel(file).digest}  {file.name}\n" for file in files]
    (folder / SUMS).write_text("".join(sums), encoding="ascii")


def _download(folder: Path, *wanted: str | Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    try:
        run_program(
            [*pip, "--dest", str(folder), *TARGET, *(f"--platform={name}" for name in PLATFORMS), *map(str, wanted)]
        )
    except ImageError as error:
        raise ImageError(f"The package index has not the wheels of image/lock: {error}\n{RENEW}") from None
