"""Names and numbers of PIV: slots, algorithms, policies, data objects (NIST SP 800-73-5 part 1, tables 3 and 5 to 7;
SP 800-78-5, table 6-2), and those that Yubico adds (docs.yubico.com: PIV metadata, PIN and touch policies)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

PIV_AID: Final = bytes.fromhex("A000000308000010000100")
"""RID of NIST, PIX of the PIV Card Application, version 1.0 (part 1, 2.2)."""

RID: Final = PIV_AID[:5]

VERSION: Final = bytes((5, 4, 3))
"""What GET VERSION says: the set of Yubico's extensions that this card has is that of firmware 5.4, the last in which
the published management key is a triple-DES one."""


class Slot(IntEnum):
    """The keys that have a purpose of their own."""

    AUTHENTICATION = 0x9A
    MANAGEMENT = 0x9B
    SIGNATURE = 0x9C
    KEY_MANAGEMENT = 0x9D
    CARD_AUTHENTICATION = 0x9E
    ATTESTATION = 0xF9


RETIRED: Final = range(0x82, 0x96)
"""Twenty places for keys of former certificates."""

KEY_SLOTS: Final = (
    Slot.AUTHENTICATION,
    Slot.SIGNATURE,
    Slot.KEY_MANAGEMENT,
    Slot.CARD_AUTHENTICATION,
    *RETIRED,
)
"""Where keys are made. The attestation key is made once, with the card."""


class KeyReference(IntEnum):
    """What is presented to the card. There is no global PIN (00) on it."""

    PIN = 0x80
    PUK = 0x81


class KeyAlgorithm(IntEnum):
    """Of a key pair."""

    RSA_2048 = 0x07
    P256 = 0x11


class BlockAlgorithm(IntEnum):
    """Of the management key."""

    TRIPLE_DES = 0x03
    AES_128 = 0x08
    AES_192 = 0x0A
    AES_256 = 0x0C

    @property
    def key_size(self) -> int:
        """In bytes."""
        return {0x08: 16, 0x0C: 32}.get(self.value, 24)

    @property
    def block_size(self) -> int:
        """In bytes."""
        return 8 if self is BlockAlgorithm.TRIPLE_DES else 16


class PinPolicy(IntEnum):
    """When a key wants the PIN."""

    NEVER = 1
    ONCE = 2
    ALWAYS = 3


class TouchPolicy(IntEnum):
    """When a key wants whoever holds the device to agree: never, each time, or once in 15 s."""

    NEVER = 1
    ALWAYS = 2
    CACHED = 3


class KeyOrigin(IntEnum):
    """Where a key comes from. No key comes into this card from outside."""

    GENERATED = 1


PIN_POLICIES: Final = {Slot.SIGNATURE: PinPolicy.ALWAYS, Slot.CARD_AUTHENTICATION: PinPolicy.NEVER}
"""Where it is not once, which it is for every other slot (part 1, table 5)."""

TOUCH_POLICIES: Final = {
    Slot.SIGNATURE: TouchPolicy.ALWAYS,
    Slot.CARD_AUTHENTICATION: TouchPolicy.NEVER,
    Slot.ATTESTATION: TouchPolicy.NEVER,
}
"""Where it is not cached: a browser opens several connections at once, each with a signature of slot 9A."""

DISCOVERY: Final = 0x7E
BIOMETRIC_GROUP: Final = 0x7F61
CAPABILITIES: Final = 0x5FC107
HOLDER_ID: Final = 0x5FC102
KEY_HISTORY: Final = 0x5FC10C
ATTESTATION_CERTIFICATE: Final = 0x5FFF01
FIRST_RETIRED_CERTIFICATE: Final = 0x5FC10D

PIN_TO_READ: Final = frozenset({0x5FC103, 0x5FC108, 0x5FC109, 0x5FC121})
"""Fingerprints, face, printed information, iris: read after the PIN only (part 1, table 3)."""

PROTECTED_DATA: Final = 0x5FC109
"""The printed information. Yubico's programs keep there what the PIN protects: a management key as 88 { 89 key }."""
ADMINISTRATION: Final = 0x5FFF00
"""What Yubico's programs note of a card, as 80 { 81 flags }."""

STANDARD_OBJECTS: Final = range(0x5FC101, 0x5FC124)
VENDOR_OBJECTS: Final = range(0x5FFF00, 0x5FFF20)
"""Where ykman and minidrivers keep what they need."""

MAX_OBJECT: Final = 3052
"""The longest data object, in bytes, as with Yubico."""


@dataclass(frozen=True, slots=True)
class KeyRules:
    """How a key may be used."""

    algorithm: KeyAlgorithm
    pin: PinPolicy
    touch: TouchPolicy


def is_object(tag: int) -> bool:
    """True for a data object that may be written."""
    return tag in STANDARD_OBJECTS or tag in VENDOR_OBJECTS


def usual_rules(slot: int, algorithm: KeyAlgorithm) -> KeyRules:
    """The rules of a key for which no others are asked."""
    pin = next((policy for special, policy in PIN_POLICIES.items() if special == slot), PinPolicy.ONCE)
    touch = next((policy for special, policy in TOUCH_POLICIES.items() if special == slot), TouchPolicy.CACHED)
    return KeyRules(algorithm, pin, touch)
