"""What is said of each kind of operation, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from bank.web.coopanet.space.kinds.words.sentences import EveryKind, KindWords

LANGUAGES: Final = find_words(__name__, __path__, EveryKind)


def list_kind_words() -> Mapping[str, EveryKind]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["EveryKind", "KindWords", "list_kind_words"]
