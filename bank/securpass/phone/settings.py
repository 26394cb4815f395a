"""What a customer sets on his telephone: another code, finger or face for logging on and for approving, the end."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from bank.securpass import words
from bank.securpass.enrolment.enrolling import EnrolmentChange, change_enrolment
from bank.securpass.enrolment.table import EnrolmentAct
from bank.securpass.frame import SecurPassFrame
from bank.securpass.ports import Envelope, PhoneAnswer, PhoneOutcome
from bank.securpass.proofs.challenges import is_challenge
from bank.securpass.proofs.keys import check_code_key
from bank.securpass.proofs.octets import PhoneAct, digest_about
from bank.securpass.proofs.taking import (
    TakenRequest,
    keep_answer,
    may_use_biometrics,
    prove_second,
    read_envelope,
    take_signed,
)
from bank.securpass.proofs.webauthn import CredentialError, PhoneCredential, read_credential
from bank.securpass.shelf import change_device
from bank.securpass.telling import journal_securpass, tell_customer

Change = Callable[[Connection, TakenRequest], None]


@dataclass(frozen=True, slots=True)
class BiometricSettings:
    """The two switches; a new credential's attestation object and client data, where one is made for `challenge`.

    `octets`: the very text that the telephone has signed about.
    """

    octets: bytes = field(repr=False)
    challenge: bytes = field(repr=False)
    log_on: bool
    approve: bool
    attestation: bytes | None = field(default=None, repr=False)
    client_data: bytes | None = field(default=None, repr=False)


def change_code(frame: SecurPassFrame, new_key: bytes, envelope: Envelope, language: str) -> PhoneAnswer:
    """Another code: the old one is refused from now on, all else stays. Raises ProofRefusedError, KeyFormatError."""
    check_code_key(new_key)

    def change(connection: Connection, taken: TakenRequest) -> None:
        device = taken.device
        change_device(connection, device.device_id, code_key=frame.seal_code_key(device.device_id, new_key))
        journal_securpass(connection, taken.customer_id, taken.now_ms, "code changed", device=device.device_id)
        tell_customer(connection, taken.customer_id, taken.now_ms, words.CODE_CHANGED, language)

    return _set(frame, PhoneAct.CHANGE_CODE, new_key, envelope, change)


def read_settings(octets: bytes, challenge: bytes, decode: Callable[[object], bytes]) -> BiometricSettings:
    """The text that the telephone has signed about. `decode`: octets as its JSON has them. Raises ValueError."""
    plain = json.loads(octets.decode())
    if not isinstance(plain, dict) or set(plain) != {"log_on", "approve", "credential"}:
        raise ValueError("settings: log_on, approve, credential")
    if type(plain["log_on"]) is not bool or type(plain["approve"]) is not bool:
        raise ValueError("settings: true or false")
    switches = BiometricSettings(octets, challenge, plain["log_on"], plain["approve"])
    made = plain["credential"]
    if made is None:
        return switches
    if not isinstance(made, dict) or set(made) != {"attestation_object", "client_data"}:
        raise ValueError("credential: attestation_object, client_data")
    parts = {name: decode(value) for name, value in made.items()}
    return replace(switches, attestation=parts["attestation_object"], client_data=parts["client_data"])


def set_biometrics(
    frame: SecurPassFrame, settings: BiometricSettings, envelope: Envelope, language: str
) -> PhoneAnswer:
    """Set both switches, and keep the credential that was made. Raises ProofRefusedError, CredentialError."""
    made = _read_made(frame, settings, envelope)

    def change(connection: Connection, taken: TakenRequest) -> None:
        device = taken.device
        if made is None and device.credential_key is None and (settings.log_on or settings.approve):
            raise CredentialError("credential: there is none yet")
        columns = {"bio_log_on": settings.log_on, "bio_approve": settings.approve, **_columns(made)}
        change_device(connection, device.device_id, **columns)
        _note_biometrics(connection, taken, settings, made)
        tell_customer(connection, taken.customer_id, taken.now_ms, words.BIOMETRICS_CHANGED, language)

    return _set(frame, PhoneAct.SET_BIOMETRICS, settings.octets, envelope, change)


def _note_biometrics(
    connection: Connection, taken: TakenRequest, settings: BiometricSettings, made: PhoneCredential | None
) -> None:
    journal_securpass(
        connection,
        taken.customer_id,
        taken.now_ms,
        "biometrics set",
        log_on=settings.log_on,
        approve=settings.approve,
        backed_up=made.backed_up if made else taken.device.backed_up,
    )


def close_on_phone(frame: SecurPassFrame, envelope: Envelope, language: str) -> PhoneAnswer:
    """« Clôture confirmée » : from now on by text message. Raises ProofRefusedError."""

    def change(connection: Connection, taken: TakenRequest) -> None:
        closing = EnrolmentChange(EnrolmentAct.CLOSE, reason="on the telephone", language=language)
        change_enrolment(frame, connection, taken.customer_id, taken.now_ms, closing)

    return _set(frame, PhoneAct.CLOSE, b"", envelope, change)


def _set(frame: SecurPassFrame, act: PhoneAct, about: bytes, envelope: Envelope, change: Change) -> PhoneAnswer:
    signed = read_envelope(frame, envelope, act)
    with frame.operations.writing() as (connection, now_ms):
        taken = take_signed(frame, connection, signed, now_ms)
        if taken.answer is not None:
            return PhoneAnswer(taken.answer, taken.customer_id)
        if signed.request.about != digest_about(about) or not may_use_biometrics(taken.signed):
            outcome = PhoneOutcome.UNFIT
        else:
            outcome = prove_second(frame, connection, taken) or PhoneOutcome.DONE
        keep_answer(connection, taken, outcome, used=outcome is PhoneOutcome.DONE)
        if outcome is PhoneOutcome.DONE:
            change(connection, taken)
        return PhoneAnswer(outcome, taken.customer_id)


def _read_made(frame: SecurPassFrame, settings: BiometricSettings, envelope: Envelope) -> PhoneCredential | None:
    if settings.attestation is None or settings.client_data is None:
        return None
    with frame.operations.reading() as (_, now_ms):
        good = is_challenge(frame.challenge_key, settings.challenge, now_ms)
    if not good:
        raise CredentialError("credential: made for an old challenge")
    return read_credential(settings.attestation, settings.client_data, settings.challenge, envelope.place)


def _columns(made: PhoneCredential | None) -> dict[str, object]:
    if made is None:
        return {}
    return {
        "credential_id": made.credential_id,
        "credential_key": made.key,
        "rp_id": made.rp_id,
        "sign_count": made.sign_count,
        "backed_up": made.backed_up,
    }
