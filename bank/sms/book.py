"""Which messages of the outbox are on their way, in the caller's transaction.

Each message has a row in `sms_deliveries` from the first time a carrier looks for work. Taking one on is a single
UPDATE with its condition in it: of two processes one gets it, and for a while, so that what a dead process had taken on
comes back. A message is sent at least once; a code that comes twice is the same code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, func, literal, select, update

from bank.books.inserting import insert_into
from bank.books.schema import SMS_OUTBOX
from bank.books.schema_partners import SMS_DELIVERIES
from bank.sms.ports import TextReceipt, TextState

D = SMS_DELIVERIES

LOOKED_BACK: Final = 1000
"""How many rows before the latest one a transaction may come that took longer than others."""


@dataclass(frozen=True, slots=True)
class CarryPolicy:
    """How long and how often. `fresh_ms`: an older message is not begun any more, and one that waits longer has failed:
    a code in it would be too old. `lease_ms`: how long whoever took a message on may take. `first_wait_ms`: before the
    second try, twice as long before each further one, at most `longest_wait_ms`. `at_once`: messages at a time."""

    fresh_ms: int = 10 * 60_000
    lease_ms: int = 60_000
    first_wait_ms: int = 2_000
    longest_wait_ms: int = 60_000
    at_once: int = 16

    def find_wait(self, tries: int) -> int:
        """Milliseconds until the next try, after so many."""
        doubled: int = self.first_wait_ms * 2 ** min(tries - 1, 20)
        return min(doubled, self.longest_wait_ms)


@dataclass(frozen=True, slots=True)
class TakenText:
    """A row of the outbox that was taken on: its telephone as the customer's contact has it. `tries`: with this one."""

    number: int
    telephone: str = field(repr=False)
    text: str = field(repr=False)
    tries: int


def take_on(connection: Connection, policy: CarryPolicy, now_ms: int) -> Sequence[TakenText]:
    """The next messages, oldest first: nobody else gets them for a while."""
    _fail_stale(connection, policy, now_ms)
    _note_new(connection, policy, now_ms)
    due = select(D.c.outbox_id).where(D.c.state == TextState.WAITING.value, D.c.next_ms <= now_ms)
    numbers = connection.execute(due.order_by(D.c.outbox_id).limit(policy.at_once)).scalars().all()
    taken = [number for number in numbers if _claim(connection, number, policy, now_ms)]
    query = select(SMS_OUTBOX, D.c.tries).join(D, D.c.outbox_id == SMS_OUTBOX.c.id).where(SMS_OUTBOX.c.id.in_(taken))
    rows = connection.execute(query.order_by(SMS_OUTBOX.c.id)).mappings()
    return [TakenText(row["id"], row["number"], row["text"], row["tries"]) for row in rows]


def _fail_stale(connection: Connection, policy: CarryPolicy, now_ms: int) -> None:
    stale = select(SMS_OUTBOX.c.id).where(
        SMS_OUTBOX.c.id == D.c.outbox_id, SMS_OUTBOX.c.created_ms <= now_ms - policy.fresh_ms
    )
    waiting = update(D).where(D.c.state == TextState.WAITING.value, stale.exists())
    connection.execute(waiting.values(state=TextState.FAILED.value, changed_ms=now_ms))


def _note_new(connection: Connection, policy: CarryPolicy, now_ms: int) -> None:
    latest = select(func.coalesce(func.max(D.c.outbox_id), 0)).scalar_subquery()
    noted = select(D.c.outbox_id).where(D.c.outbox_id == SMS_OUTBOX.c.id).exists()
    new = select(SMS_OUTBOX.c.id, literal(TextState.WAITING.value), literal(0), literal(now_ms), literal(now_ms)).where(
        SMS_OUTBOX.c.id > latest - LOOKED_BACK, SMS_OUTBOX.c.created_ms > now_ms - policy.fresh_ms, ~noted
    )
    columns = ["outbox_id", "state", "tries", "next_ms", "changed_ms"]
    made = insert_into(connection, D).from_select(columns, new.order_by(SMS_OUTBOX.c.id).limit(policy.at_once))
    connection.execute(made.on_conflict_do_nothing())


def _claim(connection: Connection, number: int, policy: CarryPolicy, now_ms: int) -> bool:
    due = update(D).where(D.c.outbox_id == number, D.c.state == TextState.WAITING.value, D.c.next_ms <= now_ms)
    taken = due.values(next_ms=now_ms + policy.lease_ms, tries=D.c.tries + 1, changed_ms=now_ms)
    return connection.execute(taken).rowcount == 1


def note_sent(connection: Connection, number: int, message_id: str, now_ms: int) -> None:
    """A carrier has it, and calls it that."""
    _change(connection, number, now_ms, TextState.SENT, message_id)


def note_failed(connection: Connection, number: int, now_ms: int) -> None:
    """No carrier takes it."""
    _change(connection, number, now_ms, TextState.FAILED)


def put_off(connection: Connection, number: int, next_ms: int, now_ms: int) -> None:
    """It is tried again then."""
    waiting = update(D).where(D.c.outbox_id == number, D.c.state == TextState.WAITING.value)
    connection.execute(waiting.values(next_ms=next_ms, changed_ms=now_ms))


def note_receipt(connection: Connection, receipt: TextReceipt, now_ms: int) -> bool:
    """What became of it at the telephone; False where no message of ours waits for such a receipt."""
    own = update(D).where(D.c.message_id == receipt.message_id, D.c.state == TextState.SENT.value)
    return connection.execute(own.values(state=receipt.state.value, changed_ms=now_ms)).rowcount > 0


def _change(connection: Connection, number: int, now_ms: int, state: TextState, message_id: str | None = None) -> None:
    waiting = update(D).where(D.c.outbox_id == number, D.c.state == TextState.WAITING.value)
    connection.execute(waiting.values(state=state.value, message_id=message_id, changed_ms=now_ms))
