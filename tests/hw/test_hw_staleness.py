"""What is committed is what the design makes; needs no KiCad."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hw import make

PIECES = ("hw", "drivers", "docs/hardware")


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Path]:
    """A copy of what the maker reads and writes."""
    for piece in PIECES:
        shutil.copytree(make.REPOSITORY / piece, tmp_path / piece, ignore=shutil.ignore_patterns("__pycache__"))
    yield tmp_path


def run_check(repository: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hw.make", "--check"]
    environment = {"PYTHONPATH": str(repository), "PATH": "/nonexistent"}
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_is_stale() -> None:
    assert make.stale() == []


def test_the_check_needs_no_kicad(repository: Path) -> None:
    done = run_check(repository)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_same_bytes_every_time() -> None:
    assert make.sources() == make.sources()
    assert make.documents(*make.kept_netlists()) == make.documents(*make.kept_netlists())


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("drivers/header.py", '"KEY_ROW1", 5,', '"KEY_ROW1", 22,', "hw/schematics/desk/sesame-desk.kicad_sch"),
        ("hw/design/parts.py", '"27899"', '"27898"', "hw/schematics/desk/keypad.kicad_sch"),
        ("hw/schematics/desk/keypad.kicad_sch", '"MFR-25FRF52-10K"', None, "hw/schematics/desk/keypad.kicad_sch"),
        ("hw/schematics/battery/netlist.txt", "\t328\t", "\t329\t", "docs/hardware/parts-battery.csv"),
        ("docs/hardware/parts.md", "# Parts", "# Bits", "docs/hardware/parts.md"),
        ("docs/hardware/sesame-desk-keypad.svg", "</svg>", "<!-- -->\n</svg>", "docs/hardware/pictures.sha256"),
        ("docs/hardware/wiring-desk.svg", ">Signer<", ">Signe<", "docs/hardware/wiring-desk.svg"),
        ("hw/data/figures.toml", "value = 0.700", "value = 0.600", "docs/hardware/budget.md"),
    ],
)
def test_a_change_anywhere_is_told(repository: Path, file: str, old: str, new: str | None, told: str) -> None:
    path = repository / file
    if new is None:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old, '"MFR-25FRF52-11K"', 1), encoding="utf-8")
    else:
        edit(path, old, new)
    done = run_check(repository)
    assert done.returncode == 1
    assert f"stale: {told}" in done.stdout.splitlines(), done.stdout + done.stderr


def test_a_missing_picture_is_told(repository: Path) -> None:
    (repository / "docs/hardware/sesame-battery.pdf").unlink()
    assert "stale: docs/hardware/pictures.sha256" in run_check(repository).stdout


def test_pictures_stay_small() -> None:
    kept = make.kept_pictures()
    assert sum(map(len, kept.values())) < 3_000_000
    assert sum(path.suffix == ".svg" for path in kept) == 12
    assert sum(path.suffix == ".pdf" for path in kept) == 2
