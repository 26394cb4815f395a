"""What the desk says about Sécur'Pass, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from bank.web.branch.securpass.words.sentences import SecurPassDeskWords

LANGUAGES: Final = find_words(__name__, __path__, SecurPassDeskWords)


def list_securpass_desk_words() -> Mapping[str, SecurPassDeskWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["SecurPassDeskWords", "list_securpass_desk_words"]
