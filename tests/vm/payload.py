"""What goes into the machine besides Debian: this checkout, and the wheels that its installer asks pip for.

The machine has no network, so that nothing but what is here can be installed. A tar file serves as a disk.
"""

import configparser
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from tools.machine import ROOT, extras_of

PYTHON = {"bookworm": "3.11", "trixie": "3.13"}
"""Debian's release -> its Python."""

COMPILED = {"trixie": "lgpio"}
"""Debian's release -> what its Python finds no wheel of, and the installer compiles."""

PLATFORMS = ("manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_28_x86_64", "manylinux_2_34_x86_64")


def make(release: str, cache: Path, payload: Path, more: Sequence[str] = ()) -> None:
    """Write the tar file: src/ and wheels/. `more`: extras of setup.cfg beside those that every installation has."""
    wheels = cache / f"wheels-{PYTHON[release]}"
    wheels.mkdir(exist_ok=True)
    _download(PYTHON[release], wheels, _requirements(COMPILED.get(release), more))
    if release in COMPILED:
        _download_source(COMPILED[release], wheels)
    sources_only(payload)
    with tarfile.open(payload, "a") as archive:
        for file in (*wheels.glob("*.whl"), *wheels.glob("*.tar.gz")):
            archive.add(file, f"wheels/{file.name}")


def sources_only(payload: Path) -> None:
    """Write the tar file without wheels."""
    with tarfile.open(payload, "w") as archive:
        for name in _sources():
            archive.add(ROOT / name, f"src/{name}", recursive=False)


def _sources() -> list[str]:
    git = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(git, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in listed if name and (ROOT / name).is_file()]


PIP_DOWNLOAD = (sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check")


def _download(python: str, wheels: Path, wanted: Sequence[str]) -> None:
    target = ["--only-binary=:all:", "--implementation", "cp", "--python-version", python, "--dest", str(wheels)]
    target += [f"--platform={platform}" for platform in PLATFORMS]
    subprocess.run([*PIP_DOWNLOAD, *target, *wanted], check=True)


def _download_source(name: str, wheels: Path) -> None:
    subprocess.run([*PIP_DOWNLOAD, "--no-deps", "--no-binary=:all:", "--dest", str(wheels), name], check=True)


def _requirements(compiled: str | None, more: Sequence[str]) -> list[str]:
    """What pip will want in the machine as wheels: for the build, for the reader and for the installation's extras."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = [extra for extra in (*extras_of("install"), "web", "lgpio", "gpiod", *more) if extra != compiled]
    lists = [setup["options"]["install_requires"]]
    lists += [setup["options.extras_require"][extra] for extra in extras]
    lines = (line.strip() for text in lists for line in text.splitlines())
    return ["setuptools>=77", "wheel", *(line for line in lines if line and not line.startswith("#"))]
