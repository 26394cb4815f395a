"""What the cards in sight are called, in a customer's words: their technical names are behind a click."""

from types import MappingProxyType
from typing import Final

TITLES: Final = MappingProxyType(
    {
        "bank-card": {"fr": "Carte bancaire", "en": "Bank card"},
        "sesame-card": {"fr": "Carte Sésame", "en": "Sésame card"},
        "mastercard-cap": {"fr": "Carte Mastercard", "en": "Mastercard"},
        "last-try": {"fr": "Carte à son dernier essai", "en": "Card with one try left"},
        "blocked": {"fr": "Carte bloquée", "en": "Blocked card"},
        "no-cap": {"fr": "Carte qui ne fait pas de code", "en": "Card that makes no code"},
        "mute": {"fr": "Carte à la puce abîmée", "en": "Card with a damaged chip"},
    }
)
"""By the card's name in the gallery, in the order of showing: these are in sight at once, the others behind a click."""
