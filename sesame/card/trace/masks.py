"""Hides what a trace would tell of its owner: card numbers, names and magnetic-stripe data in the card's answers.

Answers that came in pieces (61xx) are looked at as a whole, what cannot be parsed to the end as far as it can be. Card
numbers that were found anywhere are hidden everywhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sesame.card.trace.recording import STATUS, Trace, Turn, whole_answers, whole_data
from sesame_core.smartcard.masking import HIDDEN

NUMBER, TRACK_2, TRACK_2_CONTACTLESS = 0x5A, 0x57, 0x9F6B
SENSITIVE = frozenset({NUMBER, TRACK_2, TRACK_2_CONTACTLESS, 0x56, 0x5F20, 0x9F0B, 0x9F1F, 0x9F20, 0x5F53})
"""PAN, track 2 (twice), track 1, names (twice), discretionary data of both tracks, IBAN."""

LAST_SHOWN = 4
"""So many digits of a card number stay, as on a receipt."""

SHORTEST_NUMBER = 8

Span = tuple[int, int]
"""Start and end of a run of hexadecimal digits."""


def hide_owner(trace: Trace) -> Trace:
    """The trace with everything hidden that tells who its owner is."""
    groups = list(whole_answers(trace.turns))
    numbers = {number for group in groups for number in _numbers(whole_data(group))}
    turns = [turn for group in groups for turn in _masked(group, numbers)]
    return replace(trace, turns=tuple(turns))


def _masked(group: Sequence[Turn], numbers: Iterable[str]) -> Iterator[Turn]:
    whole = whole_data(group)
    for tag, start, end in list(_objects(whole)):
        if tag in SENSITIVE:
            value = whole[start:end]
            whole = whole[:start] + (_mask(value) if tag == NUMBER else HIDDEN * len(value)) + whole[end:]
    for number in numbers:
        whole = whole.replace(number, _mask(number))
    for turn in group:
        size = len(turn.response[:-STATUS])
        yield replace(turn, response=whole[:size] + turn.response[-STATUS:])
        whole = whole[size:]


def _mask(digits: str) -> str:
    """All but the last digits of a card number; the whole of anything else."""
    number = digits.rstrip("F")
    if number.startswith(HIDDEN) and number.lstrip(HIDDEN).isdecimal() and len(number.lstrip(HIDDEN)) == LAST_SHOWN:
        return digits  # it is hidden already
    if number.isdecimal() and SHORTEST_NUMBER <= len(number) <= 19:
        return HIDDEN * (len(number) - LAST_SHOWN) + number[-LAST_SHOWN:] + digits[len(number) :]
    return HIDDEN * len(digits)


def _numbers(answer: str) -> Iterator[str]:
    """The card numbers in an answer."""
    for tag, start, end in _objects(answer):
        value = answer[start:end]
        if tag in (TRACK_2, TRACK_2_CONTACTLESS):
            value = value.partition("D")[0]
        number = value.rstrip("F")
        if tag in (NUMBER, TRACK_2, TRACK_2_CONTACTLESS) and number.isdecimal() and len(number) >= SHORTEST_NUMBER:
            yield number


def _objects(text: str) -> Iterator[tuple[int, int, int]]:
    """Tag, start and end (in hexadecimal digits) of every data object, as far as the text can be read as such."""
    at = 0
    while at < len(text):
        if text.startswith("00", at):
            at += 2
            continue
        found = _head(text, at)
        if found is None:
            return
        tag, constructed, at, length = found
        end = min(at + 2 * length, len(text))
        yield tag, at, end
        if constructed:
            yield from ((inner, at + start, at + stop) for inner, start, stop in _objects(text[at:end]))
        at = end


def _head(text: str, at: int) -> tuple[int, bool, int, int] | None:
    """Tag, whether it is constructed, where its value begins, and how many bytes it has."""
    try:
        first = int(text[at : at + 2], 16)
        size = 2 if first & 0x1F != 0x1F else _tag_digits(text, at)
        tag = int(text[at : at + size], 16)
        at += size
        length = int(text[at : at + 2], 16)
        at += 2
        if length & 0x80:
            more = 2 * (length & 0x7F)
            length = int(text[at : at + more], 16)
            at += more
    except ValueError:
        return None
    return tag, bool(first & 0x20), at, length


def _tag_digits(text: str, at: int) -> int:
    size = 4
    while int(text[at + size - 2 : at + size], 16) & 0x80:
        size += 2
    return size
