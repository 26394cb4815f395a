"""What the access key's page says, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from simulator.key.words.sentences import KeyPageWords

LANGUAGES: Final = find_words(__name__, __path__, KeyPageWords)


def list_key_words() -> Mapping[str, KeyPageWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["KeyPageWords", "list_key_words"]
