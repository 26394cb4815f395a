"""What the tests of the electronics share. Tests that need kicad-cli or ngspice skip without it, but never in CI."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hw import make
from hw.checks.figures import Figures, load
from hw.kicad import cli
from hw.kicad.netlist import Netlist
from hw.spice import run
from tests.left_out import leave_out


@pytest.fixture(scope="session")
def desk() -> Netlist:
    return make.kept_netlists()[0]


@pytest.fixture(scope="session")
def battery() -> Netlist:
    return make.kept_netlists()[1]


@pytest.fixture(scope="session")
def figures() -> Figures:
    return load()


@pytest.fixture(scope="session")
def kicad() -> None:
    """kicad-cli is here, or the test is skipped; in CI it must be here."""
    if cli.present():
        return
    leave_out("kicad-cli is not installed: run hw/install-kicad as root")


@pytest.fixture(scope="session")
def ngspice() -> None:
    """ngspice is here, or the test is skipped; in CI it must be here."""
    if run.is_present():
        return
    leave_out("ngspice is not installed: apt-get install ngspice")


@pytest.fixture
def project_copy(tmp_path: Path) -> Callable[[str], Path]:
    """Copies a version's project (`desk`, `battery`) and its library aside; returns the root sheet's file."""

    def copied(version: str) -> Path:
        source = make.REPOSITORY / make.SCHEMATICS
        shutil.copytree(source, tmp_path / "schematics", dirs_exist_ok=True)
        return tmp_path / "schematics" / version / f"sesame-{version}.kicad_sch"

    return copied
