"""The kinds of operation as data: who may ask for them, from which terminal, and by which means they are confirmed.

After the sheet "Sécur'Pass". Its column of terminals is lost to us but for a few words, so the sets below are our
reading of it: a computer, a tablet or a telephone, unless the words say otherwise. `live` says that the bank carries
the kind out today; the others are whole but for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final


class OperationKind(Enum):
    """The seventeen kinds."""

    LOG_ON = "log-on"
    SIGN_CONTRACT = "sign-contract"
    ADD_BENEFICIARY = "add-beneficiary"
    SEPA_TRANSFER = "sepa-transfer"
    INSTANT_TRANSFER = "instant-transfer"
    FRIEND_TRANSFER = "friend-transfer"
    TRANSFER_ABROAD = "transfer-abroad"
    CARD_LIMITS = "card-limits"
    SHOW_PIN = "show-pin"
    WITHDRAW_BY_PHONE = "withdraw-by-phone"
    ENROL_WALLET = "enrol-wallet"
    CHANGE_EMAIL = "change-email"
    CHANGE_ADDRESS = "change-address"
    CARD_PAYMENT = "card-payment"
    AGGREGATE_ACCOUNTS = "aggregate-accounts"
    MERCHANT_TRANSFER = "merchant-transfer"
    SHOW_CARD = "show-card"


class Clientele(Enum):
    """Which customers."""

    INDIVIDUAL = "individual"
    PROFESSIONAL = "professional"


class TerminalKind(Enum):
    """Where an operation is asked for."""

    COMPUTER = "computer"
    TABLET = "tablet"
    PHONE = "phone"
    DISTANCE = "distance"
    AGENCY = "agency"
    SHOP = "shop"


class Means(Enum):
    """With what an operation is confirmed. The first three are keys of the reader: Code, Défi, Signer."""

    READER_CODE = "reader-code"
    READER_CHALLENGE = "reader-challenge"
    READER_SIGN = "reader-sign"
    SMS = "sms"
    SECURPASS = "securpass"
    CERTIFICATE = "certificate"


class FieldKind(Enum):
    """What may stand in a field of an operation."""

    CENTS = "cents"
    IBAN = "iban"
    IBAN_OF_FRANCE = "iban of France"
    IBAN_ABROAD = "iban of another country"
    NAME = "name"
    EMAIL = "email"
    ADDRESS = "address"
    CARD = "card"
    DAYS = "days"
    DAY = "day"
    RHYTHM = "rhythm"


class EffectKind(Enum):
    """What the bank does when the operation is approved; NOTICE and PROTECTION go with any kind."""

    TRANSFER = "transfer"
    BENEFICIARY = "beneficiary"
    LIMITS = "limits"
    EMAIL = "email"
    ADDRESS = "address"
    CARD_SERVICE = "card service"
    NOTICE = "notice"
    PROTECTION = "protection"


class Unfit(Enum):
    """Why a cell of the catalogue is shut."""

    NOT_LIVE = "the bank does not carry out this kind"
    CUSTOMER = "this kind is not for such customers"
    TERMINAL = "this kind cannot be asked for from there"
    MEANS = "this kind cannot be confirmed so"
    MEANS_OFF = "this means is not switched on"
    MEANS_CUSTOMER = "this means is not for such customers"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field: its name in the operation's octets, and what may stand there. `optional`: it may be left out, and then
    the octets have none."""

    name: str
    kind: FieldKind
    optional: bool = False


@dataclass(frozen=True, slots=True)
class KindEntry:
    """One kind. `fields` in the order they are shown. `effect`: none where the asker waits for the approval itself.

    `starred`: the sheet does not ask on a trusted telephone; that needs an exemption of (EU) 2018/389, too.
    """

    customers: frozenset[Clientele]
    terminals: frozenset[TerminalKind]
    means: frozenset[Means]
    fields: tuple[FieldRule, ...] = ()
    effect: EffectKind | None = None
    live: bool = False
    starred: bool = False

    @property
    def has_amount(self) -> bool:
        """Whether somebody is paid."""
        return any(field.name == AMOUNT for field in self.fields)


AMOUNT: Final = "amount"
PAYER_ACCOUNT: Final = "account"
PAYEE_NAME: Final = "payee"
PAYEE_IBAN: Final = "payee_iban"
NEW_EMAIL: Final = "email"
NEW_ADDRESS: Final = "address"
CARD: Final = "card"
PAYMENTS: Final = "payments"
WITHDRAWALS: Final = "withdrawals"
MERCHANT: Final = "merchant"
CONTRACT: Final = "contract"
AGGREGATOR: Final = "aggregator"
DAYS: Final = "days"
MESSAGE: Final = "message"
DAY: Final = "day"
RHYTHM: Final = "rhythm"
LAST_DAY: Final = "last_day"

MONTHLY: Final = "monthly"
"""The one rhythm there is: the day of every month that the first one has."""

M, T, F = Means, TerminalKind, FieldKind

EVERYBODY: Final = frozenset(Clientele)
INDIVIDUALS: Final = frozenset({Clientele.INDIVIDUAL})
SCREENS: Final = frozenset({T.COMPUTER, T.TABLET, T.PHONE})
SIGNED: Final = frozenset({M.READER_SIGN, M.SMS, M.SECURPASS, M.CERTIFICATE})
BOUND: Final = frozenset({M.READER_CHALLENGE, M.SMS, M.SECURPASS, M.CERTIFICATE})
APP_ONLY: Final = frozenset({M.SECURPASS})

MEANS_CUSTOMERS: Final[Mapping[Means, frozenset[Clientele]]] = MappingProxyType(
    dict.fromkeys(Means, EVERYBODY) | {M.SECURPASS: INDIVIDUALS}
)
"""The sheet: Sécur'Pass is for individuals."""


def _transfer_fields(payee: FieldKind) -> tuple[FieldRule, ...]:
    return (
        FieldRule(AMOUNT, F.CENTS),
        FieldRule(PAYEE_NAME, F.NAME),
        FieldRule(PAYEE_IBAN, payee),
        FieldRule(PAYER_ACCOUNT, F.IBAN),
    )


SCHEDULE: Final = (
    FieldRule(DAY, F.DAY, optional=True),
    FieldRule(RHYTHM, F.RHYTHM, optional=True),
    FieldRule(LAST_DAY, F.DAY, optional=True),
)
"""The sheet: "immédiat, différé, permanent". Without a day it is made at once, without a rhythm once."""


def _transfer(payee: FieldKind, *more: FieldRule, starred: bool = True) -> KindEntry:
    fields = (*_transfer_fields(payee), *more)
    return KindEntry(EVERYBODY, SCREENS, SIGNED, fields, EffectKind.TRANSFER, live=True, starred=starred)


def _bound(*fields: FieldRule, effect: EffectKind | None = None, live: bool = False) -> KindEntry:
    return KindEntry(EVERYBODY, SCREENS, BOUND, fields, effect, live=live)


def _on_card(
    means: frozenset[Means], terminals: frozenset[TerminalKind] = SCREENS, effect: EffectKind | None = None
) -> KindEntry:
    return KindEntry(INDIVIDUALS, terminals, means, (FieldRule(CARD, F.CARD),), effect, live=True)


K = OperationKind

CATALOGUE: Final[Mapping[OperationKind, KindEntry]] = MappingProxyType(
    {
        # No SMS: a message proves possession only, and nothing else was asked for yet.
        K.LOG_ON: KindEntry(EVERYBODY, SCREENS, frozenset({M.READER_CODE, M.SECURPASS, M.CERTIFICATE}), live=True),
        K.SIGN_CONTRACT: KindEntry(
            EVERYBODY, frozenset({T.DISTANCE, T.AGENCY}), BOUND, (FieldRule(CONTRACT, F.NAME),), live=True
        ),
        K.ADD_BENEFICIARY: _bound(
            FieldRule(PAYEE_NAME, F.NAME), FieldRule(PAYEE_IBAN, F.IBAN), effect=EffectKind.BENEFICIARY, live=True
        ),
        K.SEPA_TRANSFER: _transfer(F.IBAN_OF_FRANCE, *SCHEDULE),
        K.INSTANT_TRANSFER: _transfer(F.IBAN_OF_FRANCE),
        K.FRIEND_TRANSFER: _transfer(F.IBAN, starred=False),
        K.TRANSFER_ABROAD: _transfer(F.IBAN_ABROAD),
        K.CARD_LIMITS: _bound(
            FieldRule(CARD, F.CARD),
            FieldRule(PAYMENTS, F.CENTS),
            FieldRule(WITHDRAWALS, F.CENTS),
            effect=EffectKind.LIMITS,
            live=True,
        ),
        K.SHOW_PIN: _on_card(APP_ONLY),
        K.WITHDRAW_BY_PHONE: _on_card(BOUND, effect=EffectKind.CARD_SERVICE),
        K.ENROL_WALLET: _on_card(BOUND, frozenset({T.PHONE}), EffectKind.CARD_SERVICE),
        K.CHANGE_EMAIL: _bound(FieldRule(NEW_EMAIL, F.EMAIL), effect=EffectKind.EMAIL, live=True),
        K.CHANGE_ADDRESS: _bound(FieldRule(NEW_ADDRESS, F.ADDRESS), effect=EffectKind.ADDRESS, live=True),
        K.CARD_PAYMENT: KindEntry(
            EVERYBODY,
            frozenset({T.SHOP}),
            frozenset({M.READER_CHALLENGE, M.SMS, M.SECURPASS}),
            (FieldRule(AMOUNT, F.CENTS), FieldRule(MERCHANT, F.NAME), FieldRule(CARD, F.CARD)),
            live=True,  # the shop's 3DS server waits for the approval, and the bank's own keeps the money aside
        ),
        # Asked for by the aggregator, not at a screen of ours.
        K.AGGREGATE_ACCOUNTS: KindEntry(
            EVERYBODY,
            frozenset({T.DISTANCE}),
            BOUND,
            (FieldRule(AGGREGATOR, F.NAME), FieldRule(DAYS, F.DAYS), FieldRule(MESSAGE, F.NAME)),
            live=True,
        ),
        K.MERCHANT_TRANSFER: KindEntry(
            EVERYBODY,
            frozenset({T.SHOP}),
            SIGNED,
            (*_transfer_fields(F.IBAN), FieldRule(MESSAGE, F.NAME)),
            EffectKind.TRANSFER,
            live=True,
        ),
        K.SHOW_CARD: _on_card(APP_ONLY),
    }
)


def live_kinds() -> frozenset[OperationKind]:
    """The kinds that the bank carries out today."""
    return frozenset(kind for kind, entry in CATALOGUE.items() if entry.live)


def judge_asking(kind: OperationKind, customer: Clientele, terminal: TerminalKind) -> Unfit | None:
    """Why this customer cannot ask for this kind from there; None when he can."""
    entry = CATALOGUE[kind]
    if not entry.live:
        return Unfit.NOT_LIVE
    if customer not in entry.customers:
        return Unfit.CUSTOMER
    return None if terminal in entry.terminals else Unfit.TERMINAL


def judge_cell(
    kind: OperationKind, customer: Clientele, terminal: TerminalKind, means: Means, switched_on: frozenset[Means]
) -> Unfit | None:
    """Why the customer cannot confirm by this means what he asked for from there; None when he can."""
    unfit = judge_asking(kind, customer, terminal)
    if unfit:
        return unfit
    if means not in CATALOGUE[kind].means:
        return Unfit.MEANS
    if customer not in MEANS_CUSTOMERS[means]:
        return Unfit.MEANS_CUSTOMER
    return None if means in switched_on else Unfit.MEANS_OFF


def list_means(
    kind: OperationKind, customer: Clientele, terminal: TerminalKind, switched_on: frozenset[Means]
) -> tuple[Means, ...]:
    """Every means the customer may choose from, in the order of `Means`."""
    return tuple(means for means in Means if judge_cell(kind, customer, terminal, means, switched_on) is None)


def reader_means(kind: OperationKind) -> Means | None:
    """Which key of the reader confirms this kind."""
    keys = (Means.READER_CODE, Means.READER_CHALLENGE, Means.READER_SIGN)
    return next((means for means in keys if means in CATALOGUE[kind].means), None)
