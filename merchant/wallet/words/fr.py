"""French."""

from typing import Final

from merchant.cards import CardSlip
from merchant.wallet.books import WalletMaker, WishState
from merchant.wallet.words.sentences import WalletWords

FRENCH: Final = WalletWords(
    language="fr",
    name="Français",
    demonstration="Portefeuille d'une démonstration, sans argent réel.",
    skip="Aller au portefeuille",
    title="Mes cartes",
    empty="Aucune carte pour l'instant.",
    held="Remplace •••• {last} : {token}",
    waits="Votre banque est interrogée",
    add="Ajouter une carte",
    add_title="Ajouter une carte",
    add_intro="Tapez ce qui est imprimé sur la carte. Votre banque vous demande ensuite votre accord.",
    maker="Portefeuille",
    makers={WalletMaker.APPLE: "Appli « Cartes » d'Apple (Apple Pay)", WalletMaker.SAMSUNG: "Samsung Pay"},
    number="Numéro de carte",
    number_hint="Les chiffres au recto, avec ou sans espaces.",
    expires="Date d'expiration",
    expires_hint="Mois et année, par exemple 12/31.",
    value="Cryptogramme",
    value_hint="Les 3 chiffres imprimés au verso.",
    ask="Demander à ma banque",
    mistakes="À corriger",
    slips={
        CardSlip.NUMBER: "Ce numéro n'est pas juste : comparez-le chiffre par chiffre avec votre carte.",
        CardSlip.EXPIRES: "Écrivez le mois et l'année, par exemple 12/31.",
        CardSlip.PAST: "Cette date est passée : utilisez une autre carte.",
        CardSlip.VALUE: "Ce sont 3 chiffres, au verso de la carte.",
    },
    refusals={
        "wrong": "Votre banque ne reconnaît pas cette carte. Vérifiez le numéro, la date et le cryptogramme.",
        "closed": "Trop d'essais faux. Attendez, ou appelez votre agence.",
        "denied": "Votre banque ne permet pas cette carte ici en ce moment. Voyez votre agence.",
    },
    away="La banque ne répond pas. Réessayez dans un moment.",
    states={
        WishState.PENDING: (
            "Votre banque vous demande",
            "Validez avec Sécur'Pass, ou dans Coop@net : vos opérations.",
        ),
        WishState.ACTIVE: ("Votre carte est prête", "Vous pouvez payer avec ce téléphone."),
        WishState.REFUSED: (
            "Refusé",
            "La carte n'a pas été ajoutée : vous avez refusé auprès de la banque.",
        ),
        WishState.EXPIRED: (
            "Le délai est passé",
            "La carte n'a pas été ajoutée. Recommencez si vous voulez.",
        ),
        WishState.ENDED: ("La carte n'est plus ici", "Vous y avez mis fin auprès de votre banque."),
        WishState.FAILED: ("La carte n'a pas pu être ajoutée", "Votre banque ne la permet plus. Voyez votre agence."),
    },
    match="Sur le téléphone, tapez ce nombre :",
    reload="Actualiser",
    back="Retour aux cartes",
    stands_for="Numéro dans ce téléphone",
    missing_title="Page introuvable",
    missing="Cette page n'existe pas.",
    broken_title="Le portefeuille est fermé un moment",
    broken="Rien n'a été ajouté. Réessayez plus tard.",
)
