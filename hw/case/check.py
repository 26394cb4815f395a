"""What is wrong with the case. Measures the solids themselves; places come from the kept board, not from the shapes."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import dist, hypot
from typing import Final

from manifold3d import CrossSection, Error, JoinType, Manifold

from hw.board.read import ReadBoard
from hw.case.bodies import KEY, card_path, contents, keys_of, lit_area, middle_of, screws_of
from hw.case.shapes import edges_of
from hw.case.sizes import Box, Glass, Sizes
from hw.case.solids import around, box, read_stl, stl_bytes
from hw.case.ways import ways

THIN: Final = 1.2
"""Three lines of a nozzle of 0.4 mm: what printers need of a wall."""
EXACT: Final = 0.1
SPECK: Final = 0.001
"""Cubic millimetres: less is rounding."""
CORNER: Final = 0.05
"""Square millimetres: what rounding leaves of a slice at a circle's corner."""
GRID: Final = 1.9
"""From ray to ray across a part."""


def open_skins(parts: Mapping[str, Manifold]) -> list[str]:
    """Every part is one body whose skin is closed, as its file has it: each edge once in each direction."""
    found: list[str] = []
    for name, solid in parts.items():
        bodies = 16 if name == "caps" else 1
        if solid.status() != Error.NoError or len(solid.decompose()) != bodies:
            found.append(f"{name}: {len(solid.decompose())} bodies, must be {bodies}")
        found += unclosed(name, stl_bytes(solid, name))
    return found


def unclosed(name: str, data: bytes) -> list[str]:
    """The edges of a file's triangles that have no partner."""
    edges = Counter((t[i], t[(i + 1) % 3]) for t in read_stl(data) for i in range(3))
    alone = sum(count != edges[second, first] for (first, second), count in edges.items())
    return [f"{name}: {alone} edges have no partner"] if alone else []


def clashes(parts: Mapping[str, Manifold], inside: Mapping[str, Manifold]) -> list[str]:
    """Where two things are in one place: printed parts among themselves and with all that lies in the case."""
    pairs = list(combinations(parts.items(), 2))
    pairs += [(part, thing) for part in parts.items() for thing in inside.items()]
    loose = [item for item in inside.items() if " " in item[0] or item[0] in ("Pi", "display", "screws")]
    pairs += [(one, other) for one in loose for other in inside.items() if one[0] != other[0]]
    room = {name: edges_of(solid) for name, solid in (*parts.items(), *inside.items())}
    found: list[str] = []
    for (one, first), (other, second) in pairs:
        common = (first ^ second).volume() if _near(room[one], room[other]) else 0.0
        if common > SPECK:
            x, y, z, *_ = edges_of(first ^ second)
            found.append(f"{one} and {other}: {common:.2f} mm3 from {x:.1f}, {y:.1f}, {z:.1f}")
    return found


def _near(one: Box, other: Box) -> bool:
    return all(one[i] < other[i + 3] and other[i] < one[i + 3] for i in range(3))


def _slices(solid: Manifold) -> Iterator[tuple[float, CrossSection]]:
    """Half-way between all heights at which the part changes."""
    mesh = solid.to_mesh64()
    heights = sorted({round(z, 3) for _, _, z, *_ in mesh.vert_properties.tolist()})
    for low, high in pairwise(heights):
        if high - low > 0.02:
            yield (low + high) / 2, solid.slice((low + high) / 2)


def thin_walls(parts: Mapping[str, Manifold], thin: float = THIN) -> list[str]:
    """What a square of `thin` does not fit into, slice by slice; then what is lower than that, ray by ray."""
    found: list[str] = []
    for name, solid in parts.items():
        for height, flat in _slices(solid):
            eroded = flat.offset(-thin / 2 + 0.001, JoinType.Miter, miter_limit=8)
            rest = flat - eroded.offset(thin / 2 + 0.001, JoinType.Miter, miter_limit=8)
            for piece in rest.decompose():
                if piece.area() > CORNER:
                    x0, y0, x1, y1 = piece.bounds()
                    found.append(f"{name}: thin at {(x0 + x1) / 2:.1f}, {-(y0 + y1) / 2:.1f}, height {height:.1f}")
        found += _low_plates(name, solid, thin)
    return found


def _low_plates(name: str, solid: Manifold, thin: float) -> Iterator[str]:
    x0, y0, z0, x1, y1, z1 = edges_of(solid)
    for column in range(int((x1 - x0) / GRID)):
        for row in range(int((y1 - y0) / GRID)):
            x, y = x0 + 0.37 + column * GRID, y0 + 0.41 + row * GRID
            hits = sorted(hit.position[2] for hit in solid.ray_cast((x, -y, z0 - 5), (x, -y, z1 + 5)))
            for low, high in zip(hits[::2], hits[1::2], strict=False):
                if high - low < thin - 0.001:
                    yield f"{name}: {high - low:.2f} mm high at {x:.1f}, {y:.1f}"
                    return


def _holes(flat: CrossSection) -> list[tuple[float, float, float]]:
    """Middles and radii of what is open inside a slice, in the board's axes."""
    found: list[tuple[float, float, float]] = []
    for contour in flat.to_polygons():
        points = [(float(x), -float(y)) for x, y in contour]
        turned = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True))
        if turned > 0:  # The board's y points down: what is solid turns the other way.
            xs, ys = [x for x, _ in points], [y for _, y in points]
            middle = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
            found.append((*middle, max(hypot(x - middle[0], y - middle[1]) for x, y in points)))
    return found


def missed_screws(parts: Mapping[str, Manifold], board: ReadBoard, sizes: Sizes) -> list[str]:
    """The shell has a screw's hole at each hole of the board that is not the Pi's, and at each of the back's two."""
    pilots = _holes(parts["shell"].slice(4.0))
    wanted = {f"the board's hole at {x:.1f}, {y:.1f}": (x, y) for x, y in screws_of(board, of_pi=False)}
    ways = [hole for hole in _holes(parts["back"].slice(sizes.split - 1.0)) if hole[2] < 2]
    wanted |= {f"the back's hole at {x:.1f}, {y:.1f}": (x, y) for x, y, _ in ways}
    found = [f"the back has {len(ways)} holes for screws, must have 2"] if len(ways) != 2 else []
    for name, at in wanted.items():
        near = [hole for hole in pilots if dist(hole[:2], at) <= EXACT and hole[2] < 1.25]
        if len(near) != 1:
            found.append(f"the shell has no screw's hole at {name}")
    return found


def covered(parts: Mapping[str, Manifold], board: ReadBoard, sizes: Sizes, glass: Glass) -> list[str]:
    """Display, light, sound and keys come through the face: no plastic stands before them."""
    low, high = sizes.above - 0.1, sizes.above + sizes.wall + 0.1
    ways = {"the display's lit field": box((*lit_area(board, glass)[:2], low, *lit_area(board, glass)[3:5], high))}
    ways["the light"] = around(middle_of(board, "D1"), (2.0, 2.0), low, high)
    ways["the sound"] = around(middle_of(board, "BZ1"), (1.4, 6.0), low, high)
    ways["the wake button"] = around(middle_of(board, "SW2"), (3.5, 3.5), low - 2, high)
    ways |= {f"the key at {x:.1f}, {y:.1f}": around((x, y), (KEY[0], KEY[0]), low, high) for x, y in keys_of(board)}
    face = parts["shell"] + parts["back"]
    return [f"the face covers {name}" for name, way in ways.items() if (face ^ way).volume() > SPECK]


def barred_card(parts: Mapping[str, Manifold], inside: Mapping[str, Manifold], sizes: Sizes) -> list[str]:
    """A card's whole length in front of the reader is free of plastic and parts."""
    path = box(card_path(sizes))
    things = {**parts, **inside}
    return [f"{name} stands in the card's way" for name, solid in things.items() if (solid ^ path).volume() > SPECK]


def barred_ways(
    parts: Mapping[str, Manifold], inside: Mapping[str, Manifold], board: ReadBoard, sizes: Sizes
) -> list[str]:
    """Plugs, the reader's cable and every lead have their way, through the case's openings and past what lies in it."""
    things = {**parts, **inside}
    return [
        f"{name} bars {what}"
        for what, way in ways(board, sizes).items()
        for name, solid in things.items()
        if (solid ^ way).volume() > SPECK
    ]


@dataclass(frozen=True, slots=True)
class Built:
    """A case in its place: printed parts, what lies in it, and what both were made from."""

    parts: Mapping[str, Manifold]
    inside: Mapping[str, Manifold]
    board: ReadBoard
    sizes: Sizes
    glass: Glass


CHECKS: Final[Mapping[str, Callable[[Built], list[str]]]] = {
    "closed, one body a part": lambda case: open_skins(case.parts),
    "nothing in one place with another": lambda case: clashes(case.parts, case.inside),
    "walls as printers need them": lambda case: thin_walls(case.parts),
    "screws meet holes": lambda case: missed_screws(case.parts, case.board, case.sizes),
    "display, light, sound and keys come through": lambda case: covered(case.parts, case.board, case.sizes, case.glass),
    "the card's way is free": lambda case: barred_card(case.parts, case.inside, case.sizes),
    "plugs, cable and leads have their way": lambda case: barred_ways(case.parts, case.inside, case.board, case.sizes),
}


def put_together(
    parts: Mapping[str, Manifold], board: ReadBoard, sizes: Sizes | None = None, glass: Glass | None = None
) -> Built:
    """Printed parts with all that lies between them."""
    sizes, glass = sizes or Sizes(), glass or Glass()
    return Built(parts, dict(contents(board, sizes, glass)), board, sizes, glass)


def findings(case: Built) -> dict[str, list[str]]:
    """Everything that is wrong, by check; empty for a good case."""
    by_check = {name: look(case) for name, look in CHECKS.items()}
    return {name: found for name, found in by_check.items() if found}
