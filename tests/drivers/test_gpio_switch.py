"""The card switch: bounces are one motion, and nothing is asked at rest."""

import pytest

from drivers.board_twin import BoardTwin, Bounce
from drivers.clock import SteppedClock
from drivers.gpio.switch import GpioSwitch
from drivers.header import gpio_of
from sesame_core.events import CardAbsent, CardPresent, Event, Millis


class Slot:
    """A slot with a switch, and time."""

    def __init__(self, bounce: Bounce, card_in: bool = False) -> None:
        self.clock = SteppedClock(500)
        self.board = BoardTwin(self.clock, bounce=bounce)
        self.nudges = 0
        self.events: list[Event] = []
        self.switch = GpioSwitch(
            self.board.pins, gpio_of("CARD_SWITCH"), "card switch", closed=CardPresent, opened=CardAbsent
        )
        self.board.card_switch(card_in)
        self.pass_time(50)
        self.switch.start(self._nudge)

    def pass_time(self, ms: Millis) -> None:
        for _ in range(ms):
            self.clock.advance(1)
            self.board.advance(self.clock.now())
            due = self.switch.next_due()
            if self.nudges or (due is not None and due <= self.clock.now()):
                self.nudges = 0
                self.events += self.switch.poll_events(self.clock.now())

    def _nudge(self) -> None:
        self.nudges += 1


@pytest.mark.parametrize("seed", range(30))
def test_each_motion_of_a_card_is_one_event(seed: int) -> None:
    slot = Slot(Bounce(20, seed))
    for card_in in (True, False, True):
        slot.board.card_switch(card_in)
        slot.pass_time(60)
    assert [type(event) for event in slot.events] == [CardPresent, CardAbsent, CardPresent]
    assert slot.switch.next_due() is None


def test_before_it_is_started_nothing_is_closed() -> None:
    board = BoardTwin(SteppedClock(0))
    board.card_switch(True)
    assert not GpioSwitch(board.pins, gpio_of("CARD_SWITCH"), "card switch").is_closed


def test_what_is_found_at_start_is_no_event() -> None:
    slot = Slot(Bounce(), card_in=True)
    slot.pass_time(100)
    assert slot.events == []
    assert slot.switch.is_closed


def test_a_twitch_is_nothing() -> None:
    slot = Slot(Bounce())
    slot.board.card_switch(True)
    slot.pass_time(3)
    slot.board.card_switch(False)
    slot.pass_time(100)
    assert slot.events == []
    assert slot.switch.next_due() is None


def test_close_lets_go() -> None:
    slot = Slot(Bounce())
    slot.switch.close()
    slot.switch.close()
    slot.board.card_switch(True)
    slot.pass_time(100)
    assert slot.events == []
    slot.board.pins.output(gpio_of("CARD_SWITCH"), "another")
