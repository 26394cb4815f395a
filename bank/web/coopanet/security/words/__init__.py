"""What the page « Sécurité » says, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from bank.web.coopanet.security.words.sentences import ExemptionWords, SecurityWords

LANGUAGES: Final = find_words(__name__, __path__, SecurityWords)


def list_security_words() -> Mapping[str, SecurityWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["ExemptionWords", "SecurityWords", "list_security_words"]
