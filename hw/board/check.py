"""What KiCad's rules check does not see. Knows the Pi's own measures and asks neither the layout nor KiCad.

A header turned by 180 degrees passes every electrical rule: its pins have the right nets and stand at wrong places.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from math import dist
from types import MappingProxyType
from typing import Final

from hw.board.copper import line_distance
from hw.board.planes import unstitched
from hw.board.read import ReadBoard, ReadPad, ReadTrack
from hw.board.rules import POURED, SUPPLIES, SUPPLY
from hw.kicad.netlist import Netlist

# Raspberry Pi mechanical drawings: holes 58 mm apart, 23 (Zero) or 49 mm (3, 4, 5) the other way; the header's middle
# is half-way between two holes, 29 mm from each; pin 1 is at the left in the inner row with the header up.
PI_HOLES: Final = MappingProxyType({"sesame-front": (58.0, 23.0), "sesame-hat": (58.0, 49.0)})
OUTLINE: Final = MappingProxyType({"sesame-front": (82.0, 98.0), "sesame-hat": (65.0, 56.5)})
FIRST_HOLE: Final = MappingProxyType({"sesame-front": (12.0, 3.5), "sesame-hat": (3.5, 3.5)})
"""The Pi's upper left hole from the board's corner: the holes are 3.5 mm inside the Pi's own edges. The HAT's corner is
the Pi's; on the front board the Pi, 65 mm wide, lies in the middle of 82, its sockets at the upper edge."""
SCREW: Final = 3.1
CASE_SCREW: Final = 2.9
"""Millimetres without copper round the middle of the Pi's screws, and of those into the case: M2.5, whose head of 2.5
(ISO 7045) the case's hole keeps in the middle; on the Pi's side a standoff of 2.9 turns."""
PITCH: Final = 2.54
EXACT: Final = 0.05
JOINT: Final = 0.01
"""Middle lines nearer than this meet."""
LARGEST: Final = 100.0
"""Millimetres a side, up to which boards are in the cheapest class."""

UNDER_SOCKETS: Final = ((-21.5, 8.0), (-8.9, 8.0), (20.1, 12.0))
"""Pi Zero, seen from its component side with the header down: middle, from the board's own middle, and width of the
USB power, USB and HDMI sockets. They reach 6.5 mm into the board and stand 3.5 mm high."""
SOCKET_DEPTH: Final = 6.5
LOW: Final = ("Resistor_SMD:", "Capacitor_SMD:C_0805", "Diode_SMD:D_SOD-123", "Package_TO_SOT_SMD:", "MountingHole:")
"""Footprints of parts under 2 mm."""


def pi_holes(board: ReadBoard, size: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    """Four screw holes as far apart as the Pi's, or none."""
    screws = [(part.x, part.y) for part in board.parts if part.footprint.startswith("MountingHole:")]
    for four in combinations(sorted(screws), 4):
        xs, ys = sorted({round(x, 2) for x, _ in four}), sorted({round(y, 2) for _, y in four})
        if len(xs) == len(ys) == 2 and abs(xs[1] - xs[0] - size[0]) < EXACT and abs(ys[1] - ys[0] - size[1]) < EXACT:
            return four
    return ()


def header_pins(holes: tuple[tuple[float, float], ...], header_down: bool) -> dict[str, tuple[float, float]]:
    """Where the Pi's forty pins must be, its component side towards who looks at the board's front."""
    middle_x = sum(x for x, _ in holes) / 4
    line = (max if header_down else min)(y for _, y in holes)
    outwards = 1 if header_down else -1
    found: dict[str, tuple[float, float]] = {}
    for column in range(20):
        x = middle_x + outwards * (19 / 2 - column) * PITCH
        found[str(2 * column + 1)] = (x, line - outwards * PITCH / 2)
        found[str(2 * column + 2)] = (x, line + outwards * PITCH / 2)
    return found


def misplaced_header(board: ReadBoard, name: str) -> list[str]:
    """Every pin of the Pi's header stands where the Pi has it, by the Pi's holes."""
    holes = pi_holes(board, PI_HOLES[name])
    if not holes:
        return [f"no four holes {PI_HOLES[name][0]:g} x {PI_HOLES[name][1]:g} mm apart, as the Pi's are"]
    pads = {pad.number: (pad.x, pad.y) for pad in board.pads if pad.reference == "A1" and pad.number}
    expected = header_pins(holes, header_down=name == "sesame-front")
    if set(pads) != set(expected):
        return [f"the Pi's header has {len(pads)} pins, must have 40"]
    wrong = sorted((pin for pin in expected if dist(pads[pin], expected[pin]) > EXACT), key=int)
    return [f"pin {pin} of the Pi is at {_told(pads[pin])}, must be at {_told(expected[pin])}" for pin in wrong[:1]]


def _told(at: tuple[float, float]) -> str:
    return f"{at[0]:.2f}, {at[1]:.2f}"


def misplaced_holes(board: ReadBoard, name: str) -> list[str]:
    """The Pi's holes stand where they must by the board's edge: else the Pi looks out, and no case fits."""
    holes = pi_holes(board, PI_HOLES[name])
    if not holes or dist(holes[0], FIRST_HOLE[name]) <= EXACT:
        return []
    return [f"the Pi's first hole is at {_told(holes[0])}, must be at {_told(FIRST_HOLE[name])}"]


def wrong_outline(board: ReadBoard, name: str) -> list[str]:
    """The outline is closed, as large as documented, and in the cheapest class."""
    found: list[str] = []
    ends = Counter(point for edge in board.edges for point in edge)
    found += [f"the outline is open at {x:g}, {y:g}" for (x, y), count in ends.items() if count != 2]
    wide, high = OUTLINE[name]
    if abs(board.width - wide) > EXACT or abs(board.height - high) > EXACT:
        found.append(f"the board is {board.width:g} x {board.height:g} mm, must be {wide:g} x {high:g}")
    if max(board.width, board.height) > LARGEST:
        found.append(f"the board is over {LARGEST:g} mm")
    return found


def unlike_netlist(board: ReadBoard, netlist: Netlist) -> list[str]:
    """Both ways: every pin of the netlist is a pad on its net, and no pad is on a net that is not its own there."""
    parts = {part.reference for part in board.parts if part.of_drawing}
    found = [f"{name} is not on the board" for name in sorted(set(netlist.parts) - parts)]
    found += [f"{name} is on the board and in no drawing" for name in sorted(parts - set(netlist.parts))]
    seen: dict[tuple[str, str], set[str]] = {}
    for pad in board.pads:
        if pad.number and pad.reference in netlist.parts:
            seen.setdefault((pad.reference, pad.number), set()).add(
                "" if pad.net.startswith("unconnected-") else pad.net
            )
    for key, nets in sorted(seen.items()):
        wanted = netlist.net_of.get(key, "")
        if nets != {wanted}:
            told = " and ".join(sorted(nets)) or "nothing"
            found.append(f"{key[0]} pad {key[1]} is on {told}, must be on {wanted or 'nothing'}")
    found += [f"{part} has no pad {pin}" for part, pin in sorted(set(netlist.net_of) - set(seen)) if part in parts]
    return found


def _joined(tracks: list[ReadTrack], pads: list[ReadPad]) -> int:
    """In how many pieces the pads are, by these tracks alone."""
    parent = list(range(len(tracks) + len(pads)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    for one, other in combinations(range(len(tracks)), 2):
        first, second = tracks[one], tracks[other]
        near = line_distance((first.start, first.end), (second.start, second.end)) < JOINT
        if near and set(first.layers) & set(second.layers):
            parent[root(one)] = root(other)
    for index, pad in enumerate(pads, len(tracks)):
        for one, track in enumerate(tracks):
            if _distance((pad.x, pad.y), track) < JOINT and set(track.layers) & set(pad.layers):
                parent[root(index)] = root(one)
    return len({root(index) for index in range(len(tracks), len(tracks) + len(pads))})


def thin_supplies(board: ReadBoard, strong: tuple[str, ...] = ("A1", "BT1", "U1", "U2", "U3", "U4")) -> list[str]:
    """From module to module a supply is a millimetre wide all the way."""
    found: list[str] = []
    for net in SUPPLIES:
        wide = [track for track in board.tracks if track.net == net and track.width >= SUPPLY.track - 1e-6]
        pads = [pad for pad in board.pads if pad.net == net and pad.reference in strong]
        fed = {pad.reference for pad in pads} - {"A1"}
        if fed and (pieces := _joined(wide, pads)) > 1:
            found.append(f"{net}: {pieces} pieces when only tracks of {SUPPLY.track:g} mm and more count")
    return found


def copper_at_screws(board: ReadBoard, name: str) -> list[str]:
    """Under a screw's head there is no copper, and an area in the file says so."""
    found: list[str] = []
    of_pi = pi_holes(board, PI_HOLES[name])
    for screw in (part for part in board.parts if part.footprint.startswith("MountingHole:")):
        at = (screw.x, screw.y)
        radius = SCREW if at in of_pi else CASE_SCREW
        for track in board.tracks:
            if _distance(at, track) < radius + track.width / 2 - 0.01:
                found.append(f"{track.net} runs {_distance(at, track):.2f} mm from the middle of {screw.reference}")
                break
        ringed = any(
            all(dist(at, corner) > radius - 0.05 for corner in area) and _around(at, area) for area in board.areas
        )
        if not ringed:
            found.append(f"{screw.reference} has no area without copper around it")
    return found


def _around(at: tuple[float, float], area: tuple[tuple[float, float], ...]) -> bool:
    x = sum(point[0] for point in area) / len(area)
    y = sum(point[1] for point in area) / len(area)
    return dist(at, (x, y)) < EXACT


def _distance(at: tuple[float, float], track: ReadTrack) -> float:
    (ax, ay), (bx, by) = track.start, track.end
    length = (bx - ax) ** 2 + (by - ay) ** 2
    along = 0.0 if not length else max(0.0, min(1.0, ((at[0] - ax) * (bx - ax) + (at[1] - ay) * (by - ay)) / length))
    return dist(at, (ax + along * (bx - ax), ay + along * (by - ay)))


def tall_under_sockets(board: ReadBoard, name: str) -> list[str]:
    """Front board: nothing over 2 mm, and no pin's end, where the Pi's USB and HDMI sockets come near the board."""
    holes = pi_holes(board, PI_HOLES[name])
    if name != "sesame-front" or not holes:
        return []
    middle = sum(x for x, _ in holes) / 4
    edge = min(y for _, y in holes) - 3.5
    low = {part.reference for part in board.parts if part.footprint.startswith(LOW)}
    found: dict[str, None] = {}
    for pad in (pad for pad in board.pads if pad.reference not in low and (pad.drill or 1 in pad.layers)):
        for offset, width in UNDER_SOCKETS:
            if abs(pad.x - middle - offset) < width / 2 and pad.y < edge + SOCKET_DEPTH:
                found[f"{pad.reference} stands under a socket of the Pi"] = None
    return list(found)


def parts_on_both_sides(board: ReadBoard, _name: str) -> list[str]:
    """Surface parts are on one side only: fitting the other costs a second stencil."""
    sides: dict[bool, list[str]] = {}
    surface = {pad.reference for pad in board.pads if pad.number and not pad.drill}
    through = {pad.reference for pad in board.pads if pad.drill}
    for part in board.parts:
        if part.reference in surface - through:
            sides.setdefault(part.back, []).append(part.reference)
    if len(sides) < 2:
        return []
    fewer = min(sides.values(), key=len)
    return [f"{' '.join(sorted(fewer))}: on the other side than the rest of the surface parts"]


def unstable_names(board: ReadBoard, _name: str) -> list[str]:
    """Every identifier is made from content (version 5) and stands once."""
    found = [f"{name} is a random identifier" for name in board.identifiers if name[14:15] != "5"][:3]
    return (
        found + [f"{name} stands {count} times" for name, count in Counter(board.identifiers).items() if count > 1][:3]
    )


def not_poured(board: ReadBoard, _name: str) -> list[str]:
    """Ground is poured on both sides."""
    poured = {(fill.net, fill.layer) for fill in board.fills}
    return [] if poured == {(POURED, 0), (POURED, 1)} else ["ground is not poured on both sides"]


def findings(board: ReadBoard, netlist: Netlist, name: str) -> Mapping[str, list[str]]:
    """What each check found; only those that found something."""
    return {check: found for check, found in _results(board, netlist, name) if found}


def _results(board: ReadBoard, netlist: Netlist, name: str) -> Iterator[tuple[str, list[str]]]:
    yield "the Pi fits the header", misplaced_header(board, name)
    yield "the Pi lies right on the board", misplaced_holes(board, name)
    yield "the outline is right", wrong_outline(board, name)
    yield "the board is the netlist", unlike_netlist(board, netlist)
    yield "supplies are wide", thin_supplies(board)
    yield "screws touch no copper", copper_at_screws(board, name)
    yield "the Pi's sockets have room", tall_under_sockets(board, name)
    yield "one side is fitted", parts_on_both_sides(board, name)
    yield "names come from content", unstable_names(board, name)
    yield "ground is poured", not_poured(board, name)
    yield "the planes are stitched", unstitched(board)
