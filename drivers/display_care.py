"""Burn-in care: an OLED's pixels fade as they are used, and a picture that stands still for days stays in them.

The reader is dark after 35 s, so this matters only where a picture is left standing on purpose. The caller says when a
step is due (a minute is usual); the steps themselves are data.
"""

from typing import Final

from drivers.fonts import ink
from drivers.ports import Picture
from sesame_core.screens import Screen

ORBIT: Final = ((0, 0), (1, 0), (1, 1), (0, 1))
"""Where the picture stands at each step: columns to the right, rows down."""


def drifted(screen: Screen, picture: Picture, step: int) -> Picture:
    """The screen's picture as it stands at that step. A code never moves, and nothing is pushed off the glass."""
    if screen.code is not None:
        return picture
    right, down = ORBIT[step % len(ORBIT)]
    _, free_right, _, free_below = ink(picture.width, picture.rows)
    right, down = min(right, free_right), min(down, free_below)
    rows = (0,) * down + picture.rows[: picture.height - down]
    return Picture(picture.width, picture.height, tuple(row >> right for row in rows))
