"""Days and hours as people read them, and a bar for the time that is left."""

from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as midnight
from typing import Final

from bank.languages import local_moment
from bank.operations.words import notation_of

SECOND_MS: Final = 1000
WIDTH: Final = 300

BAR: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 6" width="300" height="6" preserveAspectRatio="none">'
    '<rect width="300" height="6" rx="3" fill="#d9d3c3"/>'
    '<rect width="{width}" height="6" rx="3" fill="#1d4f4a">'
    '<animate attributeName="width" from="{width}" to="0" dur="{seconds}s" fill="freeze"/>'
    "</rect></svg>"
)


@dataclass(frozen=True, slots=True)
class Moments:
    """Writes moments (milliseconds since 1970) in a language, in the time of this machine."""

    language: str

    def day(self, at_ms: int) -> str:
        """The day."""
        return notation_of(self.language).write_day(local_moment(at_ms))

    def date(self, day: date) -> str:
        """A day that is no moment."""
        return notation_of(self.language).write_day(datetime.combine(day, midnight()))

    def time(self, at_ms: int) -> str:
        """The hour and minute."""
        return notation_of(self.language).write_hour(local_moment(at_ms))

    def full(self, at_ms: int) -> str:
        """Both."""
        return f"{self.day(at_ms)}, {self.time(at_ms)}"


def draw_bar(left_ms: int, whole_ms: int) -> str:
    """A bar as long as the time left, which shrinks to nothing as that passes (SVG 1.1, 19: no script, no style)."""
    left = max(0, min(left_ms, whole_ms))
    width = WIDTH * left // max(1, whole_ms)
    return BAR.format(width=width, seconds=max(1, left // SECOND_MS))
