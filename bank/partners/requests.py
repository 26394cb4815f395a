"""A partner's requests and grants in the books, in the caller's transaction. Identifiers are kept as hashes."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select, update

from bank.books.inserting import insert_into
from bank.books.schema import OPERATIONS
from bank.books.schema_partners import PARTNER_GRANTS, PARTNER_REQUESTS, PARTNERS
from bank.operations.ports import Operation
from bank.partners.policy import PartnerPolicy
from bank.partners.ports import Grant, Partner, PartnerError, PartnerFault, Scope
from bank.partners.registry import hash_secret, read_partner

R, G = PARTNER_REQUESTS, PARTNER_GRANTS

AGAIN: Final = "ask again, but not before the interval is over; it has grown"


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that was polled in time: for which operation of which customer, and when it was answered, if it was."""

    operation_id: str
    customer_id: int
    answered_ms: int | None


def put_request(
    connection: Connection, partner: Partner, operation: Operation, request_id: str, interval_ms: int
) -> None:
    """Note it; the same one sent again is there already."""
    row = {
        "request_hash": hash_secret(request_id),
        "partner_id": partner.number,
        "operation_id": operation.operation_id,
        "interval_ms": interval_ms,
        "polled_ms": 0,
        "until_ms": operation.content.until_ms,
    }
    connection.execute(insert_into(connection, R).values(row).on_conflict_do_nothing())


def poll_request(
    connection: Connection, partner: Partner, request_id: str, policy: PartnerPolicy, now_ms: int
) -> OpenRequest | None:
    """Take one poll: the request; None where it came too early, and the next must come later still. Raises PartnerError
    for one that this partner has not made."""
    own = (R.c.request_hash == hash_secret(request_id), R.c.partner_id == partner.number)
    due = update(R).where(*own, R.c.polled_ms <= now_ms - R.c.interval_ms).values(polled_ms=now_ms)
    if connection.execute(due).rowcount != 1:
        slower = func.min if connection.dialect.name == "sqlite" else func.least
        grown = slower(R.c.interval_ms + policy.slower_ms, policy.longest_interval_ms)
        early = update(R).where(*own).values(polled_ms=now_ms, interval_ms=grown)
        if connection.execute(early).rowcount != 1:
            raise PartnerError(PartnerFault.INVALID_GRANT, "auth_req_id: none that this client was given")
        return None
    joined = select(R.c.operation_id, R.c.answered_ms, OPERATIONS.c.customer_id)
    row = connection.execute(joined.join(OPERATIONS, OPERATIONS.c.id == R.c.operation_id).where(*own)).one()
    return OpenRequest(row.operation_id, row.customer_id, row.answered_ms)


def note_answer(connection: Connection, operation_id: str, now_ms: int) -> None:
    """The token was given; the first time counts."""
    first = update(R).where(R.c.operation_id == operation_id, R.c.answered_ms.is_(None))
    connection.execute(first.values(answered_ms=now_ms))


def put_grant(connection: Connection, grant: Grant, token: str) -> bool:
    """From now on the token is good; given once more, it is the same one, and False."""
    row = {
        "token_hash": hash_secret(token),
        "partner_id": grant.partner.number,
        "customer_id": grant.customer_id,
        "operation_id": grant.operation_id,
        "scope": grant.scope.value,
        "since_ms": grant.since_ms,
        "until_ms": grant.until_ms,
    }
    made = insert_into(connection, G).values(row).on_conflict_do_nothing().returning(G.c.token_hash)
    return connection.execute(made).first() is not None


def find_grant(connection: Connection, token: str, now_ms: int) -> Grant | None:
    """What that token is good for now; None where it is for nothing."""
    joined = select(PARTNERS, G.c.customer_id, G.c.operation_id, G.c.scope, G.c.since_ms.label("begun")).join(
        G, G.c.partner_id == PARTNERS.c.id
    )
    joined = joined.add_columns(G.c.until_ms.label("end"))
    good = (G.c.token_hash == hash_secret(token), G.c.ended_ms.is_(None), G.c.until_ms > now_ms)
    row = connection.execute(joined.where(*good, PARTNERS.c.until_ms.is_(None))).mappings().first()
    if row is None:
        return None
    return Grant(
        read_partner(row), row["customer_id"], row["operation_id"], Scope(row["scope"]), row["begun"], row["end"]
    )


def end_grant(connection: Connection, partner: Partner, token: str, now_ms: int) -> Grant | None:
    """The token is good for nothing any more; what it was good for, if it was the partner's and good."""
    grant = find_grant(connection, token, now_ms)
    if grant is None or grant.partner.number != partner.number:
        return None
    connection.execute(update(G).where(G.c.token_hash == hash_secret(token)).values(ended_ms=now_ms))
    return grant
