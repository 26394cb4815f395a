"""The access key as an appliance: its table and screens from `sesame_core.esecure`, cable and card behind `KeyLink`."""

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from device.esecure.jobs import CardStuckError
from device.esecure.link import KeyLink
from device.esecure.worker import CardWorker
from device.loop import Loop
from drivers.ports import Source
from drivers.usb.cable import UsbCable
from sesame_core.esecure import effects as ef
from sesame_core.esecure import views
from sesame_core.esecure.state import GlassRules, KeyState, initial_state
from sesame_core.esecure.table import step_key
from sesame_core.events import Event, Millis
from sesame_core.screens import Screen


class KeyAppliance:
    """A `FittedAppliance` (device.appliance). Cable, worker and link are its own parts."""

    def __init__(self, link: KeyLink, cable: UsbCable, worker: CardWorker, rules: GlassRules | None = None) -> None:
        self.link = link
        self._sources = (cable, worker, link)
        self._rules = rules

    def initial_state(self, at: Millis) -> KeyState:
        """Awake, waiting for a computer."""
        return initial_state(at, self._rules)

    def step_state(self, state: KeyState, event: Event) -> tuple[KeyState, tuple[ef.Effect, ...]]:
        """By the key's table."""
        return step_key(state, event)

    def view_state(self, state: KeyState, now: Millis) -> Screen:
        """The screen of a state."""
        return views.view_state(state, now)

    def next_change(self, state: KeyState, now: Millis) -> Millis | None:
        """When the screen changes by itself."""
        return views.next_change(state, now)

    @property
    def sources(self) -> Sequence[Source]:
        """The cable first: what it brings, the link has to tell in the same turn."""
        return self._sources

    def hear_event(self, event: Event) -> Event | None:
        """What comes from cable and worker is for the link; what comes of it, the link tells when it is polled."""
        return None if self.link.hear_part(event) else event

    def carry_out(self, effect: ef.KeyEffect, at: Millis) -> Event | None:
        """Hand it to the link."""
        return CARRIED_OUT[type(effect)](self.link, effect, at)

    def next_check(self) -> Millis | None:
        """When the card would have worked for too long."""
        return self.link.stuck_at

    def check_parts(self, now: Millis) -> None:
        """Raises CardStuckError."""
        stuck_at = self.link.stuck_at
        if stuck_at is not None and now >= stuck_at:
            raise CardStuckError("the key's card does not answer: pull the key and put it in again")

    def release(self) -> None:
        """Wipe what was typed; the card forgets what was proved."""
        self.link.release()


CARRIED_OUT: Final = MappingProxyType[type[ef.KeyEffect], Callable[[KeyLink, Any, Millis], Event | None]](
    {
        ef.AddDigit: lambda link, effect, _at: link.pad.add_digit(effect.digit),
        ef.DropDigit: lambda link, _effect, _at: link.pad.drop_digit(),
        ef.BeginField: lambda link, effect, _at: link.pad.begin_field(effect.field),
        ef.PresentDigits: lambda link, _effect, at: link.present_digits(at),
        ef.WipeDigits: lambda link, _effect, _at: link.pad.wipe(),
        ef.EndEntry: lambda link, effect, at: link.end_entry(at, in_time=effect.in_time),
        ef.Agree: lambda link, _effect, _at: link.decide(agreed=True),
        ef.Refuse: lambda link, _effect, _at: link.decide(agreed=False),
    }
)
"""One line an effect, nothing else."""

KeyLoop: TypeAlias = Loop[KeyState, ef.KeyEffect]
