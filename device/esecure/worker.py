"""Who works for the card: making a key takes seconds on a small board, and the glass may not stand still for it.

Steps are done one after the other, in the order they were asked for; each is answered by one StepDone.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Final, Protocol, TypeAlias

from drivers.ports import Clock, Notify, Source
from sesame_core.events import Event, Millis

Step: TypeAlias = Callable[[], object]

PATIENCE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class StepDone(Event):
    """What a step has returned, or the exception that it has raised."""

    ticket: int
    outcome: object = field(repr=False)


class CardWorker(Source, Protocol):
    """Does steps. Its event: StepDone."""

    def do_step(self, ticket: int, step: Step) -> None:
        """Do this after what was asked before."""
        ...


def perform_step(at: Millis, ticket: int, step: Step) -> StepDone:
    """A step and what came of it."""
    try:
        return StepDone(at, ticket, step())
    except Exception as error:
        return StepDone(at, ticket, error)


class PromptWorker:
    """Does each step at once, where nobody minds waiting: in simulated time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._done: deque[Event] = deque()

    def start(self, notify: Notify) -> None:
        """Nothing to claim."""

    def next_due(self) -> Millis | None:
        """At once when a step was done."""
        return self._done[0].at if self._done else None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """What was done."""
        done = tuple(self._done)
        self._done.clear()
        return done

    def do_step(self, ticket: int, step: Step) -> None:
        """See CardWorker."""
        self._done.append(perform_step(self._clock.now(), ticket, step))

    def close(self) -> None:
        """Nothing to let go of."""


class ThreadWorker:
    """Does them in a thread of its own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: SimpleQueue[tuple[int, Step] | None] = SimpleQueue()
        self._done: deque[Event] = deque()
        self._thread: threading.Thread | None = None

    def start(self, notify: Notify) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._work, args=(notify,), name="sesame-key-work", daemon=True)
        self._thread.start()

    def next_due(self) -> Millis | None:
        """Only when notified."""
        return None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """What was done since."""
        return [self._done.popleft() for _ in range(len(self._done))]

    def do_step(self, ticket: int, step: Step) -> None:
        """See CardWorker."""
        self._asked.put((ticket, step))

    def close(self) -> None:
        """End it; what was asked and not begun is not done."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._asked.put(None)
            thread.join(PATIENCE_S)

    def _work(self, notify: Notify) -> None:
        while (asked := self._asked.get()) is not None:
            self._done.append(perform_step(self._clock.now(), *asked))
            notify()
