"""The courses that the promises are kept along: each function of the reader on each card that gives codes."""

from bank.cards.gallery import GALLERY

FUNCTIONS = {
    "Code": "Code PIN OK",
    "Défi": "Défi 8 0 4 2 OK PIN OK",
    "Signer": "Signer 1 2 3 4 5 OK 9 8 7 6 5 4 3 2 OK PIN OK",
    "Données": "Signer Signer PIN OK 1 2 3 4 OK 5 6 OK OK",
}

CODE_CARDS = tuple(
    name for name, card in GALLERY.items() if card.code_application and name not in ("blocked", "declines")
)
"""`blocked` and `declines` are in the bank's books, but the one takes no PIN and the other makes no code."""


def keys_of(function: str, card: str) -> str:
    """What is pressed for a function with this card."""
    return FUNCTIONS[function].replace("PIN", " ".join(GALLERY[card].pin))
