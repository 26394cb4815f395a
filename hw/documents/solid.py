"""Solids from OpenSCAD: read an STL, measure it, say whether it is closed, draw it."""

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from math import cos, inf, radians, sin
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from PIL import Image

Vertex: TypeAlias = tuple[float, float, float]
Triangle: TypeAlias = tuple[Vertex, Vertex, Vertex]

SOURCE: Final = Path(__file__).parent.parent / "case" / "reader.scad"
PARTS: Final = ("base", "lid")

_VERTEX: Final = re.compile(r"vertex\s+(\S+)\s+(\S+)\s+(\S+)")


class OpenscadError(RuntimeError):
    """OpenSCAD is missing or refused the model."""


def present() -> bool:
    """True when openscad can be called."""
    return shutil.which("openscad") is not None


@dataclass(frozen=True, slots=True)
class Solid:
    """A body of triangles, millimetres; each turns anticlockwise seen from outside."""

    triangles: tuple[Triangle, ...]

    @property
    def size(self) -> Vertex:
        """Width, length, height."""
        axes = list(zip(*(vertex for triangle in self.triangles for vertex in triangle), strict=True))
        return (max(axes[0]) - min(axes[0]), max(axes[1]) - min(axes[1]), max(axes[2]) - min(axes[2]))

    @property
    def volume(self) -> float:
        """Cubic millimetres (divergence theorem)."""
        return sum(_dot(a, _cross(b, c)) for a, b, c in self.triangles) / 6

    @property
    def closed(self) -> bool:
        """True when every edge is used once in each direction: a body without holes in its skin."""
        edges = Counter((t[i], t[(i + 1) % 3]) for t in self.triangles for i in range(3))
        return all(count == edges[second, first] for (first, second), count in edges.items())

    def solid_at(self, x: float, y: float) -> list[tuple[float, float]]:
        """The stretches of height that are solid on the upright line through (x, y), from below."""
        heights = sorted(height for triangle in self.triangles if (height := _height_over(triangle, x, y)) is not None)
        return list(zip(heights[::2], heights[1::2], strict=True))


def _cross(a: Vertex, b: Vertex) -> Vertex:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def _dot(a: Vertex, b: Vertex) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _minus(a: Vertex, b: Vertex) -> Vertex:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def _height_over(triangle: Triangle, x: float, y: float) -> float | None:
    (x1, y1, z1), (x2, y2, z2), (x3, y3, z3) = triangle
    whole = (x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1)
    if whole == 0:
        return None
    second = ((x - x1) * (y3 - y1) - (x3 - x1) * (y - y1)) / whole
    third = ((x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)) / whole
    if second < 0 or third < 0 or second + third > 1:
        return None
    return z1 + second * (z2 - z1) + third * (z3 - z1)


def read(text: str) -> Solid:
    """An STL in text form. Raises ValueError when a triangle lacks a corner."""
    corners = [(float(x), float(y), float(z)) for x, y, z in _VERTEX.findall(text)]
    if not corners or len(corners) % 3:
        raise ValueError(f"{len(corners)} corners are no triangles")
    return Solid(tuple((corners[i], corners[i + 1], corners[i + 2]) for i in range(0, len(corners), 3)))


def render(part: str, source: Path = SOURCE) -> Solid:
    """Let OpenSCAD make one part. Raises OpenscadError."""
    program = shutil.which("openscad")
    if program is None:
        raise OpenscadError("openscad is not installed: apt install openscad")
    with TemporaryDirectory() as folder:
        target = Path(folder) / "part.stl"
        command = [program, "-D", f'part="{part}"', "-o", str(target), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603
        if done.returncode or not target.is_file():
            raise OpenscadError(f"openscad refused {part}: {done.stderr.strip()[-300:]}")
        return read(target.read_text(encoding="ascii"))


LIGHT: Final[Vertex] = (0.3, -0.45, 0.84)
VIEW: Final = (radians(32), radians(40))
"""Turn about the upright axis, tilt."""
PAGE: Final = (900, 540)
SMOOTH: Final = 2
"""Points a pixel in each direction, averaged at the end."""


def _turned(vertex: Vertex, view: tuple[float, float]) -> Vertex:
    """To the right, downwards, towards the viewer."""
    turn, tilt = view
    x = vertex[0] * cos(turn) - vertex[1] * sin(turn)
    y = vertex[0] * sin(turn) + vertex[1] * cos(turn)
    return (x, -y * cos(tilt) - vertex[2] * sin(tilt), vertex[2] * cos(tilt) - y * sin(tilt))


def _shade(triangle: Triangle) -> int:
    normal = _cross(_minus(triangle[1], triangle[0]), _minus(triangle[2], triangle[0]))
    length = _dot(normal, normal) ** 0.5 or 1.0
    return round(235 * (0.35 + 0.65 * max(0.0, _dot(normal, LIGHT) / length)))


def _faces(seen: Triangle) -> bool:
    """True when the viewer sees its outside: the page's y points down, so it turns clockwise there."""
    (x1, y1, _), (x2, y2, _), (x3, y3, _) = seen
    return (x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1) < 0


class Canvas:
    """A grey picture in which what is nearer covers what is farther. `view`: turn about the upright axis, and tilt."""

    def __init__(self, view: tuple[float, float] = VIEW) -> None:
        self.view = view
        self.width, self.height = PAGE[0] * SMOOTH, PAGE[1] * SMOOTH
        self.grey = bytearray(b"\xff" * (self.width * self.height))
        self.near = [-inf] * (self.width * self.height)

    def draw(self, solid: Solid, at: tuple[float, float], scale: float) -> None:
        """The solid with its origin at a point of the page, `scale` pixels a millimetre."""
        for triangle in solid.triangles:
            corners = [_turned(corner, self.view) for corner in triangle]
            seen = [((at[0] + x * scale) * SMOOTH, (at[1] + y * scale) * SMOOTH, z) for x, y, z in corners]
            if _faces((seen[0], seen[1], seen[2])):
                self._fill((seen[0], seen[1], seen[2]), _shade(triangle))

    def _fill(self, triangle: Triangle, shade: int) -> None:
        xs, ys = [corner[0] for corner in triangle], [corner[1] for corner in triangle]
        for y in range(max(0, int(min(ys))), min(self.height, int(max(ys)) + 2)):
            for x in range(max(0, int(min(xs))), min(self.width, int(max(xs)) + 2)):
                depth = _height_over(triangle, x + 0.5, y + 0.5)
                place = y * self.width + x
                if depth is not None and depth > self.near[place]:
                    self.near[place] = depth
                    self.grey[place] = shade

    def image(self) -> Image.Image:
        """The picture, smoothed."""
        full = Image.frombytes("L", (self.width, self.height), bytes(self.grey))
        return full.resize(PAGE, Image.Resampling.BOX)


def picture(base: Solid, lid: Solid) -> Image.Image:
    """The base and, to its right, the lid as it is seen when it is on."""
    canvas = Canvas()
    canvas.draw(base, (255, 500), 2.6)
    canvas.draw(_face_up(lid), (680, 500), 2.6)
    return canvas.image()


def _face_up(lid: Solid) -> Solid:
    """Turned over about its length: it is printed face down."""
    width, _, height = lid.size

    def over(vertex: Vertex) -> Vertex:
        return (width - vertex[0], vertex[1], height - vertex[2])

    return Solid(tuple((over(a), over(b), over(c)) for a, b, c in lid.triangles))
