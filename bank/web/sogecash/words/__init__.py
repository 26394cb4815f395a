"""What the business site says, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from bank.web.sogecash.words.sentences import GuideStep, SogecashWords

LANGUAGES: Final = find_words(__name__, __path__, SogecashWords)


def list_sogecash_words() -> Mapping[str, SogecashWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["GuideStep", "SogecashWords", "list_sogecash_words"]
