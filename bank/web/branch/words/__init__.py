"""What the adviser's desk says, one module a language: see `bank.languages`."""

from collections.abc import Mapping
from typing import Final

from bank.languages import find_words
from bank.web.branch.words.sentences import BranchWords

LANGUAGES: Final = find_words(__name__, __path__, BranchWords)


def list_branch_languages() -> Mapping[str, BranchWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return LANGUAGES


__all__ = ["BranchWords", "list_branch_languages"]
