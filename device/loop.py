"""The one loop: events in, screen out, effects done, for any appliance. The same in real and in simulated time.

`turn` does all that is due at a moment and says when something is due again. Who calls it decides what time is:
`Runner` waits for real, `Stepper` lets simulated time pass.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

from device.appliance import FittedAppliance
from drivers.errors import DisplayError, PowerError
from drivers.painter.raster import paint_screen, prepare_fonts
from drivers.ports import Clock, Display, Keypad, Notify, Picture, Power, Source
from drivers.ports import Sound as SoundPort
from sesame_core.appliance import ApplianceState
from sesame_core.effects import PlayChime, SharedEffect, Sleep, Wake
from sesame_core.events import DisplayLost, Event, Halt, Millis, TimeUp
from sesame_core.screens import DARK, Screen

S = TypeVar("S", bound=ApplianceState)
E = TypeVar("E")

log = logging.getLogger(__name__)

DARKEN_EVERY: Final[Millis] = 1000
"""How soon a glass that may still be lit, and should not be, is tried again."""


@dataclass(frozen=True, slots=True)
class Board:
    """The front that every appliance has. `others`: what else is polled, first (a simulated board's physics)."""

    clock: Clock
    keypad: Keypad
    display: Display
    power: Power
    sound: SoundPort
    others: tuple[Source, ...] = ()


Observer: TypeAlias = Callable[[S, Screen], None]
"""Told of every screen: for mirrors and tests. Must not keep a code."""


class Loop(Generic[S, E]):
    """An appliance at work on a board."""

    def __init__(self, board: Board, appliance: FittedAppliance[S, E], observers: Sequence[Observer[S]] = ()) -> None:
        self.board = board
        self.appliance = appliance
        self.state = appliance.initial_state(board.clock.now())
        self.screen = DARK
        self._observers = tuple(observers)
        self._pending: deque[Event] = deque()
        self._darken_at: Millis | None = None
        self._blind = False

    @property
    def sources(self) -> tuple[Source, ...]:
        """Everything that has events, in the order it is asked."""
        board = self.board
        return (*board.others, board.keypad, *self.appliance.sources, board.power, board.sound)

    @property
    def halted(self) -> bool:
        """True once the appliance is dark for good."""
        return self.state.halted

    def start(self, notify: Notify) -> None:
        """Begin with everything the board has; the first screen is drawn first. Raises DriverError."""
        self.board.display.start()
        self._draw_screen()
        prepare_fonts(self.board.display.size)
        for source in self.sources:
            source.start(notify)
        self._switch_supply(self.board.power.wake_up)
        self._work_off()

    def run_once(self) -> Millis | None:
        """Do all that is due now. The moment something is due next, None when only an event can bring it.

        A display that has failed is left alone until the next turn: a bus that hangs costs seconds, and one turn must
        not last as long as the watchdog's patience.

        Raises DriverError where a new process is needed (a part hangs, a GPIO is lost); `close` darkens the glass.
        """
        now = self.board.clock.now()
        self._blind = False
        self._end_in_time()
        for source in self.sources:
            for event in source.poll_events(now):
                self.handle_event(event)
        self.appliance.check_parts(now)
        self._end_in_time()  # again: a part may have kept us
        self._draw_screen()
        self._work_off()
        return min(self._due_moments(now), default=None)

    def _end_in_time(self) -> None:
        if self.state.dark_at is not None and self.state.dark_at <= self.board.clock.now():
            self.handle_event(TimeUp(self.state.dark_at))

    def handle_event(self, event: Event) -> None:
        """One event and all that follows from it at once."""
        self._pending.append(event)
        self._work_off()

    def _work_off(self) -> None:
        while self._pending:
            self._take_event(self._pending.popleft())

    def halt(self) -> None:
        """Dark for good."""
        self.handle_event(Halt(self.board.clock.now()))

    def close(self) -> None:
        """Let go of the board, the glass dark. Never raises."""
        self.appliance.release()
        # The glass before all other parts: one of them may hang while it is let go, and nothing is to be read then.
        self.board.display.close()
        for source in self.sources:
            source.close()

    def _take_event(self, event: Event) -> None:
        # A slot's answer is for the link, not for the table; what comes of it queues up behind what is under way.
        heard = self.appliance.hear_event(event)
        if heard is not event:
            self._expect_event(heard)
            return
        before = self.state
        self.state, effects = self.appliance.step_state(before, event)
        if self.state.phase is not before.phase:
            log.debug("%s -> %s", before.phase.value, self.state.phase.value)
        self._draw_screen()
        for effect in effects:
            self._do_effect(effect, event.at)

    def _expect_event(self, event: Event | None) -> None:
        if event is not None:
            self._pending.append(event)

    def _do_effect(self, effect: SharedEffect | E, at: Millis) -> None:
        match effect:
            case PlayChime(chime):
                self.board.sound.play(chime)
            case Sleep():
                self._switch_supply(self.board.power.fall_asleep)
            case Wake():
                self._switch_supply(self.board.power.wake_up)
            case _:
                self._expect_event(self.appliance.carry_out(effect, at))

    def _switch_supply(self, switch: Callable[[], None]) -> None:
        try:
            switch()
        except PowerError as error:
            log.warning("power: %s", error)

    def _draw_screen(self) -> None:
        now = self.board.clock.now()
        screen = self.appliance.view_state(self.state, now)
        # Most turns change nothing: a screen is a value, and comparing two is cheaper than painting one.
        if screen == self.screen:
            self._darken(screen, now)
            return
        self.screen = screen
        # A second try in the same turn could cost as long again as the first, and the watchdog is waiting.
        if self._blind:
            self._end_unseen()
        else:
            self._show_screen(screen)
        for observer in self._observers:
            observer(self.state, screen)

    def _show_screen(self, screen: Screen) -> None:
        try:
            self._light_glass(screen)
            self._darken_at = None
        except DisplayError as error:
            log.error("display: %s", error)
            self._blind = True
            self._darken_at = self.board.clock.now() + DARKEN_EVERY
            self._end_unseen()

    def _end_unseen(self) -> None:
        """What cannot be seen must not go on: the session ends, and the next key tries the display again."""
        if self.state.awake:
            self._pending.append(DisplayLost(self.board.clock.now()))

    def _darken(self, screen: Screen, now: Millis) -> None:
        """A display that failed may have a code on it still: it must go dark as soon as it answers, without a key."""
        if self._darken_at is not None and self._darken_at <= now and not self._blind:
            try:
                self._light_glass(screen)
                self._darken_at = None
            except DisplayError:
                self._blind = True
                self._darken_at = self.board.clock.now() + DARKEN_EVERY

    def _light_glass(self, screen: Screen) -> None:
        # Dark and awake is a pause between two screens: switching the panel off would cost an initialisation.
        if screen.dark and not self.state.awake:
            self.board.display.switch_off()
        elif screen.dark:
            self.board.display.show_picture(Picture.dark(*self.board.display.size))
        else:
            self.board.display.show_picture(paint_screen(screen, self.board.display.size))

    def _due_moments(self, now: Millis) -> Iterable[Millis]:
        appliance = self.appliance
        moments = [
            self.state.dark_at,
            appliance.next_change(self.state, now),
            appliance.next_check(),
            self._darken_at,
        ]
        moments += [source.next_due() for source in self.sources]
        return (moment for moment in moments if moment is not None)
