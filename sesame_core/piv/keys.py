"""GENERATE ASYMMETRIC KEY PAIR (SP 800-73-5 part 2, 3.3.2), and what Yubico adds around keys: policies, metadata,
attestation, moving a key, a new management key, starting anew (docs.yubico.com, PIV commands)."""

from enum import IntEnum
from typing import Final, TypeVar

from sesame_core.piv.fields import open_template, write_field
from sesame_core.piv.names import (
    KEY_SLOTS,
    VERSION,
    BlockAlgorithm,
    KeyAlgorithm,
    KeyOrigin,
    KeyReference,
    KeyRules,
    PinPolicy,
    Slot,
    TouchPolicy,
    usual_rules,
)
from sesame_core.piv.session import PivSession
from sesame_core.piv.status import PivRefusedError, PivStatus, refuse_unless
from sesame_core.piv.transport import PivCommand
from sesame_core.piv.vault import KeyFacts, Vault

CONTROL: Final = 0xAC
MECHANISM: Final = 0x80
PIN_POLICY: Final = 0xAA
TOUCH_POLICY: Final = 0xAB
PUBLIC_KEY: Final = 0x7F49

DESTROYED: Final = 0xFF
"""Where MOVE KEY puts what is not to be any more."""

NO_ALGORITHM: Final = 0xFF
"""What the metadata call PIN and PUK."""

WITHOUT_TOUCH: Final = 0xFFFF
WITH_TOUCH: Final = 0xFFFE
"""P1 and P2 of SET MANAGEMENT KEY."""


class MetadataTag(IntEnum):
    """What GET METADATA tells, field by field."""

    ALGORITHM = 0x01
    POLICIES = 0x02
    ORIGIN = 0x03
    PUBLIC = 0x04
    PUBLISHED = 0x05
    TRIES = 0x06


Named = TypeVar("Named", bound=IntEnum)


def generate_key(command: PivCommand, session: PivSession, vault: Vault) -> bytes:
    """GENERATE: a key pair in the slot P2, in place of the one that is there. The public key."""
    refuse_unless(command.p1 == 0 and command.p2 in KEY_SLOTS, PivStatus.WRONG_P1_P2)
    refuse_unless(session.managed, PivStatus.SECURITY_NOT_SATISFIED)
    asked = open_template(command.data, CONTROL)
    algorithm = _named(KeyAlgorithm, asked.pop(MECHANISM, b""))
    usual = usual_rules(command.p2, algorithm)
    pin = _policy(PinPolicy, asked.pop(PIN_POLICY, b"\x00"), usual.pin)
    touch = _policy(TouchPolicy, asked.pop(TOUCH_POLICY, b"\x00"), usual.touch)
    refuse_unless(not asked, PivStatus.WRONG_DATA)
    return write_field(PUBLIC_KEY, vault.make_key(command.p2, KeyRules(algorithm, pin, touch)).public)


def get_metadata(command: PivCommand, _session: PivSession, vault: Vault) -> bytes:
    """GET METADATA of what P2 names: PIN, PUK, management key, or a key pair."""
    refuse_unless(command.p1 == 0 and not command.data, PivStatus.WRONG_P1_P2)
    if command.p2 in tuple(KeyReference):
        return _digits_metadata(vault, KeyReference(command.p2))
    if command.p2 == Slot.MANAGEMENT:
        return _management_metadata(vault)
    facts = vault.describe_key(command.p2) if command.p2 in (*KEY_SLOTS, Slot.ATTESTATION) else None
    if facts is None:
        raise PivRefusedError(PivStatus.REFERENCE_NOT_FOUND)
    return _key_metadata(facts)


def move_key(command: PivCommand, session: PivSession, vault: Vault) -> bytes:
    """MOVE KEY: from the slot P2 into the slot P1, which is empty, as when a certificate is renewed; P1 = FF destroys
    it. The certificate stays where it is: it is the host's."""
    gone = command.p1 == DESTROYED
    refuse_unless(command.p2 in KEY_SLOTS and (gone or command.p1 in KEY_SLOTS), PivStatus.WRONG_P1_P2)
    refuse_unless(not command.data, PivStatus.WRONG_DATA)
    refuse_unless(session.managed, PivStatus.SECURITY_NOT_SATISFIED)
    refuse_unless(vault.describe_key(command.p2) is not None, PivStatus.REFERENCE_NOT_FOUND)
    refuse_unless(gone or vault.describe_key(command.p1) is None, PivStatus.CONDITIONS_NOT_SATISFIED)
    vault.move_key(command.p2, None if gone else command.p1)
    return b""


def attest_key(command: PivCommand, _session: PivSession, vault: Vault) -> bytes:
    """ATTEST: a certificate of the key in the slot P1. Every key here was made here."""
    refuse_unless(command.p1 in KEY_SLOTS and command.p2 == 0 and not command.data, PivStatus.WRONG_P1_P2)
    refuse_unless(vault.describe_key(command.p1) is not None, PivStatus.REFERENCE_NOT_FOUND)
    return vault.attest_key(command.p1)


def set_management_key(command: PivCommand, session: PivSession, vault: Vault) -> bytes:
    """SET MANAGEMENT KEY: algorithm, 9B, length, key. Only after the one before."""
    refuse_unless(command.parameters in {WITHOUT_TOUCH, WITH_TOUCH}, PivStatus.WRONG_P1_P2)
    refuse_unless(session.managed, PivStatus.SECURITY_NOT_SATISFIED)
    refuse_unless(len(command.data) > 3 and command.data[1] == Slot.MANAGEMENT, PivStatus.WRONG_DATA)
    algorithm, size, key = _named(BlockAlgorithm, command.data[:1]), command.data[2], command.data[3:]
    refuse_unless(size == len(key) == algorithm.key_size, PivStatus.WRONG_DATA)
    touch = TouchPolicy.ALWAYS if command.parameters == WITH_TOUCH else TouchPolicy.NEVER
    vault.set_management(algorithm, key, touch)
    return b""


def start_anew(command: PivCommand, session: PivSession, vault: Vault) -> bytes:
    """RESET: only when neither PIN nor PUK has a try left, so that nobody does it by mistake."""
    refuse_unless(command.parameters == 0 and not command.data, PivStatus.WRONG_P1_P2)
    blocked = all(vault.describe_tries(reference).left == 0 for reference in KeyReference)
    refuse_unless(blocked, PivStatus.CONDITIONS_NOT_SATISFIED)
    vault.start_anew()
    session.forget()
    session.selected = True
    return b""


def get_version(command: PivCommand, _session: PivSession, _vault: Vault) -> bytes:
    """GET VERSION: three bytes."""
    refuse_unless(command.parameters == 0 and not command.data, PivStatus.WRONG_P1_P2)
    return VERSION


def get_serial(command: PivCommand, _session: PivSession, vault: Vault) -> bytes:
    """GET SERIAL: four bytes."""
    refuse_unless(command.parameters == 0 and not command.data, PivStatus.WRONG_P1_P2)
    return vault.serial.to_bytes(4, "big")


def _digits_metadata(vault: Vault, reference: KeyReference) -> bytes:
    state = vault.describe_tries(reference)
    return (
        write_field(MetadataTag.ALGORITHM, bytes((NO_ALGORITHM,)))
        + write_field(MetadataTag.PUBLISHED, bytes((state.published,)))
        + write_field(MetadataTag.TRIES, bytes((state.total, state.left)))
    )


def _management_metadata(vault: Vault) -> bytes:
    state = vault.describe_management()
    return (
        write_field(MetadataTag.ALGORITHM, bytes((state.algorithm,)))
        + write_field(MetadataTag.POLICIES, bytes((0, state.touch)))
        + write_field(MetadataTag.PUBLISHED, bytes((state.published,)))
    )


def _key_metadata(facts: KeyFacts) -> bytes:
    rules = facts.rules
    return (
        write_field(MetadataTag.ALGORITHM, bytes((rules.algorithm,)))
        + write_field(MetadataTag.POLICIES, bytes((rules.pin, rules.touch)))
        + write_field(MetadataTag.ORIGIN, bytes((KeyOrigin.GENERATED,)))
        + write_field(MetadataTag.PUBLIC, facts.public)
    )


def _policy(kind: type[Named], value: bytes, usual: Named) -> Named:
    """The policy asked for; 0 is the slot's usual one."""
    return usual if value == b"\x00" else _named(kind, value)


def _named(kind: type[Named], value: bytes) -> Named:
    """Raises PivRefusedError(6A80) for what is not among the names."""
    found = next((one for one in kind if value == bytes((one,))), None)
    if found is None:
        raise PivRefusedError(PivStatus.WRONG_DATA)
    return found
