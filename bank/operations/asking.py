"""What a customer wrote, made exact: every field of the catalogue, and none besides. No books are looked into."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from bank.iban import IbanError, is_sepa, parse_iban
from bank.operations import catalogue as cat
from bank.operations.catalogue import CATALOGUE, FieldKind, FieldRule, OperationKind
from bank.operations.days import is_day
from bank.operations.octets import Value
from bank.operations.policy import LONGEST_CONSENT_DAYS, OperationPolicy
from bank.operations.ports import AskingError, AskingFault

LONGEST_NAME: Final = 70
"""Of a payee (EPC rulebooks: AT-E001, 70 signs)."""
LONGEST_ADDRESS: Final = 200
EMAIL: Final = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
LONGEST_EMAIL: Final = 254
"""RFC 5321, 4.5.3.1.3, without its brackets."""
FRANCE: Final = "FR"

Faults = AskingFault


def check_fields(kind: OperationKind, fields: Mapping[str, Value], policy: OperationPolicy) -> dict[str, Value]:
    """The fields as the octets have them, in the catalogue's order. Raises AskingError."""
    rules = CATALOGUE[kind].fields
    given = {name for name in fields if fields[name] != "" or not _may_lack(rules, name)}
    must = {rule.name for rule in rules if not rule.optional}
    if not must <= given <= {rule.name for rule in rules}:
        raise AskingError(Faults.FIELDS)
    checked = {rule.name: _check_field(rule, fields[rule.name]) for rule in rules if rule.name in given}
    _check_amounts(kind, checked, policy)
    if cat.PAYER_ACCOUNT in checked and checked[cat.PAYER_ACCOUNT] == checked.get(cat.PAYEE_IBAN):
        raise AskingError(Faults.SAME_ACCOUNT, cat.PAYEE_IBAN)
    return checked


def _may_lack(rules: tuple[FieldRule, ...], name: str) -> bool:
    """An optional field that is left empty is one that is left out."""
    return any(rule.optional for rule in rules if rule.name == name)


def check_schedule(fields: Mapping[str, Value], today: date, policy: OperationPolicy) -> None:
    """Whether the days can be kept: seen when it is asked for, for tomorrow is another day's today. Raises
    AskingError."""
    if cat.DAY not in fields:
        if cat.RHYTHM in fields or cat.LAST_DAY in fields:
            raise AskingError(Faults.DAY, cat.DAY)
        return
    first = date.fromisoformat(str(fields[cat.DAY]))
    if not today < first <= today + timedelta(days=policy.furthest_days):
        raise AskingError(Faults.DAY, cat.DAY)
    if cat.LAST_DAY not in fields:
        return
    if cat.RHYTHM not in fields or date.fromisoformat(str(fields[cat.LAST_DAY])) < first:
        raise AskingError(Faults.LAST_DAY, cat.LAST_DAY)


def _check_field(rule: FieldRule, value: Value) -> Value:
    try:
        return CHECKS[rule.kind](value)
    except IbanError as cause:
        raise AskingError(Faults.IBAN, rule.name) from cause
    except AskingError as cause:
        raise AskingError(cause.fault, rule.name) from None


def _check_amounts(kind: OperationKind, values: Mapping[str, Value], policy: OperationPolicy) -> None:
    bounds = {
        cat.AMOUNT: (1, policy.largest_cents),
        cat.PAYMENTS: (0, policy.largest_payments_cents),
        cat.WITHDRAWALS: (0, policy.largest_withdrawals_cents),
    }
    if kind is OperationKind.INSTANT_TRANSFER:
        bounds[cat.AMOUNT] = (1, policy.largest_instant_cents)
    for name, (least, most) in bounds.items():
        if name in values and not least <= int(values[name]) <= most:
            raise AskingError(Faults.AMOUNT, name)


def _cents(value: Value) -> int:
    if type(value) is not int:
        raise AskingError(Faults.AMOUNT)
    return value


def _number(value: Value) -> int:
    if type(value) is not int or not 0 < value < 2**63:
        raise AskingError(Faults.CARD)
    return value


def _days(value: Value) -> int:
    if type(value) is not int or not 0 < value <= LONGEST_CONSENT_DAYS:
        raise AskingError(Faults.DAYS)
    return value


def _day(value: Value) -> str:
    """ISO 8601, in full."""
    if not (isinstance(value, str) and is_day(value)):
        raise AskingError(Faults.DAY)
    return value


def _rhythm(value: Value) -> str:
    if value != cat.MONTHLY:
        raise AskingError(Faults.RHYTHM)
    return cat.MONTHLY


def _iban(value: Value) -> str:
    iban = parse_iban(str(value))
    if not iban.isascii():
        raise AskingError(Faults.IBAN)
    if not is_sepa(iban):
        raise AskingError(Faults.ZONE)
    return iban


def _iban_of_france(value: Value) -> str:
    iban = _iban(value)
    if iban[:2] != FRANCE:
        raise AskingError(Faults.COUNTRY)
    return iban


def _iban_abroad(value: Value) -> str:
    iban = _iban(value)
    if iban[:2] == FRANCE:
        raise AskingError(Faults.COUNTRY)
    return iban


def _text(fault: AskingFault, longest: int) -> Callable[[Value], str]:
    """Signs that can be shown, and nothing that turns the direction of writing or hides itself."""

    def check(value: Value) -> str:
        text = " ".join(str(value).split())
        if not (isinstance(value, str) and 0 < len(text) <= longest and text.isprintable()):
            raise AskingError(fault)
        return text

    return check


def _email(value: Value) -> str:
    text = _text(Faults.EMAIL, LONGEST_EMAIL)(value)
    if not EMAIL.fullmatch(text):
        raise AskingError(Faults.EMAIL)
    return text


CHECKS: Final[Mapping[FieldKind, Callable[[Value], Value]]] = MappingProxyType(
    {
        FieldKind.CENTS: _cents,
        FieldKind.IBAN: _iban,
        FieldKind.IBAN_OF_FRANCE: _iban_of_france,
        FieldKind.IBAN_ABROAD: _iban_abroad,
        FieldKind.NAME: _text(Faults.NAME, LONGEST_NAME),
        FieldKind.EMAIL: _email,
        FieldKind.ADDRESS: _text(Faults.ADDRESS, LONGEST_ADDRESS),
        FieldKind.CARD: _number,
        FieldKind.DAYS: _days,
        FieldKind.DAY: _day,
        FieldKind.RHYTHM: _rhythm,
    }
)
