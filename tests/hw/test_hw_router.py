"""The router on small boards, judged by the copper it lays: `faults` measures millimetres and knows no grid."""

from dataclasses import replace

import pytest

from hw.board.copper import BareBoard, Copper, CopperPad, Keepout, NetClass, Track, Via, faults, pieces_of
from hw.board.router import Prices, route_board

POWER = NetClass(track=1.0, via=1.2, drill=0.6)


def smd(name: str, net: str, x: float, y: float, layer: int = 0) -> CopperPad:
    return CopperPad(name, net, x, y, 1.0, 1.0, layers=(layer,))


def pin(name: str, net: str, x: float, y: float) -> CopperPad:
    return CopperPad(name, net, x, y, 1.6, 1.6, 0.8, drill=0.9)


def wall(x: float, height: float, layer: int) -> CopperPad:
    return CopperPad(f"wall {layer}", "", x, height / 2, 0.6, height, layers=(layer,))


PAIR = (smd("1", "A", 2, 5), smd("2", "A", 12.03, 5.11))


def clean(board: BareBoard, **prices: float) -> Copper:
    copper = route_board(board, prices=replace(Prices(), **prices))  # type: ignore[arg-type]
    assert copper.open_nets == ()
    assert faults(board, copper) == []
    return copper


def test_two_pads_are_joined_to_their_very_middles() -> None:
    copper = clean(BareBoard(14, 10, PAIR))
    assert not copper.vias
    ends = {end for track in copper.tracks for end in (track.start, track.end)}
    assert {(2, 5), (12.03, 5.11)} <= ends


def test_a_wall_on_the_front_is_passed_on_the_back() -> None:
    copper = clean(BareBoard(14, 10, (*PAIR, wall(7, 10, 0))))
    assert len(copper.vias) == 2
    assert {track.layer for track in copper.tracks} == {0, 1}


def test_a_wall_on_both_sides_leaves_the_net_open() -> None:
    board = BareBoard(14, 10, (*PAIR, wall(7, 10, 0), wall(7, 10, 1)))
    copper = route_board(board)
    assert copper.open_nets == ("A",)
    assert faults(board, copper) == ["A is in 2 pieces"]


def test_two_nets_that_cross_change_layers() -> None:
    board = BareBoard(12, 12, (smd("1", "A", 2, 6), smd("2", "A", 10, 6), smd("3", "B", 6, 2), smd("4", "B", 6, 10)))
    walls = tuple(CopperPad(f"w{x}{y}", "", x, y, 3, 3, layers=(0,)) for x in (3.4, 8.6) for y in (3.4, 8.6))
    assert clean(replace(board, pads=board.pads + walls))


def test_nets_that_all_want_one_gap_share_it() -> None:
    """Five nets through a gap of four tracks on the front: the fifth goes by the back."""
    nets = [(f"N{index}", 2 + index * 2.0) for index in range(5)]
    ends = [smd(f"{net} {x}", net, x, y) for net, y in nets for x in (2, 18)]
    gap = (CopperPad("above", "", 10, 1.9, 2, 3.8, layers=(0,)), CopperPad("below", "", 10, 9.4, 2, 7.2, layers=(0,)))
    clean(BareBoard(20, 13, (*ends, *gap)))


def test_pins_of_a_header_lead_to_a_header_turned_round() -> None:
    left = [pin(f"L{index}", f"N{index}", 3, 3 + 2.54 * index) for index in range(6)]
    right = [pin(f"R{index}", f"N{index}", 25, 3 + 2.54 * (5 - index)) for index in range(6)]
    clean(BareBoard(28, 19, (*left, *right)))


def test_a_supply_is_as_wide_as_its_class_and_keeps_its_distance() -> None:
    pads = (pin("1", "VSYS", 3, 4), pin("2", "VSYS", 22, 9), pin("3", "S", 3, 9), pin("4", "S", 22, 4))
    copper = clean(BareBoard(25, 13, pads, classes={"VSYS": POWER}))
    assert {track.width for track in copper.tracks if track.net == "VSYS"} == {1.0}
    assert {track.width for track in copper.tracks if track.net == "S"} == {0.25}


def test_a_gap_for_a_signal_is_none_for_a_supply() -> None:
    walls = tuple(
        CopperPad(f"w{layer}{y}", "", 7, y, 1, 4.5, layers=(layer,)) for layer in (0, 1) for y in (2.25, 7.75)
    )
    board = BareBoard(14, 10, (*PAIR, *walls))
    clean(board)
    assert route_board(replace(board, classes={"A": POWER})).open_nets == ("A",)


def test_keepouts_are_kept_on_both_sides() -> None:
    clean(BareBoard(14, 10, PAIR, keepouts=(Keepout(7, 5, 3),)))


def test_the_same_board_gives_the_same_copper() -> None:
    pads = [pin(f"{side}{index}", f"N{(index * step) % 5}", x, 3 + 2.54 * index)
            for side, x, step in (("L", 3, 1), ("R", 20, 2)) for index in range(5)]  # fmt: skip
    board = BareBoard(23, 17, tuple(pads))
    assert clean(board) == clean(replace(board, pads=tuple(pads)))


def test_bends_cost() -> None:
    board = BareBoard(30, 20, (smd("1", "A", 3, 3), smd("2", "A", 26, 14)))
    assert len(clean(board, bend=2.0).tracks) <= 4


GOOD = Copper((Track("A", 0, (2, 5), (12.03, 5.11), 0.25),), ())
FOREIGN = Track("B", 0, (2, 5.6), (12, 5.6), 0.25)
BOARD = BareBoard(14, 10, (*PAIR, pin("3", "B", 7, 8)), keepouts=(Keepout(3, 2, 1),))


@pytest.mark.parametrize(
    ("copper", "told"),
    [
        (replace(GOOD, tracks=(*GOOD.tracks, FOREIGN)), "track of A is 0.24"),
        (replace(GOOD, tracks=(*GOOD.tracks, Track("B", 0, (7, 3), (7, 8), 0.25))), "0.000 mm from the track of B"),
        (replace(GOOD, tracks=(*GOOD.tracks, Track("A", 1, (5, 7.2), (9, 7.2), 0.25))), "mm from pad 3"),
        (replace(GOOD, tracks=(*GOOD.tracks, Track("A", 1, (5, 8), (9, 8), 0.25))), "A is 0.000 mm from pad 3"),
        (replace(GOOD, tracks=(*GOOD.tracks, Track("A", 0, (2, 9.7), (5, 9.7), 0.25))), "of the edge"),
        (replace(GOOD, tracks=(*GOOD.tracks, Track("A", 1, (1, 2.5), (5, 2.5), 0.25))), "in the keepout at 3, 2"),
        (replace(GOOD, vias=(Via("B", (7.9, 8), 0.7, 0.35),)), "from the hole of pad 3"),
        (replace(GOOD, tracks=(Track("A", 0, (2, 5), (9, 5), 0.25),)), "A is in 2 pieces"),
        (replace(GOOD, tracks=(Track("A", 1, (2, 5), (12, 5), 0.25),)), "A is in 2 pieces"),
    ],
)  # fmt: skip
def test_the_judgement_finds(copper: Copper, told: str) -> None:
    assert faults(BOARD, GOOD) == []
    wide = replace(BOARD, clearance=0.3)
    assert faults(wide, GOOD) == []
    assert any(told in line for line in faults(wide, copper)), faults(wide, copper)


def test_a_via_joins_the_sides() -> None:
    board = BareBoard(14, 10, (smd("1", "A", 2, 5), smd("2", "A", 12, 5, layer=1)))
    half = Copper((Track("A", 0, (2, 5), (7, 5), 0.25), Track("A", 1, (7, 5), (12, 5), 0.25)), ())
    assert pieces_of(board, half) == {"A": 2}
    assert pieces_of(board, replace(half, vias=(Via("A", (7, 5), 0.7, 0.35),))) == {"A": 1}
