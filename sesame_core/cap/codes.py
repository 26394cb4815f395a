"""From the card's cryptogram to the digits: functions, terminal values, bitmap, transaction data (EMV-CAP and DPA).

Sources: Drimer, Murdoch and Anderson, "Optimised to Fail" (2009); Szikora and Teuwen, MISC 56 (2011).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from sesame_core.errors import CardError, Fault, UsageError
from sesame_core.secrets import CODE_DIGITS, SecretDigits

AID_DPA = bytes.fromhex("A0000000038002")
AID_CAP = bytes.fromhex("A0000000048002")
AID_APACS = bytes.fromhex("A0000002040000")
AID_BANCONTACT = bytes.fromhex("D056000666111010")
DEDICATED = (AID_DPA, AID_CAP, AID_APACS, AID_BANCONTACT)
"""Applications that are there for codes, in the order in which they are asked for: they need not stand in a directory.
APACS is the British banks'; the last is the Belgian one."""

RID_VISA = bytes.fromhex("A000000003")

BEFORE_CRYPTOGRAM, CRYPTOGRAM_BYTES = 3, 8
"""CID and ATC, then the AC, in bytes."""

VISA_BITMAP = bytes.fromhex("0000FFFFFF0000000000000000000020B938")
"""The bitmap of a Visa application that brings none."""

MAX_CODE_DIGITS = 16
"""More than any card's: the default bitmap gives 10. What is longer no person types and no small glass shows."""

MAX_CHALLENGE_DIGITS = 8
MAX_AMOUNT_DIGITS = 12
MAX_NUMBERS = 10
MAX_NUMBER_DIGITS = 10


class Function(Enum):
    """What the person asks for."""

    CODE = "code"  # identify: mode 2 without data
    CHALLENGE = "challenge"  # respond: mode 1 with a challenge
    SIGN = "sign"  # sign: mode 1 with an amount and an account
    DATA = "data"  # mode 2 with transaction data (TDS)


@dataclass(frozen=True, slots=True)
class Request:
    """A function with what was typed for it before the PIN: decimal digits only, empty where nothing was.

    `amount` is in cents, at most 12 digits; `challenge` (or the account, when signing) at most 8 digits.
    Raises UsageError for anything else.
    """

    function: Function = Function.CODE
    challenge: str = ""
    amount: str = ""

    def __post_init__(self) -> None:
        _check_digits(self.challenge, 0, MAX_CHALLENGE_DIGITS, "a challenge or an account")
        _check_digits(self.amount, 0, MAX_AMOUNT_DIGITS, "an amount in cents")


@dataclass(frozen=True, slots=True)
class Cryptogram:
    """The card's answer to GENERATE AC: CID (1 byte), ATC (2), AC (8), IAD (0..32), and the PSN (1 or none) if it
    is to be prefixed. Sizes in bytes; EMV Book 3, 6.5.5.4."""

    cid: int
    atc: bytes
    ac: bytes = field(repr=False)
    iad: bytes = field(repr=False)
    psn: bytes = b""

    @property
    def data(self) -> bytes:
        """The bytes that the bitmap is laid over."""
        return self.psn + bytes((self.cid,)) + self.atc + self.ac + self.iad


class FilterRule(Enum):
    """How a card without a bitmap is read."""

    BITMAP = "bitmap"
    BELGIAN = "belgian"


@dataclass(frozen=True, slots=True)
class Filter:
    """How the digits are taken: `rule`, and the bitmap when the rule is BITMAP."""

    rule: FilterRule
    bitmap: bytes = b""

    def check(self, prefix: int) -> None:
        """Raise CardError(UNSUPPORTED) for a bitmap that keeps no bit of the AC: such a code would prove nothing.
        `prefix`: bytes of PSN in front of the data."""
        start = prefix + BEFORE_CRYPTOGRAM
        if self.rule is FilterRule.BITMAP and not any(self.bitmap[start : start + CRYPTOGRAM_BYTES]):
            raise CardError(Fault.UNSUPPORTED, "a bitmap that keeps nothing of the cryptogram")


def is_dedicated(aid: bytes) -> bool:
    """True for an application that is there for codes, whole name or longer."""
    return aid.startswith(DEDICATED)


def choose_filter(bitmap: bytes | None, aid: bytes, belgian: bool) -> Filter:
    """The filter of a card: its own bitmap (9F56), Visa's, or the Belgian rule. Raises CardError(UNSUPPORTED).

    The Belgian rule goes before Visa's bitmap; in the Bancontact application it holds even where a bitmap is at hand,
    for those records are shared with the CAP application, which the bitmap is meant for (traces of real cards).
    """
    if belgian and (bitmap is None or aid.startswith(AID_BANCONTACT)):
        return Filter(FilterRule.BELGIAN)
    if bitmap is not None:
        return Filter(FilterRule.BITMAP, bitmap)
    if aid.startswith(RID_VISA):
        return Filter(FilterRule.BITMAP, VISA_BITMAP)
    raise CardError(Fault.UNSUPPORTED, "no bitmap")


def make_code(cryptogram: Cryptogram, filter_: Filter) -> SecretDigits:
    """The code: 8 digits or, where the bitmap gives more, all of them. Raises CardError(UNSUPPORTED) beyond 16, and for
    a bitmap that keeps nothing of the cryptogram."""
    filter_.check(len(cryptogram.psn))
    if filter_.rule is FilterRule.BELGIAN:
        return _decimal_digits(_belgian_number(cryptogram))
    return _decimal_digits(filter_bits(cryptogram.data, filter_.bitmap))


def filter_bits(data: bytes, bitmap: bytes) -> int:
    """The bits of `data` where `bitmap` has a 1, most significant first, as one number. The longer is cut right."""
    kept = 0
    for value, mask in zip(data, bitmap, strict=False):
        for bit in range(7, -1, -1):
            if mask >> bit & 1:
                kept = kept << 1 | (value >> bit & 1)
    return kept


def mix_data(cryptogram: Cryptogram, numbers: Sequence[str]) -> Cryptogram:
    """The cryptogram with its AC replaced by the MAC over the transaction data (mode 2 TDS).

    The MAC is single-DES CBC with a zero IV and the AC as its key. Raises UsageError for more than ten numbers, none,
    or one that is not 1 to 10 decimal digits.
    """
    mac = _cbc_mac(cryptogram.ac, encode_numbers(numbers))
    return Cryptogram(cryptogram.cid, cryptogram.atc, mac, cryptogram.iad, cryptogram.psn)


def encode_numbers(numbers: Sequence[str]) -> bytes:
    """Numbers joined by nibble F, one F more if odd, then 80 and zeros to a multiple of 8 bytes."""
    if not 1 <= len(numbers) <= MAX_NUMBERS:
        raise UsageError(f"transaction data are 1 to {MAX_NUMBERS} numbers")
    for number in numbers:
        _check_digits(number, 1, MAX_NUMBER_DIGITS, "a transaction number")
    nibbles = "F".join(numbers)
    packed = bytes.fromhex(nibbles + "F" * (len(nibbles) % 2)) + b"\x80"
    return packed + bytes(-len(packed) % 8)


def encode_bcd(digits: str) -> bytes:
    """Decimal digits as packed BCD, a zero in front when odd."""
    return bytes.fromhex("0" * (len(digits) % 2) + digits)


def _belgian_number(cryptogram: Cryptogram) -> int:
    high = int.from_bytes(cryptogram.ac[5:7]) & 0x3FF
    number = (high << 16) + (cryptogram.atc[-1] << 8) + cryptogram.ac[7]
    return (number + number % 10 * 10_000_000) % 100_000_000


def _decimal_digits(number: int) -> SecretDigits:
    """The number's decimal digits, at least 8, without ever writing them into a string."""
    if number >= 10**MAX_CODE_DIGITS:
        raise CardError(Fault.UNSUPPORTED, "a bitmap that keeps more than a code")
    width = CODE_DIGITS
    while number >= 10**width:
        width += 1
    code = SecretDigits(width)
    for place in range(width - 1, -1, -1):
        code.append(number // 10**place % 10)
    return code


def _cbc_mac(key: bytes, data: bytes) -> bytes:
    # Single DES is triple DES with three times the same key (NIST SP 800-67, 3.2).
    # Imported here: only this function needs it, and a reader that makes a plain code must start fast.
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers import Cipher, modes  # noqa: PLC0415

    encryptor = Cipher(TripleDES(key * 3), modes.CBC(bytes(8))).encryptor()
    return (encryptor.update(data) + encryptor.finalize())[-8:]


def _check_digits(text: str, least: int, most: int, what: str) -> None:
    if not (text == "" or (text.isascii() and text.isdigit())) or not least <= len(text) <= most:
        raise UsageError(f"{what} has {least} to {most} decimal digits")
