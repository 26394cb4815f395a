"""The simulated reader in real time: the same board and loop, with hands whose acts take place on the loop's thread.

Terminal, control socket and web page are clients of this one thing. An act may be submitted from any thread; presses
and waits are laid one after the other on the time line, as a person would do them.
"""

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from bank.cards import gallery
from bank.cards.forgetting import forget_cards
from device.config import Config
from device.loop import Loop, Observer
from device.pace import Runner, Waker
from device.reader.compose import fit_reader
from device.simulated import Simulated, simulate_board
from drivers.board_twin import NoSuchKeyError
from drivers.clock import MonotonicClock
from drivers.ports import Notify, Picture
from drivers.slot.twin import SlotCard
from sesame_core.errors import SesameError
from sesame_core.events import Battery, Event, Key, Millis
from sesame_core.reader.state import State
from sesame_core.screens import Screen
from simulator.bench import CHARGE, PRESS, code_on, is_lit
from simulator.finger import Finger, Stroke

T = TypeVar("T")

CARD_TIME: Millis = 120
"""How long a card takes for a command: a real one needs 50 to 300 ms."""

MOST_AT_ONCE: Final = 64
"""How many of the acts that were submitted are done before the loop looks at everything else again."""


class EndedError(SesameError):
    """The reader's life is over: what was asked for will not be done."""

    def __init__(self) -> None:
        super().__init__("the reader has ended: start it again")


@dataclass(frozen=True, slots=True)
class _SubmittedAct(Generic[T]):
    """An act, and who waits for it."""

    act: Callable[[], T]
    future: "Future[T]"

    def do(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return  # whoever asked has gone: nobody is there to be told
        try:
            self.future.set_result(self.act())
        except Exception as error:  # it is the submitter's error, not the reader's
            self.future.set_exception(error)

    def refuse(self) -> None:
        refuse(self.future)


def refuse(future: "Future[Any]") -> None:
    """Whoever waits for it is told that the reader's life is over, unless it is done already."""
    with suppress(InvalidStateError):
        future.set_exception(EndedError())


class TimeLine:
    """Acts at their moments: a `Source` of the loop. `submit` and `overtake` are safe from any thread and from signal
    handlers, the rest is the loop's own."""

    def __init__(self) -> None:
        self._acts: list[tuple[Millis, int, Callable[[], None]]] = []
        self._order = count()
        self._submitted: deque[_SubmittedAct[Any]] = deque()
        self._first: deque[_SubmittedAct[Any]] = deque()
        self._promised: set[Future[None]] = set()
        self._notify: Notify | None = None
        self._over = False

    def submit(self, act: Callable[[], T]) -> "Future[T]":
        """Have `act` done on the loop's thread as soon as it can; its result or error is in the future.

        Its error is EndedError when the reader's life ends before.
        """
        return self._ask(self._submitted, act)

    def overtake(self, act: Callable[[], T]) -> "Future[T]":
        """As `submit`, before all that was submitted: an end does not wait its turn."""
        return self._ask(self._first, act)

    def _ask(self, queue: deque[_SubmittedAct[Any]], act: Callable[[], T]) -> "Future[T]":
        asked = _SubmittedAct(act, Future[T]())
        queue.append(asked)
        if self._over:  # asked after the append: either `close` sees what was appended, or we see that it was there
            self._refuse_all()
        elif (notify := self._notify) is not None:
            notify()
        return asked.future

    def at(self, moment: Millis, act: Callable[[], None]) -> None:
        """Have `act` done at a moment."""
        heapq.heappush(self._acts, (moment, next(self._order), act))

    def promise(self) -> "Future[None]":
        """Done when it is kept; its error is EndedError when the reader's life ends before."""
        future: Future[None] = Future()
        self._promised.add(future)
        return future

    def keep(self, future: "Future[None]") -> None:
        """What was promised is done."""
        self._promised.discard(future)
        future.set_result(None)

    def start(self, notify: Notify) -> None:
        """From now on a submission wakes the loop."""
        self._notify = notify

    def next_due(self) -> Millis | None:
        """The next act's moment: at once when more was submitted than one look takes."""
        if self._submitted or self._first:
            return 0
        return self._acts[0][0] if self._acts else None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """Do what is due, a bounded part of it: however much is submitted, the loop comes round to the 35 s, and to its
        end."""
        for _ in range(min(len(self._submitted), MOST_AT_ONCE)):
            if self._first:
                break
            self._submitted.popleft().do()
        if self._first:
            self._first.popleft().do()
            return ()
        while self._acts and self._acts[0][0] <= now:
            heapq.heappop(self._acts)[2]()
        return ()

    def close(self) -> None:
        """Nothing is done any more; whoever waits is told."""
        self._notify = None
        self._over = True
        self._refuse_all()
        for future in self._promised:
            refuse(future)

    def _refuse_all(self) -> None:
        for queue in (self._first, self._submitted):
            with suppress(IndexError):  # until it is empty, whoever empties it
                while True:
                    queue.popleft().refuse()


class LiveFront:
    """Hands and eyes on any appliance that runs in real time on a simulated board; every method but `submit` and `end`
    on the loop's thread. Whoever inherits it fits the `loop` to it."""

    loop: Loop[Any, Any]

    def __init__(self, config: Config, latency: Millis = CARD_TIME) -> None:
        self.clock = MonotonicClock()
        self.time_line = TimeLine()
        self.parts: Simulated = simulate_board(
            config, self.clock, lambda _command: latency, power_on_time=latency, others=(self.time_line,)
        )
        self.waker = Waker()
        self.finger = Finger(self.parts.hardware, self.clock.now, self.time_line)
        self._rest: Millis = 0

    def run(self) -> None:
        """The appliance's life, until `halt`; the glass is dark afterwards."""
        try:
            self.loop.start(self.waker.notify_loop)
            Runner(self.loop, self.waker).run()
        finally:
            self.loop.close()
            self.waker.close()

    def submit(self, act: Callable[[], T]) -> "Future[T]":
        """From any thread: have something done with this bench."""
        return self.time_line.submit(act)

    def end(self) -> None:
        """From any thread and from signal handlers: end the appliance's life, before anything else that waits."""
        self.time_line.overtake(self.halt)

    def halt(self) -> None:
        """End the appliance's life."""
        self.loop.halt()

    @property
    def busy_until(self) -> Millis:
        """When the last press that was asked for is over."""
        return self.finger.busy_until

    def over(self) -> "Future[None]":
        """Done when all is that was asked for until now, and what was waited for since the last call is past."""
        rest, self._rest = self._rest, 0
        promised = self.time_line.promise()
        self.finger.tell_at_rest(
            lambda: self.time_line.at(self.clock.now() + rest, lambda: self.time_line.keep(promised))
        )
        return promised

    # What a hand does

    def press_key(self, key: Key, hold: Millis = PRESS) -> None:
        """Press and let go a key, after the presses asked for before. Raises NoSuchKeyError, and at once."""
        self.finger.strike_key(Stroke(key, hold))

    def let_pass(self, ms: Millis) -> None:
        """Nothing for a while, for the one who asks `over` next: nobody else's presses wait with him."""
        self._rest += ms

    def set_battery(self, battery: Battery) -> None:
        """Let the gauge say so."""
        self.parts.battery.percent = CHARGE[battery]

    # What an eye sees

    @property
    def screen(self) -> Screen:
        """The screen as a value."""
        return self.loop.screen

    def glass(self) -> Picture:
        """The pixels that are lit."""
        return self.parts.display.glass()

    def is_dark(self) -> bool:
        """True when not one pixel is lit."""
        return not is_lit(self.glass())

    def shown_text(self) -> str:
        """The sentences on the screen."""
        return self.loop.screen.text


class LiveBench(LiveFront):
    """Hands and eyes on a running reader."""

    def __init__(
        self,
        config: Config,
        state_dir: Path | None,
        watchers: Sequence[Observer[State]] = (),
        latency: Millis = CARD_TIME,
    ) -> None:
        super().__init__(config, latency)
        self.loop = fit_reader(config, self.parts.board, self.parts.slot, watchers)
        self._state_dir = state_dir
        self._cards: dict[str, SlotCard] = {}
        self.anew: Callable[[], None] = lambda: None
        """What else begins anew with the next customer: books, and who is signed in. Called on the loop's thread."""

    # What a hand does

    def insert_card(self, name: str) -> None:
        """Put a card of the gallery in. Raises UnknownCardError, and SlotError when one is in already."""
        card = self._cards.get(name) or gallery.open_card(name, self._state_dir)
        self._cards[name] = card
        self.parts.slot.insert_card(card, self.clock.now())
        self.parts.hardware.card_switch(True)

    def pull_card(self) -> None:
        """Take the card out."""
        self.parts.hardware.card_switch(False)
        self.parts.slot.pull_card(self.clock.now())

    def unplug_reader(self) -> None:
        """Take the smart-card reader away."""
        self.parts.slot.unplug_reader(self.clock.now())

    def plug_reader(self) -> None:
        """Bring the smart-card reader back."""
        self.parts.slot.plug_reader(self.clock.now())

    def bring_next_customer(self) -> None:
        """Take the card out, and give cards and accounts their first state; presses that wait are not made any more.
        Raises StateError."""
        self.finger.drop_waiting()
        self.pull_card()
        self.plug_reader()
        self.anew()
        self._cards.clear()
        if self._state_dir is not None:
            forget_cards(self._state_dir)
        with suppress(NoSuchKeyError):
            self.press_key(Key.OFF)

    # What an eye sees

    def shown_code(self) -> str:
        """The digits of the code that is shown, ungrouped; empty when there is none."""
        return code_on(self.loop.screen)
