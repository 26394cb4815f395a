"""Card numbers among hexadecimal digits: what looks like one, and how it is hidden.

A card number has 12 to 19 digits of which the last is a check of the others (ISO/IEC 7812-1, annex B).
"""

import re

from sesame_core.smartcard.masking import HIDDEN

LAST_SHOWN = 4
"""So many digits of a card number stay, as on a receipt."""

SHORTEST_NUMBER, LONGEST_NUMBER = 8, 19
SHORTEST_LIKELY = 12
"""What nothing else tells to be a card number must be as long as they are, and its last digit the right one."""

RUN = re.compile(r"[0-9]{12,}")
SPOKEN_RUN = re.compile(r"(?:3[0-9]){12,}")
HEADED = re.compile(r"(5A)(0[4-9A])((?:[0-9]{2})+F{0,2})|(57|9F6B)(0[6-9A-F]|1[0-3])([0-9]{8,19}D[0-9]*F?)")
"""The head of a card number or of track 2 and what can stand behind it: said in the midst of what cannot be read."""


def is_number(text: str) -> bool:
    """True for decimal digits that may be a card number where a tag says that they are."""
    return text.isdecimal() and SHORTEST_NUMBER <= len(text) <= LONGEST_NUMBER


def mask(text: str) -> str:
    """All but the last digits of a card number; the whole of anything else."""
    number = text.rstrip("F")
    if number.startswith(HIDDEN) and number.lstrip(HIDDEN).isdecimal() and len(number.lstrip(HIDDEN)) == LAST_SHOWN:
        return text  # it is hidden already
    if is_number(number):
        return HIDDEN * (len(number) - LAST_SHOWN) + number[-LAST_SHOWN:] + text[len(number) :]
    return HIDDEN * len(text)


def spoken(number: str) -> str:
    """The digits as characters (ASCII), in hexadecimal."""
    return number.encode("ascii").hex().upper()


def mask_spoken(characters: str) -> str:
    """All but the last digits of a card number that is written in characters."""
    shown = 2 * LAST_SHOWN
    return HIDDEN * (len(characters) - shown) + characters[-shown:]


def hide_likely(text: str) -> str:
    """The text without what is likely to be a card number: as characters, behind its tag, or by its check digit.

    A number that stands alone keeps its last digits. Among other digits nobody can tell where it ends: all go.
    """
    text = SPOKEN_RUN.sub(lambda run: _likely_spoken(run[0]), text)
    text = HEADED.sub(_headed, text)
    return RUN.sub(lambda run: _likely(run[0]), text)


def checks(number: str) -> bool:
    """True when the last digit is the check of the others (Luhn)."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _likely(run: str) -> str:
    if len(run) <= LONGEST_NUMBER and run[0] != "0" and checks(run):
        return mask(run)
    return HIDDEN * len(run) if not SPOKEN_RUN.fullmatch(run) and _holds_number(run) else run


def _likely_spoken(run: str) -> str:
    number = run[1::2]
    if len(number) <= LONGEST_NUMBER and number[0] != "0" and checks(number):
        return mask_spoken(run)
    return HIDDEN * len(run) if _holds_number(number) else run


def _holds_number(run: str) -> bool:
    """Whether a card number begins anywhere in the run."""
    return any(
        run[at] != "0" and checks(run[at : at + size])
        for at in range(len(run) - SHORTEST_LIKELY + 1)
        for size in range(SHORTEST_LIKELY, min(LONGEST_NUMBER, len(run) - at) + 1)
    )


def _headed(found: re.Match[str]) -> str:
    if found[1]:
        size = 2 * int(found[2], 16)
        value, rest = found[3][:size], found[3][size:]
        return found[1] + found[2] + mask(value) + rest
    return found[4] + found[5] + HIDDEN * len(found[6])
