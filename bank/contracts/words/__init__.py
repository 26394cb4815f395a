"""What a contract says, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.contracts.words.sentences import ContractWords
from bank.languages import find_words

LANGUAGES: Final = find_words(__name__, __path__, ContractWords)


def list_contract_words() -> Mapping[str, ContractWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["ContractWords", "list_contract_words"]
