"""The front board's case, built anew and measured; then mistakes in it, each of which must be found."""

import re
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from manifold3d import Manifold, Mesh64
from numpy import array, float64, uint64

from hw import make
from hw.board import kept as boards
from hw.board.read import ReadBoard, read_board
from hw.case import bodies, check, kept, labels, shapes, solids
from hw.case.__main__ import main
from hw.case.sizes import BOARD, LOOSE, Glass, Sizes
from hw.design.library import LEGENDS
from hw.design.versions import FRONT
from hw.kicad import cli

ROOT = make.REPOSITORY
Parts = dict[str, Manifold]


@pytest.fixture(scope="module")
def board() -> ReadBoard:
    return read_board((ROOT / boards.board_path(FRONT)).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def parts(board: ReadBoard) -> Parts:
    return shapes.mounted(board, Sizes(), Glass())


def test_nothing_is_stale() -> None:
    assert list(kept.stale()) == []


def test_a_change_by_hand_is_told(tmp_path: Path) -> None:
    assert next(iter(kept.stale(tmp_path))) == str(kept.RECORD)
    for path in (kept.RECORD, *kept.product_paths(), *kept.INPUTS):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((ROOT / path).read_bytes())
    assert list(kept.stale(tmp_path)) == []
    (tmp_path / kept.stl_path("cap")).write_bytes(b"")
    assert list(kept.stale(tmp_path)) == [str(kept.stl_path("cap"))]
    (tmp_path / "hw/case/sizes.py").write_text("", encoding="utf-8")
    assert list(kept.stale(tmp_path)) == ["inputs", str(kept.stl_path("cap"))]


def test_the_check_says_that_all_is_well(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["hw.case", "--check"])
    assert (main(), capsys.readouterr().out) == (0, "")


def test_the_same_bytes_every_time(board: ReadBoard) -> None:
    """Built twice: the files are those that are kept, where the same manifold3d made them."""
    once, again = ({n: solids.stl_bytes(s, f"Sesame {n}") for n, s in shapes.printed(board, Sizes(), Glass()).items()}
                   for _ in range(2))  # fmt: skip
    assert once == again
    assert set(once) == set(kept.PRINTED)
    if kept.made_by() == version("manifold3d"):
        assert once == {name: (ROOT / kept.stl_path(name)).read_bytes() for name in once}


def test_the_case_is_right(board: ReadBoard, parts: Parts) -> None:
    assert check.findings(check.put_together(parts, board)) == {}


def test_it_is_as_large_as_the_guide_says(parts: Parts) -> None:
    x0, y0, z0, x1, y1, z1 = Sizes().outer
    assert shapes.edges_of(parts["shell"] + parts["back"]) == pytest.approx((x0, y0, z0, x1, y1, z1))
    told = (ROOT / "docs/hardware/case.md").read_text(encoding="utf-8")
    assert f"{x1 - x0:.0f} x {y1 - y0:.0f} x {z1 - z0:.0f} mm closed" in told
    for name in ("shell", "back"):
        assert f"| {parts[name].volume() / 1000:.0f} cm³ |" in told


def test_the_guide_has_every_measure_that_no_drawing_holds() -> None:
    told = (ROOT / "docs/hardware/case.md").read_text(encoding="utf-8")
    for part in LOOSE.values():
        size = " x ".join(f"{value:g}" for value in part.size)
        assert f"| {part.name} | {size} | {part.source} |" in told
    sizes, glass = Sizes(), Glass()
    assert f"{glass.lit_below_pins:g} mm below its pins" in told
    assert f"leaves {(sizes.window[0] - glass.lit[0]) / 2:.1f} mm to each side" in told
    assert f"and {(sizes.window[1] - glass.lit[1]) / 2:.1f} mm above" in told
    assert f"the mouth is {sizes.mouth[1]:g} mm high" in told
    assert f"{-BOARD - sizes.reader_top:.1f} mm behind the board" in told


def test_every_key_has_its_legend() -> None:
    drawn = re.findall(r"<text[^>]*>([^<]+)</text>", labels.as_svg())
    assert drawn[1:] == [text for row in LEGENDS for text in row]
    assert shapes.LABEL[0] > labels.SIDE


SCREWS, CLASH, WALLS = "screws meet holes", "nothing in one place with another", "walls as printers need them"
COVERED, CARD = "display, light, sound and keys come through", "the card's way is free"
MISTAKES: dict[str, tuple[Sizes, str, str]] = {
    "posts 0.3 mm off": (Sizes(shift_boss=0.3), SCREWS, "no screw's hole at the board's hole at 3.5, 34.0"),
    "holes for thicker screws": (Sizes(pilot=1.4), SCREWS, "no screw's hole at the board's hole"),
    "the window 2 mm to the side": (Sizes(shift_window=2.0), COVERED, "the display's lit field"),
    "the window too low": (Sizes(window=(25.0, 10.0)), COVERED, "the display's lit field"),
    "the light's hole too narrow": (Sizes(light=2.0), COVERED, "the light"),
    "holes narrower than the keys": (Sizes(cap=11.4), COVERED, "the key at 14.8, 41.5"),
    "the mouth 6 mm deeper": (Sizes(shift_mouth=-6.0), CARD, "back stands in the card's way"),
    "no play round the board": (Sizes(play=-0.2), CLASH, "shell and board"),
    "the face on the display": (Sizes(above=13.0), CLASH, "shell and display"),
    "the reader on the cell's plug": (Sizes(reader_top=-9.0), CLASH, "X1 itself and BT1"),
    "posts into the keys": (Sizes(boss=5.5), CLASH, "shell and SW11"),
    "caps wider than their holes": (Sizes(cap_play=-0.2), CLASH, "shell and caps"),
    "a lip without play": (Sizes(lip_play=-0.1), CLASH, "shell and back"),
    "walls of a millimetre": (Sizes(wall=1.0), WALLS, "shell: thin at"),
    "a thin lip": (Sizes(lip=0.9), WALLS, "back: thin at"),
    "thin ribs": (Sizes(rib=1.0), WALLS, "back: thin at"),
    "posts round nothing": (Sizes(boss=2.0), WALLS, "shell: thin at"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(mistake: str, board: ReadBoard) -> None:
    sizes, name, told = MISTAKES[mistake]
    case = check.put_together(shapes.mounted(board, sizes, Glass()), board, sizes)
    found = check.CHECKS[name](case)
    assert any(told in line for line in found), found


def two_bodies(parts: Parts) -> Parts:
    return {**parts, "back": parts["back"] + solids.box((200, 0, 0, 210, 10, 10))}


def a_low_floor(parts: Parts) -> Parts:
    low = Sizes().outer[2]
    return {**parts, "back": parts["back"] - solids.box((30, 50, low - 1, 50, 70, low + 1.0))}


def a_way_too_few(parts: Parts) -> Parts:
    x, y = Sizes().fixings[0]
    return {**parts, "back": parts["back"] + solids.rod((x, y), 2.0, -10.0, -5.0)}


def walled_up(*edges: float) -> Callable[[Parts], Parts]:
    x0, y0, z0, x1, y1, z1 = edges
    return lambda parts: {**parts, "back": parts["back"] + solids.box((x0, y0, z0, x1, y1, z1))}


SIZES = Sizes()
RIGHT, TOP, FLOOR = SIZES.right, SIZES.top, SIZES.floor


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (two_bodies, "back: 2 bodies, must be 1"),
        (a_low_floor, "back: 1.00 mm high at"),
        (a_way_too_few, "the back has 1 holes for screws, must have 2"),
    ],
)
def test_a_mistake_in_a_solid_is_found(
    broken: Callable[[Parts], Parts], told: str, board: ReadBoard, parts: Parts
) -> None:
    found = check.findings(check.put_together(broken(parts), board))
    assert any(told in line for lines in found.values() for line in lines), found


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (walled_up(RIGHT, 5, FLOOR, RIGHT + 2, 30, FLOOR + 12), "back bars the charger's plug"),
        (walled_up(RIGHT, 5, FLOOR + 5, RIGHT + 2, 30, FLOOR + 12), "back bars the charger's plug"),
        (walled_up(30, SIZES.row_end, FLOOR, 52, SIZES.bays, -10), "back bars the reader's cable"),
        (walled_up(30, SIZES.row_end, FLOOR, 38, SIZES.bays, -10), "back bars the cell's leads"),
        (walled_up(30, TOP - 2, FLOOR, 52, TOP, -16.5), "back bars the reader's cable"),
        (walled_up(55, TOP - 2, -17, 70, TOP, -5), "back bars the Pi's plugs"),
        (walled_up(0, 50, FLOOR, 3, 60, -12), "back bars the leads of U4"),
        (walled_up(0, 75, FLOOR, 3, 90, -12), "back bars the leads of U1"),
        (walled_up(10, 30, FLOOR, 25, SIZES.bays, -12), "back bars the leads of U3"),
        (walled_up(55, 30, FLOOR + 14, 65, SIZES.bays, -12), "back bars the leads of U2"),
    ],
)
def test_a_way_that_is_walled_up_is_found(
    broken: Callable[[Parts], Parts], told: str, board: ReadBoard, parts: Parts
) -> None:
    assert check.barred_ways(parts, {}, board, SIZES) == []
    assert told in check.barred_ways(broken(parts), {}, board, SIZES)


def test_a_part_in_the_way_of_a_lead_is_found(board: ReadBoard, parts: Parts) -> None:
    tall = {"a higher gauge": solids.box((-0.1, 50, FLOOR, 10, 60, FLOOR + 9))}
    assert check.barred_ways(parts, tall, board, SIZES) == ["a higher gauge bars the leads of U4"]


def test_a_skin_with_a_hole_is_found(parts: Parts) -> None:
    whole = solids.stl_bytes(parts["button"], "button")
    count = len(solids.read_stl(whole))
    cut = whole[:80] + (count - 1).to_bytes(4, "little") + whole[84:-50]
    assert check.unclosed("button", cut) == ["button: 3 edges have no partner"]
    with pytest.raises(ValueError, match="are not"):
        solids.read_stl(whole[:-50])


def moved(board: ReadBoard, reference: str, dx: float) -> ReadBoard:
    pads = tuple(replace(pad, x=pad.x + dx) if pad.reference == reference else pad for pad in board.pads)
    shifted = tuple(replace(part, x=part.x + dx) if part.reference == reference else part for part in board.parts)
    return replace(board, pads=pads, parts=shifted)


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("SW22", "the face covers the key at 32.9, 56.8"),
        ("DS1", "the face covers the display's lit field"),
        ("D1", "the face covers the light"),
        ("BZ1", "the face covers the sound"),
        ("SW2", "the face covers the wake button"),
        ("H5", "no screw's hole at the board's hole at 4.2, 34.0"),
    ],
)
def test_a_case_for_another_board_is_refused_and_follows_it(
    reference: str, told: str, board: ReadBoard, parts: Parts
) -> None:
    """Places come from the board: the old case does not fit one on which a part moved, a new one does."""
    other = moved(board, reference, 0.65 if reference != "DS1" else 2.0)
    found = check.missed_screws(parts, other, Sizes()) + check.covered(parts, other, Sizes(), Glass())
    assert any(told in line for line in found), found
    fresh = shapes.mounted(other, Sizes(), Glass())
    assert check.missed_screws(fresh, other, Sizes()) + check.covered(fresh, other, Sizes(), Glass()) == []


def test_a_part_that_is_on_no_board_is_told(board: ReadBoard) -> None:
    with pytest.raises(ValueError, match="R99 is not on the board"):
        bodies.middle_of(board, "R99")


def kicads_board(path: Path, board: ReadBoard) -> Manifold:
    """KiCad's model as a solid in our axes: its corners are told apart to a ten-thousandth of a millimetre."""
    text = path.read_text(encoding="ascii")
    found = [tuple(round(float(v), 4) for v in three) for three in re.findall(r"vertex\s+(\S+)\s+(\S+)\s+(\S+)", text)]
    index: dict[tuple[float, ...], int] = {}
    for corner in found:
        index.setdefault(corner, len(index))
    skin = [[index[corner] for corner in found[i : i + 3]] for i in range(0, len(found), 3)]
    whole = [three for three in skin if len(set(three)) == 3]
    solid = Manifold(Mesh64(array(list(index), dtype=float64), array(whole, dtype=uint64)))
    x0, _, z0, _, y1, _ = solid.bounding_box()
    return solid.translate((-x0, -y1, -BOARD - z0))


def test_kicads_own_model_of_the_board_lies_in_the_case(
    kicad: None, board: ReadBoard, parts: Parts, tmp_path: Path
) -> None:
    model = tmp_path / "board.stl"
    cli.export_stl(ROOT / boards.board_path(FRONT), model)
    theirs, ours = kicads_board(model, board), bodies.bare_board(board)
    assert theirs.volume() > 11_000
    assert (theirs - ours).volume() < 0.001 * ours.volume(), "our board lacks something that KiCad's has"
    assert check.clashes(parts, {"KiCad's board": theirs}) == []
    broken = shapes.mounted(board, Sizes(play=-0.2), Glass())
    assert "shell and KiCad's board" in " ".join(check.clashes(broken, {"KiCad's board": theirs}))
