"""The application on its machine: one folder a release, with its own environment, and a link to the current one.

A virtual environment cannot be moved, and an update may lose its power half-way: a new release is made beside the old
one and the link is changed in one step when it is complete.
"""

import hashlib
import os
import platform
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tools.machine import ROOT, run, worlds

RECIPE = ("tools/release.py", "tools/pip_alone.py")
"""How a release is made is part of its name: a mended installer makes anew what a former one got wrong."""

METADATA = ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE")

SYSTEM_PYTHON = "/usr/bin/python3"
"""Debian's own: python3-lgpio and python3-pyscard are made for it and for no other."""

WHEELS = {"x86_64", "aarch64"}
"""The processors that PyPI has lgpio (up to Python 3.12) and gpiod ready-made for."""

SUMS = "SHA256SUMS"
"""In a folder of wheels: what each of them is."""

BUILD_LGPIO = {"PYPI": "1"}
"""How lgpio's own setup.py is told to compile its C library into the module instead of looking for it here."""


PROBE = "import PIL, cryptography, gpiozero, luma.oled, sesame.cli, smbus2"
"""What every release has, whatever its extras are."""


class InstallError(Exception):
    """Something that stops the installation; the message says what to do."""


def sources() -> list[Path]:
    """Every file that makes the application, relative to the checkout."""
    found = [
        file for world in worlds() for file in (ROOT / world).rglob("*") if file.is_file() and file.suffix != ".pyc"
    ]
    return sorted(file.relative_to(ROOT) for file in [*found, *(ROOT / name for name in METADATA)])


def release_name(extras: str) -> str:
    """A name that changes with any file of the application, with the extras and with the system's Python."""
    digest = hashlib.sha256(f"{extras} {Path(SYSTEM_PYTHON).resolve()}".encode())
    for file in [*sources(), *map(Path, RECIPE)]:
        digest.update(f"\0{file}\0".encode() + (ROOT / file).read_bytes())
    return digest.hexdigest()[:12]


def complete(release: Path) -> bool:
    """True when its installation came to its end, and what it needs is in it and not in somebody's home."""
    there = (release / "complete").exists() and os.access(release / "bin/sesame", os.X_OK)
    return there and run([str(release / "bin/python"), "-I", "-c", PROBE]) == 0


def closed_to_others(folder: Path) -> list[Path]:
    """What below a folder the reader's own user could not read or enter: left by a former version, under a umask."""
    return [path for path in (folder, *folder.rglob("*")) if _closed(path)]


def open_to_others(paths: Iterable[Path]) -> None:
    """Let everybody read these, enter the folders and run the programs among them."""
    for path in paths:
        mode = path.stat().st_mode
        path.chmod(mode | (0o755 if path.is_dir() or mode & 0o100 else 0o644))


def _closed(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except PermissionError:
        return True  # to us already
    wanted = 0o055 if stat.S_ISDIR(mode) or mode & 0o100 else 0o044
    return not stat.S_ISLNK(mode) and mode & wanted != wanted


def make_release(release: Path, extras: str, wheels: Path | None = None) -> None:
    """Make the environment and install the application into it, from a copy: a build leaves traces where it happens.

    `wheels`: the packages come from this folder alone, each as its SHA256SUMS has it.
    """
    way = way_to(wheels) if wheels else {}
    shutil.rmtree(release, ignore_errors=True)
    release.parent.mkdir(parents=True, exist_ok=True)
    _must([SYSTEM_PYTHON, "-m", "venv", "--system-site-packages", str(release)], "Type: sudo apt install python3-venv")
    with tempfile.TemporaryDirectory() as folder:
        for file in sources():
            copy = Path(folder, file)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, copy)
        pip = [str(release / "bin/python"), str(ROOT / "tools/pip_alone.py"), "install"]
        _must(
            [*pip, "-qq", "--disable-pip-version-check", "--no-input", "--progress-bar", "off", f"{folder}[{extras}]"],
            "Is the Python package index (pypi.org, or the one pip is configured for) within reach?",
            **BUILD_LGPIO,
            **way,
        )
    (release / "complete").touch()
    if not complete(release):
        raise InstallError(f"pip ended well, but the program in {release} does not start. Its words are above.")


def way_to(wheels: Path) -> dict[str, str]:
    """How pip is told to take packages from a folder alone. Raises InstallError when one is not what its list says."""
    cure = f"In that folder, where it was filled, type: sha256sum *.whl >{SUMS}"
    try:
        lines = (wheels / SUMS).read_bytes().splitlines()
    except OSError as error:
        raise InstallError(f"{wheels / SUMS}: {error.strerror}. {cure}") from None
    rows = (os.fsdecode(line).partition(" ") for line in lines)
    sums = {name.lstrip(" *"): digest for digest, _, name in rows}
    for wheel in sorted(wheels.glob("*.whl")):
        if sums.get(wheel.name) != hashlib.sha256(wheel.read_bytes()).hexdigest():
            raise InstallError(f"{wheel} is not what {SUMS} beside it says: fetch it again. {cure}")
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels.resolve())}


def current(applications: Path) -> str:
    """The name of the current release, "" when there is none."""
    link = applications / "current"
    return link.readlink().name if link.is_symlink() else ""


def switch(applications: Path, name: str) -> None:
    """Make a release the current one, in one step. An update of an access key that is being tried ends here: its key
    starts what was installed (drivers/updates/releases.py has the names)."""
    for tried in ("pending", "starts"):
        (applications / tried).unlink(missing_ok=True)
    fresh = applications / "current.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("releases", name))
    fresh.replace(applications / "current")


def forget_others(applications: Path, name: str) -> None:
    """Delete every release but this one."""
    for release in (applications / "releases").iterdir():
        if release.name != name:
            shutil.rmtree(release)


def knows_lgpio() -> bool:
    """True when the system's Python has lgpio."""
    probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('lgpio') is None)"
    return subprocess.run([SYSTEM_PYTHON, "-c", probe], check=False).returncode == 0  # noqa: S603  written here


def gpiod_wheels() -> bool:
    """True when PyPI has gpiod ready-made for this machine. It is an alternative: elsewhere it is left out."""
    return platform.machine() in WHEELS


def lgpio_wheels() -> bool:
    """True when PyPI has lgpio ready-made for this machine; elsewhere it is compiled."""
    old_enough = run([SYSTEM_PYTHON, "-c", "import sys; sys.exit(sys.version_info >= (3, 13))"]) == 0
    return old_enough and platform.machine() in WHEELS


def _must(command: list[str], cure: str, **environment: str) -> None:
    if run(command, **environment):
        raise InstallError(f"This did not work: {' '.join(command)}\n{cure}")
