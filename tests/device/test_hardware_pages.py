"""docs/selftest.md, docs/wiring.md, the contact sheets and docs/levels.md say what the program says today."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from device.selftest.findings import Verdict
from drivers.pins import DESK
from simulator.troubles import Trouble
from tests.core.test_views_of_states import SIZES, STATES

ROOT = Path(__file__).resolve().parents[2]


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def pages() -> ModuleType:
    return tool("hardware_pages")


@pytest.fixture
def sheets() -> ModuleType:
    return tool("screen_sheets")


def test_no_page_is_stale(pages: ModuleType) -> None:
    assert pages.stale() == [], "run python docs/tools/hardware_pages.py"


def test_a_changed_pin_is_noticed(pages: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "DESK", DESK[1:])
    assert pages.stale() == ["wiring.md"]


def test_a_changed_sentence_is_noticed(pages: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pages.PROBES, "clock", ("it ticks", ""))
    assert pages.stale() == ["selftest.md"]


def test_every_signal_stands_in_the_wiring_once(pages: ModuleType) -> None:
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \|", pages.text("wiring.md"), re.MULTILINE)
    assert sorted(rows) == sorted(pin.signal for pin in DESK)


def test_every_probe_is_described(pages: ModuleType) -> None:
    assert [each.probe for each in pages.findings()] == list(pages.PROBES)


@pytest.mark.parametrize("trouble", Trouble, ids=lambda trouble: trouble.value)
def test_every_trouble_has_its_row(pages: ModuleType, trouble: Trouble) -> None:
    page = (ROOT / "docs" / "selftest.md").read_text(encoding="utf-8")
    assert f"| `{trouble.value}` |" in page
    for each in pages.findings(trouble):
        if each.verdict in (Verdict.FAILED, Verdict.WARNING):
            assert f"| {each.probe} | {each.verdict.value} | {each.said} | {each.cure} |" in page


def test_no_contact_sheet_is_stale(sheets: ModuleType) -> None:
    assert sheets.stale() == [], "run python docs/tools/screen_sheets.py, and look"


def test_a_changed_pixel_is_noticed(sheets: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, made in sheets.sheets():
        made.save(tmp_path / name)
    monkeypatch.setattr(sheets, "PICTURES", tmp_path)
    assert sheets.stale() == []
    changed = tmp_path / "screens-128x64-fr.png"
    with Image.open(changed) as sheet:
        spoilt = sheet.copy()
    spoilt.putpixel((40, 40), (1, 2, 3))
    spoilt.save(changed)
    assert sheets.stale() == [changed.name]


def test_every_screen_is_on_the_sheets(sheets: ModuleType) -> None:
    for width, height in SIZES:
        for language in ("fr", "en"):
            folder = sheets.GOLDEN / f"{width}x{height}" / language
            assert {path.stem for path in folder.glob("*.png")} == set(STATES)
    assert {name for name, _ in sheets.sheets()} == {path.name for path in sheets.PICTURES.glob("screens-*.png")}


def test_the_table_of_levels_names_commands_and_files_that_are_there() -> None:
    page = (ROOT / "docs" / "levels.md").read_text(encoding="utf-8")
    named = {word for command in re.findall(r"`([^`]+)`", page) for word in command.split() if "/" in word}
    paths = {word.rstrip(".,") for word in named if not word.startswith(("/", "~", "http"))}
    assert len(paths) > 10
    assert [path for path in sorted(paths) if not list(ROOT.glob(path))] == []
