"""Every page and picture that is made from the program is what the program says today."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pytest_mock import MockerFixture

from docs.tools.__main__ import every, main
from docs.tools.made import DOCS, Made, Page, Sheet
from docs.tools.page_pictures import COURSES
from docs.tools.step_pictures import FOLDER as STEPS

MADE: tuple[Made, ...] = tuple(every())


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docs/ of its own, with every made file as it is now."""
    docs = tmp_path / "docs"
    for each in MADE:
        path = (docs / each.name).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((DOCS / each.name).read_bytes())
    monkeypatch.setattr("docs.tools.made.DOCS", docs)
    return docs


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_nothing_is_stale(made: Made) -> None:
    assert not made.stale(), "run python -m docs.tools, and look"


def test_nothing_is_made_that_no_page_names_and_no_picture_is_left_over() -> None:
    assert len({made.name for made in MADE}) == len(MADE)
    drawn = {f"pictures/{path.name}" for path in (DOCS / "pictures").glob("*.png") if "branch" not in path.name}
    drawn |= {f"{STEPS}/{path.name}" for path in (DOCS / STEPS).glob("*.png")}
    assert drawn == {made.name for made in MADE if isinstance(made, Sheet)}


@pytest.mark.parametrize("page", [made for made in MADE if isinstance(made, Page)], ids=lambda made: made.name)
def test_a_changed_page_is_noticed_and_made_anew(copied: Path, page: Page) -> None:
    path = copied / page.name
    right = path.read_text(encoding="utf-8")
    path.write_text(right + "more\n", encoding="utf-8")
    assert page.stale()
    page.write()
    assert path.read_text(encoding="utf-8") == right


@pytest.mark.parametrize("sheet", [made for made in MADE if isinstance(made, Sheet)], ids=lambda made: made.name)
def test_a_changed_pixel_is_noticed_and_made_anew(copied: Path, sheet: Sheet) -> None:
    path = copied / sheet.name
    with Image.open(path) as opened:
        spoilt = opened.convert("RGB")
    spoilt.putpixel((40, 40), (1, 2, 3))
    spoilt.save(path)
    assert sheet.stale()
    sheet.write()
    assert not sheet.stale()


def test_the_command_says_what_is_stale_and_makes_it(
    copied: Path, mocker: MockerFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    mocker.patch("docs.tools.__main__.every", side_effect=lambda: iter((MADE[0], MADE[-1])))
    (copied / MADE[0].name).unlink()
    assert main(["--check"]) == 1
    assert capsys.readouterr().out == f"docs/{MADE[0].name} is stale: python -m docs.tools\n"
    assert main([]) == 0
    assert capsys.readouterr().out == f"docs/{MADE[0].name} made\n"
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_a_page_says_what_to_edit_instead() -> None:
    page = next(made for made in MADE if isinstance(made, Page))
    assert replace(page, source="this").text.startswith("<!-- Made by `python -m docs.tools` from this; edit that")


@pytest.mark.parametrize("home", ["/somewhere", None])
def test_the_command_line_is_the_same_whoever_makes_it(home: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    if home is not None:
        monkeypatch.setenv("XDG_STATE_HOME", home)
    assert not next(made for made in MADE if made.name == "command-line.md").stale()
    assert os.environ.get("XDG_STATE_HOME") == home


def test_every_picture_of_a_page_is_there_and_stands_in_a_document() -> None:
    """They are taken on demand (docs/tools/page_pictures.py), from courses that are there."""
    documents = "".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    for course, names in COURSES.items():
        assert (DOCS.parent / course).exists()
        assert [name for name in names if not (DOCS / "pictures" / name).exists()] == []
        assert [name for name in names if f"(pictures/{name})" not in documents] == []
