"""What the bank tells a customer of Sécur'Pass, in English."""

from typing import Final

from bank.securpass.words.sentences import SecurpassWords

SECURPASS_ENGLISH: Final = SecurpassWords(
    language="en",
    log_on_code="Coop@net: your code to log on is {code}. Good for {minutes} minutes. Give it to nobody.",
    activation_code="Coop@net: your code to activate Sécur'Pass on “{label}” is {code}. Good for "
    "{minutes} minutes. Give it to nobody.",
    initiated="Coop@net: Sécur'Pass is initiated. Activate it in the app within 24 hours, or it is deleted.",
    activated="Coop@net: Sécur'Pass is activated on “{label}”. If it was not you, call your branch.",
    lifted="Coop@net: your branch has lifted the 72 hours: Sécur'Pass can be used.",
    suspended="Coop@net: Sécur'Pass is suspended: too many wrong codes, or a copied telephone. Activate "
    "it again, or call your branch.",
    closed="Coop@net: closing confirmed. You no longer have Sécur'Pass; your operations are confirmed by text message.",
    code_changed="Coop@net: your Sécur'Pass code is changed. If it was not you, call your branch.",
    biometrics_changed="Coop@net: the biometrics of Sécur'Pass are set. If it was not you, call your branch.",
)
