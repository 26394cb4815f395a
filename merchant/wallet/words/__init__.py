"""What the wallet says, one module a language: see `merchant.languages`."""

from collections.abc import Mapping

from merchant.languages import find_words
from merchant.wallet.words.sentences import WalletWords


def list_wallet_words() -> Mapping[str, WalletWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return find_words(__name__, __path__, WalletWords)


__all__ = ["WalletWords", "list_wallet_words"]
