"""KiCad's SVG made small: texts are strokes there, a tag a stroke; here they are joined, in hundredths of a millimetre.

The picture stays the same to 0.01 mm; dates, file names and invisible texts go.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, TypeAlias

SCALE: Final = 100
Point: TypeAlias = tuple[int, int]

_INVISIBLE: Final = re.compile(r"<text\b.*?</text>|<desc>.*?</desc>|<title>.*?</title>|<!DOCTYPE.*?>", re.DOTALL)
_PATHS: Final = re.compile(r"(?:<path\b[^>]*/>\s*)+", re.DOTALL)
_DRAWN: Final = re.compile(r'd="([^"]*)"')
_SHAPE: Final = re.compile(r"<(circle|rect)\b([^>]*)/>")
_ATTRIBUTE: Final = re.compile(r'(\w+)="(-?[\d.]+)"')
_EMPTY: Final = re.compile(r"<g\b[^>]*>\s*</g>")
_STROKED: Final = re.compile(r'<g class="stroked-text">(.*?)</g>', re.DOTALL)


def hundredths(text: str) -> int:
    """Millimetres as text to whole hundredths."""
    return round(float(text) * SCALE)


def lines_of(drawn: str) -> tuple[list[Point], bool]:
    """The corners of one path of straight lines, and whether it is closed. Raises ValueError for curves."""
    if re.search(r"[^MLZ\d\s.,-]", drawn):
        raise ValueError(f"a path with curves: {drawn[:60]!r}")
    numbers = [hundredths(number) for number in re.findall(r"-?\d+(?:\.\d+)?", drawn)]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    return points, "Z" in drawn


def chained(paths: list[tuple[list[Point], bool]]) -> Iterator[tuple[list[Point], bool]]:
    """Strokes that begin where the one before ended become one."""
    run: list[Point] = []
    for points, closed in paths:
        if run and not closed and points[0] == run[-1]:
            run += points[1:]
            continue
        if run:
            yield run, False
        run = [] if closed else list(points)
        if closed:
            yield points, True
    if run:
        yield run, False


def drawing(points: list[Point], closed: bool) -> str:
    """One run of lines with relative steps."""
    steps = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(points)]
    relative = " ".join(steps or ["0 0"]).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}l{relative}" + ("z" if closed else "")


def _joined(match: re.Match[str]) -> str:
    paths = [lines_of(drawn) for drawn in _DRAWN.findall(match[0])]
    return f'<path d="{"".join(drawing(*run) for run in chained(paths))}"/>\n'


def _rescaled(match: re.Match[str]) -> str:
    attributes = " ".join(f'{name}="{hundredths(value)}"' for name, value in _ATTRIBUTE.findall(match[2]))
    return f"<{match[1]} {attributes}/>"


def _style(match: re.Match[str]) -> str:
    return f"stroke-width:{max(1, hundredths(match[1]))}"


def slim(svg: str) -> str:
    """The small picture."""
    text = _INVISIBLE.sub("", svg)
    text = _STROKED.sub(r"\1", text)
    text = _PATHS.sub(_joined, text)
    text = _SHAPE.sub(_rescaled, text)
    text = re.sub(r"stroke-width:([\d.]+)", _style, text)
    text = re.sub(r"stroke-dasharray:([\d.,\s]+)", _dashes, text)
    text = re.sub(r'viewBox="([^"]*)"', _view_box, text)
    text = re.sub(r"-opacity:1\.0+", "-opacity:1", text)
    text = re.sub(r'style="[^"]*"', _tight, text)
    while _EMPTY.search(text):
        text = _EMPTY.sub("", text)
    return re.sub(r"\n\s*\n+", "\n", text)


def _dashes(match: re.Match[str]) -> str:
    return "stroke-dasharray:" + ",".join(str(hundredths(number)) for number in re.findall(r"[\d.]+", match[1]))


def _tight(match: re.Match[str]) -> str:
    return re.sub(r"[\s]+(?!=)", "", match[0])


def _view_box(match: re.Match[str]) -> str:
    return 'viewBox="' + " ".join(str(hundredths(number)) for number in match[1].split()) + '"'
