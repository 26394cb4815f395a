"""What the bank tells a customer of Sécur'Pass by text message and e-mail, in French and English."""

from typing import Final

from bank.operations.words import choose

Pair = tuple[str, str]

LOG_ON_CODE: Final[Pair] = (
    "Coop@net : votre code de connexion est {code}. Valable {minutes} minutes. Ne le donnez à personne.",
    "Coop@net: your code to log on is {code}. Good for {minutes} minutes. Give it to nobody.",
)
ACTIVATION_CODE: Final[Pair] = (
    "Coop@net : votre code pour activer Sécur'Pass sur « {label} » est {code}. Valable {minutes} minutes. "
    "Ne le donnez à personne.",
    "Coop@net: your code to activate Sécur'Pass on “{label}” is {code}. Good for {minutes} minutes. Give it to nobody.",
)
INITIATED: Final[Pair] = (
    "Coop@net : Sécur'Pass est initié. Activez-le dans l'application dans les 24 heures, sinon il sera supprimé.",
    "Coop@net: Sécur'Pass is initiated. Activate it in the app within 24 hours, or it is deleted.",
)
ACTIVATED: Final[Pair] = (
    "Coop@net : Sécur'Pass est activé sur « {label} ». Si ce n'est pas vous, appelez votre agence.",
    "Coop@net: Sécur'Pass is activated on “{label}”. If it was not you, call your branch.",
)
LIFTED: Final[Pair] = (
    "Coop@net : votre agence a levé le délai de 72 h : Sécur'Pass est utilisable.",
    "Coop@net: your branch has lifted the 72 hours: Sécur'Pass can be used.",
)
SUSPENDED: Final[Pair] = (
    "Coop@net : Sécur'Pass est suspendu : trop de codes faux, ou un téléphone copié. Activez-le à nouveau, ou appelez "
    "votre agence.",
    "Coop@net: Sécur'Pass is suspended: too many wrong codes, or a copied telephone. Activate it again, or call your "
    "branch.",
)
CLOSED: Final[Pair] = (
    "Coop@net : clôture confirmée. Vous n'êtes plus inscrit à Sécur'Pass ; vos opérations se valident par SMS.",
    "Coop@net: closing confirmed. You no longer have Sécur'Pass; your operations are confirmed by text message.",
)
CODE_CHANGED: Final[Pair] = (
    "Coop@net : votre code Sécur'Pass est changé. Si ce n'est pas vous, appelez votre agence.",
    "Coop@net: your Sécur'Pass code is changed. If it was not you, call your branch.",
)
BIOMETRICS_CHANGED: Final[Pair] = (
    "Coop@net : la biométrie de Sécur'Pass est réglée. Si ce n'est pas vous, appelez votre agence.",
    "Coop@net: the biometrics of Sécur'Pass are set. If it was not you, call your branch.",
)


def write_text(words: Pair, language: str, **values: str) -> str:
    """A message."""
    return choose(words, language).format(**values)
