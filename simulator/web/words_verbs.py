"""The verbs' descriptions in French, by the sentences of the OpenAPI document, which is in English."""

from types import MappingProxyType
from typing import Final

FRENCH_VERBS: Final = MappingProxyType(
    {
        "A card is in already.": "Une carte est déjà dans le lecteur.",
        "A stream without end.": "Un flux sans fin.",
        "Another site asks.": "La demande vient d'un autre site.",
        "Asked by another name than this machine's own.": "La demande emploie un autre nom que celui de cette machine.",
        "Bring the smart-card reader back.": "Rebrancher le lecteur de carte à puce.",
        "Done; so it is now.": "C'est fait ; voici l'état à présent.",
        "How the reader is.": "L'état du lecteur.",
        "No such card.": "Cette carte n'existe pas.",
        "No such scale.": "Cette échelle n'existe pas.",
        "Press keys one after the other; answered when the last is let go.": "Appuyer sur des touches, l'une après "
        "l'autre ; la réponse vient quand la dernière est relâchée.",
        "Put a card of the gallery in.": "Insérer une carte de la galerie.",
        "So it is.": "Voici.",
        "Take the card out; harmless when there is none.": "Retirer la carte ; sans effet s'il n'y en a pas.",
        "Take the smart-card reader away.": "Débrancher le lecteur de carte à puce.",
        "The body is not JSON.": "Le corps n'est pas du JSON.",
        "The body is not as described.": "Le corps n'est pas tel que décrit.",
        "The body is too long.": "Le corps est trop long.",
        "The body's length is not told.": "La longueur du corps n'est pas indiquée.",
        "The cards there are, with the PIN of each for the demonstration.": "Les cartes de la galerie, avec le code "
        "secret de chacune pour la démonstration.",
        "The glass as a PNG file.": "L'écran en fichier PNG.",
        "The glass as rows of bits.": "L'écran en lignes de bits.",
        "The next customer: card out, everybody signed off, cards and accounts as at first.": "Client suivant : carte "
        "retirée, tout le monde déconnecté, cartes et comptes comme au début.",
        "The picture.": "L'image.",
        "The reader has ended.": "Le lecteur est arrêté.",
        "Too many presses are waiting.": "Trop d'appuis sont en attente.",
        "What card and reader said last; a PIN's digits are stars.": "Les derniers échanges entre carte et lecteur ; "
        "les chiffres du code secret sont des étoiles.",
        "What changes, as server-sent events: `glass` and `state` as their schemas have it, `exchange`, `anew` for the "
        "next customer, and `here` when nothing else was said for 5 s.": "Ce qui change, en événements (server-sent "
        "events) : `glass` et `state` selon leurs schémas, `exchange`, `anew` au client suivant, et `here` quand rien "
        "d'autre n'a été dit pendant 5 s.",
    }
)
