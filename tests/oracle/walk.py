"""What a CAP reader must show, written from the text of the protocol alone, as plainly as the text says it.

Nothing of the reader or of the bank is used, nor was it looked at when this was written; what has changed since is what
traces of real Belgian cards show. Bits are characters in a string, numbers are decimal strings, and the only
cryptography is a single-DES CBC-MAC from the `cryptography` package. It is slow on purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

DPA = "A0000000038002"
CAP = "A0000000048002"
BANCONTACT = "D056000666111010"
PREFERRED = (DPA, CAP, BANCONTACT, "A0000000032010", "A0000000031010", "A0000000041010", "A0000000043060")
VISA = "A000000003"
VISA_BITMAP = "0000FFFFFF0000000000000000000020B938"

NUMERIC = ("9A", "9C", "5F2A", "5F36", "9F02", "9F03", "9F15", "9F1A", "9F21", "9F35", "9F37", "9F41")
"""Format n in EMV Book 3, annex A (9F37 by the protocol's own word): on the right, all others on the left."""


@dataclass(frozen=True)
class Request:
    """What the cardholder asked for. `numbers` are the transaction data of mode 2."""

    challenge: str = ""
    cents: int = 0
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What the reader learnt from the card before the cryptogram; hexadecimal, empty where the card has none."""

    aid: str
    bitmap: str = ""
    iaf: str = ""
    psn: str = ""
    belgian: bool = False


@dataclass(frozen=True)
class Answer:
    """The card's answer to GENERATE AC, value by value; hexadecimal."""

    cid: str
    atc: str
    ac: str
    iad: str


def dol_data(dol: Sequence[tuple[str, int]], known: Known, request: Request) -> str:
    """The bytes a DOL asks for, hexadecimal."""
    return "".join(fitted(tag, terminal_value(tag, known, request), length) for tag, length in dol)


def terminal_value(tag: str, known: Known, request: Request) -> str:
    dedicated = known.aid in (DPA, CAP)
    plain_belgian = known.belgian and not dedicated
    table = {
        "95": "8000000800" if plain_belgian else "8000000000",
        "9A": "010101" if known.aid.startswith(VISA) and not plain_belgian else "000000",
        "9F37": even(request.challenge),
        "9F02": even(str(request.cents)),
        "9F34": "010002" if dedicated else "000000",
        "9F35": "37" if plain_belgian else "34",
        "9F33": "208000",
        "8A": "5A31" if plain_belgian else "5A33",
    }
    return table.get(tag, "")


def fitted(tag: str, value: str, length: int) -> str:
    if tag in NUMERIC:
        return ("0" * 2 * length + value)[len(value) :]
    return (value + "0" * 2 * length)[: 2 * length]


def even(digits: str) -> str:
    return "0" + digits if len(digits) % 2 else digits


def shown(known: Known, answer: Answer, request: Request) -> str:
    """The digits on the screen, ungrouped; DECLINED where there is no code to show. A card that has neither
    a bitmap nor a rule for one is not asked."""
    if bits(answer.cid)[:2] != "10":
        return "DECLINED"
    ac = transaction_mac(answer.ac, request.numbers) if request.numbers else answer.ac
    if known.belgian and (not known.bitmap or known.aid == BANCONTACT):  # what traces of real Belgian cards show
        return belgian_digits(answer.atc, ac)
    bitmap = known.bitmap or (VISA_BITMAP if known.aid.startswith(VISA) else "")
    prefix = known.psn if bits(known.iaf)[1:2] == "1" else ""
    return decimal(kept(bits(prefix + answer.cid + answer.atc + ac + answer.iad), bits(bitmap)))


def bits(hexadecimal: str) -> str:
    return "".join(f"{int(digit, 16):04b}" for digit in hexadecimal)


def kept(data: str, mask: str) -> str:
    return "".join(bit for bit, wanted in zip(data, mask, strict=False) if wanted == "1")


def decimal(binary: str) -> str:
    return str(int(binary or "0", 2)).zfill(8)


def belgian_digits(atc: str, ac: str) -> str:
    ten_bits = bits(ac[10:14])[-10:]
    number = int(ten_bits + bits(atc[2:4]) + bits(ac[14:16]), 2)
    return str(number + number % 10 * 10_000_000)[-8:].zfill(8)


def transaction_mac(ac: str, numbers: Sequence[str]) -> str:
    """The single-DES CBC-MAC that stands in place of the cryptogram when transaction data were typed."""
    text = "F".join(numbers)
    text += "F" * (len(text) % 2)
    text += "80"
    text += "0" * (-len(text) % 16)
    key = bytes.fromhex(ac)
    cipher = Cipher(TripleDES(key + key + key), modes.CBC(bytes(8))).encryptor()
    return cipher.update(bytes.fromhex(text))[-8:].hex().upper()


def grouped(digits: str) -> str:
    """As the screen writes them: by four, counted from the right."""
    first = len(digits) % 4
    groups = [digits[:first], *(digits[at : at + 4] for at in range(first, len(digits), 4))]
    return " ".join(group for group in groups if group)
