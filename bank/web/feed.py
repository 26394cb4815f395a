"""What changed among the operations, told to pages as it happens, whichever process changed it.

The truth is a look into the books twice a second, which is right by itself: `seq` grows with every change, and whoever
changes an operation waits for the one before, so that no smaller number turns up later. What this process changes wakes
the look at once, and on PostgreSQL what any process does (LISTEN, NOTIFY). One thread looks, while anybody waits.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, cast

from sqlalchemy import func, select

from bank.books.schema import COUNTERS, OPERATIONS
from bank.books.store_sql import SqlStore
from bank.errors import StateError
from bank.operations.shelf import CHANNEL, COUNTER

LOOK_S: Final = 0.5
"""One small SELECT, however many wait: a telephone that hears by it alone hears within half a second."""
BATCH: Final = 500


class OperationFeed:
    """One for each process."""

    def __init__(self, store: SqlStore, look_s: float = LOOK_S) -> None:
        self._store = store
        self._look_s = look_s
        self._lock = threading.Lock()
        self._waiting: dict[int, list[Callable[[int], None]]] = {}
        self._thread: threading.Thread | None = None

    async def list_changes(
        self, customer_id: int, beat_s: float, since: int | None = None
    ) -> AsyncIterator[int | None]:
        """The `seq` of each change of that customer's operations from now on; None after so many seconds without.
        `since`: what `read_head` said when a page was made; the last change after that comes first."""
        loop, changes = asyncio.get_running_loop(), asyncio.Queue[int]()

        def tell(seq: int) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(changes.put_nowait, seq)

        await loop.run_in_executor(None, self._enter, customer_id, tell)
        try:
            if since is not None:
                missed = await loop.run_in_executor(None, self._find_last, customer_id, since)
                if missed:
                    yield missed
            while True:
                try:
                    yield await asyncio.wait_for(changes.get(), beat_s)
                except TimeoutError:
                    yield None
        finally:
            self._leave(customer_id, tell)

    def _find_last(self, customer_id: int, since: int) -> int:
        """The last change of that customer's operations after one; 0 for none."""
        own = OPERATIONS.c.customer_id == customer_id, OPERATIONS.c.seq > since
        with self._store.reading() as connection:
            return connection.execute(select(func.max(OPERATIONS.c.seq)).where(*own)).scalar() or 0

    def _enter(self, customer_id: int, tell: Callable[[int], None]) -> None:
        """Where nobody looks yet, somebody does from this moment of the books on."""
        with self._lock:
            self._waiting.setdefault(customer_id, []).append(tell)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._look_on, args=(self.read_head(),), name="operations", daemon=True
                )
                self._thread.start()

    def _leave(self, customer_id: int, tell: Callable[[int], None]) -> None:
        with self._lock:
            self._waiting[customer_id].remove(tell)
            if not self._waiting[customer_id]:
                del self._waiting[customer_id]

    def _look_on(self, seen: int) -> None:
        """Until nobody waits. Books that are away are looked for again."""
        while self._is_wanted():
            try:
                with waking(self._store) as wait:
                    while self._is_wanted():
                        seen = self._tell_since(seen)  # after LISTEN: nothing happens unseen between look and wait
                        wait(self._look_s)
            except StateError:
                time.sleep(self._look_s)

    def _is_wanted(self) -> bool:
        with self._lock:
            if not self._waiting:
                self._thread = None
            return threading.current_thread() is self._thread

    def _tell_since(self, seen: int) -> int:
        """How far was told. Where the books have begun anew, their numbers have, too."""
        head = self.read_head()
        if head <= seen:
            return head
        query = select(OPERATIONS.c.seq, OPERATIONS.c.customer_id).where(OPERATIONS.c.seq > seen)
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(OPERATIONS.c.seq).limit(BATCH)).all()
        for seq, customer_id in rows:
            with self._lock:
                told = list(self._waiting.get(customer_id, ()))
            for tell in told:
                tell(seq)
        return int(rows[-1][0]) if rows else head

    def read_head(self) -> int:
        """The number of the last change of any operation. Raises StateError."""
        with self._store.reading() as connection:
            found = connection.execute(select(COUNTERS.c.value).where(COUNTERS.c.name == COUNTER)).scalar()
        return found or 0


@contextmanager
def waking(store: SqlStore) -> Iterator[Callable[[float], object]]:
    """A wait of at most so many seconds, which ends sooner where the database tells of a change. Raises StateError."""
    with store.reading() as connection:
        postgresql = connection.dialect.name == "postgresql"
        if postgresql:
            connection.exec_driver_sql(f"LISTEN {CHANNEL}")
            connection.commit()
            driver = cast("Any", connection.connection.driver_connection)
            driver.autocommit = True
            try:
                yield lambda seconds: list(driver.notifies(timeout=seconds, stop_after=1))
            finally:
                connection.invalidate()  # a pooled connection must not listen
            return
    yield store.bell.listen()
