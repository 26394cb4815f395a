"""The words around the simulated reader, one module a language, as `sesame_core.reader.words` has those on its glass.

A language is one file beside this one, named by its ISO 639-1 code, with its `SimulatorWords` in it: pages, sheet,
mirror and terminal offer it at once.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final

from simulator.words.sentences import SimulatorWords

FALLBACK: Final = "fr"


def find_languages() -> Mapping[str, SimulatorWords]:
    """Every language that has a file here by its code, the fallback first, then in the order of their codes."""
    codes = sorted(found.name for found in iter_modules(__path__) if len(found.name) == len(FALLBACK))
    modules = {code: import_module(f"{__name__}.{code}") for code in sorted(codes, key=FALLBACK.__ne__)}
    return MappingProxyType(
        {
            code: next(value for value in vars(module).values() if isinstance(value, SimulatorWords))
            for code, module in modules.items()
        }
    )


LANGUAGES: Final = find_languages()

__all__ = ["FALLBACK", "LANGUAGES", "SimulatorWords", "find_languages"]
