"""Onto the business site: certificate and user ID, then the security number; the first time a number of one's own and
whose hands the key is in.

The certificate is judged at every step and at every request, and must be the one that the step before was taken with.
"""

from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy import Connection

from bank.books.customers import find_customer, find_customer_numbered
from bank.books.records import Customer, user_code
from bank.esecure.entries import EntryPurpose, KeyboardEntry, KeyPress, open_entry, press_key, read_entry
from bank.esecure.frame import EsecureFrame
from bank.esecure.leaving import end_access
from bank.esecure.numbers import (
    KeptNumber,
    NumberFault,
    accept_number,
    check_number,
    choose_number,
    count_number_tries,
    is_posted_used,
    judge_choice,
    try_number,
)
from bank.esecure.visiting import (
    VisitStage,
    advance_visit,
    end_by_farewell,
    end_visit,
    find_farewell,
    note_farewell,
    note_visit,
    open_visit,
    read_visit,
)
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.operations.notices import NoticeEvent, tell_customer
from bank.pki.judging import CertificateVerdict, JudgedCertificate, judge_certificate
from bank.pki.records import ClientCertificate
from bank.pki.shelf import (
    activate_certificate,
    find_key_numbered,
    keep_details,
    list_living,
    revoke_certificate,
)


class AccessFault(Enum):
    """Why somebody does not come in; CERTIFICATE goes with a verdict. NUMBER: it was wrong. CLOSED: three were; USED:
    the posted one has opened the site before: in both the helpdesk posts another. OVER: the keyboard's or the
    session's time."""

    CERTIFICATE = "certificate"
    OTHER_USER = "other user"
    NUMBER = "number"
    CLOSED = "closed"
    USED = "used"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class AccessAnswer:
    """What came of a step: a token where it went well. `entry`: the keyboard as it stands; `press`: what came of a key;
    `left`: how many tries, `chosen`: at a number of the customer's own; `choice`: what is wrong with one that was
    chosen."""

    token: str = field(default="", repr=False)
    fault: AccessFault | None = None
    verdict: CertificateVerdict = CertificateVerdict.GOOD
    entry: KeyboardEntry | None = None
    press: KeyPress | None = None
    left: int = 0
    chosen: bool = False
    choice: NumberFault | None = None


@dataclass(frozen=True, slots=True)
class BusinessVisitor:
    """Who is signed in, with which certificate, and how far."""

    customer: Customer
    certificate: ClientCertificate
    stage: VisitStage


@dataclass(frozen=True)
class SignOn:
    """The steps. `certificate` is always what TLS has shown with this very request, DER. Each raises StateError."""

    frame: EsecureFrame

    def begin(self, certificate: bytes | None, user: str) -> AccessAnswer:
        """User ID and certificate: a keyboard for the security number."""
        issuing = self.frame.read_issuing()
        with self.frame.writing() as (connection, now_ms):
            judged = judge_certificate(connection, issuing, certificate, now_ms)
            if judged.found is None or judged.verdict is not CertificateVerdict.GOOD:
                return AccessAnswer(fault=AccessFault.CERTIFICATE, verdict=judged.verdict)
            customer = find_customer(connection, user_code(user))
            if customer is None or customer.customer_id != judged.found.customer_id:
                self._note(connection, judged.found, now_ms, "another user ID than the certificate's")
                return AccessAnswer(fault=AccessFault.OTHER_USER)
            if is_posted_used(connection, customer.customer_id):
                self._note(connection, judged.found, now_ms, "posted security number used before")
                return AccessAnswer(fault=AccessFault.USED)
            if not count_number_tries(self.frame, connection, customer.customer_id):
                return AccessAnswer(fault=AccessFault.CLOSED)
            token = open_entry(self.frame, connection, _whose(judged.found), EntryPurpose.LOG_ON, now_ms)
        return AccessAnswer(token)

    def begin_choice(self, visitor: BusinessVisitor) -> str:
        """A keyboard for the posted number, a new one, and that once more."""
        with self.frame.writing() as (connection, now_ms):
            return open_entry(self.frame, connection, _whose(visitor.certificate), EntryPurpose.PERSONALISE, now_ms)

    def look(self, certificate: bytes | None, token: str) -> KeyboardEntry | None:
        """The keyboard as it stands, for whoever has shown the certificate that it was opened with."""
        judged = self._judge(certificate)
        with self.frame.reading() as (connection, now_ms):
            entry = read_entry(self.frame, connection, token, now_ms)
        return entry if entry and _is_whose(entry, judged) else None

    def press(self, certificate: bytes | None, token: str, value: str, session: str = "") -> AccessAnswer:
        """One key of the keyboard. With the last one the number is looked at. `session`: of whoever personalises."""
        judged = self._judge(certificate)
        with self.frame.writing() as (connection, now_ms):
            entry = read_entry(self.frame, connection, token, now_ms)
            if entry is None or not _is_whose(entry, judged):
                return AccessAnswer(fault=AccessFault.OVER, verdict=judged.verdict)
            entry, press = press_key(self.frame, connection, token, entry, value)
            if press is not KeyPress.COMPLETE:
                return AccessAnswer(token, entry=entry, press=press)
            again = entry.purpose is EntryPurpose.PERSONALISE
            kept = try_number(self.frame, connection, entry.customer_id, again=again)
        right = check_number(kept, entry.typed[0])
        assert judged.found is not None
        if not right:
            return self._refuse(judged.found, again=again, chosen=kept.open and not kept.posted)
        if again:
            return self._personalise(judged.found, entry.typed, session)
        return self._come_in(judged.found, kept)

    def visit(self, certificate: bytes | None, token: str) -> BusinessVisitor | None:
        """Whoever is signed in with that token and this certificate, which counts as use."""
        judged = self._judge(certificate)
        with self.frame.reading() as (connection, now_ms):
            found = read_visit(connection, token, now_ms, self.frame.policy) if token else None
            customer = find_customer_numbered(connection, found.customer_id) if found else None
        own = judged.found
        if found is None or customer is None or own is None or judged.verdict is not CertificateVerdict.GOOD:
            return None
        if (own.certificate_id, own.customer_id) != (found.certificate_id, found.customer_id):
            return None
        if found.stale:
            with self.frame.writing() as (connection, now_ms):
                note_visit(connection, token, now_ms)
        return BusinessVisitor(customer, own, found.stage)

    def register_details(self, visitor: BusinessVisitor, token: str, details: tuple[str, str, str]) -> None:
        """Name, e-mail, telephone of whoever has the key: with them the certificate is registered."""
        with self.frame.writing() as (connection, now_ms):
            keep_details(connection, visitor.certificate.key_id, details, now_ms)
            advance_visit(connection, token, VisitStage.OPEN)
            self._note(connection, visitor.certificate, now_ms, "certificate registered")

    def log_off(self, token: str) -> None:
        """Harmless where nobody is signed in."""
        with self.frame.writing() as (connection, _):
            end_visit(connection, token)

    def keep_farewell(self, token: str, farewell_hash: str) -> None:
        """By what the launcher that opened this browser may end its session (`bid_farewell`)."""
        with self.frame.writing() as (connection, _):
            note_farewell(connection, token, farewell_hash)

    def bid_farewell(self, farewell: str) -> None:
        """The browser is closed, and the key goes: end its sessions. Harmless where there is none, and then nothing is
        written."""
        with self.frame.reading() as (connection, _):
            known = find_farewell(connection, farewell)
        if known:
            with self.frame.writing() as (connection, _):
                end_by_farewell(connection, farewell)

    def judge(self, certificate: bytes | None) -> CertificateVerdict:
        """What is wrong with a certificate, or that nothing is."""
        return self._judge(certificate).verdict

    def _judge(self, certificate: bytes | None) -> JudgedCertificate:
        issuing = self.frame.read_issuing()
        with self.frame.reading() as (connection, now_ms):
            return judge_certificate(connection, issuing, certificate, now_ms)

    def _refuse(self, own: ClientCertificate, *, again: bool, chosen: bool) -> AccessAnswer:
        """A posted number that another keyboard has used meanwhile was no try, and ends nobody's session."""
        with self.frame.writing() as (connection, now_ms):
            if not again and is_posted_used(connection, own.customer_id):
                self._note(connection, own, now_ms, "posted security number used before")
                return AccessAnswer(fault=AccessFault.USED)
            left = count_number_tries(self.frame, connection, own.customer_id, again=again)
            self._note(connection, own, now_ms, "security number refused" if left else "closed to security numbers")
            if not left:
                end_access(connection, own.certificate_id)
                tell_customer(connection, own.customer_id, NoticeEvent.NUMBER_CLOSED, now_ms)
        return AccessAnswer(fault=AccessFault.NUMBER if left else AccessFault.CLOSED, left=left, chosen=chosen)

    def _come_in(self, own: ClientCertificate, kept: KeptNumber) -> AccessAnswer:
        with self.frame.writing() as (connection, now_ms):
            accept_number(connection, own.customer_id, now_ms)
            self._switch(connection, own, now_ms)
            key = find_key_numbered(connection, own.key_id)
            known = key is not None and key.registered_ms is not None
            stage = VisitStage.PERSONALISE if kept.posted else VisitStage.OPEN if known else VisitStage.DETAILS
            token = open_visit(connection, _whose(own), stage, now_ms, self.frame.policy)
            self._note(connection, own, now_ms, "signed in on the business site")
        return AccessAnswer(token)

    def _switch(self, connection: Connection, own: ClientCertificate, now_ms: int) -> None:
        """The first time with a certificate, those before it are over."""
        if not activate_certificate(connection, own.certificate_id, now_ms):
            return
        for each in list_living(connection, own.key_id):
            if each.certificate_id != own.certificate_id:
                revoke_certificate(connection, each.certificate_id, "superseded", now_ms)
                end_access(connection, each.certificate_id)

    def _personalise(self, own: ClientCertificate, typed: tuple[str, ...], session: str) -> AccessAnswer:
        """The posted number was right: the new one, unless something is wrong with it."""
        posted, chosen, once_more = typed
        fault = NumberFault.UNEQUAL if chosen != once_more else judge_choice(chosen)
        fault = NumberFault.OLD if fault is None and chosen == posted else fault
        with self.frame.writing() as (connection, now_ms):
            accept_number(connection, own.customer_id, now_ms)
            if fault is not None:
                token = open_entry(self.frame, connection, _whose(own), EntryPurpose.PERSONALISE, now_ms)
                return AccessAnswer(token, choice=fault)
            choose_number(self.frame, connection, own.customer_id, chosen, now_ms)
            key = find_key_numbered(connection, own.key_id)
            known = key is not None and key.registered_ms is not None
            advance_visit(connection, session, VisitStage.OPEN if known else VisitStage.DETAILS)
            self._note(connection, own, now_ms, "security number chosen")
        return AccessAnswer()

    def _note(self, connection: Connection, own: ClientCertificate, now_ms: int, event: str) -> None:
        subject = name_customer(own.customer_id)
        append_line(connection, now_ms, subject, subject, event, certificate=own.serial)


def _whose(own: ClientCertificate) -> tuple[int, int]:
    return own.customer_id, own.certificate_id


def _is_whose(entry: KeyboardEntry, judged: JudgedCertificate) -> bool:
    own = judged.found
    return (
        own is not None
        and judged.verdict is CertificateVerdict.GOOD
        and (entry.customer_id, entry.certificate_id) == _whose(own)
    )
