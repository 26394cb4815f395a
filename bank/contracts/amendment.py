"""An amendment to the Internet subscription: what was agreed on, as a frozen value, and what was drawn as a signature.

The sheet "Sécur'Pass": the adviser adds the service to the offer, the customer signs on the branch's tablet.
"""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final

from bank.errors import BankError

WIDTH: Final = 1000
HEIGHT: Final = 300
"""Of the line to sign on, in its own units: the tablet's pixels are scaled to them."""
MOST_STROKES: Final = 200
MOST_POINTS: Final = 6000
SHORTEST: Final = 100
"""A signature is at least as long as this, all strokes together, in units: a dot is a slip of the hand."""
LONGEST_NAME: Final = 100

Stroke = tuple[tuple[int, int], ...]


class ContractError(BankError):
    """A contract cannot be made, signed or read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class AmendmentText:
    """What is agreed on. `number`: of the amendment; `services`: what is added, as customers call it; `made_at`: with
    its zone. `telephone_end`: the last two digits of the secure telephone."""

    number: str
    customer: str
    user: str
    telephone_end: str
    adviser: str
    branch: str
    channel: str
    services: tuple[str, ...]
    made_at: datetime
    language: str


@dataclass(frozen=True, slots=True)
class Signature:
    """With what the customer signed: strokes of a finger, or the name typed on a keyboard. One of the two."""

    strokes: tuple[Stroke, ...] = field(default=(), repr=False)
    typed: str = field(default="", repr=False)


def read_signature(text: str, typed: str) -> Signature:
    """What the tablet sent: `x,y x,y;x,y x,y`, a stroke between semicolons, in units of the line; or a typed name.

    Raises ContractError for what is neither, is both, leaves the line, or is too short for a signature.
    """
    name = typed.strip()
    if bool(text) is bool(name):
        raise ContractError("sign with a finger or by typing the name, with one of the two")
    if name:
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise ContractError(f"a typed signature has at most {LONGEST_NAME} signs that can be shown")
        return Signature(typed=name)
    strokes = tuple(_read_stroke(part) for part in _parts(text, ";", MOST_STROKES))
    if sum(map(len, strokes)) > MOST_POINTS:
        raise ContractError("the signature has too many points: clear it and sign again")
    if sum(map(_length, strokes)) < SHORTEST:
        raise ContractError("the signature is too short: clear it and sign again")
    return Signature(strokes)


def _parts(text: str, between: str, most: int) -> list[str]:
    parts = text.split(between, most)
    if len(parts) > most:
        raise ContractError("the signature has too many strokes: clear it and sign again")
    return parts


def _read_stroke(text: str) -> Stroke:
    return tuple(_read_point(part) for part in _parts(text, " ", MOST_POINTS))


def _read_point(text: str) -> tuple[int, int]:
    x, _, y = text.partition(",")
    if not all(each.isascii() and each.isdecimal() and len(each) <= 4 for each in (x, y)):
        raise ContractError("this is no signature: clear it and sign again")
    if int(x) > WIDTH or int(y) > HEIGHT:
        raise ContractError("the signature leaves its line: clear it and sign again")
    return int(x), int(y)


def _length(stroke: Stroke) -> int:
    """In units, along the strokes: the larger of both directions for each step."""
    return sum(max(abs(b[0] - a[0]), abs(b[1] - a[1])) for a, b in pairwise(stroke))
