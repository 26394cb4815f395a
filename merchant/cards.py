"""The card that a customer types: looked at for slips before anybody is asked, and kept nowhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

MONTH: Final = re.compile(r"([0-9]{1,2})\s*[/. -]?\s*(?:20)?([0-9]{2})")
VALUE: Final = re.compile(r"[0-9]{3}")


class CardSlip(Enum):
    """What is wrong with a field; the words say what to do."""

    NUMBER = "number"
    EXPIRES = "expires"
    PAST = "past"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class WrittenCard:
    """Number, expiry as YYMM, verification value."""

    number: str = field(repr=False)
    expires: str = field(repr=False)
    value: str = field(repr=False)


def read_card(typed: Mapping[str, str], this_month: str) -> WrittenCard | Mapping[str, CardSlip]:
    """The card, or the slips by field. `this_month`: YYMM."""
    number = "".join(typed.get("number", "").split())
    expires = _read_month(typed.get("expires", "").strip())
    value = typed.get("value", "").strip()
    slips: dict[str, CardSlip] = {}
    if not (13 <= len(number) <= 19 and number.isascii() and number.isdecimal() and _adds_up(number)):
        slips["number"] = CardSlip.NUMBER
    if not expires:
        slips["expires"] = CardSlip.EXPIRES
    elif expires < this_month:
        slips["expires"] = CardSlip.PAST
    if not (value.isascii() and VALUE.fullmatch(value)):
        slips["value"] = CardSlip.VALUE
    return slips or WrittenCard(number, expires, value)


def _read_month(text: str) -> str:
    """ "12/31", "1231" or "12/2031" as YYMM; nothing for what is no month."""
    found = MONTH.fullmatch(text) if text.isascii() else None
    if found is None or not 1 <= int(found[1]) <= 12:
        return ""
    return f"{found[2]}{int(found[1]):02d}"


def _adds_up(number: str) -> bool:
    """Luhn's check (ISO/IEC 7812-1)."""
    digits = [int(sign) for sign in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
