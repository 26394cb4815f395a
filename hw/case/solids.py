"""Solids in the board's axes, and the bytes of an STL file. Needs manifold3d (Apache 2.0)."""

import struct
from collections.abc import Iterable
from typing import Final

from manifold3d import CrossSection, JoinType, Manifold, OpType

from hw.case.sizes import Box

ROUND: Final = 48
"""Corners of a circle: the same on every machine."""


def box(edges: Box) -> Manifold:
    """A block. The board's y points down, a solid's up: this and `rod` are the only places that turn it."""
    x0, y0, z0, x1, y1, z1 = edges
    return Manifold.cube((x1 - x0, y1 - y0, z1 - z0)).translate((x0, -y1, z0))


def rod(at: tuple[float, float], radius: float, z0: float, z1: float) -> Manifold:
    """An upright cylinder."""
    return Manifold.cylinder(z1 - z0, radius, circular_segments=ROUND).translate((at[0], -at[1], z0))


def slab(edges: Box, corner: float) -> Manifold:
    """A block whose upright edges are round."""
    x0, y0, z0, x1, y1, z1 = edges
    flat = CrossSection.square((x1 - x0, y1 - y0)).offset(-corner, JoinType.Miter)
    flat = flat.offset(corner, JoinType.Round, circular_segments=ROUND)
    return flat.extrude(z1 - z0).translate((x0, -y1, z0))


def around(at: tuple[float, float], size: tuple[float, float], z0: float, z1: float) -> Manifold:
    """A block round an upright line."""
    (x, y), (wide, high) = at, size
    return box((x - wide / 2, y - high / 2, z0, x + wide / 2, y + high / 2, z1))


def joined(solids: Iterable[Manifold]) -> Manifold:
    """All as one."""
    return Manifold.batch_boolean(list(solids), OpType.Add)


Corner = tuple[float, float, float]


def triangles(solid: Manifold) -> list[tuple[Corner, Corner, Corner]]:
    """The skin, to a tenth of a micrometre, in an order that does not depend on how it was made."""
    mesh = solid.to_mesh64()
    corners = [
        (round(x, 4) + 0.0, round(y, 4) + 0.0, round(z, 4) + 0.0) for x, y, z, *_ in mesh.vert_properties.tolist()
    ]
    found = []
    for a, b, c in mesh.tri_verts.tolist():
        three = [corners[a], corners[b], corners[c]]
        first = three.index(min(three))
        found.append((three[first], three[(first + 1) % 3], three[(first + 2) % 3]))
    return sorted(found)


def stl_bytes(solid: Manifold, name: str) -> bytes:
    """A binary STL file. Its normals are zero, as the format allows: programs take them from the corners' order."""
    skin = triangles(solid)
    head = f"{name}, millimetres".encode().ljust(80)
    body = b"".join(struct.pack("<12fH", 0, 0, 0, *a, *b, *c, 0) for a, b, c in skin)
    return head + struct.pack("<I", len(skin)) + body


def read_stl(data: bytes) -> list[tuple[Corner, Corner, Corner]]:
    """The triangles of a binary STL file. Raises ValueError when it is cut short."""
    (count,) = struct.unpack_from("<I", data, 80)
    if len(data) != 84 + 50 * count:
        raise ValueError(f"{len(data)} bytes are not {count} triangles")
    found = []
    for index in range(count):
        values = struct.unpack_from("<9f", data, 84 + 50 * index + 12)
        found.append((values[0:3], values[3:6], values[6:9]))
    return found
