"""What the page of a challenge says, one module a language: a file beside this one, named by its ISO 639-1 code, with
its `AcsWords` in it.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from bank.web.acs.words.sentences import AcsWords

FALLBACK: Final = "fr"


def list_acs_words() -> Mapping[str, AcsWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    codes = sorted(found.name for found in iter_modules(__path__) if len(found.name) == len(FALLBACK))
    modules = {code: import_module(f"{__name__}.{code}") for code in sorted(codes, key=FALLBACK.__ne__)}
    return {
        code: next(value for value in vars(module).values() if isinstance(value, AcsWords))
        for code, module in modules.items()
    }


__all__ = ["AcsWords", "list_acs_words"]
