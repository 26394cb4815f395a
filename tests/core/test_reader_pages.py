"""docs/reader.md and docs/faults.md say what the program does."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from sesame_core.errors import Fault
from sesame_core.reader import Trigger
from sesame_core.state import Phase

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    """The tool, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("reader_pages", ROOT / "docs/tools/reader_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_up_to_date(pages: ModuleType) -> None:
    assert pages.stale() == [], "run python docs/tools/reader_pages.py"


def test_every_phase_trigger_and_fault_is_on_its_page(pages: ModuleType) -> None:
    reader, faults = pages.reader_page(), pages.faults_page()
    assert all(f"**{each.value}**" in reader for each in (*Phase, *Trigger))
    assert all(f"\n| {fault.value} | " in faults for fault in Fault)
    assert set(pages.EXPLAINED) == set(Fault)


def test_a_stale_page_is_noticed(pages: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "reader.md"
    old.write_text("once upon a time")
    monkeypatch.setattr(pages, "PAGES", {old: pages.reader_page, tmp_path / "absent.md": pages.faults_page})
    assert pages.stale() == ["reader.md", "absent.md"]
