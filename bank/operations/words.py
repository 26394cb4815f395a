"""What the customer reads of an operation, in French and English: its lines, its text messages, its notices.

The lines become part of the octets that are confirmed: what is signed is what was shown.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bank.iban import group_iban
from bank.operations import catalogue as cat
from bank.operations.catalogue import CATALOGUE, FieldKind, OperationKind
from bank.operations.octets import OperationContent, Value

LANGUAGES: Final = ("fr", "en")
NARROW_SPACE: Final = "\N{NARROW NO-BREAK SPACE}"

K = OperationKind

KIND_NAMES: Final[Mapping[OperationKind, tuple[str, str]]] = MappingProxyType(
    {
        K.LOG_ON: ("Accès à Coop@net", "Access to Coop@net"),
        K.SIGN_CONTRACT: ("Signature d'un contrat", "Signature of a contract"),
        K.ADD_BENEFICIARY: ("Ajout d'un bénéficiaire", "New beneficiary"),
        K.SEPA_TRANSFER: ("Virement", "Transfer"),
        K.INSTANT_TRANSFER: ("Virement instantané", "Instant transfer"),
        K.FRIEND_TRANSFER: ("Virement entre amis", "Transfer to a friend"),
        K.TRANSFER_ABROAD: ("Virement hors de France", "Transfer outside France"),
        K.CARD_LIMITS: ("Plafonds de la carte", "Card limits"),
        K.SHOW_PIN: ("Consultation du code de la carte", "Display of the card's PIN"),
        K.WITHDRAW_BY_PHONE: ("Retrait sans carte", "Withdrawal without a card"),
        K.ENROL_WALLET: ("Carte dans le téléphone", "Card in the telephone"),
        K.CHANGE_EMAIL: ("Nouvelle adresse e-mail", "New e-mail address"),
        K.CHANGE_ADDRESS: ("Nouvelle adresse postale", "New postal address"),
        K.CARD_PAYMENT: ("Paiement par carte sur internet", "Card payment on the internet"),
        K.AGGREGATE_ACCOUNTS: ("Agrégation de comptes", "Aggregation of accounts"),
        K.MERCHANT_TRANSFER: ("Virement à un marchand", "Transfer to a merchant"),
        K.SHOW_CARD: ("Affichage de la carte", "Display of the card"),
    }
)
"""French, English."""

FIELD_NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        cat.AMOUNT: ("Montant", "Amount"),
        cat.PAYEE_NAME: ("Bénéficiaire", "Payee"),
        cat.PAYEE_IBAN: ("Compte du bénéficiaire", "Payee's account"),
        cat.PAYER_ACCOUNT: ("Compte débité", "Account debited"),
        cat.NEW_EMAIL: ("Adresse e-mail", "E-mail address"),
        cat.NEW_ADDRESS: ("Adresse postale", "Postal address"),
        cat.CARD: ("Carte", "Card"),
        cat.PAYMENTS: ("Paiements sur 30 jours", "Payments over 30 days"),
        cat.WITHDRAWALS: ("Retraits sur 7 jours", "Withdrawals over 7 days"),
        cat.MERCHANT: ("Marchand", "Merchant"),
        cat.CONTRACT: ("Contrat", "Contract"),
        cat.AGGREGATOR: ("Agrégateur", "Aggregator"),
    }
)

WHAT: Final = ("Opération", "Operation")
CODE_TEXT: Final = (
    "Coop@net : votre code est {code}. {what}. Valable {minutes} minutes. Ne le donnez à personne.",
    "Coop@net: your code is {code}. {what}. Good for {minutes} minutes. Give it to nobody.",
)
DONE_TEXT: Final = (
    "Coop@net : c'est fait. {what}. Si ce n'est pas vous, appelez votre agence.",
    "Coop@net: it is done. {what}. If it was not you, call your branch.",
)
FAILED_TEXT: Final = (
    "Coop@net : ce qui suit n'a pas pu être fait, et rien n'a changé. {what}.",
    "Coop@net: the following could not be done, and nothing has changed. {what}.",
)
CLOSED_TEXT: Final = (
    "Coop@net : trop de codes faux. Vous ne pouvez plus rien confirmer : appelez votre agence. {what}.",
    "Coop@net: too many wrong codes. You cannot confirm anything any more: call your branch. {what}.",
)
FRAUD_TEXT: Final = (
    "Coop@net : vous avez signalé une fraude. {what}. Vos connexions sont fermées ; votre agence vous appelle.",
    "Coop@net: you have reported a fraud. {what}. Your connections are closed; your branch will call you.",
)
CARD_FRAUD_TEXT: Final = (
    "Coop@net : vous avez signalé une fraude. {what}. Votre carte est en opposition, vos connexions sont fermées ; "
    "votre agence vous appelle.",
    "Coop@net: you have reported a fraud. {what}. Your card is stopped, your connections are closed; your branch will "
    "call you.",
)


def choose(words: tuple[str, str], language: str) -> str:
    """The French or the English ones."""
    return words[LANGUAGES.index(language)]


def write_amount(cents: int, language: str) -> str:
    """An amount as the language writes it."""
    whole, part = divmod(cents, 100)
    if language == "en":
        return f"€{whole:,}.{part:02d}"
    return f"{whole:,}".replace(",", NARROW_SPACE) + f",{part:02d}\N{NO-BREAK SPACE}€"


def show_lines(
    kind: OperationKind, values: Mapping[str, Value], language: str, card_name: str = ""
) -> tuple[tuple[str, str], ...]:
    """The lines of an operation: what it is, then every field. `card_name`: how the card is called for its customer."""
    what = (choose(WHAT, language), choose(KIND_NAMES[kind], language))
    lines = (
        (choose(FIELD_NAMES[field.name], language), _show(field.kind, values[field.name], language, card_name))
        for field in CATALOGUE[kind].fields
    )
    return (what, *lines)


def _show(kind: FieldKind, value: Value, language: str, card_name: str) -> str:
    if kind is FieldKind.CENTS:
        return write_amount(int(value), language)
    if kind in {FieldKind.IBAN, FieldKind.IBAN_OF_FRANCE, FieldKind.IBAN_ABROAD}:
        return group_iban(str(value))
    return card_name if kind is FieldKind.CARD else str(value)


def write_message(words: tuple[str, str], content: OperationContent, **values: str) -> str:
    """A text message about an operation: it names what, the amount and the payee, and everything else shown."""
    (_, kind), *lines = content.shown
    what = ", ".join((kind, *(f"{label} {value}" for label, value in lines)))
    return choose(words, content.language).format(what=what, **values)
