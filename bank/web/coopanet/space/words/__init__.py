"""What the client space says, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from bank.languages import choose_words, find_words
from bank.web.coopanet.space.kinds.words import KindWords, list_kind_words
from bank.web.coopanet.space.words.sentences import FormSlip, SpaceWords, StepWords, Told

LANGUAGES: Final = MappingProxyType(
    {
        code: replace(words, kinds=choose_words(list_kind_words(), code).kinds)
        for code, words in find_words(__name__, __path__, SpaceWords).items()
    }
)


def list_space_words() -> Mapping[str, SpaceWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["FormSlip", "KindWords", "SpaceWords", "StepWords", "Told", "list_space_words"]
