"""Consents as the customer has them: to whom, until when, used when last; and their end, by himself.

An aggregator that reads without the customer does so at most four times in 24 hours ((EU) 2018/389, article 36(5)(b)):
each resource has so many places, and a place is free again 24 hours after it was taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select, update

from bank.books.clock import WallClock, pass_time, read_time, wall_ms
from bank.books.limiting import count_one, forget_counts, sweep_counts
from bank.books.schema import LIMITS
from bank.books.schema_partners import PARTNER_GRANTS, PARTNERS
from bank.books.store_sql import SqlStore
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.operations.notices import NoticeEvent, note_notice
from bank.partners.policy import DAY_MS
from bank.partners.ports import Grant, Scope

G: Final = PARTNER_GRANTS
ALONE: Final = "consent-alone/"
USED: Final = "consent-used/"
MOST_LISTED: Final = 50


@dataclass(frozen=True, slots=True)
class PartnerConsent:
    """One that the customer gave. `ended_ms`: by whomever, before its time; `closed`: the partner is none any more."""

    operation_id: str
    partner: str
    since_ms: int
    until_ms: int
    ended_ms: int | None
    used_ms: int | None
    closed: bool

    def is_good(self, now_ms: int) -> bool:
        """Whether the partner may read now."""
        return self.ended_ms is None and not self.closed and now_ms < self.until_ms


@dataclass(frozen=True)
class Consents:
    """A customer's, over the books. Methods raise StateError."""

    store: SqlStore
    wall: WallClock = wall_ms

    def list_consents(self, customer_id: int) -> tuple[Sequence[PartnerConsent], int]:
        """Those to read accounts, newest first; and the moment that they were looked at."""
        query = select(G, PARTNERS.c.name, PARTNERS.c.until_ms.label("closed_ms")).join(
            PARTNERS, PARTNERS.c.id == G.c.partner_id
        )
        query = query.where(G.c.customer_id == customer_id, G.c.scope == Scope.ACCOUNTS.value)
        with self.store.reading() as connection:
            rows = connection.execute(query.order_by(G.c.since_ms.desc()).limit(MOST_LISTED)).mappings().all()
            keys = [USED + row["operation_id"] for row in rows]
            used = select(LIMITS.c.key, LIMITS.c.window_ms).where(LIMITS.c.key.in_(keys))
            moments = dict(connection.execute(used).tuples().all())
            now_ms = read_time(connection, self.wall())
        found = [
            PartnerConsent(
                row["operation_id"],
                row["name"],
                row["since_ms"],
                row["until_ms"],
                row["ended_ms"],
                moments.get(USED + row["operation_id"]),
                row["closed_ms"] is not None,
            )
            for row in rows
        ]
        return found, now_ms

    def end_consent(self, customer_id: int, operation_id: str) -> bool:
        """From now on the partner reads nothing; False where there is no such consent of his that is good."""
        with self.store.writing() as connection:
            now_ms = pass_time(connection, self.wall())
            own = (G.c.operation_id == operation_id, G.c.customer_id == customer_id)
            good = (G.c.scope == Scope.ACCOUNTS.value, G.c.ended_ms.is_(None), G.c.until_ms > now_ms)
            if connection.execute(update(G).where(*own, *good).values(ended_ms=now_ms)).rowcount != 1:
                return False
            forget_counts(connection, f"{ALONE}{operation_id}/")
            customer = name_customer(customer_id)
            append_line(connection, now_ms, customer, customer, "consent ended", operation=operation_id)
            note_notice(connection, customer_id, NoticeEvent.CONSENT_ENDED, now_ms, operation_id)
            return True


def count_access(connection: Connection, grant: Grant, resource: str, most: int | None, now_ms: int) -> bool:
    """Note that a partner reads; False, and nothing noted, where it has read too often. `resource`: what it reads;
    `most`: how often in 24 hours; None where the customer waits for it at the partner's."""
    prefix = f"{ALONE}{grant.operation_id}/"
    places = (f"{prefix}{resource}/{place}" for place in range(most or 0))
    if most is not None and not any(count_one(connection, place, 1, now_ms, DAY_MS) for place in places):
        return False
    sweep_counts(connection, prefix, now_ms - DAY_MS)
    count_one(connection, USED + grant.operation_id, 1, now_ms, 0)
    return True
