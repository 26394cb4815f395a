"""A certificate for a key: the first, by user ID and activation code; the next, by the one before it.

In both cases the key must be one that the maker knows, in the hands of that customer, and attested: made in that very
device. A refusal of the code says nothing of what was wrong with it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from cryptography import x509
from sqlalchemy import Connection

from bank.books.customers import find_customer, find_customer_numbered
from bank.books.records import user_code
from bank.errors import BankError
from bank.esecure.codes import TriedCode, give_back_code, try_activation, use_activation
from bank.esecure.frame import EsecureFrame
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.operations.notices import NoticeEvent, tell_customer
from bank.pki.foreign import Attestation, CsrError, EnrolmentRequest, read_request
from bank.pki.judging import CertificateVerdict, JudgedCertificate, judge_certificate
from bank.pki.making import CertificateWish, Signer, make_certificate, make_name, moment_of, name_key
from bank.pki.profiles import RENEWAL, ProfileName
from bank.pki.records import AccessKey, AccessKeyState, ClientCertificate
from bank.pki.shelf import (
    add_certificate,
    find_key,
    keep_signing_key,
    list_living,
    revoke_certificate,
)
from bank.pki.signed import read_signed_request

AUTHENTICATION_SLOTS: Final = frozenset({0x9A, *range(0x82, 0x96)})
SIGNATURE_SLOT: Final = 0x9C
TOUCH_ALWAYS: Final = 2
"""As PIV's extensions number it: every signature wants the OK of whoever holds the key."""
RENEWAL_MS: Final = RENEWAL // timedelta(milliseconds=1)


class EnrolFault(Enum):
    """Why there is no certificate. CODE: user ID or activation code, nobody is told which. SERIAL: no such key of this
    customer's. NOT_ATTESTED: nothing shows that the key is in the device. USED: it has a certificate already. EARLY: it
    is not time to renew. SAME_KEY: a renewal wants a new key. NOT_VALID: the certificate that asks is worth nothing."""

    CODE = "code"
    REQUEST = "request"
    SERIAL = "serial"
    NOT_ATTESTED = "not attested"
    USED = "used"
    EARLY = "early"
    SAME_KEY = "same key"
    NOT_VALID = "not valid"


class EnrolError(BankError):
    """There is no certificate. `fault` says why; `detail` what is wrong with a request; `verdict`, with the certificate
    that asked; `from_ms`: from when it may be renewed."""

    def __init__(
        self,
        fault: EnrolFault,
        detail: str = "",
        verdict: CertificateVerdict | None = None,
        from_ms: int = 0,
    ) -> None:
        super().__init__(detail or fault.value)
        self.fault = fault
        self.detail = detail
        self.verdict = verdict
        self.from_ms = from_ms


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked, and who would sign it: opened before the transaction, since books in memory have but one."""

    request: EnrolmentRequest
    signer: Signer


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was found fit: the key of the books, the request, and the key of slot 9C where it was attested, too."""

    key: AccessKey
    request: EnrolmentRequest
    signing: bytes | None


@dataclass(frozen=True)
class KeyEnrolment:
    """The verbs. Each raises EnrolError, and StateError when the books cannot be used: then nothing was issued."""

    frame: EsecureFrame

    def enrol_first(self, user: str, code: str, octets: bytes) -> x509.Certificate:
        """The certificate for the request with these octets (PKCS#10, DER)."""
        with self.frame.writing() as (connection, now_ms):
            customer = find_customer(connection, user_code(user))
            customer_id = customer.customer_id if customer else None
            tried = try_activation(self.frame, connection, customer_id, code, now_ms)
            if tried is None and customer_id is not None:
                self._note(connection, customer_id, now_ms, "activation refused", reason=EnrolFault.CODE.value)
        if tried is None or customer_id is None:
            raise EnrolError(EnrolFault.CODE)
        fault: EnrolError | None = None
        try:
            return self._conclude(customer_id, tried, octets)
        except EnrolError as error:
            fault = error
        with self.frame.writing() as (connection, now_ms):
            give_back_code(connection, tried)
            self._note(connection, customer_id, now_ms, "activation refused", reason=fault.fault.value)
        raise fault

    def judge_client(self, certificate: bytes | None) -> JudgedCertificate:
        """What the certificate that TLS has shown is worth."""
        issuing = self.frame.read_issuing()
        with self.frame.reading() as (connection, now_ms):
            return judge_certificate(connection, issuing, certificate, now_ms)

    def renew(self, certificate: bytes | None, octets: bytes) -> x509.Certificate:
        """The next certificate, for a new key in the same device. The one before stays good until somebody has signed
        in with the new one; a new one that nobody used is superseded. Whoever asks once more for the same key, since
        the answer was lost on its way, gets the same certificate."""
        judged = self.judge_client(certificate)
        if judged.found is None or judged.verdict is not CertificateVerdict.GOOD:
            raise EnrolError(EnrolFault.NOT_VALID, verdict=judged.verdict)
        wish = self._wish(octets)
        with self.frame.writing() as (connection, now_ms):
            outcome = self._renew(connection, judged.found, wish, now_ms)
        if isinstance(outcome, EnrolError):
            raise outcome
        return outcome

    def renew_signed(self, octets: bytes) -> x509.Certificate:
        """The same for a request around which the certificate before has put its signature."""
        try:
            signed = read_signed_request(octets)
        except CsrError as error:
            raise EnrolError(EnrolFault.REQUEST, str(error)) from None
        return self.renew(signed.certificate, signed.request)

    def _conclude(self, customer_id: int, tried: TriedCode, octets: bytes) -> x509.Certificate:
        wish = self._wish(octets)
        with self.frame.writing() as (connection, now_ms):
            outcome = self._issue_first(connection, customer_id, tried, wish, now_ms)
        if isinstance(outcome, EnrolError):
            raise outcome
        return outcome

    def _wish(self, octets: bytes) -> _Wish:
        return _Wish(_read(octets), self.frame.open_authorities().issuing.signer)

    def _issue_first(
        self, connection: Connection, customer_id: int, tried: TriedCode, wish: _Wish, now_ms: int
    ) -> x509.Certificate | EnrolError:
        checked = _check_device(connection, customer_id, wish.request)
        if isinstance(checked, EnrolFault):
            return EnrolError(checked)
        if checked.key.key_id != tried.key_id:
            return EnrolError(EnrolFault.SERIAL)
        if list_living(connection, checked.key.key_id):
            return EnrolError(EnrolFault.USED)
        if not use_activation(connection, tried, now_ms):
            return EnrolError(EnrolFault.CODE)
        return self._issue(connection, checked, wish.signer, now_ms, "certificate issued")

    def _renew(
        self, connection: Connection, old: ClientCertificate, wish: _Wish, now_ms: int
    ) -> x509.Certificate | EnrolError:
        if now_ms < old.until_ms - RENEWAL_MS:
            return EnrolError(EnrolFault.EARLY, from_ms=old.until_ms - RENEWAL_MS)
        checked = _check_device(connection, old.customer_id, wish.request)
        if isinstance(checked, EnrolFault):
            return EnrolError(checked)
        if checked.key.key_id != old.key_id:
            return EnrolError(EnrolFault.SERIAL)
        living = list_living(connection, old.key_id)
        same = next((each for each in living if _certifies(each, wish.request)), None)
        if same is not None:
            again = same.certificate_id > old.certificate_id
            return x509.load_der_x509_certificate(same.certificate) if again else EnrolError(EnrolFault.SAME_KEY)
        for each in living:
            if each.certificate_id > old.certificate_id:
                revoke_certificate(connection, each.certificate_id, "superseded", now_ms)
        return self._issue(connection, checked, wish.signer, now_ms, "certificate renewed")

    def _issue(
        self, connection: Connection, checked: _Checked, signer: Signer, now_ms: int, event: str
    ) -> x509.Certificate:
        key = checked.key
        customer = find_customer_numbered(connection, key.customer_id or 0)
        name = make_name(customer.user if customer else "", str(key.serial))
        whereabouts = self.frame.whereabouts
        begin, uri = moment_of(now_ms), name_key(key.serial)
        wish = CertificateWish(ProfileName.CLIENT, name, checked.request.key, begin, whereabouts, uri)
        made = make_certificate(wish, signer)
        kept = add_certificate(connection, made, key, now_ms)
        if checked.signing:
            keep_signing_key(connection, key.key_id, checked.signing)
        self._note(connection, kept.customer_id, now_ms, event, certificate=kept.serial, key=str(key.serial))
        tell_customer(connection, kept.customer_id, NoticeEvent.NEW_CERTIFICATE, now_ms)
        return made

    def _note(self, connection: Connection, customer_id: int, now_ms: int, event: str, **detail: str) -> None:
        subject = name_customer(customer_id)
        append_line(connection, now_ms, subject, subject, event, **detail)


def _read(octets: bytes) -> EnrolmentRequest:
    try:
        return read_request(octets)
    except CsrError as error:
        raise EnrolError(EnrolFault.REQUEST, str(error)) from None


def _certifies(certificate: ClientCertificate, request: EnrolmentRequest) -> bool:
    return x509.load_der_x509_certificate(certificate.certificate).public_key() == request.key


def _check_device(connection: Connection, customer_id: int, request: EnrolmentRequest) -> _Checked | EnrolFault:
    """Whether the key that asks is in a device of that customer's."""
    own = next((each for each in request.attestations if each.key == request.key_octets), None)
    if own is None:
        return EnrolFault.NOT_ATTESTED
    key = find_key(connection, own.serial)
    if key is None or key.state is not AccessKeyState.ISSUED or key.customer_id != customer_id:
        return EnrolFault.SERIAL
    device = x509.load_der_x509_certificate(key.certificate)
    if own.slot not in AUTHENTICATION_SLOTS or not own.is_signed_by(device):
        return EnrolFault.NOT_ATTESTED
    others = [each for each in request.attestations if each is not own]
    if any(not _signs_payments(each, own.serial, device) for each in others) or len(others) > 1:
        return EnrolFault.NOT_ATTESTED
    return _Checked(key, request, others[0].key if others else None)


def _signs_payments(attestation: Attestation, serial: int, device: x509.Certificate) -> bool:
    """A key of the same device in slot 9C, of which every signature wants an OK."""
    right = attestation.serial == serial and attestation.slot == SIGNATURE_SLOT
    return right and attestation.touch == TOUCH_ALWAYS and attestation.is_signed_by(device)
