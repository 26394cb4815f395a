"""A picture as a controller's memory wants it, and what of it has changed.

All these controllers hold a picture in pages of 8 rows; a byte is a column of one page, its least significant bit on
top (SSD1306 data sheet, 8.7; SH1106 data sheet, "Display Data RAM").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drivers.ports import Picture
from sesame_core.errors import UsageError

Bytes = bytes | bytearray

_SPREAD: Final = tuple(bytes(value >> bit & 1 for bit in range(7, -1, -1)) for value in range(256))
"""A byte -> its bits as eight bytes of 0 or 1, leftmost pixel first."""


def pack_pages(picture: Picture) -> bytearray:
    """The picture as pages from top to bottom, each from left to right. Its sides must be multiples of 8 pixels."""
    if picture.width % 8 or picture.height % 8:
        raise UsageError(f"{picture.width} x {picture.height} pixels are not whole bytes")
    frame = bytearray()
    for top in range(0, picture.height, 8):
        frame += _pack_page(picture.rows[top : top + 8], picture.width)
    return frame


def _pack_page(rows: tuple[int, ...], width: int) -> bytes:
    columns = 0
    for bit, row in enumerate(rows):
        if row:
            pixels = b"".join([_SPREAD[byte] for byte in row.to_bytes(width // 8)])
            columns |= int.from_bytes(pixels) << bit
    return columns.to_bytes(width)


def turn_picture(picture: Picture, degrees: int) -> Picture:
    """The picture turned clockwise by 0, 90, 180 or 270 degrees."""
    for _ in range(degrees // 90 % 4):
        picture = _turn_quarter(picture)
    return picture


def _turn_quarter(picture: Picture) -> Picture:
    """Turned clockwise by a quarter: the leftmost column, read from the bottom, becomes the top row."""
    text = [f"{row:0{picture.width}b}" for row in reversed(picture.rows)]
    rows = tuple(int("".join(column), 2) for column in zip(*text, strict=True))
    return Picture(picture.height, picture.width, rows)


@dataclass(frozen=True, slots=True)
class MemoryAccess:
    """How a controller's memory is reached: the bytes that addressing one rectangle costs on the bus (two rectangles
    are joined where that is no dearer), and whether a rectangle may be more than one page high."""

    overhead: int
    across_pages: bool


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of a controller's memory: pages `first` to `last` and columns `left` to `right`, all inclusive."""

    first: int
    last: int
    left: int
    right: int

    @property
    def area(self) -> int:
        """Bytes inside."""
        return (self.last - self.first + 1) * (self.right - self.left + 1)

    def joined(self, other: "Window") -> "Window":
        """The smallest rectangle around both."""
        return Window(
            min(self.first, other.first),
            max(self.last, other.last),
            min(self.left, other.left),
            max(self.right, other.right),
        )

    def cut(self, frame: Bytes, width: int) -> bytearray:
        """The bytes of `frame` (pages of `width` columns) that lie inside, page by page."""
        inside = bytearray()
        for page in range(self.first, self.last + 1):
            inside += frame[page * width + self.left : page * width + self.right + 1]
        return inside


def find_changes(old: Bytes, new: Bytes, width: int, access: MemoryAccess) -> list[Window]:
    """Rectangles that cover every byte in which two frames of pages of `width` columns differ."""
    windows: list[Window] = []
    for page in range(len(new) // width):
        at = slice(page * width, (page + 1) * width)
        for run in _find_runs(old[at], new[at], page):
            _add_window(windows, run, access)
    return windows


def _find_runs(old: Bytes, new: Bytes, page: int) -> Iterator[Window]:
    start = None
    for column, (before, after) in enumerate(zip(old, new, strict=True)):
        if before != after and start is None:
            start = column
        elif before == after and start is not None:
            yield Window(page, page, start, column - 1)
            start = None
    if start is not None:
        yield Window(page, page, start, len(new) - 1)


def _add_window(windows: list[Window], window: Window, access: MemoryAccess) -> None:
    """Add a rectangle, or join it to the one of those there are with which it wastes least."""
    waste, index = min(
        (
            (each.joined(window).area - each.area - window.area, index)
            for index, each in enumerate(windows)
            if access.across_pages or each.last == window.first
        ),
        default=(access.overhead + 1, 0),
    )
    if waste <= access.overhead:
        windows[index] = windows[index].joined(window)
    else:
        windows.append(window)
