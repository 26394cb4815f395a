"""What scripts say of the telephone and of the bank behind it: `phone ...`, `bank ...`, `expect phone|operation ...`.

docs/scripts.md is made from the tables below.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias
from unicodedata import normalize

from bank.operations.catalogue import OperationKind
from bank.operations.table import OperationState
from sesame_core.errors import SesameError
from simulator.phone.hands import PhoneHands
from web.forms import SlipError, parse_amount

MOST_CENTS_SIGN: Final = ","

Words: TypeAlias = Sequence[str]


class PhoneStatementError(SesameError):
    """The statement is not written so."""


@dataclass(frozen=True, slots=True)
class PhoneVerb:
    """One act: how it is written after its first word, what it means, what it does. `least`, `most`: how many words
    follow."""

    usage: str
    meaning: str
    act: Callable[[PhoneHands, Words], None]
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class PhoneExpectation:
    """One look: what is wrong, in words, or "" where it is as expected."""

    usage: str
    meaning: str
    look: Callable[[PhoneHands, Words], str]


def act_on_phone(hands: PhoneHands, words: Words) -> None:
    """What the telephone's holder does. Raises SesameError."""
    _act(PHONE_VERBS, "phone", hands, words)


def act_at_bank(hands: PhoneHands, words: Words) -> None:
    """What is done at a terminal of the bank's. Raises SesameError."""
    _act(BANK_VERBS, "bank", hands, words)


def judge_phone(hands: PhoneHands, words: Words) -> str:
    """`expect phone ...`: what is not as expected. Raises PhoneStatementError."""
    kind = words[0] if words else ""
    if kind not in PHONE_LOOKS:
        usages = ", ".join(f"expect phone {one.usage}" for one in PHONE_LOOKS.values())
        raise PhoneStatementError(f"write: {usages}")
    return PHONE_LOOKS[kind].look(hands, words[1:])


def judge_operation(hands: PhoneHands, words: Words) -> str:
    """`expect operation ...`: what is not as expected. Raises PhoneStatementError."""
    states, kinds = {each.value for each in OperationState}, {each.value for each in OperationKind}
    if not 1 <= len(words) <= 2 or words[0] not in states or not set(words[1:]) <= kinds:
        raise PhoneStatementError(f"write: expect operation {'|'.join(states_written())} [KIND]")
    found = hands.bank.find_latest(hands.customer_id, *words[1:])
    if found is None:
        return "the customer has asked for no such operation"
    return "" if found.state.value == words[0] else f"the latest operation is {found.state.value}, not {words[0]}"


def states_written() -> tuple[str, ...]:
    """How an operation can stand, as scripts write it."""
    return tuple(each.value for each in OperationState)


def _act(verbs: Mapping[str, PhoneVerb], head: str, hands: PhoneHands, words: Words) -> None:
    verb = verbs.get(words[0] if words else "")
    if verb is None:
        raise PhoneStatementError(f"write: {', '.join(f'{head} {one.usage}' for one in verbs.values())}")
    if not verb.least <= len(words) - 1 <= verb.most:
        raise PhoneStatementError(f"write: {head} {verb.usage}")
    verb.act(hands, words[1:])


def _transfer(hands: PhoneHands, words: Words) -> None:
    amount, payee = words
    try:
        cents = parse_amount(amount, MOST_CENTS_SIGN)
    except SlipError:
        raise PhoneStatementError(f"{amount!r} is no amount in euros: 250 or 12,50") from None
    hands.bank.ask_transfer(hands.customer_id, cents, payee, hands.language)


def _says(hands: PhoneHands, words: Words) -> str:
    if len(words) != 1:
        raise PhoneStatementError('write: expect phone text "TEXT", in quotation marks when it has spaces')
    said = hands.look().says
    return "" if normalize("NFC", words[0]) in said else f"the telephone does not say {words[0]!r}: it says {said!r}"


def _waits(hands: PhoneHands, words: Words) -> str:
    if len(words) > 1 or not all(word.isascii() and word.isdecimal() and len(word) < 4 for word in words):
        raise PhoneStatementError("write: expect phone waiting [COUNT]")
    waiting = hands.look().waiting
    if not words:
        return "" if waiting else "nothing waits on the telephone"
    return "" if waiting == int(words[0]) else f"{waiting} operations wait on the telephone, not {words[0]}"


def _nothing(hands: PhoneHands, words: Words) -> str:
    if words:
        raise PhoneStatementError("write: expect phone nothing, and nothing after it")
    waiting = hands.look().waiting
    return f"{waiting} operations wait on the telephone" if waiting else ""


PHONE_VERBS: Final[Mapping[str, PhoneVerb]] = MappingProxyType(
    {
        "activate": PhoneVerb(
            "activate [USER]",
            "Log on by password and text message and activate Sécur'Pass, with the code that `phone code` chose; "
            "DURAND42's telephone, unless another customer is named.",
            lambda hands, words: hands.activate(*words),
            most=1,
        ),
        "approve": PhoneVerb(
            "approve [NUMBER]",
            "Approve by the code what waits; the number to match is read off the terminal that asks, or given.",
            lambda hands, words: hands.approve(*words),
            most=1,
        ),
        "refuse": PhoneVerb("refuse", "Refuse what waits.", lambda hands, _words: hands.refuse()),
        "fraud": PhoneVerb(
            "fraud",
            "Declare what waits, or what was decided last, as fraud: « Je refuse ce paiement ».",
            lambda hands, _words: hands.declare_fraud(),
        ),
        "code": PhoneVerb(
            "code CODE",
            "The four digits that are typed from now on: chosen at the activation, right or wrong afterwards.",
            lambda hands, words: hands.set_code(*words),
            least=1,
            most=1,
        ),
        "offline": PhoneVerb("offline", "The telephone loses its network.", lambda hands, _words: hands.go_offline()),
        "online": PhoneVerb(
            "online",
            "It has a network again, and repeats unchanged what the bank has not answered.",
            lambda hands, _words: hands.go_online(),
        ),
    }
)
BANK_VERBS: Final[Mapping[str, PhoneVerb]] = MappingProxyType(
    {
        "transfer": PhoneVerb(
            "transfer AMOUNT PAYEE",
            "The customer asks for a transfer at a computer, in euros, and has the telephone asked.",
            _transfer,
            least=2,
            most=2,
        ),
        "lift": PhoneVerb(
            "lift",
            "The adviser lifts the 72 hours, with the whole check of identity.",
            lambda hands, _words: hands.bank.lift_latency(hands.customer_id),
        ),
    }
)
PHONE_LOOKS: Final[Mapping[str, PhoneExpectation]] = MappingProxyType(
    {
        "text": PhoneExpectation("text TEXT", "Fail unless the telephone's screen says it; it may be a part.", _says),
        "waiting": PhoneExpectation("waiting [COUNT]", "Fail unless something waits on it, or so many do.", _waits),
        "nothing": PhoneExpectation("nothing", "Fail when something waits on it.", _nothing),
    }
)
EXPECT_OPERATION: Final = (
    f"expect operation {'|'.join(states_written())} [KIND]",
    "Fail unless the bank has the customer's latest operation, or his latest of that kind, in that state.",
)


def list_rows() -> Sequence[tuple[str, str]]:
    """Every statement about telephone and bank: how it is written, what it does."""
    verbs = ((head, one) for head, table in (("phone", PHONE_VERBS), ("bank", BANK_VERBS)) for one in table.values())
    looks = ((f"expect phone {one.usage}", one.meaning) for one in PHONE_LOOKS.values())
    return [*((f"{head} {one.usage}", one.meaning) for head, one in verbs), *looks, EXPECT_OPERATION]
