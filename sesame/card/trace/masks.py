"""Hides what a trace would tell of its owner: card numbers, names and magnetic-stripe data, in answers and in commands.

Answers that came in pieces (61xx) are looked at as a whole. Where an answer cannot be read as data objects, and in
those that only its issuer can read, whatever looks like a card number or the head of one is taken for one (`digits`).
Card numbers that were found anywhere are hidden everywhere, as digits and as characters.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sesame.card.trace import digits
from sesame.card.trace.recording import STATUS, Trace, Turn, whole_answers, whole_data
from sesame_core.smartcard.masking import HIDDEN

NUMBER, TRACK_2, TRACK_2_CONTACTLESS = 0x5A, 0x57, 0x9F6B
SENSITIVE = frozenset({NUMBER, TRACK_2, TRACK_2_CONTACTLESS, 0x56, 0x5F20, 0x9F0B, 0x9F1F, 0x9F20, 0x5F53})
"""PAN, track 2 (twice), track 1, names (twice), discretionary data of both tracks, IBAN."""

READABLE = frozenset(
    {
        0x80, 0x4F, 0x50, 0x82, 0x84, 0x87, 0x88, 0x8C, 0x8D, 0x8E, 0x94, 0x97, 0x9D, 0x5F24, 0x5F25, 0x5F28, 0x5F2A,
        0x5F2C, 0x5F2D, 0x5F30, 0x5F34, 0x9F02, 0x9F05, 0x9F07, 0x9F08, 0x9F0D, 0x9F0E, 0x9F0F, 0x9F10, 0x9F11, 0x9F12,
        0x9F13, 0x9F17, 0x9F26, 0x9F27, 0x9F36, 0x9F37, 0x9F38, 0x9F42, 0x9F44, 0x9F49, 0x9F4A, 0x9F4C, 0x9F55, 0x9F56,
        0xDF07,
    }
)  # fmt: skip
"""Data objects that EMV or CAP (DF07: the Belgian banks) give another meaning: they stay, for codes come of them."""

MOST_DEPTH = 16
UNREAD = -1
"""Stands for the tag of what cannot be read as data objects."""

HEADER, BODY = 8, 10
"""Where a command's length byte is, and its data, in hexadecimal digits."""

LISTED = ("80A8", "80AE")
"""Commands whose data are values one after the other, in an order that the card gave: nothing but numbers that were
found elsewhere can be told in them."""

Head = tuple[int, bool, int, int]


@dataclass(frozen=True, slots=True)
class MaskedObject:
    """A data object: its tag, and where its value is, in hexadecimal digits."""

    tag: int
    start: int
    end: int


def hide_owner(trace: Trace) -> Trace:
    """The trace with everything hidden that tells who its owner is."""
    groups = list(whole_answers(trace.turns))
    texts = [whole_data(group) for group in groups] + [_data(turn.command) for turn in trace.turns]
    numbers = sorted({number for text in texts for number in _numbers(text)}, key=len, reverse=True)
    turns = [turn for group in groups for turn in _masked(group, numbers)]
    return replace(trace, turns=tuple(turns))


def _masked(group: Sequence[Turn], numbers: Iterable[str]) -> Iterator[Turn]:
    whole = _without(_objects_hidden(whole_data(group)), numbers)
    for turn in group:
        size = len(turn.response[:-STATUS])
        command = _command_hidden(turn.command, numbers)
        yield replace(turn, command=command, response=whole[:size] + turn.response[-STATUS:])
        whole = whole[size:]


def _command_hidden(command: str, numbers: Iterable[str]) -> str:
    """The command, its data looked through as an answer's are; its header and length stay."""
    data = _data(command)
    looked = data if command.startswith(LISTED) else _objects_hidden(data)
    return command[:BODY] + _without(looked, numbers) if data else command


def _data(command: str) -> str:
    return command[BODY:] if len(command) > BODY else ""


def _objects_hidden(text: str) -> str:
    """The text without what its data objects tell. Where not all of it can be read as such, nothing in it is certain to
    be one: the whole is looked through as well."""
    objects = _objects(text)
    if any(found.tag == UNREAD for found in objects):
        text = digits.hide_likely(text)
    for found in objects:
        value = text[found.start : found.end]
        if found.tag in SENSITIVE:
            value = digits.mask(value) if found.tag == NUMBER else HIDDEN * len(value)
        elif found.tag not in READABLE:
            value = digits.hide_likely(value)
        text = text[: found.start] + value + text[found.end :]
    return text


def _without(text: str, numbers: Iterable[str]) -> str:
    for number in numbers:
        text = text.replace(number, digits.mask(number))
        spoken = digits.spoken(number)
        text = text.replace(spoken, digits.mask_spoken(spoken))
    return text


def _numbers(answer: str) -> Iterator[str]:
    """The card numbers in an answer."""
    for found in _objects(answer):
        value = answer[found.start : found.end]
        if found.tag in (TRACK_2, TRACK_2_CONTACTLESS):
            value = value.partition("D")[0]
        number = value.rstrip("F")
        if found.tag in (NUMBER, TRACK_2, TRACK_2_CONTACTLESS) and digits.is_number(number):
            yield number


def _objects(text: str) -> list[MaskedObject]:
    """Every primitive data object, as far as the text can be read as such, and what cannot."""
    found: list[MaskedObject] = []
    to_do = [(0, len(text), 0)]
    while to_do:
        at, end, depth = to_do.pop()
        while at < end:
            if text[at : at + 2] in ("00", "FF"):  # padding (EMV Book 3, annex B1)
                at += 2
                continue
            head = _head(text, at, end)
            if head is None or depth == MOST_DEPTH:
                found.append(MaskedObject(UNREAD, at, end))
                break
            tag, constructed, start, length = head
            if start + 2 * length > end:
                found.append(MaskedObject(UNREAD, at, end))
            at = min(start + 2 * length, end)
            if constructed and tag not in SENSITIVE:
                to_do.append((start, at, depth + 1))
            else:
                found.append(MaskedObject(tag, start, at))
    return found


def _head(text: str, at: int, end: int) -> Head | None:
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
    return (tag, bool(first & 0x20), at, length) if at <= end else None


def _tag_digits(text: str, at: int) -> int:
    size = 4
    while int(text[at + size - 2 : at + size], 16) & 0x80:
        size += 2
    return size
