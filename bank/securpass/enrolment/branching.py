"""What an adviser does about Sécur'Pass: the amendment of the branch, and lifting the 72 hours. Each in one transaction
with its line in the journal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, insert, select, update

from bank.books.people import Post, StaffMember
from bank.books.schema_securpass import AMENDMENTS, IDENTITY_CHECKS
from bank.errors import BankError
from bank.journal.chain import name_staff
from bank.securpass import words
from bank.securpass.enrolment.eligibility import Channel, list_missing
from bank.securpass.enrolment.enrolling import EnrolmentChange, change_enrolment, read_status
from bank.securpass.enrolment.facts import read_facts
from bank.securpass.enrolment.identity import IdentityItem, list_unchecked
from bank.securpass.enrolment.table import LIVE, EnrolmentAct, EnrolmentState
from bank.securpass.frame import SecurPassFrame
from bank.securpass.policy import EnrolmentPath
from bank.securpass.ports import NotEligibleError, NotNowError, SecurPassStatus
from bank.securpass.shelf import find_enrolment
from bank.securpass.telling import journal_securpass, tell_customer

PRODUCT: Final = "securpass"
POSTS: Final = frozenset({Post.AGENCY})
"""Who offers it and lifts its delay: whoever sees the customer. « Pas accessible aux CRC et aux e-agences »."""
PROPOSED: Final = "proposed"
SIGNED: Final = "signed"
CANCELLED: Final = "cancelled"


class BranchError(BankError):
    """An adviser may not do this, or not yet. The message says what is missing."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """An amendment to a customer's subscription. `document`: the PDF that was signed."""

    number: int
    customer_id: int
    channel: Channel
    state: str
    created_ms: int
    signed_ms: int | None
    document: bytes | None = field(default=None, repr=False)


def propose_amendment(frame: SecurPassFrame, member: StaffMember, customer_id: int, channel: Channel) -> Amendment:
    """« Valider la proposition ». Raises NotEligibleError with all that is missing, NotNowError, StateError."""
    with frame.operations.writing() as (connection, now_ms):
        facts = read_facts(connection, customer_id, now_ms, channel, agency_post=member.post in POSTS)
        missing = list_missing(facts, EnrolmentPath.BRANCH, frame.policy.email_age_ms)
        if missing:
            raise NotEligibleError(missing)
        state = find_enrolment(connection, customer_id, now_ms).standing.state
        if state is EnrolmentState.INITIATED:
            raise NotNowError(state.value)
        row = {"customer_id": customer_id, "staff_id": member.staff_id or None, "product": PRODUCT}
        row |= {"channel": channel.value, "state": PROPOSED, "created_ms": now_ms, "digest": ""}
        number = connection.execute(insert(AMENDMENTS).values(row).returning(AMENDMENTS.c.id)).scalar_one()
        actor = name_staff(member.staff_id)
        journal_securpass(connection, customer_id, now_ms, "amendment proposed", actor, amendment=number)
    return Amendment(number, customer_id, channel, PROPOSED, now_ms, None)


def sign_amendment(frame: SecurPassFrame, member: StaffMember, number: int, document: bytes) -> Amendment:
    """The customer has signed: « initié », a text message, 24 hours. Raises BranchError, NotNowError, StateError."""
    with frame.operations.writing() as (connection, now_ms):
        digest = sha256(document).hexdigest()
        signed = update(AMENDMENTS).where(AMENDMENTS.c.id == number, AMENDMENTS.c.state == PROPOSED)
        values = {"state": SIGNED, "signed_ms": now_ms, "document": document, "digest": digest}
        if connection.execute(signed.values(values)).rowcount != 1:
            raise BranchError("there is no such proposal that waits for its signature")
        found = connection.execute(select(AMENDMENTS).where(AMENDMENTS.c.id == number)).mappings().one()
        _begin(frame, connection, found["customer_id"], now_ms, (name_staff(member.staff_id), number))
    moments = (found["created_ms"], now_ms)
    return Amendment(number, found["customer_id"], Channel(found["channel"]), SIGNED, *moments, document)


def _begin(frame: SecurPassFrame, connection: Connection, customer_id: int, now_ms: int, by: tuple[str, int]) -> None:
    """« Initié »; whoever has it already keeps it, and his telephone, until another one is activated in its 24 hours.

    `by`: who of the bank, and the amendment's number.
    """
    actor, number = by
    if find_enrolment(connection, customer_id, now_ms).standing.state in LIVE:
        journal_securpass(connection, customer_id, now_ms, "another telephone initiated", actor, amendment=number)
        tell_customer(connection, customer_id, now_ms, words.INITIATED)
        return
    change = EnrolmentChange(EnrolmentAct.SIGN_AMENDMENT, actor, f"amendment {number}")
    change_enrolment(frame, connection, customer_id, now_ms, change)


def find_amendment(frame: SecurPassFrame, customer_id: int) -> Amendment | None:
    """The customer's latest."""
    query = select(AMENDMENTS).where(AMENDMENTS.c.customer_id == customer_id).order_by(AMENDMENTS.c.id.desc())
    with frame.operations.reading() as (connection, _):
        row = connection.execute(query.limit(1)).mappings().first()
    if row is None:
        return None
    moments = (row["created_ms"], row["signed_ms"])
    return Amendment(row["id"], customer_id, Channel(row["channel"]), row["state"], *moments, row["document"])


def lift_latency(
    frame: SecurPassFrame, member: StaffMember, customer_id: int, seen: Mapping[IdentityItem, str]
) -> SecurPassStatus:
    """Transaction 0203 / Services / Autres services: usable now. Raises BranchError, NotNowError, StateError."""
    if member.post not in POSTS:
        raise BranchError("only an adviser of a branch lifts the 72 hours")
    unchecked = list_unchecked(seen)
    if unchecked:
        raise BranchError("not checked yet: " + ", ".join(item.value for item in unchecked))
    with frame.operations.writing() as (connection, now_ms):
        items = json.dumps({item.value: note.strip() for item, note in seen.items()}, ensure_ascii=False)
        row = {"customer_id": customer_id, "staff_id": member.staff_id or None, "purpose": "lift latency"}
        connection.execute(insert(IDENTITY_CHECKS).values(row | {"items": items, "at_ms": now_ms}))
        change = EnrolmentChange(EnrolmentAct.LIFT_LATENCY, name_staff(member.staff_id), "identity checked")
        change_enrolment(frame, connection, customer_id, now_ms, change)
        return read_status(frame, connection, customer_id, now_ms)


def close_enrolment(frame: SecurPassFrame, customer_id: int, actor: str, reason: str) -> SecurPassStatus:
    """For a lost telephone: by the customer in his space, or by an adviser. Raises NotNowError, StateError."""
    with frame.operations.writing() as (connection, now_ms):
        change_enrolment(frame, connection, customer_id, now_ms, EnrolmentChange(EnrolmentAct.CLOSE, actor, reason))
        return read_status(frame, connection, customer_id, now_ms)
