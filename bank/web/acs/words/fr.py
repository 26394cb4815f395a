"""The page of a challenge in French."""

from typing import Final

from bank.web.acs.words.sentences import AcsWords

FRENCH_ACS: Final = AcsWords(
    language="fr",
    demonstration="Démonstration : aucune vraie carte, aucun vrai code.",
    title="Confirmez votre paiement",
    intro="Votre banque vous demande de confirmer ce paiement. Rien n'est payé avant.",
    merchant="Marchand",
    amount="Montant",
    card="Carte",
    until="À confirmer avant {time}.",
    app_title="Confirmez sur votre téléphone",
    app_text="Ouvrez la notification, ou l'application. Vérifiez le montant et le marchand, puis validez.",
    app_number="Numéro à saisir sur le téléphone :",
    app_waiting="Cette page suit toute seule.",
    app_quiet="Votre téléphone n'est pas sollicité pour le moment. Renvoyez la demande dans un moment, ou utilisez un "
    "autre moyen.",
    again="Renvoyer",
    by_app="Sécur'Pass",
    by_reader="Lecteur Sésame",
    by_sms="Code par SMS",
    another="Utiliser un autre moyen",
    cancel="Annuler",
    no_means="Vous ne pouvez pas confirmer ce paiement. Contactez votre conseiller.",
    approved="Paiement confirmé",
    refused="Opération annulée",
    cancelled="Opération annulée",
    fraud="Opération annulée",
    expired="Le délai est passé",
    back_text="Vous revenez chez {merchant}.",
    back="Retourner chez {merchant}",
    unknown_title="Paiement introuvable",
    unknown="Ce paiement n'attend pas de confirmation. Revenez chez le marchand et recommencez.",
    broken_title="Service indisponible",
    broken="La banque ne peut pas répondre en ce moment. Rien n'est payé sans votre confirmation.",
    retry="Réessayer",
)
