"""One module a language, a file in a folder of words named by its ISO 639-1 code: offered as soon as it is there."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final, TypeVar

FALLBACK: Final = "fr"

T = TypeVar("T")


def find_words(package: str, path: Iterable[str], kind: type[T]) -> Mapping[str, T]:
    """Every language by its code; the first is the one for whoever asks for another. `kind`: what each has one of."""
    codes = sorted(found.name for found in iter_modules(path) if len(found.name) == len(FALLBACK))
    modules = {code: import_module(f"{package}.{code}") for code in sorted(codes, key=FALLBACK.__ne__)}
    return {
        code: next(value for value in vars(module).values() if isinstance(value, kind))
        for code, module in modules.items()
    }


def prefer_words(wanted: str, codes: Iterable[str]) -> str:
    """The first of ours that Accept-Language names, else our first."""
    known = tuple(codes)
    asked = [part.partition(";")[0].strip()[:2].lower() for part in wanted.split(",")]
    return next((code for code in asked if code in known), known[0])
