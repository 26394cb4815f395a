"""The kinds of operation in French."""

from typing import Final

from bank.operations.catalogue import OperationKind
from bank.web.coopanet.space.kinds.words.sentences import EveryKind, KindWords

_SEE_ACCOUNT = "Voir le compte"

FRENCH_KINDS: Final = EveryKind(
    {
        OperationKind.SEPA_TRANSFER: KindWords(
            "Virement",
            "Faire un virement",
            "Vers un compte en France. Il arrive le jour ouvré suivant ; ici, tout de suite.",
            "Continuer",
            "Le virement est fait.",
            _SEE_ACCOUNT,
        ),
        OperationKind.INSTANT_TRANSFER: KindWords(
            "Virement instantané",
            "Faire un virement instantané",
            "Vers un compte en France, en dix secondes, à toute heure. Il ne peut plus être annulé une fois fait.",
            "Continuer",
            "Le virement instantané est fait.",
            _SEE_ACCOUNT,
        ),
        OperationKind.TRANSFER_ABROAD: KindWords(
            "Virement hors de France",
            "Faire un virement hors de France",
            "En euros, vers un compte dans un autre pays.",
            "Continuer",
            "Le virement hors de France est fait.",
            _SEE_ACCOUNT,
        ),
        OperationKind.ADD_BENEFICIARY: KindWords(
            "Ajout d'un bénéficiaire",
            "Ajouter un bénéficiaire",
            "Vous pourrez ensuite le choisir pour un virement, sans retaper son IBAN.",
            "Continuer",
            "Le bénéficiaire est ajouté.",
            "Voir les bénéficiaires",
        ),
        OperationKind.CARD_LIMITS: KindWords(
            "Plafonds de la carte",
            "Changer les plafonds d'une carte",
            "Le plafond de paiement vaut pour 30 jours, celui de retrait pour 7 jours.",
            "Continuer",
            "Les nouveaux plafonds sont en vigueur.",
            "Voir les cartes",
        ),
        OperationKind.CHANGE_EMAIL: KindWords(
            "Changement d'adresse e-mail",
            "Changer d'adresse e-mail",
            "Nous vous écrirons à cette adresse.",
            "Continuer",
            "Votre adresse e-mail est changée.",
            "Voir vos coordonnées",
        ),
        OperationKind.CHANGE_ADDRESS: KindWords(
            "Changement d'adresse postale",
            "Changer d'adresse postale",
            "Vos cartes et votre courrier iront à cette adresse.",
            "Continuer",
            "Votre adresse postale est changée.",
            "Voir vos coordonnées",
        ),
        OperationKind.CARD_PAYMENT: KindWords(
            "Paiement par carte sur internet",
            "Payer par carte sur internet",
            "Un marchand demande ce paiement.",
            "Continuer",
            "Le paiement est confirmé.",
            "Voir les comptes",
        ),
        OperationKind.FRIEND_TRANSFER: KindWords(
            "Virement entre amis",
            "Faire un virement entre amis",
            "À une personne que vous connaissez, où qu'elle ait son compte. Il faut toujours le confirmer.",
            "Continuer",
            "Le virement entre amis est fait.",
            _SEE_ACCOUNT,
        ),
        OperationKind.SHOW_PIN: KindWords(
            "Consultation du code de la carte",
            "Consulter le code de la carte",
            "Avec Sécur'Pass seulement : aucun autre moyen ne peut le confirmer.",
            "Continuer",
            "Vous pouvez l'afficher.",
            "Voir les cartes",
        ),
        OperationKind.SHOW_CARD: KindWords(
            "Affichage de la carte",
            "Afficher la carte",
            "Numéro, date et cryptogramme. Avec Sécur'Pass seulement : aucun autre moyen ne peut le confirmer.",
            "Continuer",
            "Vous pouvez l'afficher.",
            "Voir les cartes",
        ),
        OperationKind.WITHDRAW_BY_PHONE: KindWords(
            "SM@RT'retrait",
            "Activer SM@RT'retrait",
            "Pour retirer de l'argent avec votre téléphone, sans la carte.",
            "Continuer",
            "SM@RT'retrait est activé pour cette carte.",
            "Voir les cartes",
        ),
        OperationKind.ENROL_WALLET: KindWords(
            "Carte dans le téléphone",
            "Mettre la carte dans le téléphone",
            "Votre téléphone demande à y mettre la carte, pour payer avec lui.",
            "Continuer",
            "La carte est dans le téléphone.",
            "Voir les cartes",
        ),
        OperationKind.AGGREGATE_ACCOUNTS: KindWords(
            "Agrégation de comptes",
            "Laisser lire vos comptes",
            "Un agrégateur demande à lire vos comptes.",
            "Continuer",
            "L'agrégateur peut lire vos comptes. Vous pouvez y mettre fin à tout moment.",
            "Voir les autorisations",
        ),
        OperationKind.MERCHANT_TRANSFER: KindWords(
            "Virement à un marchand",
            "Payer un marchand par virement",
            "Un marchand demande ce virement.",
            "Continuer",
            "Le virement au marchand est fait.",
            _SEE_ACCOUNT,
        ),
    }
)
