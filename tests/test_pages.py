"""The pages made from the program are what the program says today."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from simulator.bench import Bench
from simulator.script import Player, read

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


def test_the_guides_pictures_are_what_the_reader_shows(tmp_path: Path) -> None:
    script = ROOT / "docs" / "guide.sesame"

    Player(Bench(), tmp_path, scale=3).play(tuple(read(script)))

    made = {path.name: _pixels(path) for path in tmp_path.iterdir()}
    kept = {path.name: _pixels(path) for path in (ROOT / "docs" / "pictures").glob("[0-9]-*.png")}
    assert made == kept, "run sesame script docs/guide.sesame --pictures docs/pictures --fresh --scale 3, and look"


def _pixels(path: Path) -> tuple[tuple[int, int], bytes]:
    with Image.open(path) as picture:
        return picture.size, picture.convert("RGB").tobytes()
