"""The twin of the reader's board: keys that bounce and stick, a card switch, a light, a buzzer and a supply.

The drivers run on it unchanged, over gpiozero's mock factory or over the twin of RPi.GPIO. Its time is the clock's:
`due` says when the next contact moves by itself, `advance` lets everything up to a moment happen in order.
"""

import heapq
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from random import Random

from drivers.circuit import GROUND, Circuit, CircuitContact
from drivers.gpio.mock import ZERO_2_W, TwinFactory
from drivers.gpio.zero import GpiozeroPins
from drivers.header import gpio_of
from drivers.keypad.matrix import Layout
from drivers.ports import Clock
from sesame_core.errors import UsageError
from sesame_core.events import Key, Millis

TAP: Millis = 80
"""How long an ordinary press lasts."""

HISTORY = 256
"""How many changes of the light and of the buzzer are remembered."""


class NoSuchKeyError(UsageError):
    """A hand wants to press a key that the configured pad lacks."""


@dataclass(frozen=True, slots=True)
class Wires:
    """Which GPIO each part besides the keys is soldered to; None: the board has no such part."""

    light: int | None = gpio_of("LED")
    buzzer: int | None = gpio_of("BUZZER")
    card_switch: int | None = gpio_of("CARD_SWITCH")
    power_button: int | None = gpio_of("POWER_BUTTON")
    power_off: int | None = gpio_of("POWER_OFF")


@dataclass(frozen=True, slots=True)
class Bounce:
    """How badly contacts bounce: for up to `limit` ms after each motion, differently each time, always the same way
    for the same `seed`. A limit of 0 is a perfect contact."""

    limit: Millis = 0
    seed: int = 0

    def offsets(self, motion: int) -> tuple[Millis, ...]:
        """When the contact changes again after its `motion`-th motion, in ms: an even number of times."""
        dice = Random(f"{self.seed}/{motion}")  # noqa: S311 -- a pattern to repeat, not a secret
        pairs = dice.randint(0, self.limit // 2)
        return tuple(sorted(dice.sample(range(1, self.limit + 1), 2 * pairs)))


class BoardTwin:
    """A board around `circuit`. Keys are those of `layout` (a matrix), or of `buttons` (key -> GPIO) when given.

    `ribbon`: the pad's lines as they really are, where its ribbon is not put in as the drawing has it.
    `pull_ups`: the rows' 10 k resistors are soldered on. `pins` is the header for the drivers.
    """

    def __init__(  # noqa: PLR0913 -- each is a property of the board, and has its usual value
        self,
        clock: Clock,
        layout: Layout | None = None,
        *,
        ribbon: Layout | None = None,
        buttons: Mapping[Key, int] | None = None,
        wires: Wires | None = None,
        bounce: Bounce | None = None,
        pull_ups: bool = True,
        revision: str = ZERO_2_W,
    ) -> None:
        layout = layout or Layout()
        self._clock = clock
        self._contacts = dict(_button_contacts(buttons) if buttons else _matrix_contacts(ribbon or layout))
        self._bounce = bounce or Bounce()
        self._moves: list[tuple[Millis, int, CircuitContact, bool]] = []
        self._order = count()
        self._motions = count()
        self._stuck: set[Key] = set()
        self._wires = wires or Wires()
        watched = (self._wires.light, self._wires.buzzer)
        self._traces = {wire: deque[tuple[Millis, bool]](maxlen=HISTORY) for wire in watched if wire is not None}
        self._now = clock.now()
        self.powered = True
        self.circuit = Circuit(layout.rows if pull_ups else ())
        self.circuit.listen_to(self._hear_wire)
        self.factory = TwinFactory(self.circuit, revision)
        self.pins = GpiozeroPins(self.factory)

    # What a hand does

    def check_key(self, key: Key) -> None:
        """Raises NoSuchKeyError for a key that the board has not: whoever presses later asks before."""
        if key not in self._contacts:
            raise NoSuchKeyError(
                f"this pad has no key {'for that digit' if key.digit_value is not None else key.value}"
            )

    def press_key(self, key: Key) -> None:
        """Put a finger on the key and leave it there. Raises NoSuchKeyError."""
        self._move_contact(self._contact_of(key), True, self._clock.now())

    def release_key(self, key: Key) -> None:
        """Take the finger away; a stuck key stays down."""
        if key not in self._stuck:
            self._move_contact(self._contact_of(key), False, self._clock.now())

    def tap_key(self, key: Key, ms: Millis = TAP) -> None:
        """Press now, release by itself `ms` later."""
        self.press_key(key)
        self._move_contact(self._contact_of(key), False, self._clock.now() + ms)

    def stick_key(self, key: Key) -> None:
        """Press the key; it does not come up again until `free`."""
        self._stuck.add(key)
        self.press_key(key)

    def free_key(self, key: Key) -> None:
        """Let a stuck key come up."""
        self._stuck.discard(key)
        self.release_key(key)

    def card_switch(self, card_in: bool) -> None:
        """Close the slot's switch (a card is in) or open it."""
        self._switch_wire(self._wires.card_switch, card_in)

    def power_button(self, pressed: bool) -> None:
        """Press or release the button of the supply's latch; pressing it gives power."""
        self.powered = self.powered or pressed
        self._switch_wire(self._wires.power_button, pressed)

    def short_keys(self, one: int, other: int) -> None:
        """A blob of solder between two GPIO wires."""
        self.circuit.close(CircuitContact(one, other))

    def reverse_diode(self, key: Key) -> None:
        """Solder the key's diode the wrong way round. Raises NoSuchKeyError; a pad without diodes has none to turn."""
        contact = self._contact_of(key)
        if contact.diode:
            self._contacts[key] = replace(contact, one=contact.other, other=contact.one)

    # What an eye and an ear tell

    @property
    def lit(self) -> bool:
        """True while the light is on."""
        return self._wires.light is not None and self.circuit.level_of(self._wires.light)

    @property
    def buzzing(self) -> bool:
        """True while the buzzer sounds."""
        return self._wires.buzzer is not None and self.circuit.level_of(self._wires.buzzer)

    @property
    def flashes(self) -> tuple[tuple[Millis, bool], ...]:
        """The last changes of the light: when, and to what."""
        return self._trace_of(self._wires.light)

    @property
    def beeps(self) -> tuple[tuple[Millis, bool], ...]:
        """The last changes of the buzzer: when, and to what."""
        return self._trace_of(self._wires.buzzer)

    # Time

    def next_due(self) -> Millis | None:
        """When a contact moves next; None when all are at rest."""
        return self._moves[0][0] if self._moves else None

    def advance(self, now: Millis) -> None:
        """Let every motion up to `now` happen, in order."""
        while self._moves and self._moves[0][0] <= now:
            self._now, _, contact, closed = heapq.heappop(self._moves)
            (self.circuit.close if closed else self.circuit.open)(contact)
        self._now = max(self._now, now)

    def _trace_of(self, wire: int | None) -> tuple[tuple[Millis, bool], ...]:
        return () if wire is None else tuple(self._traces[wire])

    def _switch_wire(self, wire: int | None, closed: bool) -> None:
        if wire is not None:
            self._move_contact(CircuitContact(wire, GROUND), closed, self._clock.now())

    def _move_contact(self, contact: CircuitContact, closed: bool, at: Millis) -> None:
        self._schedule_motion(contact, closed, at)
        state = closed
        for offset in self._bounce.offsets(next(self._motions)):
            state = not state
            self._schedule_motion(contact, state, at + offset)
        self.advance(self._clock.now())

    def _schedule_motion(self, contact: CircuitContact, closed: bool, at: Millis) -> None:
        heapq.heappush(self._moves, (at, next(self._order), contact, closed))

    def _contact_of(self, key: Key) -> CircuitContact:
        self.check_key(key)
        return self._contacts[key]

    def _hear_wire(self, wire: int, level: bool) -> None:
        if wire in self._traces:
            self._traces[wire].append((self._now, level))
        if wire == self._wires.power_off and level:
            self.powered = False


def _matrix_contacts(layout: Layout) -> Mapping[Key, CircuitContact]:
    return {key: CircuitContact(*layout.lines(key), diode=layout.diodes) for key in layout.keys.values()}


def _button_contacts(buttons: Mapping[Key, int]) -> Mapping[Key, CircuitContact]:
    return {key: CircuitContact(number, GROUND) for key, number in buttons.items()}
