"""The ports: what the reader needs from the world, and nothing about how it is done.

One loop drives them all. A `Source` is asked for its events at a moment the loop names, and says when it next wants to
be asked; between those moments nothing runs. A real part that is woken by the kernel (an edge, a card) calls the
`notify` it was started with, from any thread, and the loop comes to ask. A twin needs no thread: its physics are data
and its moments are simulated time, so a whole session of 35 s runs in milliseconds and always the same way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sesame_core.events import Event, Millis

if TYPE_CHECKING:
    from sesame_core.effects import Chime  # every start loads this module, and few of them play a sound

Notify = Callable[[], None]
"""Wakes the loop. Safe from any thread, cheap, never raises."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A 1-bit picture: `rows[y]` is an integer of `width` bits, most significant bit leftmost, 1 = lit."""

    width: int
    height: int
    rows: tuple[int, ...] = field(repr=False)

    @classmethod
    def dark(cls, width: int, height: int) -> "Picture":
        """A picture with no pixel lit."""
        return cls(width, height, (0,) * height)

    def lit(self, x: int, y: int) -> bool:
        """True when the pixel at column x, row y (from the top left) is lit."""
        return bool(self.rows[y] >> (self.width - 1 - x) & 1)


class Clock(Protocol):
    """Monotonic time."""

    def now(self) -> Millis:
        """Milliseconds since some fixed moment; never goes back, ignores the wall clock."""
        ...


class Source(Protocol):
    """Anything that has events for the reader."""

    def start(self, notify: Notify) -> None:
        """Claim the hardware and begin. Raises DriverError when that is impossible for good (a wrong pin, say);
        what may come back by itself (an unplugged reader) is an event, not an error."""
        ...

    def next_due(self) -> Millis | None:
        """The moment to be polled next, None for "only when notified". May lie in the past (= at once)."""
        ...

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """The events since the last poll, oldest first, each with `at` <= now. Never blocks."""
        ...

    def close(self) -> None:
        """Let go of everything. May be called twice, and without `start`."""
        ...


class CardSlot(Source, Protocol):
    """A slot for one card; where several readers have one, one of these is the slot's. Its events: CardPresent,
    CardAbsent, SlotLost, SlotFound; and the answers to the requests below. Soon after `start`, exactly one of
    CardPresent, CardAbsent or SlotLost says how things are.

    Requests return at once, are carried out one after the other, and are answered by exactly one event that bears
    their ticket, unless the card or the reader goes first: then CardAbsent or SlotLost is the answer to all of them.
    After CardAbsent no event bears an older ticket.
    """

    @property
    def card_in(self) -> bool:
        """True when the last thing that the slot has told of is a card."""
        ...

    def power_on(self, ticket: int) -> None:
        """Give the card power and read its ATR; a card whose ATR starts with 3F (inverse convention) is reset warm
        once and its new ATR taken (ISO/IEC 7816-3, 6.2.2). Answer: CardPowered or CardSilent."""
        ...

    def power_next(self, ticket: int) -> bool:
        """The slot's card turned out to be of no use: where another reader has one that was not tried yet, that one is
        the slot's card from now on and is given power, answered like `power_on`. False: there is none, nothing is
        done and nothing will be answered."""
        ...

    def transmit(self, ticket: int, apdu: bytearray) -> None:
        """Send the bytes as they are (no GET RESPONSE of the driver's own). They are copied before this returns, and
        the copy is wiped once sent. Answer: CardAnswered or CardSilent."""
        ...

    def power_off(self) -> None:
        """Take the power from the card, after what is under way. No answer. Harmless when it has none."""
        ...


class Keypad(Source, Protocol):
    """Keys. Its event: KeyPressed, debounced; one a press; none for a ghost or for three keys and more at once."""


class Display(Protocol):
    """A monochrome display."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as seen by the person (rotation applied)."""
        ...

    def start(self) -> None:
        """Claim the bus and initialise the controller, dark. Raises DisplayError."""
        ...

    def show_picture(self, picture: Picture) -> None:
        """Bring exactly this picture to the glass and light it; only what changed goes over the bus where the
        controller allows. Raises DisplayError when bounded retries and a re-initialisation did not help.
        A later `show` tries again from the start."""
        ...

    def switch_off(self) -> None:
        """Clear the controller's memory, then switch the panel off. Raises DisplayError like `show`."""
        ...

    def close(self) -> None:
        """Leave the glass dark and the bus free. Never raises. May be called twice, and without `start`."""
        ...


class Power(Source, Protocol):
    """The supply. Its event: BatteryChanged."""

    def fall_asleep(self) -> None:
        """The reader has gone dark: save what can be saved, or cut the supply, as configured. Raises PowerError."""
        ...

    def wake_up(self) -> None:
        """The reader is about to be used. Raises PowerError."""
        ...


class Sound(Source, Protocol):
    """Buzzer and LED. No events."""

    def play(self, chime: "Chime") -> None:
        """Queue the chime's pattern, which begins at the next poll and replaces the one before. Chime.OFF ends every
        pattern at once."""
        ...
