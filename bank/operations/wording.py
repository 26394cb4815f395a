"""What the customer reads of an operation: its lines, its text messages, its notices.

The lines become part of the octets that are confirmed: what is signed is what was shown.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bank.iban import group_iban
from bank.languages import choose_words
from bank.operations.catalogue import CATALOGUE, DAY, RHYTHM, FieldKind, FieldRule, OperationKind
from bank.operations.octets import OperationContent, Value
from bank.operations.words import LANGUAGES, OperationWords

SHORTEST_MONTH: Final = 28
"""A day that every month has."""


def name_kind(kind: OperationKind, language: str) -> str:
    """How a kind of operation is called."""
    return choose_words(LANGUAGES, language).kinds[kind]


def show_lines(
    kind: OperationKind, values: Mapping[str, Value], language: str, card_name: str = ""
) -> tuple[tuple[str, str], ...]:
    """The lines of an operation: what it is, then every field. `card_name`: how the card is called for its customer."""
    words = choose_words(LANGUAGES, language)
    lines = (
        (words.fields[field.name], _show_value(field, values, words, card_name))
        for field in CATALOGUE[kind].fields
        if field.name in values and field.kind is not FieldKind.RHYTHM
    )
    return ((words.what, words.kinds[kind]), *lines)


def _show_value(field: FieldRule, values: Mapping[str, Value], words: OperationWords, card_name: str) -> str:
    kind, value = field.kind, values[field.name]
    if kind is FieldKind.DAY:
        day = datetime.fromisoformat(str(value))
        return _say_when(day, values, words) if field.name == DAY else words.notation.write_day(day)
    if kind is FieldKind.CENTS:
        return words.notation.write_money(int(value))
    if kind in {FieldKind.IBAN, FieldKind.IBAN_OF_FRANCE, FieldKind.IBAN_ABROAD}:
        return group_iban(str(value))
    return card_name if kind is FieldKind.CARD else str(value)


def _say_when(first: datetime, values: Mapping[str, Value], words: OperationWords) -> str:
    """The day, or the rhythm with its first day: one sentence, as it will be signed."""
    sentence = words.on_day
    if RHYTHM in values:
        sentence = words.monthly if first.day <= SHORTEST_MONTH else words.monthly_at_end
    return sentence.format(day=first.day, first=words.notation.write_day(first))


def words_for(content: OperationContent) -> OperationWords:
    """The words of the language that the operation was asked for in."""
    return choose_words(LANGUAGES, content.language)


def write_message(sentence: str, content: OperationContent, **values: str) -> str:
    """A text message about an operation, from one of its language's: it names what, the amount and the payee, and
    everything else shown."""
    (_, kind), *lines = content.shown
    what = ", ".join((kind, *(f"{label} {value}" for label, value in lines)))
    return sentence.format(what=what, **values)
