"""Amounts as people type them."""

import re

from sesame.exits import CommandError, Exit

MOST_DIGITS = 12
"""Of an amount in cents (EMV Book 3, annex A: 9F02 is n 12)."""

GROUPED = re.compile("[0-9]{1,3}( [0-9]{3})+")
"""A space groups thousands and nothing else: `12 50` would be 1250 euros or 12.50."""


def parse_cents(euros: str) -> str:
    """An amount in cents: `12`, `12.5`, `12,50`, `1 234,56` and `1 234,56 €` are understood, with whatever blanks a
    page has between the thousands (U+00A0, U+202F). Raises CommandError(USAGE)."""
    whole, _, part = " ".join(euros.removesuffix("€").split()).replace(",", ".").partition(".")
    if GROUPED.fullmatch(whole):
        whole = whole.replace(" ", "")
    written = whole + part
    if not written.isascii() or not written.isdigit() or len(part) > 2:
        raise CommandError(Exit.USAGE, "an amount is written like 1234.56")
    if len(digits := (whole + part.ljust(2, "0")).lstrip("0")) > MOST_DIGITS:
        raise CommandError(Exit.USAGE, "an amount is 9999999999.99 at most")
    return digits or "0"
