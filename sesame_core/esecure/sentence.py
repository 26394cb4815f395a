"""The bank's signed sentences: what the glass may say of a signature beyond that a computer asks for it.

    E0 { E1 { 80 kind, 81 freshness, 82 text }, 9E signature of E1 by the bank (ECDSA P-256, SHA-256, DER) }

`kind` is 01 for a log-on, 02 for a payment; `freshness` the random bytes that this key has given out last, so that a
sentence is good once and for this key. A log-on has no text. A payment's text is one line a page. Its signature in 9C
is over exactly the bytes of E1: what is shown is what is signed.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from sesame_core.esecure.questions import KeyUse
from sesame_core.piv.fields import open_template, split_fields, write_field
from sesame_core.piv.status import PivRefusedError, PivStatus, refuse_unless

ENVELOPE: Final = 0xE0
SIGNED: Final = 0xE1
SIGNATURE: Final = 0x9E
KIND: Final = 0x80
FRESHNESS: Final = 0x81
TEXT: Final = 0x82

FRESH_SIZE: Final = 16

MOST_PAGES: Final = 8
LONGEST_PAGE: Final = 40
LONGEST_WORD: Final = 20
"""What fits the smallest glass that lies, above a notice: a line of twenty in the smallest letters, or two without
accents."""

UNMARKED: Final = frozenset(" 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.,:;'/()+-%&\u20ac\u00a0")
LETTERS: Final = UNMARKED | frozenset(
    "\u00c0\u00c2\u00c4\u00c7\u00c8\u00c9\u00ca\u00cb\u00ce\u00cf\u00d4\u00d6\u00d9\u00db\u00dc\u0152"
)
"""Capitals only: they are told apart in small letters, and none looks like another alphabet's."""


CLASS: Final = 0x80


class SentenceIns(IntEnum):
    """The key's own commands, in class 80, which PIV leaves free: give freshness out, take a sentence."""

    GET_FRESHNESS = 0x10
    SHOW_SENTENCE = 0x12


class SentenceKind(IntEnum):
    """What a sentence is about."""

    LOG_ON = 1
    PAYMENT = 2


USES: Final = {SentenceKind.LOG_ON: KeyUse.LOG_ON, SentenceKind.PAYMENT: KeyUse.PAYMENT}


@dataclass(frozen=True, slots=True)
class SignedSentence:
    """`signed`: the bytes that the bank's signature is over."""

    kind: SentenceKind
    freshness: bytes = field(repr=False)
    pages: tuple[str, ...]
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def read_sentence(data: bytes) -> SignedSentence:
    """Take it apart. Raises PivRefusedError(6A80): another form, or a text that the glass cannot show whole."""
    envelope = open_template(data, ENVELOPE)
    refuse_unless(set(envelope) == {SIGNED, SIGNATURE}, PivStatus.WRONG_DATA)
    fields = split_fields(envelope[SIGNED])
    refuse_unless(set(fields) in ({KIND, FRESHNESS}, {KIND, FRESHNESS, TEXT}), PivStatus.WRONG_DATA)
    kind = next((each for each in SentenceKind if fields[KIND] == bytes((each,))), None)
    if kind is None:
        raise PivRefusedError(PivStatus.WRONG_DATA)
    refuse_unless(len(fields[FRESHNESS]) == FRESH_SIZE, PivStatus.WRONG_DATA)
    pages = _read_pages(fields.get(TEXT, b""))
    refuse_unless(bool(pages) is (kind is SentenceKind.PAYMENT), PivStatus.WRONG_DATA)
    signed = write_field(SIGNED, envelope[SIGNED])
    return SignedSentence(kind, fields[FRESHNESS], pages, signed, envelope[SIGNATURE])


def _read_pages(text: bytes) -> tuple[str, ...]:
    if not text:
        return ()
    try:
        pages = tuple(text.decode("utf-8").split("\n"))
    except UnicodeDecodeError:
        raise PivRefusedError(PivStatus.WRONG_DATA) from None
    fits = len(pages) <= MOST_PAGES and all(map(_can_be_shown, pages))
    refuse_unless(fits, PivStatus.WRONG_DATA)
    return pages


def _can_be_shown(page: str) -> bool:
    """On every glass that lies, none of it cut: the painter would refuse it, and the key would end."""
    words = page.split(" ")
    fits = len(page) <= LONGEST_PAGE and all(0 < len(word) <= LONGEST_WORD for word in words)
    lines = len(_fold(words))
    return fits and lines <= 2 and set(page) <= (UNMARKED if lines > 1 else LETTERS)


def _fold(words: list[str]) -> list[str]:
    lines = words[:1]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= LONGEST_WORD:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines
