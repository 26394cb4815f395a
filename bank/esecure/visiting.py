"""Who is on the business site: a session that is bound to one certificate. In the caller's transaction."""

import secrets
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from bank.books.schema_keys import BUSINESS_SESSIONS
from bank.books.sessions import SEEN_STEP_MS, hash_token
from bank.esecure.policy import EsecurePolicy

VISITS = BUSINESS_SESSIONS
TOKEN_BYTES: Final = 32


class VisitStage(Enum):
    """How far somebody has come. Until it is open, nothing but that step is shown."""

    PERSONALISE = "personalise"
    DETAILS = "details"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class BusinessVisit:
    """A session that has not ended. `stale`: its use is worth writing."""

    customer_id: int
    certificate_id: int
    stage: VisitStage
    stale: bool


def open_visit(
    connection: Connection, whose: tuple[int, int], stage: VisitStage, now_ms: int, policy: EsecurePolicy
) -> str:
    """Sign that customer in with that certificate; the token. What is over is deleted."""
    over = (VISITS.c.until_ms <= now_ms) | (VISITS.c.seen_ms <= now_ms - policy.idle_ms)
    connection.execute(delete(VISITS).where(over))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {
        "token_hash": hash_token(token),
        "customer_id": whose[0],
        "certificate_id": whose[1],
        "stage": stage.value,
        "created_ms": now_ms,
        "seen_ms": now_ms,
        "until_ms": now_ms + policy.longest_ms,
    }
    connection.execute(insert(VISITS).values(row))
    return token


def read_visit(connection: Connection, token: str, now_ms: int, policy: EsecurePolicy) -> BusinessVisit | None:
    """The session with that token, if it is still good."""
    good = (
        VISITS.c.token_hash == hash_token(token),
        VISITS.c.until_ms > now_ms,
        VISITS.c.seen_ms > now_ms - policy.idle_ms,
    )
    row = connection.execute(select(VISITS).where(*good)).mappings().first()
    if row is None:
        return None
    stale = now_ms - row["seen_ms"] >= SEEN_STEP_MS
    return BusinessVisit(row["customer_id"], row["certificate_id"], VisitStage(row["stage"]), stale)


def note_visit(connection: Connection, token: str, now_ms: int) -> None:
    """It was used now; never earlier than before."""
    own = VISITS.c.token_hash == hash_token(token), VISITS.c.seen_ms < now_ms
    connection.execute(update(VISITS).where(*own).values(seen_ms=now_ms))


def advance_visit(connection: Connection, token: str, stage: VisitStage) -> None:
    """It has come so far."""
    connection.execute(update(VISITS).where(VISITS.c.token_hash == hash_token(token)).values(stage=stage.value))


def note_farewell(connection: Connection, token: str, farewell_hash: str) -> None:
    """Whoever can tell what that is the SHA-256 of may end the session, and nothing else."""
    own = VISITS.c.token_hash == hash_token(token)
    connection.execute(update(VISITS).where(own).values(farewell_hash=farewell_hash))


def find_farewell(connection: Connection, farewell: str) -> bool:
    """Whether there is a session that it ends."""
    query = select(VISITS.c.token_hash).where(VISITS.c.farewell_hash == hash_token(farewell))
    return connection.execute(query).first() is not None


def end_by_farewell(connection: Connection, farewell: str) -> None:
    """Every session of that browser."""
    connection.execute(delete(VISITS).where(VISITS.c.farewell_hash == hash_token(farewell)))


def end_visit(connection: Connection, token: str) -> None:
    """Log off; harmless where nobody is."""
    connection.execute(delete(VISITS).where(VISITS.c.token_hash == hash_token(token)))
