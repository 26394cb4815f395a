"""What the page of a challenge says, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from bank.web.acs.words.sentences import AcsWords

LANGUAGES: Final = find_words(__name__, __path__, AcsWords)


def list_acs_words() -> Mapping[str, AcsWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["AcsWords", "list_acs_words"]
