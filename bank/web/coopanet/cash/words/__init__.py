"""What the page of a cash code says, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from bank.web.coopanet.cash.words.sentences import CashWords

LANGUAGES: Final = find_words(__name__, __path__, CashWords)


def list_cash_words() -> Mapping[str, CashWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["CashWords", "list_cash_words"]
