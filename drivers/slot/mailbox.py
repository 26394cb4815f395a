"""What the threads of the PC/SC slot have found and the loop has not asked for yet.

A session is the time between two CardAbsent or SlotLost. A request is made in the session that the loop knows of; what
belongs to one that is over is neither carried out nor answered, for its answer is the CardAbsent or SlotLost that waits
here.
"""

import threading
from collections import deque
from collections.abc import Callable

from drivers.slot.pcsc_watch import Inserted, Presence, View
from sesame_core.events import CardAbsent, Event, Millis, SlotLost

Telling = Callable[[Millis], Event]
"""An event that lacks only its moment."""


class News:
    """A queue of events with the rules of sessions. Every method may be called from any thread and calls `notify` when
    there is something new, holding no lock."""

    def __init__(self, notify: Callable[[], None]) -> None:
        self._notify = notify
        self._changed = threading.Condition()
        self._presence = Presence()
        self._queue: deque[tuple[int, Telling]] = deque()
        self._session = 0
        self._known_session = 0

    @property
    def has_events(self) -> bool:
        """True when `take` has something to give."""
        return bool(self._queue)

    @property
    def known_session(self) -> int:
        """The session that the loop knows of: the one of the last event that it took."""
        return self._known_session

    def take_events(self, now: Millis) -> list[Event]:
        """Everything that is new, as having happened at `now`."""
        events = []
        with self._changed:
            while self._queue:
                # What the loop asks next it asks of the session that it has heard of, not of one that began
                # meanwhile.
                self._known_session, telling = self._queue.popleft()
                events.append(telling(now))
        return events

    def update_readers(self, view: View) -> int | None:
        """The watcher looked at the readers. The session that ended by that, if one did."""
        with self._changed:
            before = self._session
            new = self._add(self._presence.note_seen(view))
            ended = before if self._session != before else None
        self._wake(new)
        return ended

    def note_removal(self, card: Inserted) -> None:
        """The worker found that a card is gone."""
        with self._changed:
            new = self._add(self._presence.note_removal(card))
        self._wake(new)

    def hand_answer(self, session: int, telling: Telling) -> None:
        """The answer to a request, unless its session is over."""
        with self._changed:
            # Session and queue are looked at under one lock: a card pulled in between must not get the other's
            # answer.
            if current := session == self._session:
                self._queue.append((session, telling))
        self._wake(current)

    def request_session(self) -> int | None:
        """The session of a request that is made now; None when no card is in, which is then told once more."""
        with self._changed:
            # An end that the loop has not heard of is in the queue: its request goes to the old session, and is
            # dropped.
            if self._known_session != self._session or self._presence.card is not None:
                return self._known_session
            new = not self._queue and self._add(self._presence.look_again())
        self._wake(new)
        return None

    def take_another(self, session: int) -> bool:
        """The card of this session is of no use: the next one is its card now. False where there is none, or the
        session is over."""
        with self._changed:
            return session == self._session and self._presence.take_another()

    def start_anew(self, session: int) -> None:
        """The card of this session is asked for once more."""
        with self._changed:
            if session == self._session:
                self._presence.start_anew()

    def session_card(self, session: int) -> Inserted | None:
        """The card of a session; None when the session is over."""
        with self._changed:
            return self._presence.card if session == self._session else None

    def wait_until_ended(self, session: int, timeout_s: float) -> bool:
        """Wait for the end of a session; False when it did not come in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._session != session, timeout_s)

    def _add(self, kinds: list[type[Event]]) -> bool:
        for kind in kinds:
            self._session += kind in (CardAbsent, SlotLost)
            self._queue.append((self._session, kind))
        self._changed.notify_all()
        return bool(kinds)

    def _wake(self, new: bool) -> None:
        if new:
            self._notify()
