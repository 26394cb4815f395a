"""What goes into the machine besides Debian: this checkout, and the wheels that its installer asks pip for.

The machine has no network, so that nothing but what is here can be installed. A tar file serves as a disk.
"""

import configparser
import subprocess
import sys
import tarfile
from pathlib import Path

from tools.machine import ROOT, extras_of

PYTHON = {"bookworm": "3.11"}
"""Debian's release -> its Python."""

PLATFORMS = ("manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_28_x86_64", "manylinux_2_34_x86_64")


def make(release: str, cache: Path, payload: Path) -> None:
    """Write the tar file: src/ and wheels/."""
    wheels = cache / f"wheels-{PYTHON[release]}"
    wheels.mkdir(exist_ok=True)
    _download(PYTHON[release], wheels)
    sources_only(payload)
    with tarfile.open(payload, "a") as archive:
        for wheel in wheels.glob("*.whl"):
            archive.add(wheel, f"wheels/{wheel.name}")


def sources_only(payload: Path) -> None:
    """Write the tar file without wheels."""
    with tarfile.open(payload, "w") as archive:
        for name in _sources():
            archive.add(ROOT / name, f"src/{name}", recursive=False)


def _sources() -> list[str]:
    git = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(git, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in listed if name and (ROOT / name).is_file()]


def _download(python: str, wheels: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--only-binary=:all:"]
    target = ["--implementation", "cp", "--python-version", python, "--dest", str(wheels)]
    target += [f"--platform={platform}" for platform in PLATFORMS]
    subprocess.run([*pip, *target, *_requirements()], check=True)


def _requirements() -> list[str]:
    """What pip will want in the machine: for the build, for the reader and for the extras of the installation."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lists = [setup["options"]["install_requires"]]
    lists += [setup["options.extras_require"][extra] for extra in [*extras_of("install"), "lgpio"]]
    lines = (line.strip() for text in lists for line in text.splitlines())
    return ["setuptools>=77", *(line for line in lines if line and not line.startswith("#"))]
