"""Pictures of the case: the parts as they are printed, and the case closed and open."""

from math import radians
from typing import Final

from manifold3d import Manifold
from PIL import Image

from hw.board.read import ReadBoard
from hw.case.bodies import loose_boxes
from hw.case.shapes import mounted, printed
from hw.case.sizes import Glass, Sizes
from hw.case.solids import box, joined, triangles
from hw.documents.solid import Canvas, Solid

VIEW: Final = (radians(24), radians(38))


def _skin(solid: Manifold) -> Solid:
    return Solid(tuple(triangles(solid)))


def printed_picture(board: ReadBoard, sizes: Sizes, glass: Glass) -> Image.Image:
    """Shell, back, cap and button the way they lie in the printer."""
    parts = printed(board, sizes, glass)
    canvas = Canvas(VIEW)
    canvas.draw(_skin(parts["shell"]), (165, 440), 3.0)
    canvas.draw(_skin(parts["back"]), (580, 420), 3.0)
    canvas.draw(_skin(parts["cap"]), (400, 530), 3.0)
    canvas.draw(_skin(parts["button"]), (470, 530), 3.0)
    return canvas.image()


def closed_picture(board: ReadBoard, sizes: Sizes, glass: Glass) -> Image.Image:
    """The closed case, and beside it the back with reader, cell and modules in it."""
    parts = mounted(board, sizes, glass)
    things = joined(box(edges) for edges in loose_boxes(sizes).values())
    canvas = Canvas(VIEW)
    canvas.draw(_skin(joined(parts.values())), (40, 180), 3.0)
    canvas.draw(_skin(parts["back"] + things), (450, 150), 3.0)
    return canvas.image()
