"""Pictures of the case: the parts as they are printed, and the case closed and open, with names in them."""

from collections.abc import Mapping
from math import cos, radians, sin
from typing import Final

from manifold3d import Manifold
from PIL import Image, ImageChops, ImageDraw, ImageFont

from hw.board.read import ReadBoard
from hw.case.bodies import loose_boxes
from hw.case.shapes import back, edges_of, mounted, printed
from hw.case.sizes import Box, Glass, Sizes
from hw.case.solids import box, joined, triangles
from hw.documents.solid import PAGE, Canvas, Solid

VIEW: Final = (radians(24), radians(38))
SCALE: Final = 3.0
"""Pixels a millimetre."""
LETTERS: Final = 15
"""Pixels. Pillow has a font of this size of its own from 10.1 on."""
CORNER: Final = 14
"""Shades by which two faces differ that meet at an edge worth a line: the strips of a round one differ less."""
INK: Final = 70
NAMES: Final = {"BT1": "cell", "U1": "latch", "U2": "charger", "U3": "converter", "U4": "gauge"}
"""What lies on the back's floor; the reader lies over it."""

Place = tuple[float, float]


class Drawing(Canvas):
    """A picture in which a line parts one thing from the next and one face from the next."""

    def __init__(self) -> None:
        super().__init__(VIEW)
        self._owner = bytearray(self.width * self.height)
        self._things = 0
        self._names: list[tuple[str, Place]] = []

    def add(self, solid: Manifold, at: Place) -> None:
        """One more thing, with its origin at a point of the page."""
        before, self._things = list(self.near), self._things + 1
        self.draw(Solid(tuple(triangles(solid))), at, SCALE)
        for place, (old, new) in enumerate(zip(before, self.near, strict=True)):
            if old != new:
                self._owner[place] = self._things

    def name(self, text: str, point: tuple[float, float, float], at: Place) -> None:
        """A name at a point of the things drawn at `at`."""
        turn, tilt = VIEW
        x, y, z = point
        across, away = x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)
        self._names.append((text, (at[0] + across * SCALE, at[1] - (away * cos(tilt) + z * sin(tilt)) * SCALE)))

    def image(self) -> Image.Image:
        """The picture with its lines and names."""
        size = (self.width, self.height)
        full = Image.frombytes("L", size, bytes(self.grey))
        owner = Image.frombytes("L", size, bytes(self._owner))
        for dx, dy in ((1, 0), (0, 1)):
            for layer, least in ((owner, 1), (Image.frombytes("L", size, bytes(self.grey)), CORNER)):
                step = ImageChops.difference(layer, ImageChops.offset(layer, dx, dy))
                full.paste(INK, mask=step.point([255 * (value >= least) for value in range(256)]))
        page = full.resize(PAGE, Image.Resampling.BOX)
        pen, font = ImageDraw.Draw(page), ImageFont.load_default(LETTERS)
        for text, place in self._names:
            pen.text(place, text, fill=0, font=font, anchor="mm", stroke_width=3, stroke_fill=255)
        return page


def _bays(sizes: Sizes) -> Mapping[str, Box]:
    """Name -> where its owner lies."""
    return {NAMES[name]: edges for name, edges in loose_boxes(sizes).items() if name in NAMES}


def printed_picture(board: ReadBoard, sizes: Sizes, glass: Glass) -> Image.Image:
    """Shell, back, cap and button the way they lie in the printer; on the back's floor the names of its bays."""
    parts, drawing = printed(board, sizes, glass), Drawing()
    places = {"shell": (165.0, 440.0), "back": (580.0, 420.0), "cap": (400.0, 530.0), "button": (470.0, 530.0)}
    for name, at in places.items():
        drawing.add(parts[name], at)
    left, _, low, _, end, _ = edges_of(back(board, sizes))
    for name, (x0, y0, z0, x1, y1, _) in _bays(sizes).items():
        drawing.name(name, ((x0 + x1) / 2 - left, end - (y0 + y1) / 2, z0 - low), places["back"])
    for name, at in {"shell": (165, 30), "back": (560, 25), "cap": (360, 500), "button": (515, 500)}.items():
        drawing.name(name, (0, 0, 0), at)
    return drawing.image()


def closed_picture(board: ReadBoard, sizes: Sizes, glass: Glass) -> Image.Image:
    """The closed case, and beside it the back with cell and modules in it, before the reader lies over them."""
    parts, drawing, at = mounted(board, sizes, glass), Drawing(), (450.0, 150.0)
    drawing.add(joined(parts.values()), (40, 180))
    drawing.add(parts["back"], at)
    for name, edges in _bays(sizes).items():
        drawing.add(box(edges), at)
        x0, y0, _, x1, y1, top = edges
        drawing.name(name, ((x0 + x1) / 2, -(y0 + y1) / 2, top), at)
    return drawing.image()
