"""From a cryptogram to the digits a customer types, and back to what the digits tell of the counter.

The issuer's own way, written as the walk of two bit strings, so that it can judge the reader's
(docs/dev/decisions/the-bank-judges-the-reader.md).

**From the answer to the digits.** The card's answer to GENERATE AC is laid out as bytes: the PSN where the flags want
it, CID, ATC, cryptogram, issuer data. The bitmap (IPB, tag 9F56) lies over it; the bits under its ones, in order, are
one binary number, and that number in decimal is the code. The French bitmap takes one bit of the CID, nine of the ATC
and sixteen of the cryptogram: 26 bits, at most eight digits.

**And back: the clue.** The bank does not know at which counter the card is; people press *Code* for fun, and codes
get lost. It could compute the code for each of the next 256 counters and compare. But a guesser would have 256 right
answers then. Yet the digits are the bits, only in another base: the code turned back into binary and spread over the
ones of the bitmap shows what the card said there. Nine of these bits are the counter's own lowest bits. So without
any key it is known which counters can be meant (`atc & mask == value`): of 256, one at most. A guess has to hit
sixteen bits of cryptogram at one counter, and one cryptogram is computed in place of 256.

Three consequences, easy to lose in a change:

- The bits of what the bank knows anyway (CID, PSN, issuer data) must be as expected; else the code is of no such
  card, and `read_clue` gives None before any key is used.
- Where a bitmap takes no bit of the ATC, the clue's mask is 0 and every counter of the window agrees. Then each is a
  chance for the guesser, and `bank.verification.Verifier` bounds how many are tried by the cryptogram's bits.
- A code with more bits than the bitmap has ones cannot be: it is None, not cut to size, or several codes would be
  right.
"""

from dataclasses import dataclass, field
from typing import Protocol

from bank.emv.keys import pad_80, single_des_mac
from bank.errors import IssuingError

VISA_DEFAULT_IPB = bytes.fromhex("0000FFFFFF0000000000000000000020B938")
BANCONTACT = bytes.fromhex("D056000666111010")
VISA_DPA = bytes.fromhex("A0000000038002")
MASTERCARD_CAP = bytes.fromhex("A0000000048002")
VISA_RID = bytes.fromhex("A000000003")
MAX_ATC = 0xFFFF
"""A card whose counter is there refuses every further transaction (EMV Book 3, 6.5.8)."""

SHOWN = 8
"""The fewest digits a reader shows."""

MOST_DIGITS = 80
"""No bitmap gives more: a longer code is not worth a look."""

MOST_NUMBERS = 10
LONGEST_NUMBER = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What GENERATE AC answered. `ac` has 8 bytes. `psn`: one BCD byte where the flags (IAF 0x40) want it in front."""

    cid: int
    atc: int
    ac: bytes = field(repr=False)
    iad: bytes
    psn: bytes = b""

    def encode(self) -> bytes:
        """The values in the order of the bitmap."""
        return self.psn + bytes((self.cid,)) + self.atc.to_bytes(2, "big") + self.ac + self.iad


@dataclass(frozen=True, slots=True)
class Clue:
    """What a code tells of the counter without any key: `atc & mask == value`."""

    value: int
    mask: int


class CodeRule(Protocol):
    """How a card's answer becomes digits."""

    def make_digits(self, answer: Answer) -> str:
        """The code: at least eight digits, not grouped."""
        ...

    def read_clue(self, code: str, sample: Answer) -> Clue | None:
        """What the code tells of the ATC, given an answer whose ATC and AC alone are open; None when it cannot be."""
        ...

    def cryptogram_bits(self, sample: Answer) -> int:
        """How many bits of the cryptogram a code brings: the strength against guessing."""
        ...


@dataclass(frozen=True, slots=True)
class BitmapRule:
    """The issuer proprietary bitmap (tag 9F56): the data's bits under its ones, read as one binary number."""

    ipb: bytes

    def make_digits(self, answer: Answer) -> str:
        """See Rule."""
        kept = "".join(bit for bit, mask in zip(_bits(answer.encode()), _bits(self.ipb), strict=False) if mask == "1")
        return str(int(kept or "0", 2)).zfill(SHOWN)

    def read_clue(self, code: str, sample: Answer) -> Clue | None:
        """See Rule. The digits are spread back over the data; what is neither ATC nor AC must be as expected."""
        data, mask = sample.encode(), self._mask(sample)
        spread = _spread(int(code), mask)
        # More bits than the mask has ones: no answer of the card leads to such a number.
        if spread is None:
            return None
        start = 8 * (len(sample.psn) + 1)
        fixed = (slice(0, start), slice(start + 16 + 64, len(mask)))
        # Compared under the mask only: a bit that the code does not bring tells nothing, for or against.
        known = "".join(bit if kept == "1" else "0" for bit, kept in zip(_bits(data), mask, strict=True))
        if any(spread[part] != known[part] for part in fixed):
            return None
        counter = slice(start, start + 16)
        return Clue(int(spread[counter], 2), int(mask[counter], 2))

    def cryptogram_bits(self, sample: Answer) -> int:
        """See Rule."""
        start = 8 * (len(sample.psn) + 3)
        return self._mask(sample)[start : start + 64].count("1")

    def _mask(self, sample: Answer) -> str:
        """The bitmap as long as the data: what is missing keeps nothing, what is too much meets nothing."""
        length = 8 * len(sample.encode())
        return _bits(self.ipb)[:length].ljust(length, "0")


@dataclass(frozen=True, slots=True)
class BelgianRule:
    """Belgian cards without a bitmap: ten bits of AC bytes 6 and 7, the ATC's low byte, AC byte 8, then a check."""

    def make_digits(self, answer: Answer) -> str:
        """See Rule."""
        number = (int.from_bytes(answer.ac[5:7], "big") & 0x3FF) << 16 | (answer.atc & 0xFF) << 8 | answer.ac[7]
        return str((number + number % 10 * 10_000_000) % 100_000_000).zfill(SHOWN)

    def read_clue(self, code: str, sample: Answer) -> Clue | None:
        """See Rule. The check leaves the units digit alone, so it can be taken off again."""
        number = int(code)
        # The check is ten million times the units digit, modulo 10^8: it cannot reach the units digit that made it.
        plain = (number - number % 10 * 10_000_000) % 100_000_000
        return None if number >= 100_000_000 or plain >> 26 else Clue(plain >> 8 & 0xFF, 0xFF)

    def cryptogram_bits(self, sample: Answer) -> int:
        """See Rule."""
        return 18


def rule_for(aid: bytes, ipb: bytes | None, belgian: bool) -> CodeRule:
    """The rule of an application. Raises IssuingError when there is none for it.

    On a Belgian card the Belgian rule goes before Visa's bitmap, and in its Bancontact application before any: the
    bitmap in the records is there for the CAP application that shares them.
    """
    if belgian and (ipb is None or aid.startswith(BANCONTACT)):
        return BelgianRule()
    if ipb is not None:
        return BitmapRule(ipb)
    if aid.startswith(VISA_RID):
        return BitmapRule(VISA_DEFAULT_IPB)
    raise IssuingError("no bitmap on the card, and no rule for cards without one")


def mix_data(ac: bytes, numbers: tuple[str, ...]) -> bytes:
    """The cryptogram with transaction data mixed in (mode 2 with TDS): a CBC-MAC of the numbers under the cryptogram.

    `numbers`: at most ten, of one to ten digits; with none the cryptogram stays as it is.
    """
    if not numbers:
        return ac
    text = "F".join(numbers)
    packed = bytes.fromhex(text + "F" * (len(text) % 2))
    return single_des_mac(ac, pad_80(packed))


def normalise_code(text: str) -> str | None:
    """The digits of a code as people type it, `0000 0000` or `00000000`; None when it is not one."""
    code = "".join(text.split())
    return code if SHOWN <= len(code) <= MOST_DIGITS and code.isascii() and code.isdecimal() else None


def _bits(data: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in data)


def _spread(number: int, mask: str) -> str | None:
    """The number's bits back at the places of the mask's ones; None when it has more bits than the mask."""
    bits = iter((f"{number:b}" if number else "").zfill(mask.count("1")))
    spread = "".join(next(bits) if kept == "1" else "0" for kept in mask)
    return spread if next(bits, None) is None else None
