"""The pages made from the program are what the program says today."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("XDG_STATE_HOME", "restored afterwards")
    spec = importlib.util.spec_from_file_location("pages", ROOT / "docs" / "tools" / "pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_page_is_stale(pages: ModuleType) -> None:
    assert pages.stale() == [], "run python docs/tools/pages.py"


def test_a_changed_page_is_noticed(pages: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pages.PAGES, "scripts.md", lambda: iter(["something else"]))

    assert pages.stale() == ["scripts.md"]
