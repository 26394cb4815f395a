"""What the customer reads of an operation: its lines, its text messages, its notices.

The lines become part of the octets that are confirmed: what is signed is what was shown.
"""

from collections.abc import Mapping

from bank.iban import group_iban
from bank.languages import choose_words
from bank.operations.catalogue import CATALOGUE, FieldKind, OperationKind
from bank.operations.octets import OperationContent, Value
from bank.operations.words import LANGUAGES, OperationWords


def name_kind(kind: OperationKind, language: str) -> str:
    """How a kind of operation is called."""
    return choose_words(LANGUAGES, language).kinds[kind]


def show_lines(
    kind: OperationKind, values: Mapping[str, Value], language: str, card_name: str = ""
) -> tuple[tuple[str, str], ...]:
    """The lines of an operation: what it is, then every field. `card_name`: how the card is called for its customer."""
    words = choose_words(LANGUAGES, language)
    lines = (
        (words.fields[field.name], _show_value(field.kind, values[field.name], words, card_name))
        for field in CATALOGUE[kind].fields
    )
    return ((words.what, words.kinds[kind]), *lines)


def _show_value(kind: FieldKind, value: Value, words: OperationWords, card_name: str) -> str:
    if kind is FieldKind.CENTS:
        return words.notation.write_money(int(value))
    if kind in {FieldKind.IBAN, FieldKind.IBAN_OF_FRANCE, FieldKind.IBAN_ABROAD}:
        return group_iban(str(value))
    return card_name if kind is FieldKind.CARD else str(value)


def words_for(content: OperationContent) -> OperationWords:
    """The words of the language that the operation was asked for in."""
    return choose_words(LANGUAGES, content.language)


def write_message(sentence: str, content: OperationContent, **values: str) -> str:
    """A text message about an operation, from one of its language's: it names what, the amount and the payee, and
    everything else shown."""
    (_, kind), *lines = content.shown
    what = ", ".join((kind, *(f"{label} {value}" for label, value in lines)))
    return sentence.format(what=what, **values)
