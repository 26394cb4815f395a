"""The one loop: events in, screen out, effects done. The same in real and in simulated time.

`turn` does all that is due at a moment and says when something is due again. Who calls it decides what time is:
`Runner` waits for real, `Stepper` lets simulated time pass.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from device.reader.link import CardLink, SlotHangsError
from drivers.errors import DisplayError, PowerError
from drivers.painter.raster import paint_screen, prepare_fonts
from drivers.ports import CardSlot, Clock, Display, Keypad, Notify, Picture, Power, Source
from drivers.ports import Sound as SoundPort
from sesame_core import effects as ef
from sesame_core.events import CardAnswered, CardPowered, CardSilent, DisplayLost, Event, Halt, Millis, TimeUp
from sesame_core.reader.state import Phase, Rules, State, initial_state
from sesame_core.reader.table import step_reader
from sesame_core.reader.views import next_change, view_state
from sesame_core.screens import DARK, Screen

log = logging.getLogger(__name__)

DARKEN_EVERY: Final[Millis] = 1000
"""How soon a glass that may still be lit, and should not be, is tried again."""


@dataclass(frozen=True, slots=True)
class Board:
    """What the reader is made of. `others`: whatever else has to be polled, first (a simulated board's physics)."""

    clock: Clock
    keypad: Keypad
    slot: CardSlot
    display: Display
    power: Power
    sound: SoundPort
    others: tuple[Source, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """Everything that has events, in the order it is asked."""
        return (*self.others, self.keypad, self.slot, self.power, self.sound)


Observer = Callable[[State, Screen], None]
"""Told of every screen: for mirrors and tests. Must not keep a code."""


class Loop:
    """The reader at work on a board."""

    def __init__(self, board: Board, rules: Rules | None = None, observers: Sequence[Observer] = ()) -> None:
        self.board = board
        self.state = initial_state(board.clock.now(), rules)
        self.screen = DARK
        self._observers = tuple(observers)
        self._link = CardLink(board.slot, board.clock)
        self._pending: deque[Event] = deque()
        self._darken_at: Millis | None = None
        self._blind = False

    def start(self, notify: Notify) -> None:
        """Begin with everything the board has; the first screen is drawn first. Raises DriverError."""
        self.board.display.start()
        self._draw()
        prepare_fonts(self.board.display.size)
        for source in self.board.sources:
            source.start(notify)
        self._supply(self.board.power.wake_up)
        self._work_off()

    def run_once(self) -> Millis | None:
        """Do all that is due now. The moment something is due next, None when only an event can bring it.

        A display that has failed is left alone until the next turn: a bus that hangs costs seconds, and one turn must
        not last as long as the watchdog's patience.

        Raises DriverError where a new process is needed (the slot hangs, a pin is lost); `close` darkens the glass.
        """
        now = self.board.clock.now()
        self._blind = False
        self._end_in_time()
        for source in self.board.sources:
            for event in source.poll_events(now):
                self.handle_event(event)
        self._check_slot(now)
        self._end_in_time()  # again: a part may have kept us
        self._draw()
        self._work_off()
        return min(self._moments(now), default=None)

    def _end_in_time(self) -> None:
        if self.state.dark_at is not None and self.state.dark_at <= self.board.clock.now():
            self.handle_event(TimeUp(self.state.dark_at))

    def _check_slot(self, now: Millis) -> None:
        hangs_at = self._link.hangs_at
        if hangs_at is not None and now >= hangs_at:
            raise SlotHangsError("the smart-card reader hangs: unplug it and plug it in again")

    def handle_event(self, event: Event) -> None:
        """One event and all that follows from it at once."""
        self._pending.append(event)
        self._work_off()

    def _work_off(self) -> None:
        while self._pending:
            self._handle(self._pending.popleft())

    def halt(self) -> None:
        """Dark for good."""
        self.handle_event(Halt(self.board.clock.now()))

    def close(self) -> None:
        """Let go of the board, the glass dark. Never raises."""
        self._link.release()
        self.board.display.close()
        for source in self.board.sources:
            source.close()

    def _handle(self, event: Event) -> None:
        if isinstance(event, CardPowered | CardAnswered | CardSilent):
            self._expect(self._link.hear_slot(event))
            return
        self._link.slot_said(event)
        before = self.state
        self.state, effects = step_reader(before, event)
        if self.state.phase is not before.phase:
            log.debug("%s -> %s", before.phase.value, self.state.phase.value)
        self._draw()
        for effect in effects:
            self._do(effect, event.at)

    def _expect(self, event: Event | None) -> None:
        if event is not None:
            self._pending.append(event)

    def _do(self, effect: ef.Effect, at: Millis) -> None:  # noqa: C901, PLR0912 - one line an effect, nothing else
        match effect:
            case ef.TypeDigit(digit):
                self._link.pin.append(digit)
            case ef.EraseDigit():
                self._link.pin.erase()
            case ef.WipePin():
                self._link.pin.wipe()
            case ef.ReadCard():
                self._link.read_card(at)
            case ef.Prepare(request):
                self._expect(self._link.prepare_card(at, request))
            case ef.Confirm():
                self._expect(self._link.confirm_pin(at))
            case ef.MixData(numbers):
                self._expect(self._link.mix_numbers(at, numbers))
            case ef.CloseCard():
                self._expect(self._link.close_card(at))
            case ef.Forget():
                self._link.forget()
            case ef.Release():
                self._link.release()
            case ef.PlayChime(chime):
                self._play(chime)
            case ef.Sleep():
                self._supply(self.board.power.fall_asleep)
            case ef.Wake():
                self._supply(self.board.power.wake_up)

    def _play(self, chime: ef.Chime) -> None:
        patterns = {
            ef.Chime.KEY: self.board.sound.play_key,
            ef.Chime.RIGHT: self.board.sound.play_right,
            ef.Chime.WRONG: self.board.sound.play_wrong,
            ef.Chime.OFF: self.board.sound.play_off,
        }
        patterns[chime]()

    def _supply(self, switch: Callable[[], None]) -> None:
        try:
            switch()
        except PowerError as error:
            log.warning("power: %s", error)

    def _draw(self) -> None:
        now = self.board.clock.now()
        screen = view_state(self.state, now)
        if screen == self.screen:
            self._darken(screen, now)
            return
        self.screen = screen
        if self._blind:
            self._end_unseen()
        else:
            self._show(screen)
        for observer in self._observers:
            observer(self.state, screen)

    def _show(self, screen: Screen) -> None:
        try:
            self._light(screen)
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
                self._light(screen)
                self._darken_at = None
            except DisplayError:
                self._blind = True
                self._darken_at = self.board.clock.now() + DARKEN_EVERY

    def _light(self, screen: Screen) -> None:
        if screen.dark and not self.state.awake:
            self.board.display.switch_off()
        elif screen.dark:
            self.board.display.show_picture(Picture.dark(*self.board.display.size))
        else:
            self.board.display.show_picture(paint_screen(screen, self.board.display.size))

    def _moments(self, now: Millis) -> Iterable[Millis]:
        moments = [self.state.dark_at, next_change(self.state, now), self._link.hangs_at, self._darken_at]
        moments += [source.next_due() for source in self.board.sources]
        return (moment for moment in moments if moment is not None)


def is_halted(loop: Loop) -> bool:
    """True once the reader is dark for good."""
    return loop.state.phase is Phase.HALTED
