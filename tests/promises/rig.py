"""The reader's own loop, heart, painter and slot between the simplest of parts, for promises kept ten thousand times.

Keys arrive debounced, the display is the picture it was last given, supply and sound do nothing. What the drivers do
with bounce, bytes and faults is the business of other tests.
"""

from collections import deque
from collections.abc import Sequence
from itertools import pairwise, starmap

from bank.cards import gallery
from bank.cards.card import CardInSlot
from device.loop import Board, Loop
from device.pace import Stepper
from device.reader.appliance import ReaderAppliance, ReaderLoop
from device.reader.link import CardLink
from drivers.clock import SteppedClock
from drivers.ports import Notify, Picture
from drivers.slot.twin import Exchange, Latency, TwinSlot, answer_at_once
from sesame_core.effects import Chime
from sesame_core.events import Event, KeyPressed, Millis
from sesame_core.reader.state import Phase, Rules
from simulator.script import key_named

VERIFY, GET_RESPONSE = 0x20, 0xC0
WRONG_LENGTH = 0x6C
HEADER = 4
SIZE = (128, 64)


class Quiet:
    """A part that nothing comes of: a supply that is always on, a buzzer that is not there."""

    def start(self, notify: Notify) -> None: ...

    def next_due(self) -> Millis | None:
        return None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        return ()

    def close(self) -> None: ...

    def fall_asleep(self) -> None: ...

    def wake_up(self) -> None: ...

    def play(self, chime: Chime) -> None: ...


class Fingers(Quiet):
    """A keypad whose presses are already debounced."""

    def __init__(self) -> None:
        self.pressed: deque[Event] = deque()

    def next_due(self) -> Millis | None:
        """At once when there is a press."""
        return self.pressed[0].at if self.pressed else None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """The presses, oldest first."""
        ready = tuple(self.pressed)
        self.pressed.clear()
        return ready


class Glass:
    """A display that shows what it is given."""

    def __init__(self, size: tuple[int, int] = SIZE) -> None:
        self.size = size
        self.picture = Picture.dark(*size)

    def start(self) -> None:
        """Dark."""
        self.switch_off()

    def show_picture(self, picture: Picture) -> None:
        """This picture from now on."""
        self.picture = picture

    def switch_off(self) -> None:
        """Dark."""
        self.picture = Picture.dark(*self.size)

    def close(self) -> None:
        """Dark."""
        self.switch_off()


class Rig:
    """A reader that can be run through thousands of sessions. `slot.tamper` and `slot.latency` may be changed."""

    def __init__(self, rules: Rules | None = None, latency: Latency = answer_at_once) -> None:
        self.clock = SteppedClock()
        self.fingers = Fingers()
        self.record: list[Exchange] = []
        self.slot = TwinSlot(latency=latency, record=self.record)
        self.glass = Glass()
        board = Board(self.clock, self.fingers, self.glass, Quiet(), Quiet())
        self.appliance = ReaderAppliance(self.slot, self.clock, rules)
        self.loop: ReaderLoop = Loop(board, self.appliance)
        self._stepper = Stepper(self.loop, self.clock)
        self.loop.start(lambda: None)
        self.settle()

    def insert(self, card: str | CardInSlot) -> None:
        """Put a card in: a new one of the gallery, or this one."""
        self.record.clear()
        self.slot.insert_card(gallery.open_card(card) if isinstance(card, str) else card, self.clock.now())
        self.settle()

    def pull(self) -> None:
        """Take the card out."""
        self.slot.pull_card(self.clock.now())
        self.settle()

    def press(self, keys: str) -> None:
        """Press keys, one after the other."""
        for name in keys.split():
            self.fingers.pressed.append(KeyPressed(self.clock.now(), key_named(name)))
            self.settle()

    def wait(self, ms: Millis) -> None:
        """Let time pass."""
        self._stepper.advance(ms)

    def settle(self) -> None:
        """Do what is due now."""
        self.wait(0)

    @property
    def phase(self) -> Phase:
        """Where the course stands."""
        return self.loop.state.phase

    @property
    def dark(self) -> bool:
        """True when not one pixel is lit."""
        return not any(self.glass.picture.rows)

    @property
    def code(self) -> str:
        """The code that is shown, or nothing."""
        shown = self.loop.screen.code
        return "" if shown is None else "".join(map(str, shown))

    @property
    def commands(self) -> int:
        """Commands since the card came in. Fetching the rest of an answer (61xx) is no new one, nor is the same again
        with the length that the card asked for (6Cxx)."""
        fetched = sum(exchange.command[1] == GET_RESPONSE for exchange in self.record)
        return len(self.record) - fetched - sum(starmap(_repeated, pairwise(self.record)))

    @property
    def verifies(self) -> int:
        """How often a PIN was sent since the card came in."""
        return sum(exchange.command[1] == VERIFY for exchange in self.record)

    @property
    def secrets_left(self) -> bool:
        """True while the link's PIN buffer or the state holds a digit."""
        return any(self.appliance.link.pin._digits) or self.loop.state.code is not None or self.loop.state.typed > 0

    def works(self) -> bool:
        """True when a new card gives a code: nothing of what was before is in the way."""
        self.slot.tamper = None
        self.pull()
        self.insert("sesame-card")
        self.press("Code 1 2 3 4 OK")
        self.wait(5000)
        worked = len(self.code) == 8
        self.pull()
        return worked


def link_of(loop: ReaderLoop) -> CardLink:
    """What holds the PIN of a running reader while it is typed."""
    assert isinstance(loop.appliance, ReaderAppliance)
    return loop.appliance.link


def _repeated(before: Exchange, after: Exchange) -> bool:
    """A command without data, the same but for its last byte, because of a 6Cxx."""
    without_data = len(after.command) == len(before.command) == HEADER + 1 and after.command[1] != GET_RESPONSE
    asked = before.response[-2:-1] == bytes((WRONG_LENGTH,))
    return without_data and asked and after.command[:HEADER] == before.command[:HEADER]
