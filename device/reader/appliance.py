"""The reader as an appliance: its table and screens from `sesame_core.reader`, its card slot behind `CardLink`."""

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from device.loop import Loop
from device.reader.link import CardLink, SlotHangsError
from drivers.ports import CardSlot, Clock, Source
from sesame_core.events import CardAnswered, CardPowered, CardSilent, Event, Millis
from sesame_core.reader import effects as ef
from sesame_core.reader import views
from sesame_core.reader.state import Rules, State, initial_state
from sesame_core.reader.table import step_reader
from sesame_core.screens import Screen


class ReaderAppliance:
    """A `FittedAppliance` (device.appliance). The slot is its own part: no other appliance has one."""

    def __init__(self, slot: CardSlot, clock: Clock, rules: Rules | None = None) -> None:
        self.link = CardLink(slot, clock)
        self._slot = slot
        self._rules = rules

    def initial_state(self, at: Millis) -> State:
        """Awake, waiting for a card."""
        return initial_state(at, self._rules)

    def step_state(self, state: State, event: Event) -> tuple[State, tuple[ef.Effect, ...]]:
        """By the reader's table."""
        return step_reader(state, event)

    def view_state(self, state: State, now: Millis) -> Screen:
        """The screen of a state."""
        return views.view_state(state, now)

    def next_change(self, state: State, now: Millis) -> Millis | None:
        """When the screen changes by itself."""
        return views.next_change(state, now)

    @property
    def sources(self) -> Sequence[Source]:
        """The slot."""
        return (self._slot,)

    def hear_event(self, event: Event) -> Event | None:
        """The slot's answers are for the link; a card or a reader that is gone is for both."""
        if isinstance(event, CardPowered | CardAnswered | CardSilent):
            return self.link.hear_slot(event)
        self.link.slot_said(event)
        return event

    def carry_out(self, effect: ef.CardEffect, at: Millis) -> Event | None:
        """Hand it to the link."""
        return CARRIED_OUT[type(effect)](self.link, effect, at)

    def next_check(self) -> Millis | None:
        """When the slot would have hung for too long."""
        return self.link.hangs_at

    def check_parts(self, now: Millis) -> None:
        """Raises SlotHangsError."""
        hangs_at = self.link.hangs_at
        if hangs_at is not None and now >= hangs_at:
            raise SlotHangsError("the smart-card reader hangs: unplug it and plug it in again")

    def release(self) -> None:
        """Wipe PIN and code, and take the power from the card."""
        self.link.release()


CARRIED_OUT: Final = MappingProxyType[type[ef.CardEffect], Callable[[CardLink, Any, Millis], Event | None]](
    {
        ef.TypeDigit: lambda link, effect, _at: link.pin.append(effect.digit),
        ef.EraseDigit: lambda link, _effect, _at: link.pin.erase(),
        ef.WipePin: lambda link, _effect, _at: link.pin.wipe(),
        ef.ReadCard: lambda link, _effect, at: link.read_card(at),
        ef.Prepare: lambda link, effect, at: link.prepare_card(at, effect.request),
        ef.Confirm: lambda link, _effect, at: link.confirm_pin(at),
        ef.MixData: lambda link, effect, at: link.mix_numbers(at, effect.numbers),
        ef.CloseCard: lambda link, _effect, at: link.close_card(at),
        ef.Forget: lambda link, _effect, _at: link.forget(),
        ef.Release: lambda link, _effect, _at: link.release(),
    }
)
"""One line an effect, nothing else."""

ReaderLoop: TypeAlias = Loop[State, ef.CardEffect]
