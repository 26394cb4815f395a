"""Every sentence of the business site."""

from collections.abc import Mapping
from dataclasses import dataclass

from bank.esecure.numbers import NumberFault
from bank.operations.ports import ConfirmOutcome
from bank.operations.table import OperationState
from bank.pki.judging import CertificateVerdict


@dataclass(frozen=True, slots=True)
class GuideStep:
    """A step of the online guide."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class DocumentTrouble:
    """A row of the guide's error table that is about documents: what is seen, why, what to do."""

    seen: str
    cause: str
    cure: str


@dataclass(frozen=True, slots=True)
class SogecashWords:
    """What the client space of Coop@net has words for (kinds of account, of movement, faults) is said in
    those. `verdicts`, `other_user`, `closed`, `used`, `over`, `missing`, `stale`, `broken`, `slow`: a title and what to
    do. In `wrong` stands {left}; in `typed` {count}."""

    language: str
    name: str
    skip: str
    demonstration: str
    bank: str
    home: str
    home_text: str
    user: str
    user_hint: str
    access: str
    verdicts: Mapping[CertificateVerdict, tuple[str, str]]
    other_user: tuple[str, str]
    closed: tuple[str, str]
    used: tuple[str, str]
    over: tuple[str, str]
    missing: tuple[str, str]
    stale: tuple[str, str]
    broken: tuple[str, str]
    slow: tuple[str, str]
    helpdesk: str
    number: str
    number_text: str
    keyboard: str
    typed: str
    erase: str
    confirm: str
    short: str
    moved: str
    wrong: str
    wrong_last: str
    wrong_own: str
    personalise: str
    parts: tuple[str, str, str]
    rules: str
    choices: Mapping[NumberFault, str]
    details: str
    details_text: str
    holder: str
    email: str
    telephone: str
    field_wrong: str
    registered: str
    registered_go: str
    customer_bar: str
    accounts_link: str
    net_bar: str
    welcome: str
    menus: Mapping[str, str]
    expand: str
    collapse: str
    accounts: str
    day: str
    label: str
    amount: str
    balance: str
    statements: str
    statement: str
    statement_get: str
    statement_page: str
    statement_missing: str
    unopened: str
    unopened_rows: tuple[DocumentTrouble, ...]
    cause: str
    cure: str
    none: str
    transfers: str
    new_transfer: str
    payer: str
    payee: str
    iban: str
    ask: str
    confirm_title: str
    confirm_text: str
    confirm_by_key: str
    confirmed: str
    by_hand: str
    glass: str
    freshness: str
    freshness_hint: str
    fetch: str
    sentence: str
    signature: str
    signature_hint: str
    sign: str
    outcomes: Mapping[ConfirmOutcome, str]
    states: Mapping[OperationState, str]
    guide: str
    guide_steps: tuple[GuideStep, ...]
    log_off: str
    goodbye: str
    goodbye_text: str
