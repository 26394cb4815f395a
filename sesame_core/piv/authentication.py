"""GENERAL AUTHENTICATE (SP 800-73-5 part 2, 3.2.4): proving the management key, signing, agreeing on a secret."""

from collections.abc import Set as AbstractSet
from typing import Final

from sesame_core.piv.consent import AskConsent, Purpose
from sesame_core.piv.fields import open_template, split_fields, write_field
from sesame_core.piv.names import KEY_SLOTS, KeyAlgorithm, PinPolicy, Slot, TouchPolicy
from sesame_core.piv.session import PivSession
from sesame_core.piv.status import PivRefusedError, PivStatus, refuse_unless
from sesame_core.piv.transport import PivCommand, Steps
from sesame_core.piv.vault import KeyFacts, Vault

TEMPLATE: Final = 0x7C
WITNESS: Final = 0x80
CHALLENGE: Final = 0x81
RESPONSE: Final = 0x82
EXPONENTIATION: Final = 0x85

USUAL: Final = 0x00
"""In P1 whatever algorithm the management key has (SP 800-78-5, table 6-2): OpenSC takes random bytes in this way."""

RSA_SIZE: Final = 256
DIGEST_SIZE: Final = 32
MODULUS: Final = 0x81


def authenticate(command: PivCommand, session: PivSession, vault: Vault) -> Steps[bytes]:
    """GENERAL AUTHENTICATE with the key in P2, whose algorithm P1 names."""
    if command.p2 == Slot.MANAGEMENT:
        refuse_unless(command.p1 in {USUAL, vault.describe_management().algorithm}, PivStatus.WRONG_P1_P2)
        return (yield from _prove_management(open_template(command.data, TEMPLATE), session, vault))
    refuse_unless(command.p2 in KEY_SLOTS, PivStatus.WRONG_P1_P2)
    facts = vault.describe_key(command.p2)
    if facts is None:
        raise PivRefusedError(PivStatus.REFERENCE_NOT_FOUND)
    refuse_unless(command.p1 == facts.rules.algorithm, PivStatus.WRONG_P1_P2)
    return (yield from _use_key(command, facts, session, vault))


def _prove_management(fields: dict[int, bytes], session: PivSession, vault: Vault) -> Steps[bytes]:
    """Either side proves that it has the management key: the host alone (challenge, response), or both (witness). Each
    block that was given out is good for the next command only."""
    challenge, witness = session.challenge, session.witness
    session.forget_blocks()
    given = {tag: value for tag, value in fields.items() if value}
    if not given:
        return _give_block(set(fields), session, vault)
    session.managed = False
    if set(given) == {RESPONSE}:
        proved = bool(challenge) and given[RESPONSE] == vault.encrypt_block(challenge)
        answer = b""
    else:
        refuse_unless(set(given) == {WITNESS, CHALLENGE}, PivStatus.WRONG_DATA)
        block = given[CHALLENGE]
        refuse_unless(len(block) == vault.describe_management().algorithm.block_size, PivStatus.WRONG_DATA)
        proved = bool(witness) and given[WITNESS] == witness
        answer = write_field(TEMPLATE, write_field(RESPONSE, vault.encrypt_block(block)))
    refuse_unless(proved, PivStatus.SECURITY_NOT_SATISFIED)
    yield from _consent(Slot.MANAGEMENT, Purpose.MANAGE, vault.describe_management().touch)
    session.managed = True
    return answer


def _give_block(asked: AbstractSet[int], session: PivSession, vault: Vault) -> bytes:
    """A random block: as it is (the challenge that the host is to encrypt), or encrypted (the witness that it is to
    decrypt). ykman asks for the witness with an empty challenge beside it."""
    block = vault.draw_random(vault.describe_management().algorithm.block_size)
    if asked == {CHALLENGE}:
        session.challenge = block
        return write_field(TEMPLATE, write_field(CHALLENGE, block))
    refuse_unless(WITNESS in asked and asked <= {WITNESS, CHALLENGE}, PivStatus.WRONG_DATA)
    session.witness = block
    return write_field(TEMPLATE, write_field(WITNESS, vault.encrypt_block(block)))


def _use_key(command: PivCommand, facts: KeyFacts, session: PivSession, vault: Vault) -> Steps[bytes]:
    """Sign, or agree: only what can be done asks for consent, and only what was agreed to is done."""
    fields = open_template(command.data, TEMPLATE)
    refuse_unless(fields.pop(RESPONSE, None) == b"" and len(fields) == 1, PivStatus.WRONG_DATA)
    ((tag, value),) = fields.items()
    agrees = tag == EXPONENTIATION and facts.rules.algorithm is KeyAlgorithm.P256
    refuse_unless(agrees or tag == CHALLENGE, PivStatus.WRONG_DATA)
    number = value if agrees else _number(facts, value)
    _take_pin(facts, session)
    purpose = Purpose.AGREE if agrees else Purpose.SIGN
    yield from _consent(command.p2, purpose, facts.rules.touch, number)
    result = vault.agree_secret(command.p2, number) if agrees else vault.sign_number(command.p2, number)
    if result is None:
        raise PivRefusedError(PivStatus.WRONG_DATA)
    return write_field(TEMPLATE, write_field(RESPONSE, result))


def _number(facts: KeyFacts, value: bytes) -> bytes:
    """What is signed. For P-256 a digest, of which a shorter one is the same number with zeros before it (FIPS 186-5,
    6.4.1); for RSA a block as long as the modulus and below it (RFC 8017, 5.2.1)."""
    if facts.rules.algorithm is KeyAlgorithm.P256:
        refuse_unless(1 <= len(value) <= DIGEST_SIZE, PivStatus.WRONG_DATA)
        return value.rjust(DIGEST_SIZE, b"\x00")
    refuse_unless(len(value) == RSA_SIZE and value < split_fields(facts.public)[MODULUS], PivStatus.WRONG_DATA)
    return value


def _take_pin(facts: KeyFacts, session: PivSession) -> None:
    """Raises PivRefusedError(6982) where a key wants the PIN. One that wants it always uses a VERIFY up."""
    if facts.rules.pin is PinPolicy.NEVER:
        return
    fresh, always = session.pin_fresh, facts.rules.pin is PinPolicy.ALWAYS
    refuse_unless(session.pin_right and (fresh or not always), PivStatus.SECURITY_NOT_SATISFIED)
    if always:
        session.pin_fresh = False


def _consent(slot: int, purpose: Purpose, policy: TouchPolicy, number: bytes = b"") -> Steps[None]:
    """Raises PivRefusedError(6985) where whoever holds the device does not agree."""
    if policy is not TouchPolicy.NEVER:
        agreed = yield AskConsent(slot, purpose, policy, number)
        refuse_unless(agreed, PivStatus.CONDITIONS_NOT_SATISFIED)
