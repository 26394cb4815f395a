"""What is kept of the printed boards: told when it is stale, and read back against a house's limits; no KiCad here."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from hw import make
from hw.board import check, fabrication, kept, limits, rules, twice
from hw.board.__main__ import tell_stale
from hw.board.copper import Copper, Track, Via
from hw.design.versions import BOARDS, FRONT, HAT, Version
from hw.kicad.cli import undated_pdf

ROOT = make.REPOSITORY
every_board = pytest.mark.parametrize("version", BOARDS, ids=lambda version: version.name)


@cache
def archive_of(version_name: str) -> dict[str, str]:
    return fabrication.unpacked((ROOT / kept.DOCUMENTS / f"{version_name}-fabrication.zip").read_bytes())


def test_nothing_is_stale() -> None:
    assert list(kept.stale()) == []


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Everything by which a board is told stale, in a folder of its own."""
    for version in BOARDS:
        sheets = (path.relative_to(ROOT) for path in (ROOT / make.folder(version)).glob("*.kicad_sch"))
        for path in (*kept.PROGRAMS, *kept.product_paths(version), kept.record_path(version), *sheets):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes((ROOT / path).read_bytes())
    return tmp_path


SOURCE = "the drawing, a place or a program changed since the board was made"


@pytest.mark.parametrize("name", ["hw/kicad/cli.py", "hw/board/build.py", "hw/board/places.py"])
def test_a_changed_program_is_told(name: str, copied: Path) -> None:
    assert list(kept.stale(copied)) == []
    with (copied / name).open("a", encoding="utf-8") as file:
        file.write("# another byte\n")
    assert list(kept.stale(copied)) == [f"{kept.record_path(version)}: {SOURCE}" for version in BOARDS]


def test_a_changed_drawing_and_changed_and_missing_files_are_told(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (tell_stale(copied), capsys.readouterr().out) == (0, "")
    sheet = next((copied / make.folder(HAT)).glob("*.kicad_sch"))
    sheet.write_text("(kicad_sch)", encoding="utf-8")
    changed_file, missing = kept.board_path(FRONT), kept.copper_path(HAT)
    (copied / changed_file).write_text("(kicad_pcb)", encoding="utf-8")
    (copied / missing).unlink()
    found = sorted([str(changed_file), str(missing), f"{kept.record_path(HAT)}: {SOURCE}"])
    assert tell_stale(copied) == 1
    assert sorted(capsys.readouterr().out.splitlines()) == sorted(f"stale: {name}" for name in found)


def test_a_board_that_was_never_made_is_told(copied: Path) -> None:
    (copied / kept.record_path(HAT)).unlink()
    assert f"{kept.record_path(HAT)}: {SOURCE}" in list(kept.stale(copied))


@every_board
def test_no_kept_file_tells_the_moment_it_was_made_at(version: Version) -> None:
    data = (ROOT / kept.DOCUMENTS / f"{version.name}-drawing.pdf").read_bytes()
    other = re.sub(rb"D:20261128000000", b"D:20270102030405", data)
    assert other != data
    assert undated_pdf(other) == data


def test_two_makings_are_compared_file_by_file() -> None:
    once = {Path("a"): b"1", Path("b"): b"2", Path("c"): b"3"}
    assert twice.unlike(once, dict(once)) == []
    assert twice.unlike(once, {Path("a"): b"1", Path("b"): b"x"}) == ["b", "c"]


@every_board
def test_the_house_can_make_it(version: Version) -> None:
    files = archive_of(version.name)
    assert limits.limits(files) == []
    assert limits.outline_size(files) == pytest.approx(check.OUTLINE[version.name], abs=0.01)
    assert not [name for name, text in files.items() if re.search(r"CreationDate|\b20\d\d-\d\d-\d\d", text)]


def edited(end: str, pattern: str, new: str) -> dict[str, str]:
    files = dict(archive_of(HAT.name))
    name = next(each for each in files if each.endswith(end))
    files[name], count = re.subn(pattern, new, files[name], count=1)
    assert count == 1
    return files


REFUSED: dict[str, tuple[Callable[[], dict[str, str]], str]] = {
    "a stroke too thin": (lambda: edited("-F_Cu.gtl", r"(%ADD\d+C,)0\.25", r"\g<1>0.1"), "a stroke of 0.1 mm"),
    "a hole too small": (lambda: edited("-PTH.drl", r"C0\.350", "C0.200"), "a hole of 0.2 mm"),
    "a ring too narrow": (lambda: edited("-PTH.drl", r"C0\.350", "C0.600"), "a ring of 0.050 mm"),
    "a ring too narrow on the back": (
        lambda: edited("-B_Cu.gbl", r"(%ADD\d+C,)0\.700000", r"\g<1>0.400000"), "B_Cu: a ring of 0.025 mm",
    ),
    "a hole without copper on the back": (
        lambda: edited("-B_Cu.gbl", r"X-?\d+Y-?\d+D03\*\n", ""), "B_Cu: a ring of 0.000 mm",
    ),
    "an outline with a gap": (lambda: edited("-Edge_Cuts.gm1", r"X\d+Y-?\d+D01\*\n", ""), "the outline is not closed"),
    "a layer forgotten": (
        lambda: {name: text for name, text in archive_of(HAT.name).items() if "B_Mask" not in name},
        "no file -B_Mask.gbs",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", REFUSED)
def test_the_limits_find(mistake: str) -> None:
    broken, told = REFUSED[mistake]
    assert any(told in line for line in limits.limits(broken()))


def test_a_position_on_the_other_side_is_seen() -> None:
    text = (ROOT / kept.DOCUMENTS / f"{HAT.name}-positions.csv").read_text(encoding="utf-8")
    assert limits.sides(text) == {"top"}
    assert limits.sides(text.replace(",top", ",bottom", 1)) == {"top", "bottom"}


@every_board
def test_the_rules_ask_for_no_less_than_the_house(version: Version) -> None:
    path = ROOT / make.folder(version) / f"{version.name}.kicad_pro"
    assert limits.loose_rules(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("limit", limits.BY_RULES)
def test_a_rule_below_the_houses_limit_is_found(limit: str) -> None:
    rule, asked = limits.BY_RULES[limit], rules.FABRICATION[limit]
    text = re.sub(rf'"{rule}": [\d.]+', f'"{rule}": {asked - 0.01:.2f}', rules.project_text(HAT.name))
    assert limits.loose_rules(text) == [f"{rule} is {asked - 0.01:.2f} mm, the house asks for {asked:g}"]
    assert set(limits.BY_RULES) == set(rules.FABRICATION)


def test_copper_comes_back_as_it_was_written() -> None:
    copper = Copper((Track("A b", 1, (1.5, 2), (3, 4.1234), 0.25),), (Via("GND", (1, 2), 0.7, 0.35),))
    text = kept.copper_text(copper, "abc")
    assert kept.read_copper(text, "abc") == copper
    assert kept.read_copper(text, "abd") is None
    with pytest.raises(ValueError, match="not a line of copper"):
        kept.read_copper(text + "trace\tA\n", "abc")
