"""Sends in the background: whoever decides something only leaves word, and never waits for a push service.

One thread with a loop of its own. So many messages wait at most; where there are more the newest is dropped, for the
phone finds what waits by itself. A service that asks for patience is asked again, later each time, while the message
is still worth it.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bank.books.clock import WallClock, wall_ms
from bank.push.ports import PushAnswer, PushOutcome, PushSender, PushSubscription, SubscriptionBook, WakeUp

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[object]]

FIRST_WAIT_S: Final = 2
"""Before the second try; twice as long before each further one."""
MOST_TRIES: Final = 6
AGAIN: Final = frozenset((PushOutcome.LATER, PushOutcome.UNREACHABLE))


@dataclass(frozen=True, slots=True)
class Errand:
    """A customer's phones to wake: about what, and until when it is worth it (ms since 1970)."""

    customer_id: int
    about: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class WorkerBounds:
    """How many errands there may be, those that wait for a further try included; how many requests at once."""

    errands: int = 1000
    at_once: int = 8


def find_wait(answer: PushAnswer, tries: int) -> int | None:
    """Seconds until the next try, after that answer to the last of `tries`; None where there is none."""
    if answer.outcome not in AGAIN or tries >= MOST_TRIES:
        return None
    own: int = FIRST_WAIT_S * 2 ** (tries - 1)
    return max(own, answer.retry_after_s or 0)


class PushWorker:
    """Wakes phones. `wake_phone` may be called from any thread; it never waits and never raises."""

    def __init__(
        self,
        sender: PushSender,
        book: SubscriptionBook,
        bounds: WorkerBounds | None = None,
        wall: WallClock = wall_ms,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._sender = sender
        self._book = book
        self._bounds = bounds or WorkerBounds()
        self._wall = wall
        self._sleep = sleep
        self._lock = threading.Lock()
        self._count = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._at_once = asyncio.Semaphore(self._bounds.at_once)
        self._tasks: set[asyncio.Task[None]] = set()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send while the context lasts; what is not sent then is not sent."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="push", daemon=True)
        thread.start()
        with self._lock:
            self._loop = loop
        try:
            yield
        finally:
            with self._lock:
                self._loop = None
            asyncio.run_coroutine_threadsafe(self._end(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    def wake_phone(self, customer_id: int, about: str, until_ms: int) -> bool:
        """Leave word that something waits for the customer. Whether there was room for it, and somebody to run."""
        with self._lock:
            if self._loop is None or self._count >= self._bounds.errands:
                return False
            self._count += 1
            self._loop.call_soon_threadsafe(self._begin, Errand(customer_id, about, until_ms))
        return True

    def drain(self) -> None:
        """Wait until every errand that was taken is done with."""
        loop = self._loop
        if loop is not None:
            asyncio.run_coroutine_threadsafe(self._settle(), loop).result()

    def _begin(self, errand: Errand) -> None:
        task = asyncio.get_running_loop().create_task(self._run(errand))
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with self._lock:
            self._count -= 1
        if not task.cancelled() and (error := task.exception()):
            log.error("a phone was not woken: %s", type(error).__name__)

    async def _run(self, errand: Errand) -> None:
        """Every phone of the customer, each by itself."""
        found = await asyncio.to_thread(self._book.list_subscriptions, errand.customer_id)
        await asyncio.gather(*(self._insist(errand, each) for each in found))

    async def _insist(self, errand: Errand, subscription: PushSubscription) -> None:
        tries: int = 0
        wait: int | None = 0
        while wait is not None:
            await self._sleep(wait)
            left_s = self._left_s(errand)
            if not left_s:
                return
            async with self._at_once:
                wake = WakeUp(errand.about, left_s, topic=errand.about[:32])
                answer = await self._sender.send_push(subscription, wake)
            tries += 1
            wait = find_wait(answer, tries)
            if answer.outcome is PushOutcome.GONE:
                await asyncio.to_thread(self._book.forget_subscription, subscription.number)

    def _left_s(self, errand: Errand) -> int:
        """For how many seconds it is still worth it; the last begun one counts."""
        return max(0, -((self._wall() - errand.until_ms) // 1000))

    async def _settle(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _end(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
