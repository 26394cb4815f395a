"""What the bank tells a customer of Sécur'Pass, in French."""

from typing import Final

from bank.securpass.words.sentences import SecurpassWords

SECURPASS_FRENCH: Final = SecurpassWords(
    language="fr",
    log_on_code="Coop@net : votre code de connexion est {code}. Valable {minutes} minutes. Ne le donnez à personne.",
    activation_code="Coop@net : votre code pour activer Sécur'Pass sur « {label} » est {code}. Valable "
    "{minutes} minutes. Ne le donnez à personne.",
    initiated="Coop@net : Sécur'Pass est initié. Activez-le dans l'application dans les 24 heures, sinon "
    "il sera supprimé.",
    activated="Coop@net : Sécur'Pass est activé sur « {label} ». Si ce n'est pas vous, appelez votre agence.",
    lifted="Coop@net : votre agence a levé le délai de 72 h : Sécur'Pass est utilisable.",
    suspended="Coop@net : Sécur'Pass est suspendu : trop de codes faux, ou un téléphone copié. Activez-le "
    "à nouveau, ou appelez votre agence.",
    closed="Coop@net : clôture confirmée. Vous n'êtes plus inscrit à Sécur'Pass ; vos opérations se valident par SMS.",
    code_changed="Coop@net : votre code Sécur'Pass est changé. Si ce n'est pas vous, appelez votre agence.",
    biometrics_changed="Coop@net : la biométrie de Sécur'Pass est réglée. Si ce n'est pas vous, appelez votre agence.",
)
