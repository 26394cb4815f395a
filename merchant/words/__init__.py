"""What the shop says, one module a language: see `merchant.languages`."""

from collections.abc import Mapping

from merchant.languages import find_words
from merchant.words.sentences import ShopWords


def list_shop_words() -> Mapping[str, ShopWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return find_words(__name__, __path__, ShopWords)


__all__ = ["ShopWords", "list_shop_words"]
