"""What a launcher asks of a key: PIV (NIST SP 800-73-5 part 2) with Yubico's documented extensions."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from launcher.card.octets import find_octets, write_octets
from launcher.card.signing import P256, RSA_2048, make_block
from launcher.ports import Card
from launcher.troubles import LaunchError, LaunchTrouble

AID: Final = bytes.fromhex("A000000308000010000100")
AUTHENTICATION: Final = 0x9A
MANAGEMENT: Final = 0x9B
SIGNATURE: Final = 0x9C
NEXT: Final = 0x82
FORMER: Final = 0x83
"""Retired slots: where the next key of 9A is made, and where the former one is until that has its place."""

DESTROYED: Final = 0xFF
"""Where MOVE KEY puts what is not to be any more."""

CERTIFIED: Final = frozenset({P256, RSA_2048})
"""Algorithms of keys that the bank certifies."""

PIN_REFERENCE: Final = 0x80

CERTIFICATES: Final = {AUTHENTICATION: 0x5FC105, NEXT: 0x5FC10D}
"""The data objects of a slot's certificate (part 1, table 3)."""

PROTECTED: Final = 0x5FC109
"""The printed information, which is read after the PIN only: where ykman keeps a management key that the PIN protects,
as 88 { 89 key }."""

PUBLISHED: Final = bytes.fromhex("0102030405060708" * 3)

GOOD: Final = 0x9000
CHUNK: Final = 255
SERIAL_SIZE: Final = 4
MOST_PARTS: Final = 512
"""Of an answer: 256 octets each, twice what a length can say (octets.py)."""
PIN_SIZE: Final = range(6, 9)
TEMPLATE: Final = 0x7C

OWN_CLASS: Final = 0x80
"""Of the key's own commands, FRESHNESS and SENTENCE."""


class ClientStatus(IntEnum):
    """The status words that mean something here (part 2, table 9)."""

    UNKNOWN_FORM = 0x6A80
    NO_BANK = 0x6A81
    NOT_FOUND = 0x6A82
    NO_KEY = 0x6A88
    MEMORY = 0x6581
    NOT_SATISFIED = 0x6982
    BLOCKED = 0x6983
    NOT_AGREED = 0x6985
    NO_COMMAND = 0x6D00
    NO_CLASS = 0x6E00


UNBELIEVED: Final[Mapping[int, str]] = {
    ClientStatus.UNKNOWN_FORM: "the key cannot show the sentence whole",
    **dict.fromkeys((ClientStatus.NO_BANK, ClientStatus.NO_COMMAND, ClientStatus.NO_CLASS), "the key knows no bank"),
    ClientStatus.NOT_SATISFIED: "the key does not believe that the sentence is its bank's",
    ClientStatus.NOT_AGREED: "the sentence is for another key, or for another moment",
}
"""What the key says of a sentence (docs/esecure.md, What the bank may say on the glass)."""


class CardIns(IntEnum):
    """Instructions."""

    VERIFY = 0x20
    GENERATE = 0x47
    AUTHENTICATE = 0x87
    SELECT = 0xA4
    GET_RESPONSE = 0xC0
    GET_DATA = 0xCB
    PUT_DATA = 0xDB
    MOVE_KEY = 0xF6
    METADATA = 0xF7
    SERIAL = 0xF8
    ATTEST = 0xF9
    FRESHNESS = 0x10
    SENTENCE = 0x12


@dataclass(frozen=True, slots=True)
class CardResponse:
    """Response data, and the status word."""

    data: bytes
    status: int


class PivClient:
    """A key that was selected. Every method raises CardGoneError where it is pulled meanwhile, and LaunchError
    (INSTALLATION) where it answers as no sound key does."""

    def __init__(self, card: Card) -> None:
        """Raises as the methods do."""
        self._card = card
        self._must(self._call(CardIns.SELECT, 0x04, 0x00, AID))

    def read_serial(self) -> int:
        """Of the device."""
        octets = self._must(self._call(CardIns.SERIAL, 0, 0))
        if len(octets) != SERIAL_SIZE:
            raise LaunchError(LaunchTrouble.INSTALLATION, f"a serial number of {len(octets)} octets")
        return int.from_bytes(octets, "big")

    def read_certificate(self, slot: int = AUTHENTICATION) -> bytes:
        """Of that slot, DER; empty where there is none."""
        answer = self._get(CERTIFICATES[slot])
        return find_octets(answer, 0x53, 0x70) if answer else b""

    def write_certificate(self, certificate: bytes, slot: int = AUTHENTICATION) -> None:
        """Of that slot; empty: there is none any more. The management key must have been proved."""
        parts = write_octets(0x70, certificate), write_octets(0x71, b"\0"), write_octets(0xFE, b"")
        named = write_octets(0x5C, CERTIFICATES[slot].to_bytes(3, "big"))
        value = b"".join(parts) if certificate else b""
        self._must(self._call(CardIns.PUT_DATA, 0x3F, 0xFF, named + write_octets(0x53, value)))

    def has_key(self, slot: int) -> bool:
        """A key pair that can be certified: of P-256, or RSA-2048, which somebody has made for an old host."""
        return self.find_algorithm(slot) in CERTIFIED

    def find_algorithm(self, slot: int) -> int:
        """Of the key pair in that slot; 0 where there is none."""
        answer = self._call(CardIns.METADATA, 0, slot)
        if answer.status == ClientStatus.NO_KEY:
            return 0
        algorithm = find_octets(self._must(answer), 0x01)
        if len(algorithm) != 1:
            raise LaunchError(LaunchTrouble.INSTALLATION, f"a key in slot {slot:02X} of no algorithm")
        return algorithm[0]

    def move_key(self, source: int, place: int) -> None:
        """Into a slot that is empty; whole or not at all. The management key must have been proved."""
        self._must(self._call(CardIns.MOVE_KEY, place, source))

    def destroy_key(self, slot: int) -> None:
        """For good: the management key must have been proved."""
        self._must(self._call(CardIns.MOVE_KEY, DESTROYED, slot))

    def make_key(self, slot: int, algorithm: int = P256) -> None:
        """With the slot's usual policies: the management key must have been proved."""
        asked = write_octets(0xAC, write_octets(0x80, bytes((algorithm,))))
        self._must(self._call(CardIns.GENERATE, 0, slot, asked))

    def attest_key(self, slot: int) -> bytes:
        """The device's certificate that the key was made in it, DER."""
        return self._must(self._call(CardIns.ATTEST, slot, 0))

    def verify_pin(self, pin: str) -> None:
        """On the key where it has a pad, and else as it was typed here. Raises LaunchError: PIN_WRONG, with the tries
        left, PIN_BLOCKED, NOT_AGREED where nobody typed it."""
        if self._card.has_pad:
            answer = self._read(self._card.verify_on_pad())
        elif len(pin) in PIN_SIZE and pin.isascii() and pin.isdigit():
            answer = self._call(CardIns.VERIFY, 0, PIN_REFERENCE, pin.encode().ljust(8, b"\xff"))
        else:
            raise LaunchError(LaunchTrouble.PIN_WRONG, "it has six to eight digits; no try was taken")
        _refuse_digits(answer, LaunchTrouble.PIN_WRONG, LaunchTrouble.PIN_BLOCKED)
        if answer.status != GOOD and self._card.has_pad:
            raise LaunchError(LaunchTrouble.NOT_AGREED, f"PIN on the key: {answer.status:04X}")
        self._must(answer)

    def unblock_pin(self) -> None:
        """With the PUK and a new PIN, both typed on the key. Raises LaunchError: PUK_WRONG, with the tries left,
        PUK_BLOCKED, NOT_AGREED where nobody typed them."""
        answer = self._read(self._card.unblock_on_pad())
        _refuse_digits(answer, LaunchTrouble.PUK_WRONG, LaunchTrouble.PUK_BLOCKED)
        if answer.status != GOOD:
            raise LaunchError(LaunchTrouble.NOT_AGREED, f"PUK on the key: {answer.status:04X}")

    def sign_octets(self, slot: int, octets: bytes) -> tuple[bytes, bytes]:
        """By the slot's key over the SHA-256 of these octets: how it has signed (AlgorithmIdentifier, DER), and the
        signature. Raises LaunchError: NOT_AGREED where nobody pressed OK on the key."""
        algorithm = self.find_algorithm(slot)
        block, name = make_block(algorithm, hashlib.sha256(octets).digest())
        return name, self._sign_block(slot, algorithm, block)

    def _sign_block(self, slot: int, algorithm: int, block: bytes) -> bytes:
        asked = write_octets(TEMPLATE, write_octets(0x82, b"") + write_octets(0x81, block))
        answer = self._call(CardIns.AUTHENTICATE, algorithm, slot, asked)
        if answer.status == ClientStatus.NOT_AGREED:
            raise LaunchError(LaunchTrouble.NOT_AGREED, f"signature in slot {slot:02X}")
        return find_octets(self._must(answer), TEMPLATE, 0x82)

    def draw_freshness(self) -> bytes:
        """16 random octets of the key's, over which the bank signs a sentence for it (docs/esecure.md). Raises
        LaunchError: PAYMENT, the key knows no bank."""
        answer = self._read(self._card.transmit(bytes((OWN_CLASS, CardIns.FRESHNESS, 0, 0, 0))))
        return self._must(_refuse_payment(answer))

    def show_sentence(self, sentence: bytes) -> None:
        """The bank's sentence, which the key's glass shows when what it says is to be signed. Raises LaunchError:
        PAYMENT, the key does not believe it."""
        head = bytes((OWN_CLASS, CardIns.SENTENCE, 0, 0, 0)) + len(sentence).to_bytes(2, "big")
        self._must(_refuse_payment(self._read(self._card.transmit(head + sentence))))

    def prove_management(self) -> None:
        """With the key that the PIN protects, after the PIN; or with the published one where that is still the key's.
        Raises LaunchError: NO_MANAGEMENT."""
        metadata = self._must(self._call(CardIns.METADATA, 0, MANAGEMENT))
        algorithm = find_octets(metadata, 0x01)
        published = find_octets(metadata, 0x05) == b"\x01"
        key = PUBLISHED if published else find_octets(self._get(PROTECTED), 0x53, 0x88, 0x89)
        if not key or len(algorithm) != 1:
            raise LaunchError(LaunchTrouble.NO_MANAGEMENT, "the key does not keep it")
        self._prove(algorithm[0], key)

    def _prove(self, algorithm: int, key: bytes) -> None:
        """Each side proves to the other that it has the key (part 2, 3.2.4)."""
        from launcher.card.blocks import decrypt_block, encrypt_block, fits_algorithm  # noqa: PLC0415 - cryptography

        head = (CardIns.AUTHENTICATE, algorithm, MANAGEMENT)
        asked = write_octets(TEMPLATE, write_octets(0x80, b""))
        witness = find_octets(self._must(self._call(*head, asked)), TEMPLATE, 0x80)
        if not fits_algorithm(algorithm, key, witness):
            raise LaunchError(LaunchTrouble.NO_MANAGEMENT, f"no key of algorithm {algorithm:02X}")
        mine = os.urandom(len(witness))
        shown = decrypt_block(algorithm, key, witness)
        answer = self._call(*head, write_octets(TEMPLATE, write_octets(0x80, shown) + write_octets(0x81, mine)))
        if answer.status == ClientStatus.NOT_AGREED:
            raise LaunchError(LaunchTrouble.NOT_AGREED, "management key")
        proof = find_octets(answer.data, TEMPLATE, 0x82) if answer.status == GOOD else b""
        if proof != encrypt_block(algorithm, key, mine):
            raise LaunchError(LaunchTrouble.NO_MANAGEMENT, f"it was not believed: {answer.status:04X}")

    def _get(self, tag: int) -> bytes:
        """A data object in its 53; empty where there is none."""
        answer = self._call(CardIns.GET_DATA, 0x3F, 0xFF, write_octets(0x5C, tag.to_bytes(3, "big")))
        return b"" if answer.status in {ClientStatus.NOT_FOUND, ClientStatus.NOT_SATISFIED} else self._must(answer)

    def _must(self, answer: CardResponse) -> bytes:
        if answer.status != GOOD:
            raise LaunchError(LaunchTrouble.INSTALLATION, f"the key answers {answer.status:04X}")
        return answer.data

    def _call(self, ins: CardIns, p1: int, p2: int, data: bytes = b"") -> CardResponse:
        """A whole command: chained where it is long, its answer fetched in parts."""
        head = bytes((ins, p1, p2))
        while len(data) > CHUNK:
            part = self._read(self._card.transmit(b"\x10" + head + bytes((CHUNK,)) + data[:CHUNK]))
            if part.status != GOOD:
                return part
            data = data[CHUNK:]
        tail = (bytes((len(data),)) + data if data else b"") + b"\0"
        answer = self._read(self._card.transmit(b"\0" + head + tail))
        whole = answer.data
        for _ in range(MOST_PARTS):
            if answer.status >> 8 != 0x61:
                return CardResponse(whole, answer.status)
            answer = self._read(self._card.transmit(bytes((0, CardIns.GET_RESPONSE, 0, 0, answer.status & 0xFF))))
            whole += answer.data
        raise LaunchError(LaunchTrouble.INSTALLATION, "an answer of the key's does not come to an end")

    def _read(self, response: bytes) -> CardResponse:
        if len(response) < 2:
            raise LaunchError(LaunchTrouble.INSTALLATION, "the key answers nothing")
        return CardResponse(response[:-2], int.from_bytes(response[-2:], "big"))


def _refuse_digits(answer: CardResponse, wrong: LaunchTrouble, blocked: LaunchTrouble) -> None:
    """Raises LaunchError: 63CX, with the tries left, or 6983 (part 2, 3.2.1 and 3.2.3)."""
    if answer.status & 0xFFF0 == 0x63C0:
        left = answer.status & 0x0F
        raise LaunchError(wrong if left else blocked, f"{left} tries left")
    if answer.status == ClientStatus.BLOCKED:
        raise LaunchError(blocked, "no try left")


def _refuse_payment(answer: CardResponse) -> CardResponse:
    """The same answer. Raises LaunchError: the key knows no bank, or takes the sentence for none of its bank's."""
    why = UNBELIEVED.get(answer.status)
    if why is not None:
        raise LaunchError(LaunchTrouble.PAYMENT, f"{why} ({answer.status:04X})")
    return answer
