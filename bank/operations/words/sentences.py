"""What the bank says of an operation. One value a language, so that none can lack a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from bank.languages import Notation
from bank.operations.catalogue import OperationKind


@dataclass(frozen=True, slots=True)
class OperationWords:
    """One language. `fields` by the catalogue's names. In the texts stand {what} and, where it fits, {code} and
    {minutes}. In `on_day` stands {first}, a day; in `monthly` {day} of the month as well, in `monthly_at_end` one that
    not every month has. These, and the names of kinds and fields, become part of the octets that are confirmed:
    changed, they are another question."""

    language: str
    notation: Notation
    kinds: Mapping[OperationKind, str]
    fields: Mapping[str, str]
    what: str
    on_day: str
    monthly: str
    monthly_at_end: str
    code_text: str
    done_text: str
    scheduled_text: str
    unscheduled_text: str
    failed_text: str
    closed_text: str
    fraud_text: str
    card_fraud_text: str
    reopened_text: str
    card_closed_text: str
    card_reopened_text: str
    payee_released_text: str
    new_terminal_text: str
    telephone_text: str
    new_certificate_text: str
    key_ended_text: str
    number_closed_text: str
    cash_code_text: str
    cash_paid_text: str
    service_ended_text: str
