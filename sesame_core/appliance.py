"""What an appliance is to the loop: a life of values on a front of clock, keypad, display, supply and sound.

    state = appliance.initial_state(now)
    state, effects = appliance.step_state(state, event)
    screen = appliance.view_state(state, now)

Everything here is pure. `device.loop` is the one that runs it, and has what must not be written twice: it brings TimeUp
at the state's `dark_at`, draws after every event, tells of a lost display, darkens a glass that still shows what it
should not, and plays, sleeps and wakes. What remains to an appliance is its own course, and effects of its own.

Each appliance must keep three duties, which tests/device/test_appliance_seam.py asks of all there are:

- after DisplayLost it is not `awake`, and after Halt it is `halted`, whatever went on before;
- what is not `awake` shows nothing: its screen is DARK;
- TimeUp leads to a later `dark_at` or to none, and no secret outlives the phase it was typed or shown in.
"""

from enum import Enum
from typing import Protocol, TypeVar

from sesame_core.effects import SharedEffect
from sesame_core.events import Event, Millis
from sesame_core.screens import Screen


class ApplianceState(Protocol):
    """What the loop has to know of a state, which is a frozen value."""

    @property
    def phase(self) -> Enum:
        """Where the course stands; its value is what the log says."""
        ...

    @property
    def dark_at(self) -> Millis | None:
        """When TimeUp is due, None for never. Most go dark then; a question that was not answered may go back."""
        ...

    @property
    def awake(self) -> bool:
        """True when the screen may be lit."""
        ...

    @property
    def halted(self) -> bool:
        """True when it is dark for good."""
        ...


S = TypeVar("S", bound=ApplianceState)
E_co = TypeVar("E_co", covariant=True)


class Appliance(Protocol[S, E_co]):
    """A life on the front. `S`: its state. `E_co`: the effects that are its own, beside the shared ones."""

    def initial_state(self, at: Millis) -> S:
        """The state at power-on."""
        ...

    def step_state(self, state: S, event: Event) -> tuple[S, tuple[SharedEffect | E_co, ...]]:
        """One event: the state after it, and what is to be done, in order."""
        ...

    def view_state(self, state: S, now: Millis) -> Screen:
        """The screen of a state at the moment `now`."""
        ...

    def next_change(self, state: S, now: Millis) -> Millis | None:
        """The moment after `now` at which `view_state` changes though nothing happens; None when it does not."""
        ...
