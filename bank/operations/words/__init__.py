"""What the customer reads of an operation, one module a language: see `bank.languages`. How a language writes amounts,
days and hours stands here for the whole bank."""

from typing import Final

from bank.languages import Notation, choose_words, find_words
from bank.operations.words.sentences import OperationWords

LANGUAGES: Final = find_words(__name__, __path__, OperationWords)


def notation_of(language: str) -> Notation:
    """How a language writes amounts, days and hours; the fallback's way for one that is not there."""
    return choose_words(LANGUAGES, language).notation


__all__ = ["LANGUAGES", "OperationWords", "notation_of"]
