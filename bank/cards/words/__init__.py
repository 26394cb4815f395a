"""What the gallery's cards stand for, one module a language: see `bank.languages`."""

from typing import Final

from bank.cards.words.sentences import CardWords
from bank.languages import find_words

LANGUAGES: Final = find_words(__name__, __path__, CardWords)

__all__ = ["LANGUAGES", "CardWords"]
