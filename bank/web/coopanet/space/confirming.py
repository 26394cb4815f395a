"""Confirming an operation: which means, and what to tell the customer about what he typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bank.emv.codes import normalise_code
from bank.operations.catalogue import Means
from bank.operations.ports import ConfirmOutcome, OperationDesk, SmsOutcome
from bank.securpass.service import SecurPassService
from bank.web.coopanet.space.words import Told

READER: Final = "reader"
SMS: Final = "sms"

WAYS: Final[Mapping[Means, str]] = {Means.READER_SIGN: READER, Means.READER_CHALLENGE: READER, Means.SMS: SMS}
"""How the page's address names the means."""

APP: Final = "app"
SPACE_WAYS: Final[Mapping[Means, str]] = {Means.SECURPASS: APP, **WAYS}
"""The customer's own telephone first, where it can be asked."""

TOLD: Final[Mapping[ConfirmOutcome, Told | None]] = {
    ConfirmOutcome.APPROVED: None,
    ConfirmOutcome.WRONG: Told.WRONG,
    ConfirmOutcome.WRONG_LAST: Told.LAST,
    ConfirmOutcome.BLOCKED: Told.BLOCKED,
    ConfirmOutcome.SETTLED: None,
    ConfirmOutcome.UNFIT: Told.UNFIT,
}

REFUSALS: Final = frozenset({Told.WRONG, Told.LAST, Told.BLOCKED})
"""A code was looked at and not taken: told after a time that tells nothing."""

SMS_TOLD: Final[Mapping[SmsOutcome, Told | None]] = {
    SmsOutcome.SENT: Told.SENT,
    SmsOutcome.TOO_MANY: Told.TOO_MANY,
    SmsOutcome.NO_NUMBER: Told.NO_NUMBER,
    SmsOutcome.BLOCKED: Told.BLOCKED,
    SmsOutcome.SETTLED: None,
    SmsOutcome.UNFIT: Told.UNFIT,
}


def list_ways(desk: OperationDesk, customer_id: int, operation_id: str) -> tuple[str, ...]:
    """The means that this page knows and the customer may use, as the address names them."""
    offered = desk.list_means(customer_id, operation_id)
    return tuple(way for means, way in SPACE_WAYS.items() if means in offered)


def choose_way(ways: tuple[str, ...], wanted: str) -> str:
    """The one that is asked for, where it may be used; else the first."""
    return wanted if wanted in ways else next(iter(ways), "")


def read_told(text: str) -> Told | None:
    """What the page has to say; nothing for what no page of ours says."""
    return next((told for told in Told if told.value == text), None)


def is_refusal(outcome: ConfirmOutcome) -> bool:
    """Whether a code was looked at and not taken."""
    return TOLD[outcome] in REFUSALS


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A code as it came: by which means it is one, and from where, for the log."""

    way: str
    code: str = field(repr=False)
    source: str


def confirm_with(desk: OperationDesk, customer_id: int, operation_id: str, typed: TypedCode) -> Told | None:
    """Take a code: what to tell, or nothing where the operation says it by itself. A slip goes to nobody."""
    if normalise_code(typed.code) is None:
        return Told.SLIP
    if typed.way == SMS:
        given = desk.confirm_by_sms(customer_id, operation_id, typed.code)
    else:
        given = desk.confirm_by_reader(customer_id, operation_id, typed.code, typed.source)
    return TOLD[given.outcome]


def send_code(desk: OperationDesk, customer_id: int, operation_id: str) -> Told | None:
    """Have a code sent: what to tell."""
    return SMS_TOLD[desk.send_sms_code(customer_id, operation_id).outcome]


def ask_phone(phones: SecurPassService, customer_id: int, operation_id: str) -> Told | None:
    """Have the telephone asked: what to tell."""
    answer = phones.prompt_phone(customer_id, operation_id)
    if answer.asked:
        return Told.ASKED
    return Told.HUSHED if answer.hush else Told.UNFIT
