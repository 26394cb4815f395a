"""The bank's sentences as the key keeps them: one at a time, believed only when the bank has signed it for this key."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drivers.errors import DriverError
from sesame_core.esecure.questions import KeyUse, Question
from sesame_core.esecure.sentence import (
    CLASS,
    FRESH_SIZE,
    USES,
    SentenceIns,
    SentenceKind,
    SignedSentence,
    read_sentence,
)
from sesame_core.events import Millis
from sesame_core.piv.consent import AskConsent, Purpose
from sesame_core.piv.names import Slot, TouchPolicy
from sesame_core.piv.status import PivRefusedError, PivStatus, refuse_unless
from sesame_core.piv.transport import PivCommand, read_command, refusal_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

GOOD_FOR: Final[Millis] = 60_000
"""How long a sentence waits for its signature."""

PLAIN: Final = {Purpose.SIGN: KeyUse.SIGN, Purpose.AGREE: KeyUse.AGREE, Purpose.MANAGE: KeyUse.MANAGE}


class BankKeyError(DriverError):
    """The file with the bank's public key cannot be used."""


class SentenceShelf:
    """Takes sentences from the computer and turns what the card asks into a question. Without the bank's key none is
    believed, and every question is the computer's."""

    def __init__(self, bank: "EllipticCurvePublicKey | None" = None) -> None:
        self._bank = bank
        self._freshness = b""
        self._held: tuple[SignedSentence, Millis] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def forget(self) -> None:
        """Another computer, or none."""
        self._freshness, self._held = b"", None

    def answer_command(self, apdu: bytes, at: Millis) -> bytes | None:
        """The response to one of the key's own commands; None for a command that is the card's."""
        if len(apdu) < 4 or apdu[0] != CLASS or apdu[1] not in tuple(SentenceIns):
            return None
        try:
            return self._answer(read_command(b"\0" + apdu[1:]), at) + PivStatus.SUCCESS.to_bytes(2, "big")
        except PivRefusedError as refusal:
            return refusal_of(refusal)

    def phrase_question(self, asked: AskConsent, at: Millis) -> Question:
        """What the glass may say about this: the bank's sentence where it is about exactly this, which uses it up."""
        lasting = asked.policy is TouchPolicy.CACHED
        sentence = self._take(asked, at)
        if sentence is None:
            return Question(PLAIN[asked.purpose], asked.slot, lasting)
        return Question(USES[sentence.kind], asked.slot, lasting, sentence.pages)

    def _take(self, asked: AskConsent, at: Millis) -> SignedSentence | None:
        if self._held is None or asked.purpose is not Purpose.SIGN:
            return None
        sentence, until = self._held
        if at >= until or not _is_about(sentence, asked):
            return None
        self._held = None
        return sentence

    def _answer(self, command: PivCommand, at: Millis) -> bytes:
        """Raises PivRefusedError."""
        refuse_unless(command.parameters == 0, PivStatus.WRONG_P1_P2)
        refuse_unless(self._bank is not None, PivStatus.FUNCTION_NOT_SUPPORTED)
        if command.ins == SentenceIns.SHOW_SENTENCE:
            self._put(read_sentence(command.data), at)
            return b""
        refuse_unless(not command.data, PivStatus.WRONG_DATA)
        self._freshness, self._held = os.urandom(FRESH_SIZE), None
        return self._freshness

    def _put(self, sentence: SignedSentence, at: Millis) -> None:
        """Raises PivRefusedError: not the bank's, or not for this key and this time."""
        freshness, self._freshness = self._freshness, b""
        refuse_unless(bool(freshness) and sentence.freshness == freshness, PivStatus.CONDITIONS_NOT_SATISFIED)
        refuse_unless(self._is_banks(sentence), PivStatus.SECURITY_NOT_SATISFIED)
        self._held = sentence, at + GOOD_FOR

    def _is_banks(self, sentence: SignedSentence) -> bool:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - only for who has a bank
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

        assert self._bank is not None
        try:
            self._bank.verify(sentence.signature, sentence.signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


def _is_about(sentence: SignedSentence, asked: AskConsent) -> bool:
    """A log-on is what 9A is for; a payment is signed in 9C, and what is signed is the sentence itself."""
    if sentence.kind is SentenceKind.LOG_ON:
        return asked.slot == Slot.AUTHENTICATION
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415

    digest = hashes.Hash(hashes.SHA256())
    digest.update(sentence.signed)
    return asked.slot == Slot.SIGNATURE and digest.finalize() == asked.number


def read_bank_key(path: Path) -> "EllipticCurvePublicKey":
    """The bank's public key for sentences: P-256, PEM. Raises BankKeyError."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as cause:
        why = cause.strerror if isinstance(cause, OSError) else "not a public key in PEM"
        raise BankKeyError(
            f"cannot read the bank's key {path}: {why}; set key.bank to its file, or to nothing"
        ) from cause
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BankKeyError(f"{path} has another kind of key: key.bank wants one of P-256")
    return key
