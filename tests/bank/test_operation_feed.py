"""Changes of operations told as they happen: of this process by its bell, of others by a notification on PostgreSQL."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import cast

from sqlalchemy import delete, insert, select, update
from starlette.responses import StreamingResponse

from bank.books.customers import add_customer
from bank.books.records import Customer
from bank.books.schema import COUNTERS, OPERATIONS
from bank.books.store_sql import SqlStore
from bank.books.vault import BooksVault
from bank.operations.shelf import draw_seq
from bank.web.coopanet.following import stream_changes
from bank.web.feed import OperationFeed

LIMIT_S = 60
NEVER_S = 3600.0
"""A look that would come too late for the test: only the bell or a notification is heard in time."""

SOON_S = 0.02


def take_in(books: SqlStore, user: str) -> int:
    with books.writing() as connection:
        return add_customer(connection, Customer(user, user), 0).customer_id


def change(books: SqlStore, customer_id: int, *, keep: bool = True) -> int:
    """Another operation of that customer, in a transaction that is kept or given up."""
    with books.writing() as connection:
        seq = draw_seq(connection)
        row = {
            "id": f"operation-{seq}",
            "seq": seq,
            "kind": "sepa-transfer",
            "customer_id": customer_id,
            "state": "pending",
            "payload": b"",
            "created_ms": 0,
            "until_ms": 0,
            "terminal": "computer",
            "digest": "",
        }
        connection.execute(insert(OPERATIONS).values(row))
        if not keep:
            connection.rollback()
    return seq


async def heard(changes: AsyncIterator[int | None]) -> int:
    async for seq in changes:
        if seq is not None:
            return seq
    raise AssertionError("the stream ended")


async def first(changes: AsyncIterator[int | None]) -> int | None:
    return await anext(changes)


def waiting_for(feed: OperationFeed, customer_id: int, act: Callable[[], int]) -> tuple[int, int]:
    """What is heard, and what was done once the look had begun."""

    async def run() -> tuple[int, int]:
        changes = feed.list_changes(customer_id, 0.05)
        assert await anext(changes) is None, "nothing has changed yet"
        done = await asyncio.get_running_loop().run_in_executor(None, act)
        return await asyncio.wait_for(heard(changes), LIMIT_S), done

    return asyncio.run(run())


def test_each_hears_of_the_own_customers_changes(books: SqlStore) -> None:
    one, other = take_in(books, "FIRST001"), take_in(books, "SECOND02")
    feed = OperationFeed(books, NEVER_S)

    def act() -> int:
        change(books, other)
        change(books, one, keep=False)
        return change(books, one)

    seen, done = waiting_for(feed, one, act)
    assert seen == done
    change(books, one)  # whoever looks is woken, and sees that nobody waits
    join_lookers()


def join_lookers() -> None:
    for thread in threading.enumerate():
        if thread.name == "operations":
            thread.join(LIMIT_S)


def test_what_changed_between_a_page_and_its_stream_comes_first(books: SqlStore) -> None:
    one, other = take_in(books, "FIRST001"), take_in(books, "SECOND02")
    feed = OperationFeed(books, NEVER_S)
    change(books, one)
    head = feed.read_head()
    assert asyncio.run(first(feed.list_changes(one, 0.05, head))) is None
    change(books, one)
    missed = change(books, one)
    change(books, other)
    assert asyncio.run(first(feed.list_changes(one, NEVER_S, head))) == missed
    change(books, one)
    join_lookers()


def test_a_page_is_told_at_once_of_what_was_decided_before_its_stream(books: SqlStore) -> None:
    customer = take_in(books, "FIRST001")
    feed = OperationFeed(books, NEVER_S)
    change(books, customer)

    async def read(*, still: bool) -> list[str]:
        answer = stream_changes(feed, customer, lambda: still)
        assert isinstance(answer, StreamingResponse)
        parts: list[str] = []
        async for part in answer.body_iterator:
            parts.append(str(part))
            if len(parts) == 2:
                break
        await cast("AsyncGenerator[str]", answer.body_iterator).aclose()
        return parts

    assert asyncio.run(read(still=False))[1] == 'event: changed\ndata: {"waits": false}\n\n'
    assert asyncio.run(read(still=True))[1] == ": here\n\n"  # nothing that the page does not know
    change(books, customer)
    join_lookers()


def test_books_that_begin_anew_are_heard_again(books: SqlStore) -> None:
    one = take_in(books, "FIRST001")
    for _ in range(5):
        change(books, one)
    feed = OperationFeed(books, SOON_S)

    def act() -> int:
        with books.writing() as connection:
            connection.execute(delete(OPERATIONS))
            connection.execute(update(COUNTERS).values(value=0))
        looked = threading.Event()
        for _ in range(100):
            looked.wait(SOON_S)
        return change(books, one)

    seen, done = waiting_for(feed, one, act)
    assert seen == done
    join_lookers()


def test_another_process_is_heard_by_the_look(tmp_path: Path) -> None:
    """On SQLite, where nothing else tells of it."""
    here, there = (SqlStore(f"sqlite:///{tmp_path}/bank/bank.db", BooksVault(bytes(32))) for _ in range(2))
    with closing(here), closing(there):
        one = take_in(here, "FIRST001")
        seen, done = waiting_for(OperationFeed(here, SOON_S), one, lambda: change(there, one))
        assert seen == done
        join_lookers()


def test_nobody_looks_when_nobody_waits(books: SqlStore) -> None:
    one = take_in(books, "FIRST001")
    feed = OperationFeed(books, SOON_S)
    before = {thread.name for thread in threading.enumerate()}
    waiting_for(feed, one, lambda: change(books, one))
    join_lookers()
    assert {thread.name for thread in threading.enumerate()} <= before
    with books.reading() as connection:
        assert connection.execute(select(OPERATIONS.c.seq)).scalars().all()
