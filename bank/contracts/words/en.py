"""Contracts in English."""

from bank.contracts.words.sentences import ContractWords

CONTRACT_ENGLISH = ContractWords(
    language="en",
    demonstration="Coop@net, a demonstration: this document binds nobody.",
    title="AmendmentText to the Internet subscription",
    customer="Customer",
    telephone="Secure telephone",
    adviser="Adviser",
    channel="Channel",
    services="Service added",
    made="Made on",
    articles=(
        (
            "Purpose",
            "The service Sécur'Pass is added to the subscription. With it access to the accounts, sensitive operations "
            "and card payments on the internet are confirmed on a telephone.",
        ),
        (
            "Activation",
            "The customer activates the service on the telephone within 24 hours of signing. After that the addition "
            "is void; it can be asked for again at the branch, with the customer present.",
        ),
        (
            "The Sécur'Pass code",
            "The customer chooses a code of 4 digits and keeps it secret. The bank does not know it and never asks for "
            "it. After three wrong tries the service is blocked.",
        ),
        (
            "Loss, theft, fraud",
            "The customer tells the bank without delay, by the app, in the client space or at the branch. From that "
            "moment the telephone approves nothing any more.",
        ),
        (
            "End",
            "The customer may close the service at any time, and then confirms operations by text message or reader.",
        ),
    ),
    signed="Signature of the customer, {name}",
    drawn="Signed by hand on the branch's tablet; sealed by the bank.",
    typed="Signed by keyboard on the branch's tablet; sealed by the bank.",
)
