"""What the issuer knows of a card's cryptogram: card numbers, versions, the CVR it expects, the input of the MAC.

Versions are pyemv's: CVN 10 (VIS, no session key, zero padding), CVN 18 (common session key, EMV padding, the whole
issuer application data in the input) and CVN 16 (M/Chip 4, session key from ATC and unpredictable number).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bank.emv.keys import common_session_key, pad_80, pad_zeros, retail_mac

INPUT_TAGS: tuple[tuple[int, int], ...] = (
    (0x9F02, 6),
    (0x9F03, 6),
    (0x9F1A, 2),
    (0x95, 5),
    (0x5F2A, 2),
    (0x9A, 3),
    (0x9C, 1),
    (0x9F37, 4),
)
"""The terminal's part of the cryptogram's input, in its order, with lengths in bytes (EMV Book 2, 8.1.1)."""


class CryptogramKind(Enum):
    """The kinds of application cryptogram; the value is the CID's top two bits (EMV Book 3, 6.5.5.4)."""

    AAC = 0x00
    TC = 0x40
    ARQC = 0x80


class CryptogramVersion(Enum):
    """The cryptogram version number, as byte 3 (Visa) or byte 2 (M/Chip) of the issuer application data tells it."""

    CVN10 = 0x0A
    CVN16 = 0x10
    CVN18 = 0x12


class PinResult(Enum):
    """What became of offline PIN verification in this transaction."""

    NOT_DONE = "not done"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the card verification results (CVR) tell: PIN, tries left, cryptograms so far, never online."""

    pin: PinResult
    tries: int
    first: CryptogramKind
    second: CryptogramKind | None = None
    new_card: bool = False


@dataclass(frozen=True, slots=True)
class Transaction:
    """One cryptogram's input besides the key: terminal values by tag, AIP (2 bytes), ATC, CVR, whole IAD."""

    values: Mapping[int, bytes]
    aip: bytes
    atc: int
    cvr: bytes
    iad: bytes


def expected_cvr(version: CryptogramVersion, outcome: Outcome) -> bytes:
    """The card verification results: 4 bytes on Visa versions (VIS 1.4, appendix A), 6 on M/Chip 4."""
    second = 0x80 if outcome.second is None else outcome.second.value
    given = second | outcome.first.value >> 2
    return _cvr_mchip(given, outcome) if version is CryptogramVersion.CVN16 else _cvr_visa(given, outcome)


def issuer_application_data(version: CryptogramVersion, dki: int, results: bytes, tail: bytes = b"") -> bytes:
    """Tag 9F10 around the CVR. `dki`: derivation key index. `tail`: what the issuer appended (discretionary data)."""
    if version is CryptogramVersion.CVN16:
        return bytes((dki, version.value)) + results + tail
    return bytes((6, dki, version.value)) + results + tail


def application_cryptogram(version: CryptogramVersion, key: bytes, transaction: Transaction) -> bytes:
    """The 8 bytes of tag 9F26. `key` is the card's master key; a tag the card was not given counts as zeros."""
    terminal = b"".join(transaction.values.get(tag, bytes(length)) for tag, length in INPUT_TAGS)
    counter = transaction.atc.to_bytes(2, "big")
    body = terminal + transaction.aip + counter
    if version is CryptogramVersion.CVN10:
        return retail_mac(key, pad_zeros(body + transaction.cvr))
    if version is CryptogramVersion.CVN18:
        return retail_mac(common_session_key(key, counter + bytes(6)), pad_80(body + transaction.iad))
    unpredictable = transaction.values.get(0x9F37, bytes(4))[-4:].rjust(4, b"\0")
    session = common_session_key(key, counter + bytes(2) + unpredictable)
    return retail_mac(session, pad_80(body + transaction.cvr))


def check_digit(digits: str) -> str:
    """The Luhn digit that completes `digits` (ISO/IEC 7812-1, annex B)."""
    doubled = (int(char) * (1 + index % 2) for index, char in enumerate(reversed(digits), 1))
    total = sum(value // 10 + value % 10 for value in doubled)
    return str(-total % 10)


def demo_pan(serial: int, length: int = 16) -> str:
    """A card number that no bank can have: 9 is national use, 999 no country (ISO/IEC 7812-1, 4.1; ISO 3166-1)."""
    body = "9999" + str(serial).zfill(length - 5)
    return body + check_digit(body)


def _cvr_visa(given: int, outcome: Outcome) -> bytes:
    """03, then byte 2: cryptograms, 0x04 offline PIN done, 0x02 it failed; byte 3: 0x80 never was online, 0x40 no try
    left, 0x10 new card."""
    done = {PinResult.NOT_DONE: 0, PinResult.RIGHT: 0x04, PinResult.WRONG: 0x06}[outcome.pin]
    status = 0x80 | (0 if outcome.tries else 0x40) | (0x10 if outcome.new_card else 0)
    return bytes((3, given | done, status, 0))


def _cvr_mchip(given: int, outcome: Outcome) -> bytes:
    """Byte 1: cryptograms, 0x04 PIN done, 0x01 it was right; byte 3: tries left; byte 4: 0x20 PIN not done, 0x10 it
    failed, 0x08 no try left, 0x04 country is not the card's."""
    done = {PinResult.NOT_DONE: 0, PinResult.RIGHT: 0x05, PinResult.WRONG: 0x04}[outcome.pin]
    missing = {PinResult.NOT_DONE: 0x20, PinResult.RIGHT: 0, PinResult.WRONG: 0x10}[outcome.pin]
    exceeded = 0 if outcome.tries else 0x08
    return bytes((given | done, 0, outcome.tries & 0xF, missing | exceeded | 0x04, 0, 0))
