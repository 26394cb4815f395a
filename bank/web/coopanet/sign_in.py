"""Signing in: every refusal in the same words and after the same time, and not too many from one place."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool

from bank.books.records import Attempt, Customer, Reason
from bank.demo.customers import begin_anew
from bank.verification import Verifier
from web.clock import elapsed

REFUSAL_S = 0.5
"""How long a refusal takes, in seconds: far more than the longest look into the books."""

Clock = Callable[[], float]
Pause = Callable[[float], Awaitable[None]]


class SourceLimit:
    """At most `most` refusals from one source within `window` seconds."""

    def __init__(self, most: int = 20, window: float = 600, now: Clock = elapsed, sources: int = 10_000) -> None:
        self._most = most
        self._window = window
        self._now = now
        self._sources = sources
        self._taken: dict[str, deque[float]] = {}

    def take(self, source: str) -> bool:
        """Count an attempt in advance, before it is looked at; False, and nothing counted, when there were too many."""
        now = self._now()
        taken = self._taken.pop(source, deque())
        while taken and now - taken[0] >= self._window:
            taken.popleft()
        self._taken[source] = taken  # the one that was asked last stands last
        self._forget_oldest()
        if len(taken) >= self._most:
            return False
        taken.append(now)
        return True

    def give_back(self, source: str) -> None:
        """The last attempt was none to be held against the source."""
        if self._taken.get(source):
            self._taken[source].pop()

    def forget_all(self) -> None:
        """Hold nothing against anybody any longer."""
        self._taken.clear()

    def _forget_oldest(self) -> None:
        while len(self._taken) > self._sources:
            del self._taken[next(iter(self._taken))]


class Desk:
    """Where a user code and a code are taken. `now` and `pause`: monotonic seconds, and a wait of some."""

    def __init__(
        self,
        verifier: Verifier,
        sources: SourceLimit | None = None,
        now: Clock = elapsed,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self.verifier = verifier
        self._sources = sources or SourceLimit()
        self._now = now
        self._pause = pause

    def begin_anew(self) -> None:
        """Hold nothing against any source, and give the demonstration's cards their first state. Raises StateError."""
        begin_anew(self.verifier.store)
        self._sources.forget_all()

    async def sign_in(self, user: str, code: str, source: str) -> Customer | None:
        """The customer whose unused code this is; None, after a fixed time, for everything else. Raises StateError."""
        begin = self._now()
        customer = await self._look(user, code, source)
        if customer is None:
            await self._pause(max(0.0, begin + REFUSAL_S - self._now()))
        return customer

    async def _look(self, user: str, code: str, source: str) -> Customer | None:
        if not self._sources.take(source):
            await run_in_threadpool(self._note_limited, source)
            return None
        customer = await run_in_threadpool(self._verify, user, code, source)
        if customer is not None:
            self._sources.give_back(source)
        return customer

    def _verify(self, user: str, code: str, source: str) -> Customer | None:
        """Only a user code opens accounts: the verifier itself would take a card's number as well."""
        customer = self.verifier.store.find_customer("".join(user.split()).upper())
        verdict = self.verifier.verify(customer.card_id if customer else "", code, source=source)
        return customer if verdict.accepted else None

    def _note_limited(self, source: str) -> None:
        self.verifier.store.note_attempt(Attempt(self.verifier.now(), "", source, Reason.LIMITED))
