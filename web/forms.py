"""What people type into a form: forgiving about how, exact about what.

Amounts are read with a point or a comma before the cents. What could be two amounts is none: money is not guessed.
"""

import re
import secrets
import unicodedata
from enum import Enum
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request

MOST_DIGITS: Final = 12
"""Of an amount, cents included: what a card can sign (EMV book 3, tag 9F02: n 12)."""

LONGEST_EMAIL: Final = 254
"""RFC 5321, 4.5.3.1.3, without its two brackets."""

TICKET: Final = re.compile("[0-9a-f]{32}")
CURRENCY: Final = re.compile(r"\A(?:€|EUR) ?| ?(?:€|EUR)\Z", re.IGNORECASE)
"""At an end only: between digits it would part euros and cents, and "10€50" is not 1,050 euros."""
AMOUNT: Final = re.compile("[0-9][0-9., ]*")
EMAIL: Final = re.compile(
    r"[A-Z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Z0-9]([A-Z0-9-]{0,61}[A-Z0-9])?\.)+[A-Z][A-Z0-9-]{0,61}[A-Z0-9]",
    re.IGNORECASE | re.ASCII,
)
"""A dot-atom at a host with a dot in its name (RFC 5322, 3.4.1, as the HTML standard narrows it)."""


class Slip(Enum):
    """What is wrong with what was typed; the page words it."""

    MISSING = "missing"
    SHAPE = "shape"
    AMBIGUOUS = "ambiguous"
    DECIMALS = "decimals"
    ZERO = "zero"
    LARGE = "large"
    LONG = "long"
    SIGNS = "signs"


class SlipError(ValueError):
    """What was typed cannot be taken. It is not repeated in the message."""

    def __init__(self, slip: Slip) -> None:
        super().__init__(slip.value)
        self.slip = slip


def parse_amount(text: str, decimal_sign: str, least: int = 1) -> int:
    """An amount in cents, `least` or more. € and EUR may stand before or behind it. Raises SlipError.

    The sign before one or two last digits parts the cents, whichever it is; before three digits it groups thousands
    where `decimal_sign`, the language's own, is the other one ("1,234" in English), and is ambiguous where no language
    says so ("1.234" in French). A space groups thousands and nothing else: "12 50" would be 1,250 euros or 12.50.
    """
    plain = CURRENCY.sub("", " ".join(text.replace("'", " ").split()), count=1)
    if not plain:
        raise SlipError(Slip.MISSING)
    if not AMOUNT.fullmatch(plain):
        raise SlipError(Slip.SHAPE)
    whole, cents = _part(plain, decimal_sign)
    digits = (whole + cents.ljust(2, "0")).lstrip("0")
    if len(digits) > MOST_DIGITS:
        raise SlipError(Slip.LARGE)
    if int(digits or "0") < least:
        raise SlipError(Slip.ZERO)
    return int(digits or "0")


def _part(plain: str, decimal_sign: str) -> tuple[str, str]:
    """Whole euros and cents, as digits."""
    signs = [sign for sign in plain if sign in ".,"]
    if not signs:
        return _ungrouped(plain, " "), ""
    last = signs[-1]
    head, _, tail = plain.rpartition(last)
    if signs.count(last) > 1 or (len(tail) == 3 and len(signs) == 1 and last != decimal_sign):
        if len(set(signs)) > 1:
            raise SlipError(Slip.SHAPE)
        if signs.count(last) == 1 and decimal_sign == ",":
            raise SlipError(Slip.AMBIGUOUS)
        return _ungrouped(plain, last), ""
    if len(tail) > 2:
        raise SlipError(Slip.DECIMALS)
    if " " in tail:
        raise SlipError(Slip.SHAPE)
    return _ungrouped(head, "." if last == "," else ","), tail


def _ungrouped(whole: str, sign: str) -> str:
    """Digits, in groups of three if in groups: by that sign, or by spaces."""
    first, *groups = whole.split(sign if sign in whole else " ")
    if not first.isdecimal() or any(len(group) != 3 or not group.isdecimal() for group in groups):
        raise SlipError(Slip.SHAPE)
    if groups and len(first) > 3:
        raise SlipError(Slip.SHAPE)
    return first + "".join(groups)


def parse_line(text: str, most: int) -> str:
    """One line of text, its runs of spaces made one space (Unicode NFC). Raises SlipError, also for signs that cannot
    be seen: they turn a line round or make two names look alike."""
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    if not line:
        raise SlipError(Slip.MISSING)
    if len(line) > most:
        raise SlipError(Slip.LONG)
    if not line.isprintable():
        raise SlipError(Slip.SIGNS)
    return line


def parse_email(text: str) -> str:
    """An e-mail address. Raises SlipError."""
    plain = text.strip()
    if not plain:
        raise SlipError(Slip.MISSING)
    if len(plain) > LONGEST_EMAIL:
        raise SlipError(Slip.LONG)
    if not EMAIL.fullmatch(plain):
        raise SlipError(Slip.SHAPE)
    return plain


async def read_form(request: Request, most: int) -> dict[str, str]:
    """The fields of a form, at most so many, each once; none at all for what is no form. The guard has bounded its
    length."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        return {}
    try:
        fields = parse_qs((await request.body()).decode(), max_num_fields=most)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items() if len(values) == 1}


def make_ticket() -> str:
    """What a form is told apart by: sent twice, it is the same form."""
    return secrets.token_hex(16)


def is_ticket(text: str) -> bool:
    """Whether `make_ticket` may have made it."""
    return bool(TICKET.fullmatch(text))
