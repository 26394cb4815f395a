"""Formats of the elements of EMV 3-D Secure: lengths and value ranges as the core specification (table A.1) has them.

An element is a string, but for the two that JSON has as true and false and the few that are objects. Lengths are in
characters. The words of the specification are kept: A of a bank, S of a shop, D of a directory, C of a telephone.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

Check = Callable[[object], bool]

LONGEST_URL: Final = 2048
UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
"""RFC 4122: canonical, versions 1 to 5."""
BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


@dataclass(frozen=True, slots=True)
class ElementRule:
    """What may stand in an element. `form` says it in words; `required`: the message is none without it."""

    form: str
    check: Check
    required: bool = True

    def or_absent(self) -> "ElementRule":
        """The same, where the element may be left out."""
        return ElementRule(self.form, self.check, required=False)


def text(least: int, most: int) -> ElementRule:
    """Characters that can be shown: nothing invisible, nothing that turns a line round."""
    form = f"{least} to {most} characters" if least != most else f"{most} characters"
    return ElementRule(form, lambda value: isinstance(value, str) and least <= len(value) <= most and _shows(value))


def digits(least: int, most: int) -> ElementRule:
    """Decimal digits of ASCII."""
    form = f"{least} to {most} digits" if least != most else f"{most} digits"
    return ElementRule(form, lambda value: _is_decimal(value) and least <= len(str(value)) <= most)


def one_of(*values: str) -> ElementRule:
    """One of these, as they stand."""
    return ElementRule(f"one of {', '.join(values)}", lambda value: isinstance(value, str) and value in values)


def codes(first: int, last: int, more: Iterable[str] = ()) -> ElementRule:
    """Two digits from the first to the last; `more` beside them."""
    allowed = frozenset(f"{number:02d}" for number in range(first, last + 1)) | frozenset(more)
    return ElementRule(f"{first:02d} to {last:02d}", lambda value: isinstance(value, str) and value in allowed)


def boolean() -> ElementRule:
    """true or false of JSON."""
    return ElementRule("true or false", lambda value: isinstance(value, bool))


def transaction_id() -> ElementRule:
    """A universally unique identifier, canonical (36 characters)."""
    return ElementRule("a UUID (RFC 4122)", lambda value: isinstance(value, str) and bool(UUID.fullmatch(value)))


def url(most: int = LONGEST_URL) -> ElementRule:
    """A whole address of HTTP, without a user name in it."""
    return ElementRule(f"a URL of at most {most} characters", lambda value: _is_url(value, most))


def moment() -> ElementRule:
    """Date and time: YYYYMMDDHHMMSS, in UTC."""
    return ElementRule("YYYYMMDDHHMMSS", lambda value: _is_decimal(value) and _parses(str(value), "%Y%m%d%H%M%S", 14))


def month() -> ElementRule:
    """A card's expiry: YYMM."""
    return ElementRule("YYMM", lambda value: _is_decimal(value) and _parses(str(value), "%y%m", 4))


def account_number() -> ElementRule:
    """A card number: 13 to 19 digits of which the last one checks the others (ISO/IEC 7812-1, annex B)."""
    return ElementRule(
        "13 to 19 digits, the last one right",
        lambda value: _is_decimal(value) and 13 <= len(str(value)) <= 19 and passes_luhn(str(value)),
    )


def octets(size: int) -> ElementRule:
    """So many bytes in base64 (RFC 4648, 4)."""
    length = 4 * ((size + 2) // 3)
    return ElementRule(
        f"{size} bytes in base64",
        lambda value: isinstance(value, str) and len(value) == length and bool(BASE64.fullmatch(value)),
    )


def nested() -> ElementRule:
    """An object, whose own elements are looked at one by one."""
    return ElementRule("an object", lambda value: isinstance(value, dict))


def passes_luhn(number: str) -> bool:
    """Whether the last digit checks the others."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _shows(value: str) -> bool:
    return value.isprintable()


def _is_decimal(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdecimal()


def _is_url(value: object, most: int) -> bool:
    if not (isinstance(value, str) and len(value) <= most and value.isascii() and value.isprintable()):
        return False
    if any(sign in value for sign in " \\\"'<>"):
        return False
    try:
        parts = urlsplit(value)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return False
    whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    return whole and port_is_right and not parts.fragment


def _parses(value: str, form: str, length: int) -> bool:
    if len(value) != length:
        return False
    try:
        datetime.strptime(value, form)
    except ValueError:
        return False
    return True
