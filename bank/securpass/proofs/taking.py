"""A telephone's request is taken: whose it is, whether it is new, and whether the second proof is right.

Noise from outside never reaches a counter: a request whose device signature is not right changes nothing. Everything
else is one transaction, whose first statement takes the counter up, and the next the try: nothing is answered before
both are on the disk, together with what came of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, insert

from bank.books.schema_securpass import PROOFS
from bank.operations.people import count_refusals, forget_refusals, lock_tries, take_try
from bank.securpass.enrolment.enrolling import suspend_enrolment
from bank.securpass.frame import SecurPassFrame
from bank.securpass.ports import (
    DeviceState,
    Envelope,
    PhoneDevice,
    PhoneOutcome,
    ProofRefusedError,
    SignedRequest,
    SuspendReason,
)
from bank.securpass.proofs.counter import CounterVerdict
from bank.securpass.proofs.keys import verify_device, verify_plain
from bank.securpass.proofs.octets import PhoneAct, ProofKind, RequestError, digest_about, read_request
from bank.securpass.proofs.webauthn import PhoneCredential, verify_assertion
from bank.securpass.shelf import (
    change_device,
    find_device,
    keep_last_answer,
    lock_enrolment,
    note_use,
    take_counter,
)
from bank.securpass.telling import journal_securpass

NOBODYS_KEY: Final = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
"""The generator of P-256 (SEC 2, 2.4.2): what a signature of nobody's telephone is compared with, at the same cost."""

KEPT: Final = insert(PROOFS)
"""Made once: every request is kept."""


@dataclass(frozen=True, slots=True)
class TakenRequest:
    """A request within its transaction. `answer`: what came of it where there is nothing more to do; `again`: it was
    answered before, and the same is told now."""

    signed: SignedRequest
    now_ms: int
    answer: PhoneOutcome | None = None
    again: bool = False

    @property
    def device(self) -> PhoneDevice:
        """The telephone, as it was before this request."""
        return self.signed.device

    @property
    def customer_id(self) -> int:
        """Whose it is."""
        return self.signed.device.customer_id


def read_envelope(
    frame: SecurPassFrame, envelope: Envelope, *acts: PhoneAct, known: PhoneDevice | None = None
) -> SignedRequest:
    """What was sent, if the telephone's signature is right, and for one of those acts. `known`: a telephone that was
    read a moment ago; its key never changes, and its state is looked at when the counter is taken.

    Raises ProofRefusedError.
    """
    try:
        request = read_request(envelope.request)
    except RequestError:
        raise ProofRefusedError from None
    device = known
    if device is None or device.device_id != request.device:
        with frame.operations.reading() as (connection, _):
            device = find_device(connection, request.device)
    key = device.device_key if device else NOBODYS_KEY
    right = verify_device(key, envelope.request, envelope.device_signature)
    if device is None or not right or request.act not in acts:
        raise ProofRefusedError
    return SignedRequest(envelope, request, device, digest_about(envelope.request))


def take_signed(frame: SecurPassFrame, connection: Connection, signed: SignedRequest, now_ms: int) -> TakenRequest:
    """Take the counter up. Another request with a counter that was used is a copied telephone."""
    request = signed.request
    lock_enrolment(connection, signed.device.customer_id)  # first of all, as whoever changes an enrolment does
    verdict, answer, device = take_counter(connection, request.device, request.counter, signed.digest)
    if device is None:
        return TakenRequest(signed, now_ms, PhoneOutcome.BLOCKED)
    now = SignedRequest(signed.envelope, request, device, signed.digest)
    if verdict is CounterVerdict.AGAIN:
        return TakenRequest(now, now_ms, PhoneOutcome(answer) if answer else PhoneOutcome.BLOCKED, again=True)
    if verdict is CounterVerdict.COPIED and device.state is DeviceState.ACTIVE:
        journal_securpass(connection, device.customer_id, now_ms, "copied telephone", device=device.device_id)
        suspend_enrolment(frame, connection, device.customer_id, now_ms, SuspendReason.COPIED)
    if verdict is CounterVerdict.COPIED:
        return TakenRequest(now, now_ms, PhoneOutcome.BLOCKED, again=True)
    return TakenRequest(now, now_ms)


def prove_second(
    frame: SecurPassFrame,
    connection: Connection,
    taken: TakenRequest,
    *,
    also: bool = True,
    forgets: Iterable[str] = (),
) -> PhoneOutcome | None:
    """Take a try, and look at code or biometrics; None where they are right. `also`: what else must be, and whose
    being wrong is told in the same words: the number to match. `forgets`: counts that end where they are right."""
    device, most = taken.device, frame.policy.tries
    refusals = frame.operations.policy.refusals
    lock_tries(connection, taken.customer_id)
    if device.tries >= most or not take_try(connection, taken.customer_id, refusals, taken.now_ms):
        return PhoneOutcome.BLOCKED
    if _is_second_right(frame, connection, taken) and also:
        forget_refusals(connection, taken.customer_id, *forgets)
        return None
    change_device(connection, device.device_id, tries=device.tries + 1)
    journal_securpass(connection, taken.customer_id, taken.now_ms, "code refused", device=device.device_id)
    left = most - device.tries - 1
    if left <= 0:
        suspend_enrolment(frame, connection, taken.customer_id, taken.now_ms, SuspendReason.TRIES)
    left = min(left, refusals - count_refusals(connection, taken.customer_id))
    if left <= 0:
        return PhoneOutcome.BLOCKED
    return PhoneOutcome.WRONG_LAST if left == 1 else PhoneOutcome.WRONG


def may_use_biometrics(signed: SignedRequest) -> bool:
    """Whether the customer lets finger or face prove this: two switches that do not depend on each other."""
    device = signed.device
    allowed = device.bio_log_on if signed.act is PhoneAct.LOG_ON else device.bio_approve
    return signed.request.by is not ProofKind.BIOMETRICS or (allowed and device.credential_key is not None)


def keep_answer(
    connection: Connection,
    taken: TakenRequest,
    outcome: PhoneOutcome,
    operation_id: str | None = None,
    *,
    used: bool = False,
) -> None:
    """Keep what was answered, for whoever repeats the request; and the request with its signatures as evidence.
    `used`: the second proof was right, so that the telephone was used rightly."""
    signed = taken.signed
    if used:
        note_use(connection, taken.device, outcome.value, taken.now_ms)
    else:
        keep_last_answer(connection, taken.device.device_id, outcome.value)
    row = {
        "customer_id": taken.customer_id,
        "device_id": signed.device.device_id,
        "operation_id": operation_id,
        "counter": signed.request.counter,
        "act": signed.act.value,
        "request": signed.envelope.request,
        "device_signature": signed.envelope.device_signature,
        "second": signed.envelope.second,
        "outcome": outcome.value,
        "at_ms": taken.now_ms,
    }
    connection.execute(KEPT, row)


def _is_second_right(frame: SecurPassFrame, connection: Connection, taken: TakenRequest) -> bool:
    signed = taken.signed
    envelope = signed.envelope
    if signed.request.by is ProofKind.CODE:
        return verify_plain(frame.unseal_code_key(taken.device), envelope.request, envelope.code_signature)
    known = _credential(taken.device)
    if known is None or envelope.assertion is None:
        return False
    count = verify_assertion(known, envelope.assertion, envelope.request, envelope.place)
    if count is None:
        return False
    change_device(connection, taken.device.device_id, sign_count=count)
    return True


def _credential(device: PhoneDevice) -> PhoneCredential | None:
    if device.credential_id is None or device.credential_key is None:
        return None
    return PhoneCredential(
        device.credential_id, device.credential_key, device.rp_id, device.sign_count, device.backed_up
    )
