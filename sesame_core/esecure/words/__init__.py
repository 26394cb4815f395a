"""The sentences, one module a language, found as the reader's are: a language is one file beside this one, named by its
ISO 639-1 code, with its `KeySentences` in it. It is complete or it is not there.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sesame_core.esecure.words.sentences import KeySentences

FALLBACK: Final = "fr"
"""Spoken where the configuration asks for none, or for one that the key does not speak."""


def find_languages() -> Mapping[str, KeySentences]:
    """Every language that has a file here by its code, the fallback first, then in the order of their codes."""
    from importlib import import_module  # noqa: PLC0415 - lent to this module alone
    from pkgutil import iter_modules  # noqa: PLC0415

    codes = sorted(
        (each.name for each in iter_modules(__path__) if len(each.name) == 2), key=lambda c: (c != FALLBACK, c)
    )
    spoken: dict[str, KeySentences] = {}
    for code in sorted(codes, key=FALLBACK.__ne__):
        values = vars(import_module(f"{__name__}.{code}")).values()
        spoken[code] = next(value for value in values if isinstance(value, KeySentences))
    return MappingProxyType(spoken)


LANGUAGES: Final = find_languages()

__all__ = ["FALLBACK", "LANGUAGES", "KeySentences", "find_languages"]
