"""What is built from the sources holds all that the program needs, and starts where nothing else is installed."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from shutil import copy2

import pytest

from tools.machine import worlds

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.xdist_group("packaging")


BUILD = "import sys; from setuptools import build_meta; print(getattr(build_meta, sys.argv[1])(sys.argv[2]))"


def run(*command: str | Path, cwd: Path) -> str:
    """The output of a program that must succeed, in an environment that tells it nothing."""
    bare = {"PATH": os.defpath, "HOME": str(cwd), "LANG": "C.UTF-8"}
    done = subprocess.run(command, cwd=cwd, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sources() -> list[PurePosixPath]:
    """The files of the project as a clean clone would have them."""
    listed = run(
        "git",
        "-c",
        "safe.directory=*",
        "-C",
        ROOT,
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        cwd=ROOT,
    )
    return [PurePosixPath(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def build(hook: str, project: Path, into: Path) -> Path:
    """Build with the backend itself: no network, and no environment but ours."""
    into.mkdir(exist_ok=True)
    return into / run(sys.executable, "-c", BUILD, hook, into, cwd=project).splitlines()[-1]


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean copy: building in the checkout would leave its traces there."""
    copy = tmp_path_factory.mktemp("tree")
    for name in sources():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        copy2(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="session")
def sdist(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("build_sdist", tree, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("build_wheel", tree, tmp_path_factory.mktemp("wheel"))


def needed() -> set[str]:
    """Every file of the five worlds, whatever its kind: modules, sentences, fonts, pages."""
    return {str(name) for name in sources() if name.parts[0] in worlds() and name.suffix != ".pyc"}


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not PurePosixPath(name).parts[0].endswith(".dist-info")}


def test_the_wheel_holds_every_file_of_the_worlds_and_nothing_else(wheel: Path) -> None:
    assert names_in(wheel) == needed()


def test_the_source_archive_makes_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    assert names_in(build("build_wheel", unpacked, tmp_path / "out")) == names_in(wheel)


def test_the_command_starts_where_nothing_else_is_installed(wheel: Path, tmp_path: Path) -> None:
    """No library, no hardware, no configuration: help must still be given."""
    run(sys.executable, "-m", "venv", "--without-pip", "empty", cwd=tmp_path)
    python = tmp_path / "empty/bin/python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", wheel, cwd=tmp_path)
    assert "run" in run(tmp_path / "empty/bin/sesame", "--help", cwd=tmp_path)


def test_an_installed_wheel_makes_and_migrates_books(wheel: Path, tmp_path: Path) -> None:
    """The database's steps are data of the package: nothing of the checkout is at hand."""
    place = tmp_path / "100% installed"
    install = ("install", "--no-index", "--no-deps", "--no-compile", "--target", place, wheel)
    run(sys.executable, "-m", "pip", *install, cwd=tmp_path)
    work = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "import bank.books.migrating as migrating\n"
        "from bank.demo.database import open_database\n"
        "assert Path(sys.argv[1]) in Path(migrating.__file__).parents, migrating.__file__\n"
        "store = open_database(Path('state'))\n"
        "print([holder.customer.user for holder in store.list_holders()])\n"
        "store.close()\n"
    )
    assert "DURAND42" in run(sys.executable, "-P", "-c", work, place, cwd=tmp_path)
