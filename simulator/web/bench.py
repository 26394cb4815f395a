"""The live bench as pages use it: what can be told of it, and who is told when something changes.

Nothing told holds a PIN or a code. A code leaves only as what it is on the glass: lit pixels.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from device.config import Config
from drivers.board_twin import NoSuchKeyError
from drivers.ports import Picture
from drivers.slot.twin import Exchange
from sesame_core.events import Key, Millis
from sesame_core.reader.state import State
from sesame_core.screens import Screen
from sesame_core.smartcard.masking import write_masked
from simulator.bench import PRESS
from simulator.finger import Stroke
from simulator.live import CARD_TIME, LiveBench, refuse

MOST_EXCHANGES: Final = 200
"""How many exchanges are remembered."""

MOST_AHEAD: Final = 10_000
"""How far ahead, in milliseconds, presses may be asked for."""


class BusyError(Exception):
    """Too many presses are waiting already."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be seen of the reader. `dark_in`: milliseconds until it goes dark by itself, None when it is dark.

    `says`: the sentences on the glass. `card`: the gallery card in the slot.
    """

    phase: str
    says: str
    code_shown: bool
    language: str
    battery: str
    card: str | None
    plugged: bool
    dark_in: Millis | None


@dataclass(frozen=True, slots=True)
class Numbered:
    """One exchange with the card: the PIN's digits are stars. `command` and `response` in hexadecimal."""

    number: int
    command: str
    response: str


@dataclass(frozen=True, slots=True)
class Anew:
    """The next customer is there: pages show nothing of the last one."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The reader's life is over."""


Change = Look | Numbered | Picture | Anew | Ended
Listener = Callable[[Change], None]
"""Told on the reader's thread; must return at once and not fail."""


class ExchangeLog(list[Exchange]):
    """The slot's record: tells of every exchange, and keeps none itself."""

    def __init__(self, told: Callable[[Exchange], None]) -> None:
        super().__init__()
        self._told = told

    def append(self, exchange: Exchange) -> None:
        """Tell."""
        self._told(exchange)


class PageBench(LiveBench):
    """A live bench that tells its listeners. Every method but `ask` and `press_all` on the reader's thread."""

    def __init__(self, config: Config, state_dir: Path | None, latency: Millis = CARD_TIME) -> None:
        super().__init__(config, state_dir, [self._watch], latency)
        self.config = config
        self.exchanges: list[Numbered] = []
        self._exchanged = 0
        self._inside: str | None = None
        self._plugged = True
        self._listeners: list[Listener] = []
        self._waiting: set[Future[None]] = set()
        self._over = False
        self.parts.slot.record = ExchangeLog(self._note)

    def run(self) -> None:
        """See LiveBench; whoever waits or listens is told of the end."""
        try:
            super().run()
        finally:
            self._over = True
            self._give_up()
            self._tell(Ended())

    def _waited_for(self, future: "Future[None]") -> "Future[None]":
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        if self._over:
            self._give_up()
        return future

    def _give_up(self) -> None:
        for future in tuple(self._waiting):
            refuse(future)

    # What a hand does

    def insert_card(self, name: str) -> None:
        """See LiveBench."""
        super().insert_card(name)
        self._inside = name
        self._tell(self.look_now())

    def pull_card(self) -> None:
        """See LiveBench."""
        super().pull_card()
        self._tell(self.look_now())

    def unplug_reader(self) -> None:
        """See LiveBench."""
        super().unplug_reader()
        self._plugged = False
        self._tell(self.look_now())

    def plug_reader(self) -> None:
        """See LiveBench."""
        super().plug_reader()
        self._plugged = True
        self._tell(self.look_now())

    def bring_next_customer(self) -> None:
        """See LiveBench; listeners are told."""
        super().bring_next_customer()
        self.exchanges = []
        self._tell(Anew())
        self._tell(self.look_now())

    def begin_next_customer(self) -> "Future[None]":
        """The same; done when the finger that switches the reader off is at rest. Raises StateError."""
        self.bring_next_customer()
        return self._waited_for(self.over())

    def press_all(self, keys: tuple[Key, ...]) -> "Future[None]":
        """From any thread: press keys one after the other; done when the finger is off the last one.

        Its error is BusyError when too much is waiting already, NoSuchKeyError when the pad lacks one of them; nothing
        is pressed then.
        """
        over: Future[None] = Future()

        def begin() -> None:
            if self.busy_until - self.clock.now() > MOST_AHEAD:
                over.set_exception(BusyError())
                return
            try:
                for key in keys:
                    self.parts.hardware.check_key(key)
            except NoSuchKeyError as error:
                over.set_exception(error)
                return
            for key in keys[:-1]:
                self.press_key(key)
            self.finger.strike_key(Stroke(keys[-1], PRESS, lambda: over.set_result(None)))

        self.submit(begin)
        return self._waited_for(over)

    # What an eye sees

    def look_now(self) -> Look:
        """How it is now."""
        state = self.loop.state
        left = None if state.dark_at is None else max(0, state.dark_at - self.clock.now())
        return Look(
            state.phase.value,
            self.loop.screen.text,
            self.loop.screen.code is not None,
            state.language,
            state.battery.value,
            self._inside if self.parts.slot.card is not None else None,
            self._plugged,
            left,
        )

    def listen_to(self, listener: Listener) -> None:
        """Tell `listener` how things are and, from now on, what changes, until `leave`."""
        self._listeners.append(listener)
        listener(self.glass())
        listener(self.look_now())
        for exchange in self.exchanges:
            listener(exchange)

    def leave_page(self, listener: Listener) -> None:
        """Tell it nothing more."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def _watch(self, _state: State, _screen: Screen) -> None:
        self._tell(self.glass())
        self._tell(self.look_now())

    def _note(self, exchange: Exchange) -> None:
        self._exchanged += 1
        noted = Numbered(self._exchanged, write_masked(exchange.command), exchange.response.hex().upper())
        self.exchanges = [*self.exchanges[1 - MOST_EXCHANGES :], noted]
        self._tell(noted)

    def _tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)
