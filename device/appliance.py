"""An appliance as the loop runs it: its life (`sesame_core.appliance`), and the parts that it has beside the front.

The front, a `device.loop.Board`, is the same for all: clock, keypad, display, supply, sound. The reader has a card slot
besides; another appliance has other parts, or none.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from drivers.ports import Source
from sesame_core.appliance import Appliance, ApplianceState
from sesame_core.events import Event, Millis

S = TypeVar("S", bound=ApplianceState)
E = TypeVar("E")


class FittedAppliance(Appliance[S, E], Protocol[S, E]):
    """An appliance with its own parts. `E`: the effects that are its own; the loop carries out the shared ones."""

    @property
    def sources(self) -> Sequence[Source]:
        """Its own parts that have events; the loop starts, polls and closes them, after the keypad."""
        ...

    def hear_event(self, event: Event) -> Event | None:
        """Every event comes by here first. One for the table is given back as it is. One that is only for its parts
        (a slot's answer) gives the event that has come of it, or None."""
        ...

    def carry_out(self, effect: E, at: Millis) -> Event | None:
        """Do one of its own effects, asked for at `at`. The event that came of it at once, if any. Never blocks."""
        ...

    def next_check(self) -> Millis | None:
        """When `check_parts` is due; None while nothing is waited for."""
        ...

    def check_parts(self, now: Millis) -> None:
        """Raises DriverError when a part is stuck, so that only a new process helps."""
        ...

    def release(self) -> None:
        """Wipe every secret and let the parts go. Never raises; may be called twice."""
        ...
