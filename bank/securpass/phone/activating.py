"""A telephone is activated: by a text message and, in self-care, by the chip card over the telephone's very keys or by
a code to the e-mail address. Both keys sign the activation's octets, so that whoever confirms has them.
"""

import hmac
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from bank.books.customers import find_contact
from bank.books.people import ContactKind
from bank.emv.codes import normalise_code
from bank.operations.ports import UnknownOperationError
from bank.securpass import words
from bank.securpass.enrolment.enrolling import EnrolmentChange, change_enrolment, read_status
from bank.securpass.enrolment.facts import judge_customer
from bank.securpass.enrolment.table import EnrolmentAct
from bank.securpass.frame import SecurPassFrame
from bank.securpass.phone.activation_octets import ActivationContent, make_activation, read_activation
from bank.securpass.phone.card_confirmation import CardConfirmation
from bank.securpass.phone.stepping import (
    ACTIVATION,
    MAIL,
    SMS,
    AppStep,
    StepCodes,
    count_step,
    draw_codes,
    draw_identifier,
    end_step,
    find_step,
    group_code,
    replace_codes,
    try_step,
    write_step,
)
from bank.securpass.policy import MINUTE_MS, EnrolmentPath
from bank.securpass.ports import (
    ActivationOffer,
    ActivationProof,
    DeviceState,
    EligibilityAnswer,
    NewPhone,
    NotEligibleError,
    NotNowError,
    PhoneDevice,
    ProofRefusedError,
    SecondProof,
    SecurPassStatus,
)
from bank.securpass.proofs.keys import KeyFormatError, check_code_key, check_device_key
from bank.securpass.shelf import find_enrolment
from bank.securpass.telling import send_mail, send_sms
from bank.securpass.words import write_text

LONGEST_LABEL: Final = 60
SHOWN_DIGITS: Final = 2


def list_conditions(frame: SecurPassFrame, customer_id: int) -> EligibilityAnswer:
    """What is missing for an activation. Raises UnknownOperationError."""
    with frame.operations.reading() as (connection, now_ms):
        return judge_customer(connection, find_enrolment(connection, customer_id, now_ms), now_ms, frame.policy)


def begin_activation(frame: SecurPassFrame, customer_id: int, phone: NewPhone) -> ActivationOffer:
    """Send the codes. Raises NotEligibleError, KeyFormatError, TooManyError, UnknownOperationError, StateError."""
    phone = _checked(phone)
    codes, step_id, device_id = draw_codes(), draw_identifier(), draw_identifier()
    with frame.operations.writing() as (connection, now_ms):
        judged = judge_customer(connection, find_enrolment(connection, customer_id, now_ms), now_ms, frame.policy)
        _check_eligible(judged, phone.second)
        count_step(frame, connection, customer_id, now_ms)
        until_ms = now_ms + frame.policy.step_life_ms
        content = ActivationContent(step_id, device_id, customer_id, judged.path, phone, now_ms, until_ms)
        octets, second = make_activation(content), phone.second.value if phone.second else ""
        seals = (frame.seal_code(step_id, SMS, codes.sms), frame.seal_code(step_id, MAIL, codes.mail))
        write_step(connection, AppStep(step_id, customer_id, ACTIVATION, octets, second, *seals, 0, now_ms, until_ms))
        _send(connection, content, codes, now_ms)
        ends = _read_ends(connection, customer_id, phone.second)
    challenge = content.challenge if phone.second is SecondProof.READER else ""
    return ActivationOffer(step_id, device_id, octets, challenge, *ends, until_ms)


def send_codes_again(frame: SecurPassFrame, customer_id: int, step_id: str) -> None:
    """New codes; those before are dead. Raises UnknownOperationError, TooManyError."""
    codes = draw_codes()
    with frame.operations.writing() as (connection, now_ms):
        step = find_step(connection, step_id, ACTIVATION, now_ms)
        if step is None or step.customer_id != customer_id:
            raise UnknownOperationError
        count_step(frame, connection, customer_id, now_ms)
        replace_codes(frame, connection, step, codes)
        _send(connection, read_activation(step.octets), codes, now_ms)


def finish_activation(frame: SecurPassFrame, customer_id: int, step_id: str, proof: ActivationProof) -> SecurPassStatus:
    """Activate, and replace an earlier telephone in the same moment.

    Raises ProofRefusedError, NotEligibleError, NotNowError, UnknownOperationError, StateError.
    """
    with frame.operations.reading() as (connection, now_ms):
        known = find_step(connection, step_id, ACTIVATION, now_ms)
    if known is None or known.customer_id != customer_id:
        raise UnknownOperationError
    content = read_activation(known.octets)
    if not content.is_signed(known.octets, proof):
        raise ProofRefusedError(frame.policy.step_tries - known.tries)
    card = _find_card(frame, content, proof)
    with frame.operations.writing() as (connection, now_ms):
        step = try_step(frame, connection, step_id, ACTIVATION, now_ms)
        if card:
            card.begin(connection)
    right = _are_codes_right(frame, step, proof)
    if card:
        card.check()
    with frame.operations.writing() as (connection, now_ms):
        if card and not right:
            card.give_back(connection)
        confirmed = right and (card is None or card.use_up(connection))
        if confirmed and not end_step(connection, step_id):
            raise NotNowError("activated")
        if confirmed:
            return _activate(frame, connection, content, now_ms)
    raise ProofRefusedError(frame.policy.step_tries - step.tries)


def _find_card(frame: SecurPassFrame, content: ActivationContent, proof: ActivationProof) -> CardConfirmation | None:
    if content.phone.second is not SecondProof.READER:
        return None
    verifier = frame.operations.verifier
    return CardConfirmation(verifier, content.customer_id, content.challenge, proof.second, proof.source)


def _activate(
    frame: SecurPassFrame, connection: Connection, content: ActivationContent, now_ms: int
) -> SecurPassStatus:
    """Judged once more: since it was begun, the card may have been opposed, or the 24 hours be over."""
    customer_id = content.customer_id
    enrolment = find_enrolment(connection, customer_id, now_ms)
    judged = judge_customer(connection, enrolment, now_ms, frame.policy)
    if judged.path is not content.path:
        raise NotNowError(enrolment.standing.state.value)
    _check_eligible(judged, content.phone.second)
    device = _make_device(frame, content, now_ms)
    in_branch = content.path is EnrolmentPath.BRANCH
    act, language = EnrolmentAct.ACTIVATE, content.phone.language
    change = EnrolmentChange(act, language=language, device=device, in_branch=in_branch)
    change_enrolment(frame, connection, customer_id, now_ms, change)
    return read_status(frame, connection, customer_id, now_ms)


def _checked(phone: NewPhone) -> NewPhone:
    check_device_key(phone.device_key)
    check_code_key(phone.code_key)
    if not (0 < len(phone.label.strip()) <= LONGEST_LABEL and phone.label.isprintable()):
        raise KeyFormatError(f"label: 1 to {LONGEST_LABEL} signs that can be shown")
    return replace(phone, label=phone.label.strip())


def _check_eligible(judged: EligibilityAnswer, second: SecondProof | None) -> None:
    if judged.missing:
        raise NotEligibleError(judged.missing)
    wanted = judged.seconds if judged.path is EnrolmentPath.SELF_CARE else (None,)
    if second not in wanted:
        raise KeyFormatError("second: one of those that `eligibility` lists")


def _send(connection: Connection, content: ActivationContent, codes: StepCodes, now_ms: int) -> None:
    phone, number = content.phone, content.customer_id
    values = {"label": phone.label, "minutes": str(max(1, (content.until_ms - now_ms) // MINUTE_MS))}
    text = write_text(words.ACTIVATION_CODE, phone.language, code=group_code(codes.sms), **values)
    send_sms(connection, number, now_ms, text)
    if phone.second is SecondProof.MAIL:
        text = write_text(words.ACTIVATION_CODE, phone.language, code=group_code(codes.mail), **values)
        send_mail(connection, number, now_ms, text)


def _read_ends(connection: Connection, customer_id: int, second: SecondProof | None) -> tuple[str, str]:
    """How the customer knows again where the codes went, and nobody else learns it."""
    telephone = find_contact(connection, customer_id, ContactKind.SECURE_TELEPHONE)
    email = find_contact(connection, customer_id, ContactKind.EMAIL) if second is SecondProof.MAIL else None
    name, _, domain = email.value.partition("@") if email else ("", "", "")
    return telephone.value[-SHOWN_DIGITS:] if telephone else "", f"{name[:1]}•••@{domain}" if email else ""


def _are_codes_right(frame: SecurPassFrame, step: AppStep, proof: ActivationProof) -> bool:
    """Both are compared, whatever comes of the first."""
    sms = frame.seal_code(step.step_id, SMS, normalise_code(proof.sms) or "")
    mail = frame.seal_code(step.step_id, MAIL, normalise_code(proof.second) or "")
    by_sms = hmac.compare_digest(sms, step.sms_seal)
    by_mail = hmac.compare_digest(mail, step.mail_seal)
    return by_sms and (by_mail or step.second != SecondProof.MAIL.value)


def _make_device(frame: SecurPassFrame, content: ActivationContent, now_ms: int) -> PhoneDevice:
    return PhoneDevice(
        device_id=content.device_id,
        enrolment_id=0,
        customer_id=content.customer_id,
        state=DeviceState.ACTIVE,
        label=content.phone.label,
        device_key=content.phone.device_key,
        code_key=frame.seal_code_key(content.device_id, content.phone.code_key),
        counter=0,
        request="",
        answer="",
        tries=0,
        bio_log_on=False,
        bio_approve=False,
        credential_id=None,
        credential_key=None,
        sign_count=0,
        backed_up=False,
        rp_id="",
        since_ms=now_ms,
        ended_ms=None,
        used_ms=now_ms,
        uses=0,
        days=0,
    )
