"""What the certificate issuing service says, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from bank.web.est.words.sentences import EstWords

LANGUAGES: Final = find_words(__name__, __path__, EstWords)


def list_est_words() -> Mapping[str, EstWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["EstWords", "list_est_words"]
