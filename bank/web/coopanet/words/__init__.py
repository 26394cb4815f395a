"""What the pages say, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from bank.web.coopanet.words.sentences import Branch, CoopanetWords, OwnAddress, Step, Steps

LANGUAGES: Final = find_words(__name__, __path__, CoopanetWords)


def list_languages() -> Mapping[str, CoopanetWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["Branch", "CoopanetWords", "OwnAddress", "Step", "Steps", "list_languages"]
