"""What the bank takes for granted of the reader: the values it puts into a card's lists (the reader's constants)."""

from dataclasses import dataclass, field

from bank.emv.codes import LONGEST_NUMBER, MASTERCARD_CAP, MOST_NUMBERS, VISA_DPA, VISA_RID
from bank.emv.tlv import parse_dol
from bank.errors import BankError

LONGEST_CHALLENGE = 8
LONGEST_AMOUNT = 12


class CodeRequestError(BankError):
    """What the code is said to confirm is out of bounds: the caller's fault, not the customer's."""


def _digits(text: str, most: int) -> bool:
    return 1 <= len(text) <= most and text.isascii() and text.isdecimal()


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise CodeRequestError(message)


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What a code confirms besides the customer. With nothing in it, a plain code.

    `challenge`: up to 8 digits. `amount`: in cents, and `account`: up to 8 digits, to sign a payment. `data`: up to ten
    numbers of up to ten digits, mixed in after the cryptogram. Raises RequestError beyond these bounds.
    """

    challenge: str = field(default="", repr=False)
    amount: int | None = field(default=None, repr=False)
    account: str = field(default="", repr=False)
    data: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        for name, text in (("challenge", self.challenge), ("account", self.account)):
            _check(not text or _digits(text, LONGEST_CHALLENGE), f"{name}: 1 to {LONGEST_CHALLENGE} digits")
        _check(not (self.challenge and self.account), "challenge and account take the same place: give one")
        _check(self.amount is None or 0 <= self.amount < 10**LONGEST_AMOUNT, "amount: 0 to 999999999999 cents")
        fits = len(self.data) <= MOST_NUMBERS and all(_digits(number, LONGEST_NUMBER) for number in self.data)
        _check(fits, f"data: at most {MOST_NUMBERS} numbers of 1 to {LONGEST_NUMBER} digits")
        alone = not (self.challenge or self.account or self.amount is not None)
        _check(alone or not self.data, "data: the card must not see a challenge, an amount or an account with them")


PLAIN = CodeRequest()


def terminal_values(aid: bytes, belgian: bool, request: CodeRequest) -> dict[int, bytes]:
    """The values of the lists' tags; a tag that is not here is zeros."""
    internet = aid.startswith((VISA_DPA, MASTERCARD_CAP))
    unusual = belgian and not internet
    return {
        0x95: bytes.fromhex("8000000800" if unusual else "8000000000"),
        0x9A: bytes.fromhex("010101" if aid.startswith(VISA_RID) and not unusual else "000000"),
        0x9F37: _bcd(request.challenge or request.account),
        0x9F02: _bcd(str(request.amount or "")),
        0x9F34: bytes.fromhex("010002" if internet else "000000"),
        0x9F35: bytes.fromhex("37" if unusual else "34"),
        0x9F33: bytes.fromhex("208000"),
        0x8A: b"Z1" if unusual else b"Z3",
    }


NUMERIC = (0x9F02, 0x9F37)
"""What stands at the right of a field that is too long for it; the rest stands at the left (EMV Book 3, 5.4)."""


def fill_list(dol: bytes, values: dict[int, bytes]) -> dict[int, bytes]:
    """Each of the list's tags with its value in the length the list wants."""
    return {tag: _fitted(tag, values.get(tag, b""), length) for tag, length in parse_dol(dol)}


def _fitted(tag: int, value: bytes, length: int) -> bytes:
    if tag in NUMERIC:
        return (bytes(length) + value)[len(value) :]
    return value.ljust(length, b"\0")[:length]


def _bcd(digits: str) -> bytes:
    return bytes.fromhex(digits.zfill(len(digits) + len(digits) % 2))
