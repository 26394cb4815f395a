"""The page « Sécurité » in French."""

from bank.securpass.approving.trusting import Exemption
from bank.web.coopanet.security.words.sentences import ExemptionWords, SecurityWords

FRENCH_SECURITY = SecurityWords(
    intro="Ce qui ouvre vos comptes, ce que vous n'avez pas à confirmer, et qui peut les lire.",
    phone_title="Votre téléphone",
    phone_none="Aucun téléphone n'approuve vos opérations.",
    phone_since="Sécur'Pass depuis le {day}",
    phone_used="Utilisations : {uses}, jours : {days}",
    phone_trusted="C'est un téléphone de confiance : ce qui suit ne vous y est pas demandé.",
    phone_not_yet="Ce n'est pas encore un téléphone de confiance : il le devient après {uses} utilisations sur "
    "{days} jours. Alors ce qui suit ne vous y sera pas demandé.",
    exemption_end="Me le demander à nouveau",
    exemption_ended="Vous est demandé à nouveau depuis le {day}.",
    terminals_title="Navigateurs reconnus",
    terminals_text="Vous vous êtes connecté depuis ces navigateurs. Ils n'ouvrent rien par eux-mêmes : vous "
    "n'êtes prévenu que d'une connexion depuis un autre.",
    terminals_none="Aucun.",
    terminal_since="Reconnu depuis le {moment}",
    terminal_here="celui-ci",
    terminal_forget="Oublier ce navigateur",
    consents_title="Qui peut lire vos comptes",
    consents_none="Personne d'autre que vous.",
    consent_since="Autorisé le",
    consent_until="Jusqu'au",
    consent_used="Dernière lecture",
    consent_unused="jamais",
    consent_end="Ne plus l'autoriser",
    consent_ended="Terminé le {moment}.",
    consent_over="Terminé.",
    done="C'est fait.",
    exemptions={
        Exemption.TRUSTED_BENEFICIARY: ExemptionWords(
            "Vers un bénéficiaire enregistré",
            "Vous l'avez ajouté à votre liste, et confirmé alors (article 13).",
        ),
        Exemption.OWN_ACCOUNTS: ExemptionWords(
            "Entre vos propres comptes",
            "L'argent reste à vous (article 15).",
        ),
        Exemption.LOW_VALUE: ExemptionWords(
            "Les petits virements",
            "Jusqu'à {low}, {count} de suite et {total} en tout au plus, puis vous confirmez à nouveau (article 16).",
        ),
    },
)
