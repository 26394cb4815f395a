"""What the shop says, one module a language: a file beside this one, named by its ISO 639-1 code, with its `ShopWords`
in it. The shop offers it as soon as it is there.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from merchant.words.sentences import ShopWords

FALLBACK: Final = "fr"


def list_shop_words() -> Mapping[str, ShopWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    codes = sorted(found.name for found in iter_modules(__path__) if len(found.name) == len(FALLBACK))
    modules = {code: import_module(f"{__name__}.{code}") for code in sorted(codes, key=FALLBACK.__ne__)}
    return {
        code: next(value for value in vars(module).values() if isinstance(value, ShopWords))
        for code, module in modules.items()
    }


__all__ = ["ShopWords", "list_shop_words"]
