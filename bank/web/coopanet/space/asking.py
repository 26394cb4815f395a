"""Asking for an operation: a form of the client space, read whole, and what the bank says to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bank.operations import catalogue as cat
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.ports import Asking, AskingError, Operation, OperationDesk
from bank.web.coopanet.space.forms import TO, Choices, Filled, FormReader, Mistake
from bank.web.coopanet.space.reading import CustomerFile
from bank.web.coopanet.space.words import SpaceWords


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form as it came: what was typed, in which language, from what kind of thing. `ticket` tells it apart."""

    kind: OperationKind
    typed: Mapping[str, str] = field(repr=False)
    language: str
    terminal: TerminalKind
    ticket: str


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """What came of a form: the operation, or a sentence for each field that is wrong ("": the whole form)."""

    operation: Operation | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)


def list_choices(file: CustomerFile, words: SpaceWords) -> Choices:
    """What the customer may choose from: beneficiaries that are not blocked, and the own accounts as well."""
    accounts = file.list_accounts()
    payees = {payee.iban: payee.name for payee in file.list_open_payees()}
    own = {account.iban: words.account_kinds[account.kind] for account in accounts}
    cards = tuple(card.payment_card_id for card in file.list_open_cards())
    return Choices(tuple(own), own | payees, cards)


def ask_for(desk: OperationDesk, file: CustomerFile, form: SentForm, words: SpaceWords) -> FormAnswer:
    """Read the form, and take what it asks for into the books. Raises StateError."""
    filled = FormReader(form.typed, list_choices(file, words), form.language).read_form(form.kind)
    if filled.mistakes:
        return FormAnswer(wrong=_sentences(filled, words))
    asking = Asking(file.customer_id, form.kind, form.terminal, filled.fields, form.language, form.ticket)
    try:
        return FormAnswer(desk.request_operation(asking))
    except AskingError as error:
        return FormAnswer(wrong={_place(error.field, form.typed): words.faults[error.fault]})


def read_terminal(user_agent: str) -> TerminalKind:
    """What kind of thing the browser says that it runs on."""
    if "iPad" in user_agent or ("Android" in user_agent and "Mobi" not in user_agent):
        return TerminalKind.TABLET
    return TerminalKind.PHONE if "Mobi" in user_agent else TerminalKind.COMPUTER


def _sentences(filled: Filled, words: SpaceWords) -> dict[str, str]:
    return {name: _sentence(mistake, words) for name, mistake in filled.mistakes.items()}


def _sentence(mistake: Mistake, words: SpaceWords) -> str:
    return words.slips[mistake.slip].format(**mistake.values)


def _place(name: str, typed: Mapping[str, str]) -> str:
    """The field of the form where the bank's answer belongs."""
    if name in (cat.PAYEE_NAME, cat.PAYEE_IBAN) and typed.get(TO):
        return TO
    return "street" if name == cat.NEW_ADDRESS else name
