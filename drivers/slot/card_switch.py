"""The slot's own switch, which a card closes: it tells a pulled card sooner than PC/SC does, which looks every 400 ms.

A card that is knocked or bent opens the switch for a moment though it is still in: what lasts under `TIMING.release` is
no motion. After a longer one the card counts as pulled (dark at once is the safer error), but PC/SC, which still sees
it, would never say again that it is there: so the switch does when it closes.
"""

from typing import Final

from drivers.debounce import Timing
from drivers.gpio.pins import Pins
from drivers.gpio.switch import GpioSwitch
from drivers.ports import CardSlot
from sesame_core.events import CardAbsent, CardPresent, Event, Millis

TIMING: Final = Timing(release=100)
"""Longer than a knock opens the switch (25 to 60 ms and its bounce), and too short for a person to see."""


def card_switch(pins: Pins, gpio: int, slot: CardSlot) -> GpioSwitch:
    """The switch on `gpio` beside `slot`: a `Source` of CardAbsent, and of CardPresent for a card that never left."""
    contact = _Contact(slot)
    return GpioSwitch(pins, gpio, "card switch", closed=contact.closed, opened=contact.opened, timing=TIMING)


class _Contact:
    """What the two motions mean, by what the slot has told."""

    def __init__(self, slot: CardSlot) -> None:
        self._slot = slot
        self._doubtful = False

    def opened(self, now: Millis) -> Event:
        """Pulled; in doubt as long as the slot has told of no end."""
        self._doubtful = self._slot.card_in
        return CardAbsent(now)

    def closed(self, now: Millis) -> Event | None:
        """A new card is the slot's to tell."""
        again, self._doubtful = self._doubtful and self._slot.card_in, False
        return CardPresent(now) if again else None
