"""Signing in: every refusal in the same words and after the same time, and not too many from one place."""

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Protocol

from starlette.concurrency import run_in_threadpool

from bank.books.records import Attempt, Customer, Holder, Reason, user_code
from bank.books.store_sql import SqlStore
from bank.demo.people import begin_anew
from bank.emv.codes import normalise_code
from bank.operations.guarding import note_closed_card
from bank.verification import Verifier
from web.clock import elapsed

REFUSAL_S = 0.5
"""How long a refusal takes, in seconds, while the books are looked into in less."""

CALM_S = 600.0
"""How long all refusals stay slow after the books were, in seconds."""

MOST_USERS = 10_000
"""Of so many user codes the refusals in a row are remembered."""

Clock = Callable[[], float]
Pause = Callable[[float], Awaitable[None]]


@dataclass
class Taken:
    """The moments of one place's attempts, and whether the log knows that it is closed."""

    moments: deque[float] = field(default_factory=deque)
    told: bool = False


class SourceLimit:
    """At most `most` refusals from one place within `window` seconds."""

    def __init__(self, most: int = 20, window: float = 600, now: Clock = elapsed, sources: int = 10_000) -> None:
        self._most = most
        self._window = window
        self._now = now
        self._sources = sources
        self._taken: OrderedDict[str, Taken] = OrderedDict()
        self._lock = threading.Lock()

    def admit_source(self, source: str) -> bool:
        """Count an attempt in advance, before it is looked at; False, and nothing counted, when there were too many.
        From any thread."""
        with self._lock:
            return self._take(source)

    def _take(self, source: str) -> bool:
        now = self._now()
        taken = self._taken.setdefault(place_of(source), Taken())
        self._taken.move_to_end(place_of(source))
        while taken.moments and now - taken.moments[0] >= self._window:
            taken.moments.popleft()
        while len(self._taken) > self._sources:
            self._taken.popitem(last=False)
        if len(taken.moments) >= self._most:
            return False
        taken.moments.append(now)
        taken.told = False
        return True

    def give_back(self, source: str) -> None:
        """The last attempt was none to be held against the source."""
        taken = self._taken.get(place_of(source))
        if taken and taken.moments:
            taken.moments.pop()

    def newly_closed(self, source: str) -> bool:
        """Whether this is the first refusal since a place was closed: the log is told once."""
        taken = self._taken.get(place_of(source))
        if taken is None or taken.told:
            return False
        taken.told = True
        return True

    def forget_all(self) -> None:
        """Hold nothing against anybody any longer."""
        self._taken.clear()


class RefusalTime:
    """When a refusal that began at some moment may be told.

    After REFUSAL_S; where the books took longer, all refusals take the next of its doubles for a while, whatever they
    were for: on a slow disk the time would tell how much of the books was looked into.
    """

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._all = REFUSAL_S
        self._slow_at = now()

    def end(self, begin: float) -> float:
        """The moment. `begin`, and it: in seconds of the clock."""
        now = self._now()
        if now - self._slow_at >= CALM_S:
            self._all = REFUSAL_S
        while begin + self._all < now:
            self._all *= 2
            self._slow_at = now
        return begin + self._all


class Warnings:
    """Whose next refusal closes a card. A user code that nobody has is warned like any other: it tells nothing."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._left: OrderedDict[str, int] = OrderedDict()

    def refused(self, user: str, left: int | None) -> None:
        """One refusal more. `left`: how many there can still be, where the books know."""
        before = self._left.pop(user, self._limit)
        self._left[user] = max(0, before - 1) if left is None else left
        if len(self._left) > MOST_USERS:
            self._left.popitem(last=False)

    def accepted(self, user: str) -> None:
        """The refusals are forgotten."""
        self._left.pop(user, None)

    def forget_all(self) -> None:
        """Begin anew for everybody."""
        self._left.clear()

    def due(self, user: str) -> bool:
        """Whether to warn."""
        return self._left.get(user) == 1


class PlaceLimit(Protocol):
    """How many refusals a place may have: `SourceLimit`, or the like in the books. Methods may wait for a disk."""

    def admit_source(self, source: str) -> bool:
        """Count an attempt in advance; False, and nothing counted, when there were too many."""
        ...

    def give_back(self, source: str) -> None:
        """The last attempt was none to be held against the source."""
        ...

    def newly_closed(self, source: str) -> bool:
        """Whether this is the first refusal since a place was closed."""
        ...

    def forget_all(self) -> None:
        """Hold nothing against anybody any longer."""
        ...


class WarningKeeper(Protocol):
    """Whose next refusal closes a card: `Warnings`, or the like in the books."""

    def refused(self, user: str, left: int | None) -> None:
        """One refusal more."""
        ...

    def accepted(self, user: str) -> None:
        """The refusals are forgotten."""
        ...

    def forget_all(self) -> None:
        """Begin anew for everybody."""
        ...

    def due(self, user: str) -> bool:
        """Whether to warn."""
        ...


class Desk:
    """Where a user code and a code are taken. `now` and `pause`: monotonic seconds, and a wait of some."""

    def __init__(
        self,
        verifier: Verifier,
        sources: PlaceLimit | None = None,
        now: Clock = elapsed,
        pause: Pause = asyncio.sleep,
        warnings: WarningKeeper | None = None,
    ) -> None:
        self.verifier = verifier
        self._sources = sources or SourceLimit()
        self._warnings = warnings or Warnings(verifier.policy.attempts)
        self._refusal = RefusalTime(now)
        self.now = now
        self._pause = pause

    def begin_anew(self) -> None:
        """Hold nothing against any source, and give the demonstration's cards their first state. Raises StateError."""
        begin_anew(self.verifier.store)
        self._sources.forget_all()
        self._warnings.forget_all()

    async def sign_in(self, user: str, code: str, source: str) -> Customer | None:
        """The customer whose unused code this is; else None, after a time that tells nothing. Raises StateError.

        A slip in typing is held against nobody: neither against the card nor against the place.
        """
        begin = self.now()
        customer = await self._look(user_code(user), code, source) if normalise_code(code) else None
        if customer is None:
            await self.hold_refusal(begin)
        return customer

    async def admit_source(self, source: str) -> bool:
        """Count an attempt of that place in advance, and the log is told once that it has had too many. Raises
        StateError."""
        return await run_in_threadpool(self._admit, source)

    async def give_back(self, source: str) -> None:
        """What was counted in advance was no attempt against anybody. Raises StateError."""
        await run_in_threadpool(self._sources.give_back, source)

    async def hold_refusal(self, begin: float) -> None:
        """Keep a refusal back that was begun then, of a sign-in or of an operation's code: a no ends at the same
        moments whatever was wrong, so that its length does not tell which user codes exist or how near a code was."""
        await self._pause(max(0.0, self._refusal.end(begin) - self.now()))

    def warns(self, user: str) -> bool:
        """Whether one more refusal closes that user code's card (EU 2018/389, article 4(3)): said after a refusal."""
        return self._warnings.due(user_code(user))

    async def _look(self, user: str, code: str, source: str) -> Customer | None:
        return await run_in_threadpool(self._look_now, user, code, source)

    def _look_now(self, user: str, code: str, source: str) -> Customer | None:
        if not self._admit(source):
            return None
        customer = self._verify(user, code, source)
        if customer is not None:
            # A right code costs its place nothing: a branch with many customers is one place.
            self._sources.give_back(source)
        return customer

    def _admit(self, source: str) -> bool:
        admitted = self._sources.admit_source(source)
        if not admitted and self._sources.newly_closed(source):
            self._note_limited(source)
        return admitted

    def _verify(self, user: str, code: str, source: str) -> Customer | None:
        """Only a user code opens accounts: the verifier itself would take a card's number as well."""
        holder = self.verifier.store.find_holder(user)
        card = self.verifier.store.find_card(holder.card_id) if holder else None
        desk = self.verifier
        verdict = desk.verify_card(card, code, source=source) if card else desk.verify("", code, source=source)
        if holder and verdict.accepted:
            self._warnings.accepted(user)
            return holder.customer
        self._warnings.refused(user, verdict.left)
        if holder and verdict.left == 0 and verdict.reason is Reason.NO_MATCH:
            self._tell_closed(holder)
        return None

    def _tell_closed(self, holder: Holder) -> None:
        """This refusal was the last: the customer learns of it elsewhere than here."""
        store = self.verifier.store
        if isinstance(store, SqlStore):
            note_closed_card(store, holder.customer.customer_id, holder.card_id)

    def _note_limited(self, source: str) -> None:
        self.verifier.store.note_attempt(Attempt(self.verifier.now(), "", source, Reason.LIMITED))


def place_of(source: str) -> str:
    """What counts as one place: this machine under all its addresses (RFC 6890), a network of IPv6 that one house has
    (RFC 6177, /64), else the address itself."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is None:
            return "loopback" if address.is_loopback else str(ip_network((address.packed, 64), strict=False))
        address = mapped
    return "loopback" if address.is_loopback else str(address)
