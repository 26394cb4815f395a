"""Days of the calendar: which one a standing order is due on, month after month. Pure."""

import re
from calendar import monthrange
from datetime import date
from typing import Final

ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MONTHS: Final = 12


def is_day(text: str) -> bool:
    """Whether it is a day of the calendar as ISO 8601 writes it: 2027-02-28."""
    if not ISO_DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def day_of_turn(first: date, turn: int) -> date:
    """The day of the month `turn` months after the first: the same one, or the last of a month that is too short.

    It is counted from the first one each time: the 31st comes back after February.
    """
    years, month = divmod(first.month - 1 + turn, MONTHS)
    year, month = first.year + years, month + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))
