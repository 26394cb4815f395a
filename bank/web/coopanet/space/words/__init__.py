"""What the client space says, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from bank.web.coopanet.space.words.sentences import FormSlip, KindWords, SpaceWords, StepWords, Told

LANGUAGES: Final = find_words(__name__, __path__, SpaceWords)


def list_space_words() -> Mapping[str, SpaceWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["FormSlip", "KindWords", "SpaceWords", "StepWords", "Told", "list_space_words"]
