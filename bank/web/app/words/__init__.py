"""What the telephone says, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from bank.web.app.words.sentences import AppWords, OfferWords

LANGUAGES: Final = find_words(__name__, __path__, AppWords)


def list_app_words() -> Mapping[str, AppWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["AppWords", "OfferWords", "list_app_words"]
