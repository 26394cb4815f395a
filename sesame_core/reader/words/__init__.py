"""The sentences, one module a language. French is the guide's; a language is complete or it is not there.

A language is one file beside this one, named by its ISO 639-1 code, with its `Sentences` in it. It is then offered
wherever a language of the reader is chosen: by the card, in the configuration, in the verbs' description.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sesame_core.reader.words.sentences import Sentences

FALLBACK: Final = "fr"
"""Spoken where neither the configuration nor the card asks for one that is there."""


def find_languages() -> Mapping[str, Sentences]:
    """Every language that has a file here by its code, the fallback first, then in the order of their codes."""
    from importlib import import_module  # noqa: PLC0415 - lent to this module alone
    from pkgutil import iter_modules  # noqa: PLC0415

    codes = sorted(found.name for found in iter_modules(__path__) if len(found.name) == len(FALLBACK))
    modules = {code: import_module(f"{__name__}.{code}") for code in sorted(codes, key=FALLBACK.__ne__)}
    return MappingProxyType(
        {
            code: next(value for value in vars(module).values() if isinstance(value, Sentences))
            for code, module in modules.items()
        }
    )


LANGUAGES: Final = find_languages()

__all__ = ["FALLBACK", "LANGUAGES", "Sentences", "find_languages"]
