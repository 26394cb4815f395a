"""What the helpdesk does: takes a made key in, gives it out, posts codes and numbers, and ends it when it is lost.

Every act is in the journal, under who did it; what the customer should know at once is told him.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bank.books.customers import find_customer, find_customer_numbered
from bank.books.records import Customer, user_code
from bank.errors import BankError
from bank.esecure.codes import end_codes, write_code
from bank.esecure.frame import HELPDESK, EsecureFrame
from bank.esecure.leaving import end_access
from bank.esecure.numbers import post_number
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.operations.notices import NoticeEvent, tell_customer
from bank.pki.foreign import check_key, encode_key, read_device
from bank.pki.making import CertificateWish, make_certificate, moment_of
from bank.pki.profiles import ProfileName
from bank.pki.records import REASONS, AccessKey, AccessKeyState, ClientCertificate
from bank.pki.shelf import (
    add_key,
    end_key,
    find_key,
    give_key,
    list_certificates,
    list_keys,
    list_living,
    revoke_certificate,
)

FIRST_MOMENT_MS: Final = 1_767_225_600_000
"""2026-01-01: what a device's certificate begins with, since a device has no clock."""


class HelpdeskError(BankError):
    """It cannot be done. The message says why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key, the user code of who has it, and all its certificates, oldest first."""

    key: AccessKey
    user: str
    certificates: Sequence[ClientCertificate]


@dataclass(frozen=True, slots=True)
class PostedLetter:
    """What goes to the customer by post, shown this once. `until_ms`: of the activation code. `number`: the security
    number, empty where the customer's stays as it is."""

    user: str
    serial: int
    code: str = field(repr=False)
    until_ms: int
    number: str = field(repr=False)


@dataclass(frozen=True)
class Helpdesk:
    """The acts. Each raises HelpdeskError, and StateError when the books cannot be used: then nothing was done."""

    frame: EsecureFrame

    def list_held(self) -> Sequence[HeldKey]:
        """Every key, oldest first."""
        with self.frame.reading() as (connection, _):
            return [self._held(connection, key) for key in list_keys(connection)]

    def find_held(self, serial: int) -> HeldKey | None:
        """The key with that serial."""
        with self.frame.reading() as (connection, _):
            key = find_key(connection, serial)
            return self._held(connection, key) if key else None

    def make_key(self, octets: bytes) -> AccessKey:
        """The maker's step: certify a device's attestation key and take it into stock. `octets`: the certificate that
        the key has made of itself, PEM or DER. The same once more changes nothing. Raises CsrError, too."""
        serial, own = read_device(octets)
        wish = CertificateWish(ProfileName.DEVICE, own.subject, check_key(own.public_key()), moment_of(FIRST_MOMENT_MS))
        certificate = make_certificate(wish, self.frame.open_authorities().maker.signer)
        there = self.find_held(serial)
        if there is not None:
            if not _same_key(there.key, own):
                raise HelpdeskError("another key with this serial is in the books: one of the two is false")
            return there.key
        try:
            with self.frame.writing() as (connection, now_ms):
                key = add_key(connection, serial, certificate, now_ms)
                append_line(connection, now_ms, HELPDESK, f"key {serial}", "key taken in")
        except IntegrityError:
            raise HelpdeskError("another process has just taken it in: look at `sesame bank keys list`") from None
        return key

    def issue_key(self, user: str, serial: int) -> PostedLetter:
        """Give a key from stock to a customer: activation code and security number go by post."""
        with self.frame.writing() as (connection, now_ms):
            customer, key = _customer(connection, user), _key(connection, serial)
            if not give_key(connection, key.key_id, customer.customer_id, now_ms):
                raise HelpdeskError(f"key {serial} is {key.state.value}: give another one out")
            given = _key(connection, serial)
            letter = self._write_letter(connection, customer, given, now_ms, with_number=True)
            self._note(connection, customer, now_ms, "key issued", key=str(serial))
        return letter

    def post_activation(self, user: str) -> PostedLetter:
        """A new activation code for the key that the customer has: every earlier one is dead."""
        with self.frame.writing() as (connection, now_ms):
            customer = _customer(connection, user)
            key = _held_key(connection, customer)
            if list_living(connection, key.key_id):
                raise HelpdeskError(f"key {key.serial} has a certificate: revoke it first, or let the key renew it")
            letter = self._write_letter(connection, customer, key, now_ms, with_number=False)
            self._note(connection, customer, now_ms, "activation code posted", key=str(key.serial))
        return letter

    def post_number(self, user: str) -> str:
        """A new security number, for one who has forgotten it or was closed out."""
        with self.frame.writing() as (connection, now_ms):
            customer = _customer(connection, user)
            _held_key(connection, customer)
            number = post_number(self.frame, connection, customer.customer_id, now_ms)
            self._note(connection, customer, now_ms, "security number posted")
        return number

    def revoke_certificates(self, serial: int, reason: str) -> int:
        """Every living certificate of a key is worth nothing from now on; the key may be activated anew. How many."""
        if reason not in REASONS:
            raise HelpdeskError(f"a reason is one of {', '.join(REASONS)}")
        with self.frame.writing() as (connection, now_ms):
            key = _key(connection, serial)
            return self._revoke(connection, key, reason, now_ms)

    def end_key(self, serial: int, state: AccessKeyState) -> int:
        """A key is lost, or comes back and is withdrawn: its certificates are revoked, codes dead, whoever is signed in
        with it is out. It is never given out again. How many certificates were revoked."""
        with self.frame.writing() as (connection, now_ms):
            key = _key(connection, serial)
            if not end_key(connection, key.key_id, state, now_ms):
                raise HelpdeskError(f"key {serial} is {key.state.value} already")
            reason = "keyCompromise" if state is AccessKeyState.LOST else "cessationOfOperation"
            count = self._revoke(connection, key, reason, now_ms)
            if key.customer_id is not None:
                end_codes(connection, key.customer_id, now_ms)
                tell_customer(connection, key.customer_id, NoticeEvent.KEY_ENDED, now_ms)
            append_line(connection, now_ms, HELPDESK, _subject(key), f"key {state.value}", key=str(serial))
        return count

    def _held(self, connection: Connection, key: AccessKey) -> HeldKey:
        customer = find_customer_numbered(connection, key.customer_id) if key.customer_id else None
        return HeldKey(key, customer.user if customer else "", list_certificates(connection, key.key_id))

    def _revoke(self, connection: Connection, key: AccessKey, reason: str, now_ms: int) -> int:
        living = list_living(connection, key.key_id)
        for each in living:
            revoke_certificate(connection, each.certificate_id, reason, now_ms)
            end_access(connection, each.certificate_id)
            words = {"certificate": each.serial, "reason": reason}
            append_line(connection, now_ms, HELPDESK, _subject(key), "certificate revoked", **words)
        return len(living)

    def _write_letter(
        self, connection: Connection, customer: Customer, key: AccessKey, now_ms: int, *, with_number: bool
    ) -> PostedLetter:
        code, until_ms = write_code(self.frame, connection, key, now_ms)
        number = post_number(self.frame, connection, customer.customer_id, now_ms) if with_number else ""
        return PostedLetter(customer.user, key.serial, code, until_ms, number)

    def _note(self, connection: Connection, customer: Customer, now_ms: int, event: str, **detail: str) -> None:
        append_line(connection, now_ms, HELPDESK, name_customer(customer.customer_id), event, **detail)


def _subject(key: AccessKey) -> str:
    return f"key {key.serial}" if key.customer_id is None else name_customer(key.customer_id)


def _customer(connection: Connection, user: str) -> Customer:
    found = find_customer(connection, user_code(user))
    if found is None:
        raise HelpdeskError("no customer has this user ID: `sesame bank customer list` shows them")
    return found


def _key(connection: Connection, serial: int) -> AccessKey:
    found = find_key(connection, serial)
    if found is None:
        raise HelpdeskError(f"no key {serial} in the books: take it in with `sesame bank keys make`")
    return found


def _held_key(connection: Connection, customer: Customer) -> AccessKey:
    """The latest of the customer's that is in use."""
    keys = [key for key in list_keys(connection, customer.customer_id) if key.state is AccessKeyState.ISSUED]
    if not keys:
        raise HelpdeskError("this customer has no key: give one out with `sesame bank keys issue`")
    return keys[-1]


def _same_key(key: AccessKey, own: x509.Certificate) -> bool:
    there = x509.load_der_x509_certificate(key.certificate)
    return encode_key(check_key(there.public_key())) == encode_key(check_key(own.public_key()))
