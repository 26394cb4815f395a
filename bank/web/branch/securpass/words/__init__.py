"""What the desk says about Sécur'Pass, one module a language: a file beside this one, named by its ISO 639-1 code, with
its `SecurPassDeskWords` in it.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from bank.web.branch.securpass.words.sentences import SecurPassDeskWords

FALLBACK: Final = "fr"


def list_securpass_desk_words() -> Mapping[str, SecurPassDeskWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    codes = sorted(found.name for found in iter_modules(__path__) if len(found.name) == len(FALLBACK))
    modules = {code: import_module(f"{__name__}.{code}") for code in sorted(codes, key=FALLBACK.__ne__)}
    return {
        code: next(value for value in vars(module).values() if isinstance(value, SecurPassDeskWords))
        for code, module in modules.items()
    }


__all__ = ["SecurPassDeskWords", "list_securpass_desk_words"]
