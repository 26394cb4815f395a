"""`./run` and `./test`: when an environment is made anew, what is said where something lacks, and what CI refuses."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import suite
from tools.machine import ROOT, Package, extras_of, install_line, interpreters, packages, version_of, worlds

STUBS = """
set -eu
checkout=$1
. "$checkout/tools/environment.sh"
make_environment() { echo made; mkdir -p "$1/bin"; ln -sf "$SOME_PYTHON" "$1/bin/python"; }
works() { [ -x "$1/bin/python" ]; }
install_project() { echo "installed $2"; }
ensure_environment "$checkout/.venv" "$2"
"""
"""The decision is the script's own; making and installing, which take a network, only say that they were called."""

Ensure = Callable[[Path, str], list[str]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with all that decides."""
    folder = tmp_path / "checkout"
    (folder / "tools").mkdir(parents=True)
    for name in ("tools/environment.sh", "setup.cfg", "pyproject.toml"):
        shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture
def ensure() -> Ensure:
    def _ensure(checkout: Path, extras: str) -> list[str]:
        command = ["/bin/sh", "-c", STUBS, "sh", str(checkout), extras]
        environment = {"PATH": os.defpath, "SOME_PYTHON": sys.executable}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    return _ensure


def test_the_first_start_makes_and_installs_and_the_second_does_nothing(ensure: Ensure, checkout: Path) -> None:
    assert ensure(checkout, "web") == ["made", "installed web"]
    assert ensure(checkout, "web") == []


@pytest.mark.parametrize("name", ["setup.cfg", "pyproject.toml"])
def test_changed_requirements_are_installed_into_the_same_environment(
    ensure: Ensure, checkout: Path, name: str
) -> None:
    ensure(checkout, "web")
    with (checkout / name).open("a") as opened:
        opened.write("# changed\n")
    assert ensure(checkout, "web") == ["installed web"]


def test_other_extras_are_installed(ensure: Ensure, checkout: Path) -> None:
    ensure(checkout, "web")
    assert ensure(checkout, "bank") == ["installed bank"]


@pytest.mark.parametrize("how", ["moved", "copied"])
def test_a_checkout_that_is_elsewhere_now_gets_a_new_environment(ensure: Ensure, checkout: Path, how: str) -> None:
    """Its scripts would still run the Python, and the project, of the former place."""
    ensure(checkout, "web")
    elsewhere = checkout.with_name("elsewhere")
    if how == "moved":
        checkout.rename(elsewhere)
    else:
        shutil.copytree(checkout, elsewhere, symlinks=True)
    assert ensure(elsewhere, "web") == ["made", "installed web"]


def test_an_environment_that_does_not_work_is_made_anew(ensure: Ensure, checkout: Path) -> None:
    ensure(checkout, "web")
    (checkout / ".venv/bin/python").unlink()
    assert ensure(checkout, "web") == ["made", "installed web"]


def test_an_interrupted_installation_is_done_again(ensure: Ensure, checkout: Path) -> None:
    ensure(checkout, "web")
    (checkout / ".venv/installed").unlink()
    assert ensure(checkout, "web") == ["installed web"]


def said(command: str, path: Path) -> tuple[int, str]:
    """What a function of environment.sh says on a machine whose programs are those in `path` alone."""
    script = f'set -eu; checkout={ROOT}; . "$checkout/tools/environment.sh"; {command}'
    done = subprocess.run(
        ["/bin/sh", "-c", script], env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def test_where_nothing_can_be_installed_the_line_to_type_is_said(tmp_path: Path) -> None:
    status, message = said("find_python", tmp_path)
    assert status == 1
    assert "sudo apt install python3 python3-venv" in message


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2\nexit 1\n')
    old.chmod(0o755)
    status, message = said("find_python", tmp_path)
    assert status == 1
    assert "3.11 or later" in message
    assert "Python 3.9.2" in message


# What `./test` knows of the machine


def test_every_package_serves_a_part_and_is_named_once() -> None:
    wanted = packages()
    assert len({package.name for package in wanted}) == len(wanted)
    assert all(package.part.isidentifier() for package in wanted)
    assert all((ROOT / package.name).stat().st_mode & 0o111 for package in wanted if package.program)


def test_what_is_missing_is_said_as_lines_to_type() -> None:
    absent = [Package("pcscd", "pcsc"), Package("swig", "pcsc"), Package("hw/install-kicad", "schematics", "kicad-cli")]
    assert install_line(absent) == "sudo apt install pcscd swig; sudo hw/install-kicad"


def test_every_interpreter_found_runs_as_the_version_it_stands_for() -> None:
    found = interpreters()
    assert {version: version_of(path) for version, path in found.items()} == {version: version for version in found}


def test_what_does_not_run_is_no_interpreter(tmp_path: Path) -> None:
    assert version_of(tmp_path / "python3.12") == ""


def test_the_extras_and_the_worlds_are_those_of_setup_cfg() -> None:
    setup = (ROOT / "setup.cfg").read_text()
    for command in ("run", "install", "test"):
        assert extras_of(command)
        assert all(f"\n{extra} =\n" in setup for extra in extras_of(command))
    assert all((ROOT / world / "__init__.py").exists() for world in worlds())


REPORT = '<testsuites><testsuite tests="{tests}" skipped="{skipped}" failures="0" errors="0"/></testsuites>'


@pytest.mark.parametrize(
    ("tests", "skipped", "in_ci", "ok"),
    [(3, 0, True, True), (3, 1, True, False), (3, 1, False, True), (2, 2, False, False), (0, 0, True, False)],
)
def test_ci_refuses_what_was_skipped_and_nobody_takes_nothing_for_success(
    tmp_path: Path, tests: int, skipped: int, in_ci: bool, ok: bool
) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT.format(tests=tests, skipped=skipped))
    assert suite.verdict(True, report, in_ci)[0] is ok


def test_a_run_that_broke_off_is_no_success(tmp_path: Path) -> None:
    assert suite.verdict(True, tmp_path / "none.xml", in_ci=False) == (False, "0 ran, 0 skipped")
