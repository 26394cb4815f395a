"""The whole reader on a bench, in simulated time: what a person does, and what a person sees.

    bench = Bench()
    bench.insert("bank-card")
    bench.press(Key.CODE)
    bench.wait(35_000)
    assert bench.dark()

The board is the real drivers on simulated pins and bus bytes; the cards are the bank's. Nothing here waits for real.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from bank.cards import gallery
from bank.cards.forgetting import forget_cards
from device.config import Config
from device.pace import Stepper
from device.reader.compose import fit_reader
from device.simulated import SIMULATED_GAUGE_EVERY, Simulated, simulate_board
from drivers.board_twin import Bounce, NoSuchKeyError
from drivers.clock import SteppedClock
from drivers.keypad.matrix import LEGENDS, Legends
from drivers.ports import Picture
from drivers.slot.twin import Latency, SlotCard, answer_at_once
from sesame_core.events import Battery, Key, Millis
from sesame_core.screens import Screen

PRESS: Millis = 80
"""How long a finger stays on a key, and how long it takes to the next."""

CHARGE: Final = {Battery.GOOD: 80, Battery.LOW: 15, Battery.CRITICAL: 3}
"""What the gauge reads, in percent."""


class Hands(Protocol):
    """What scripts do and see, in simulated time or in real."""

    def insert_card(self, card: str) -> None:
        """Put a card of the gallery in."""
        ...

    def pull_card(self) -> None:
        """Take the card out."""
        ...

    def unplug_reader(self) -> None:
        """Take the smart-card reader away."""
        ...

    def plug_reader(self) -> None:
        """Bring the smart-card reader back."""
        ...

    def press_key(self, key: Key, hold: Millis = PRESS) -> None:
        """Press a key and let it go."""
        ...

    def let_pass(self, ms: Millis) -> None:
        """Let time pass."""
        ...

    def set_battery(self, battery: Battery) -> None:
        """Let the gauge say so."""
        ...

    def bring_next_customer(self) -> None:
        """Take the card out, and give cards and accounts their first state."""
        ...

    def glass(self) -> Picture:
        """The pixels that are lit."""
        ...

    def is_dark(self) -> bool:
        """True when not one pixel is lit."""
        ...

    def shown_text(self) -> str:
        """The sentences on the screen."""
        ...

    def shown_code(self) -> str:
        """The digits of the code that is shown, ungrouped; empty when there is none."""
        ...


class Bench:
    """A reader with hands and eyes. `state_dir`: where the cards keep their counters; None: only in memory."""

    def __init__(
        self,
        config: Config | None = None,
        *,
        state_dir: Path | None = None,
        latency: Latency = answer_at_once,
        bounce: Bounce | None = None,
    ) -> None:
        config = config or Config()
        self.clock = SteppedClock()
        self.parts: Simulated = simulate_board(config, self.clock, latency, bounce=bounce)
        self.loop = fit_reader(config, self.parts.board, self.parts.slot)
        self._stepper = Stepper(self.loop, self.clock)
        self._state_dir = state_dir
        self._cards: dict[str, SlotCard] = {}
        self.anew: Callable[[], None] = lambda: None
        """What else begins anew with the next customer: the bank's books, where they are kept."""

        self.loop.start(lambda: None)
        self._stepper.settle()

    # What a hand does

    def insert_card(self, card: str | SlotCard) -> None:
        """Put a card in, by its name in the gallery or as it is; a card put in again is the same card."""
        if isinstance(card, str):
            card = self._cards.setdefault(card, gallery.open_card(card, self._state_dir))
        self.parts.slot.insert_card(card, self.clock.now())
        self.parts.hardware.card_switch(True)
        self._stepper.settle()

    def pull_card(self) -> None:
        """Take the card out."""
        self.parts.hardware.card_switch(False)
        self.parts.slot.pull_card(self.clock.now())
        self._stepper.settle()

    def unplug_reader(self) -> None:
        """Take the smart-card reader away."""
        self.parts.slot.unplug_reader(self.clock.now())
        self._stepper.settle()

    def plug_reader(self) -> None:
        """Bring the smart-card reader back."""
        self.parts.slot.plug_reader(self.clock.now())
        self._stepper.settle()

    def bring_next_customer(self) -> None:
        """Take the card out, and give cards and accounts their first state. Raises StateError."""
        self.pull_card()
        self.plug_reader()
        self.anew()
        self._cards.clear()
        if self._state_dir is not None:
            forget_cards(self._state_dir)
        with suppress(NoSuchKeyError):
            self.press_key(Key.OFF)

    def press_key(self, key: Key, hold: Millis = PRESS) -> None:
        """Press a key for `hold` ms, let it go, and wait as long as a finger takes to the next one."""
        self.parts.hardware.press_key(key)
        self._stepper.advance(hold)
        self.parts.hardware.release_key(key)
        self._stepper.advance(PRESS)

    def set_battery(self, battery: Battery) -> None:
        """Let the gauge say so."""
        self.parts.battery.percent = CHARGE[battery]
        self._stepper.advance(SIMULATED_GAUGE_EVERY)

    def let_pass(self, ms: Millis) -> None:
        """Let time pass."""
        self._stepper.advance(ms)

    # What an eye sees

    def glass(self) -> Picture:
        """The pixels that are lit."""
        return self.parts.display.glass()

    def is_dark(self) -> bool:
        """True when not one pixel is lit."""
        return not is_lit(self.glass())

    def shown_text(self) -> str:
        """The sentences on the screen."""
        return self.loop.screen.text

    def shown_code(self) -> str:
        """The digits of the code that is shown, ungrouped; empty when there is none."""
        return code_on(self.loop.screen)


def pad_of(config: Config) -> Legends:
    """The keys of the configured pad as they lie, row by row: single buttons where a whole pad has those keys."""
    if not config.keypad.buttons:
        return config.keypad.legends
    fitted = {key for key, _ in config.keypad.buttons}
    return tuple(tuple(key if key in fitted else None for key in row) for row in LEGENDS)


def is_lit(picture: Picture) -> bool:
    """True when a pixel is lit."""
    return any(picture.rows)


def code_on(screen: Screen) -> str:
    """The digits of a screen's code, ungrouped; empty when it shows none."""
    return "" if screen.code is None else "".join(map(str, screen.code))
