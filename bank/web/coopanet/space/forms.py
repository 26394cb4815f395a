"""The forms of the client space: their fields, what is typed into them, and what an operation then says.

A form is read whole: every mistake is told at once, each at its field, and what was typed stays.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from bank.iban import LENGTHS, is_iban
from bank.operations import catalogue as cat
from bank.operations.catalogue import OperationKind
from bank.operations.days import is_day
from bank.operations.octets import Value
from bank.operations.words import notation_of
from bank.web.coopanet.space.words import FormSlip
from web.forms import LONGEST_EMAIL, Slip, SlipError, parse_amount, parse_email, parse_line

LONGEST_NAME: Final = 70
"""Of a payee (EPC rulebooks: AT-E001, 70 signs)."""
LONGEST_LINE: Final = 60
LONGEST_POSTCODE: Final = 12
LONGEST_ADDRESS: Final = 200

TO: Final = "to"
"""The field in which a saved beneficiary is chosen."""

WRITTEN_DAY: Final = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})", re.ASCII)

LIMITS: Final[Mapping[str, int]] = {
    cat.PAYEE_NAME: LONGEST_NAME,
    cat.NEW_EMAIL: LONGEST_EMAIL,
    "street": LONGEST_LINE,
    "more": LONGEST_LINE,
    "postcode": LONGEST_POSTCODE,
    "town": LONGEST_LINE,
    "country": LONGEST_LINE,
}
"""The most signs of a field."""

TRANSFER: Final = (cat.PAYER_ACCOUNT, TO, cat.PAYEE_NAME, cat.PAYEE_IBAN, cat.AMOUNT)
WHEN: Final = "when"
"""The field in which it is chosen whether a transfer is made now, on a day or every month."""
NOW: Final = "now"
LATER: Final = "later"
WHENS: Final = (NOW, LATER, cat.MONTHLY)
SCHEDULE: Final = (WHEN, cat.DAY, cat.LAST_DAY)
READ_TOGETHER: Final = frozenset({TO, *SCHEDULE})
"""Fields that say something with others only."""

ADDRESS_LINES: Final = ("street", "more", "postcode", "town", "country")
OPTIONAL: Final = frozenset({"more", "country"})

FORMS: Final[Mapping[OperationKind, tuple[str, ...]]] = MappingProxyType(
    {
        OperationKind.SEPA_TRANSFER: (*TRANSFER, *SCHEDULE),
        OperationKind.INSTANT_TRANSFER: TRANSFER,
        OperationKind.FRIEND_TRANSFER: TRANSFER,
        OperationKind.TRANSFER_ABROAD: TRANSFER,
        OperationKind.ADD_BENEFICIARY: (cat.PAYEE_NAME, cat.PAYEE_IBAN),
        OperationKind.CARD_LIMITS: (cat.CARD, cat.PAYMENTS, cat.WITHDRAWALS),
        OperationKind.SHOW_PIN: (cat.CARD,),
        OperationKind.SHOW_CARD: (cat.CARD,),
        OperationKind.WITHDRAW_BY_PHONE: (cat.CARD,),
        OperationKind.CHANGE_EMAIL: (cat.NEW_EMAIL,),
        OperationKind.CHANGE_ADDRESS: ADDRESS_LINES,
    }
)
"""The fields of each form, in the order they stand there."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from: own accounts, saved payees (IBAN to name), own cards."""

    accounts: tuple[str, ...] = field(repr=False)
    payees: Mapping[str, str] = field(repr=False)
    cards: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a field. `values`: what the sentence about it needs."""

    slip: FormSlip
    values: Mapping[str, int] = field(default_factory=dict)


class MistakeError(Exception):
    """A field cannot be taken."""

    def __init__(self, slip: FormSlip, **values: int) -> None:
        super().__init__(slip.value)
        self.mistake = Mistake(slip, values)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was read: the operation's fields, or what is wrong, by field."""

    fields: Mapping[str, Value] = field(repr=False)
    mistakes: Mapping[str, Mistake]


@dataclass
class FormReader:
    """Reads one form. `typed`: what came; `language` of the page, in whose way amounts are written."""

    typed: Mapping[str, str]
    choices: Choices
    language: str
    values: dict[str, Value] = field(default_factory=dict)
    mistakes: dict[str, Mistake] = field(default_factory=dict)

    def read_form(self, kind: OperationKind) -> Filled:
        """The whole form of that kind."""
        names = FORMS[kind]
        if TO in names:
            self._read_payee()
        if WHEN in names:
            self._read_when()
        for name in names:
            if name not in READ_TOGETHER and name not in self.values and name not in self.mistakes:
                self._read(name)
        if kind is OperationKind.CHANGE_ADDRESS and not self.mistakes:
            self._join_address()
        return Filled({} if self.mistakes else self.values, self.mistakes)

    def _read(self, name: str) -> None:
        typed = self.typed.get(name, "")
        if name in OPTIONAL and not typed.strip():
            return
        try:
            self.values[name] = READERS[name](self, typed)
        except SlipError as error:
            self.mistakes[name] = Mistake(_slip(name, error.slip), self._bounds(name))
        except MistakeError as error:
            self.mistakes[name] = error.mistake

    def _bounds(self, name: str) -> Mapping[str, int]:
        return {"most": LIMITS[name]} if name in LIMITS else {}

    def _read_payee(self) -> None:
        """A saved payee is chosen, or another one written: not both."""
        chosen = self.typed.get(TO, "")
        if not chosen:
            return
        if chosen not in self.choices.payees:
            self.mistakes[TO] = Mistake(FormSlip.CHOICE)
        elif any(self.typed.get(name, "").strip() for name in (cat.PAYEE_NAME, cat.PAYEE_IBAN)):
            self.mistakes[TO] = Mistake(FormSlip.BOTH)
        self.values |= {cat.PAYEE_NAME: self.choices.payees.get(chosen, ""), cat.PAYEE_IBAN: chosen}

    def _read_when(self) -> None:
        """Now and a day is no answer: what is meant decides whether money moves at once."""
        when = self.typed.get(WHEN, NOW)
        written = [name for name in (cat.DAY, cat.LAST_DAY) if self.typed.get(name, "").strip()]
        if when not in WHENS:
            self.mistakes[WHEN] = Mistake(FormSlip.CHOICE)
        elif when == NOW:
            self.mistakes |= {WHEN: Mistake(FormSlip.DAY_AND_NOW)} if written else {}
        else:
            for name in dict.fromkeys((cat.DAY, *written)):
                self._read(name)
            self.values |= {cat.RHYTHM: cat.MONTHLY} if when == cat.MONTHLY else {}

    def _join_address(self) -> None:
        """The lines as one, the postcode before its town."""
        lines = [str(self.values.get(name, "")) for name in ADDRESS_LINES]
        street, more, postcode, town, country = lines
        address = ", ".join(filter(None, (street, more, f"{postcode} {town}", country)))
        self.values.clear()
        self.values[cat.NEW_ADDRESS] = address
        if len(address) > LONGEST_ADDRESS:
            self.mistakes["street"] = Mistake(FormSlip.LONG, {"most": LONGEST_LINE})

    def read_amount(self, typed: str) -> int:
        """An amount in cents."""
        return parse_amount(typed, notation_of(self.language).decimal)

    def read_limit(self, typed: str) -> int:
        """The same, and nothing at all is a limit too."""
        return parse_amount(typed, notation_of(self.language).decimal, least=0)

    def read_iban(self, typed: str) -> str:
        """An IBAN, however it is grouped, also with the word before it as invoices print it."""
        plain = "".join(sign for sign in typed.upper() if sign.isalnum() or not (sign.isspace() or sign in "-.:"))
        plain = plain.removeprefix("IBAN")
        if not plain:
            raise MistakeError(FormSlip.MISSING)
        if not (plain.isascii() and plain.isalnum() and plain[:2].isalpha() and plain[2:4].isdecimal()):
            raise MistakeError(FormSlip.IBAN_SHAPE)
        length = LENGTHS.get(plain[:2], len(plain))
        if len(plain) != length:
            raise MistakeError(FormSlip.IBAN_LENGTH, length=length, given=len(plain))
        if not is_iban(plain):
            raise MistakeError(FormSlip.IBAN_CHECK)
        return plain

    def read_day(self, typed: str) -> str:
        """A day as a browser's calendar sends it, or as people write one, its day first."""
        plain = typed.strip()
        if not plain:
            raise MistakeError(FormSlip.MISSING)
        found = WRITTEN_DAY.fullmatch(plain)
        day = "{:0>4}-{:0>2}-{:0>2}".format(*found.group(3, 2, 1)) if found else plain
        if not is_day(day):
            raise MistakeError(FormSlip.DAY_SHAPE)
        return day

    def read_account(self, typed: str) -> str:
        """One of the own accounts."""
        if typed not in self.choices.accounts:
            raise MistakeError(FormSlip.CHOICE)
        return typed

    def read_card(self, typed: str) -> int:
        """One of the own cards."""
        if typed not in {str(card) for card in self.choices.cards}:
            raise MistakeError(FormSlip.CHOICE)
        return int(typed)


def _line(name: str) -> Callable[[FormReader, str], str]:
    return lambda _reader, typed: parse_line(typed, LIMITS[name])


READERS: Final[Mapping[str, Callable[[FormReader, str], Value]]] = MappingProxyType(
    {
        cat.AMOUNT: FormReader.read_amount,
        cat.PAYMENTS: FormReader.read_limit,
        cat.WITHDRAWALS: FormReader.read_limit,
        cat.PAYEE_IBAN: FormReader.read_iban,
        cat.PAYER_ACCOUNT: FormReader.read_account,
        cat.CARD: FormReader.read_card,
        cat.DAY: FormReader.read_day,
        cat.LAST_DAY: FormReader.read_day,
        cat.NEW_EMAIL: lambda _reader, typed: parse_email(typed),
        **{name: _line(name) for name in LIMITS if name != cat.NEW_EMAIL},
    }
)
"""How each field is read."""

SLIPS: Final[Mapping[Slip, FormSlip]] = {
    Slip.MISSING: FormSlip.MISSING,
    Slip.LONG: FormSlip.LONG,
    Slip.SIGNS: FormSlip.SIGNS,
    Slip.AMBIGUOUS: FormSlip.AMOUNT_AMBIGUOUS,
    Slip.DECIMALS: FormSlip.AMOUNT_DECIMALS,
    Slip.ZERO: FormSlip.AMOUNT_ZERO,
    Slip.LARGE: FormSlip.AMOUNT_LARGE,
}


def _slip(name: str, slip: Slip) -> FormSlip:
    """A wrong shape is another thing in each kind of field."""
    return SLIPS.get(slip) or (FormSlip.EMAIL_SHAPE if name == cat.NEW_EMAIL else FormSlip.AMOUNT_SHAPE)
