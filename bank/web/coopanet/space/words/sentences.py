"""What the client space says. One value a language, so that none can lack a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from bank.ledger.entries import AccountKind, MovementKind
from bank.operations.catalogue import OperationKind
from bank.operations.notices import NoticeEvent
from bank.operations.ports import AskingFault
from bank.operations.table import OperationState
from bank.securpass.approving.trusting import Exemption
from bank.web.coopanet.space.kinds.words import KindWords


class Told(Enum):
    """What the page of an operation has to say about what was just done; it stands in the address."""

    SLIP = "slip"
    WRONG = "wrong"
    LAST = "last"
    BLOCKED = "blocked"
    UNFIT = "unfit"
    SENT = "sent"
    ASKED = "asked"
    HUSHED = "hushed"
    TOO_MANY = "too-many"
    NO_NUMBER = "no-number"


class FormSlip(Enum):
    """What is wrong with a field; the words name what to do."""

    MISSING = "missing"
    AMOUNT_SHAPE = "amount shape"
    AMOUNT_AMBIGUOUS = "amount ambiguous"
    AMOUNT_DECIMALS = "amount decimals"
    AMOUNT_ZERO = "amount zero"
    AMOUNT_LARGE = "amount large"
    IBAN_SHAPE = "iban shape"
    IBAN_LENGTH = "iban length"
    IBAN_CHECK = "iban check"
    EMAIL_SHAPE = "email shape"
    LONG = "long"
    SIGNS = "signs"
    CHOICE = "choice"
    BOTH = "both"
    DAY_SHAPE = "day shape"
    DAY_AND_NOW = "day and now"


@dataclass(frozen=True, slots=True)
class FieldWords:
    """A field of a form: its name and a hint."""

    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class StepWords:
    """What to press on the reader. `insert` to `copy`: the sentences; `screens`: what each picture shows."""

    title: str
    insert: str
    press_sign: str
    press_challenge: str
    amount: str
    account: str
    challenge: str
    ok: str
    pin: str
    copy: str
    compare: str
    screens: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SmsWords:
    """Confirming by a code from a text message."""

    title: str
    text: str
    no_number: str
    send: str
    again: str
    sent: str
    code: str
    hint: str
    telephone: str


@dataclass(frozen=True, slots=True)
class ConfirmWords:
    """The page of one operation."""

    title: str
    intro: str
    until: str
    code: str
    code_hint: str
    submit: str
    cancel: str
    refuse: str
    refuse_payment: str
    another: str
    by_reader: str
    by_sms: str
    by_app: str
    app_title: str
    app_text: str
    app_ask: str
    app_again: str
    app_number: str
    app_look: str
    no_means: str
    wrong_title: str
    asked_at: str
    exempted: Mapping[Exemption, str]
    decided_at: str
    back: str
    again: str
    expired: str
    withdrawn: str
    refused: str
    fraud: str
    report: str
    report_title: str
    report_text: str
    report_submit: str
    report_not: str
    reported: str
    due: str
    failed: str
    told: Mapping[Told, str]


@dataclass(frozen=True, slots=True)
class ScheduleWords:
    """Transfers of a later day. `whens`: the choices of the form; in `next` and `noted` stands {day}."""

    title: str
    intro: str
    none: str
    group: str
    whens: Mapping[str, str]
    next: str
    noted: str
    last_made: str
    last_failed: str
    cancel: str
    cancelled: str


@dataclass(frozen=True, slots=True)
class SpaceWords:
    """All sentences of the client space in one language."""

    sections: str
    account: str
    accounts: str
    operations: str
    transfers: str
    beneficiaries: str
    cards: str
    contacts: str
    notices: str
    telephone: str
    account_kinds: Mapping[AccountKind, str]
    movement_kinds: Mapping[MovementKind, str]
    open_account: str
    last_movements: str
    no_operations: str
    no_beneficiaries: str
    no_cards: str
    no_notices: str
    waiting: str
    confirm_now: str
    see: str
    iban: str
    since: str
    added: str
    state: str
    what: str
    asked: str
    limits: str
    payments: str
    withdrawals: str
    change_limits: str
    card_name: str
    card_states: Mapping[str, str]
    beneficiary_states: Mapping[str, str]
    transfer_to: str
    contact_kinds: Mapping[str, str]
    shops_title: str
    shops_text: str
    shop_open: str
    cash: str
    service_begun: str
    service_end: str
    service_ended: str
    show_now: str
    show_once: str
    shown_for: str
    card_pin: str
    card_number: str
    card_expires: str
    card_value: str
    hide: str
    security: str
    unknown_contact: str
    states: Mapping[OperationState, str]
    fields: Mapping[str, FieldWords]
    other_payee: str
    saved_payees: str
    own_accounts: str
    payee_group: str
    address_group: str
    mistakes: str
    slips: Mapping[FormSlip, str]
    faults: Mapping[AskingFault, str]
    go_back: str
    confirm: ConfirmWords
    steps: StepWords
    sms: SmsWords
    schedule: ScheduleWords
    phone_title: str
    phone_text: str
    phone_empty: str
    phone_refresh: str
    phone_nobody: str
    phone_from: str
    phone_mails: str
    notices_text: str
    notice_account: str
    notice_events: Mapping[NoticeEvent, str]
    kinds: Mapping[OperationKind, KindWords] = field(default_factory=dict)
    """Filled in from the room of their own."""

    @property
    def kinds_by_name(self) -> Mapping[str, KindWords]:
        """The kinds by the names that the addresses have for them."""
        return {kind.value: words for kind, words in self.kinds.items()}
