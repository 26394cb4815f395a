"""R7: the bus fails at every transfer of every screen of a session: once, and for good."""

import errno
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from device.loop import DARKEN_EVERY
from drivers.display.luma import ATTEMPTS
from drivers.display.twin import TransferFault
from drivers.painter.raster import paint_screen
from sesame_core.events import Battery, BatteryChanged, Event, Key, KeyPressed, Millis
from sesame_core.reader.state import Phase
from tests.promises.rig import Quiet, link_of
from tests.story import Story

FAULTS = {
    "EIO": TransferFault(errno.EIO),
    "ENXIO in the middle": TransferFault(errno.ENXIO, arrived=3),
    "ETIMEDOUT after all": TransferFault(errno.ETIMEDOUT, arrived=64, takes=1000),
}
"""Each costs the time it costs: a transfer that hangs is given up after a second (i2c-bcm2835)."""
HANGS = TransferFault(errno.ETIMEDOUT, takes=1000)
UNIT = Path(__file__).parents[2] / "systemd/sesame-reader.service"
KEYS = ("Code", "1", "2", "3", "4", "OK", "Arrêt")
STRIDES = {"EIO": 1, "ENXIO in the middle": 4, "ETIMEDOUT after all": 7}
"""One kind of error strikes every transfer, the others every few."""

STEPS: tuple[Callable[[Story], None], ...] = (
    lambda reader: reader.insert("bank-card"),
    *(partial(Story.press, keys=key) for key in KEYS),
)
"""A session from the card to the code, and the dark."""


def session(reader: Story) -> Iterator[None]:
    """The steps, one at a time."""
    for step in STEPS:
        step(reader)
        yield


def transfers() -> range:
    """Every transfer of the session, by its number."""
    reader = Story()
    first = reader.bench.parts.display.traffic.transfers
    for _ in session(reader):
        pass
    return range(reader.bench.parts.display.traffic.transfers - first)


def glass_is_right(reader: Story) -> bool:
    """What is lit is what the loop has last said."""
    bench = reader.bench
    if not bench.loop.state.awake:
        return bench.is_dark()
    return bench.glass() == paint_screen(bench.loop.screen, bench.parts.display.size)


ALL = transfers()


@pytest.mark.parametrize("fault", FAULTS)
def test_one_failed_transfer_is_never_seen(fault: str) -> None:
    assert len(ALL) > 60
    for number in ALL[:: STRIDES[fault]]:
        reader = Story()
        reader.bench.parts.display.traffic.fail(FAULTS[fault], after=number)
        for _ in session(reader):
            assert glass_is_right(reader)
        assert reader.bench.loop.state.phase is Phase.ASLEEP


def test_two_failures_in_a_row_are_never_seen() -> None:
    for number in ALL[::5]:
        reader = Story()
        reader.bench.parts.display.traffic.fail(FAULTS["EIO"], FAULTS["ENXIO in the middle"], after=number)
        for _ in session(reader):
            pass
        assert glass_is_right(reader)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_dead_display_ends_the_session_and_comes_back(fault: str) -> None:
    """What cannot be seen must not go on; the next key tries again."""
    for number in ALL[:: STRIDES[fault]]:
        reader = Story()
        traffic = reader.bench.parts.display.traffic
        started = traffic.transfers
        traffic.die(FAULTS[fault], after=number)
        for _ in session(reader):
            if traffic.transfers > started + number:
                break
        state = reader.bench.loop.state
        assert state.code is None
        assert state.typed == 0
        assert not any(link_of(reader.bench.loop).pin._digits)
        reader.bench.let_pass(36_000)
        assert reader.bench.loop.state.phase is Phase.ASLEEP
        traffic.heal()
        reader.pull()
        reader.insert("sesame-card")
        reader.press("Code 1 2 3 4 OK")
        assert reader.shows_a_code()
        assert glass_is_right(reader)


def with_a_code() -> Story:
    reader = Story()
    reader.insert("bank-card")
    reader.press("Code 1 2 3 4 OK")
    assert reader.shows_a_code()
    return reader


def test_a_code_whose_bar_cannot_be_drawn_is_gone_at_once() -> None:
    reader = with_a_code()
    reader.bench.parts.display.traffic.die()
    reader.wait(600)
    assert reader.bench.loop.state.phase is Phase.ASLEEP
    assert reader.bench.loop.state.code is None


def test_a_glass_that_could_not_be_darkened_goes_dark_as_soon_as_it_answers() -> None:
    """The bus fails just around the end of the 35 s; nobody presses a key afterwards."""
    reader = with_a_code()
    traffic = reader.bench.parts.display.traffic
    reader.wait(34_500)
    traffic.die()
    reader.wait(5_000)
    assert reader.bench.loop.state.phase is Phase.ASLEEP
    assert not reader.dark()
    traffic.heal()
    reader.wait(1_000)
    assert reader.dark()
    quiet = traffic.transfers
    reader.wait(60_000)
    assert traffic.transfers == quiet, "once it is dark, it is left alone"


class AtOnce(Quiet):
    """A part that has two things to tell in one turn: the first changes nothing that is seen, the second does."""

    told = False

    def poll_events(self, now: Millis) -> Sequence[Event]:
        if self.told:
            return ()
        self.told = True
        return BatteryChanged(now, Battery.GOOD), KeyPressed(now, Key.CODE)


def test_a_display_that_cannot_be_darkened_is_left_alone_until_the_next_turn() -> None:
    """Each try may cost seconds on a bus that hangs, and the watchdog is waiting."""
    reader = with_a_code()
    loop, traffic = reader.bench.loop, reader.bench.parts.display.traffic
    reader.wait(34_500)
    traffic.die()
    reader.wait(5_000)
    reader.bench.clock.advance(DARKEN_EVERY)
    object.__setattr__(loop.board, "others", (AtOnce(), *loop.board.others))
    before = traffic.transfers
    loop.run_once()
    assert traffic.transfers - before == ATTEMPTS


class Turns:
    """How long the loop's turns take, in simulated milliseconds."""

    def __init__(self, reader: Story) -> None:
        self._clock, self._turn = reader.bench.clock, reader.bench.loop.run_once
        self.longest = 0
        reader.bench.loop.run_once = self._timed  # type: ignore[method-assign]

    def _timed(self) -> Millis | None:
        began = self._clock.now()
        due = self._turn()
        self.longest = max(self.longest, self._clock.now() - began)
        return due


def watchdog() -> Millis:
    """What the unit says, in milliseconds."""
    found = re.search(r"^WatchdogSec=(\d+)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return 1000 * int(found[1])


@pytest.mark.parametrize("number", ALL[::6])
def test_on_a_bus_that_hangs_no_turn_is_as_long_as_the_watchdogs_patience(number: int) -> None:
    """The display and the gauge on one bus, 1 s a transfer: a reader that is killed for it is killed until it may start
    no more, and stays dead when the bus is well again."""
    reader = Story()
    turns = Turns(reader)
    traffic, battery = reader.bench.parts.display.traffic, reader.bench.parts.battery
    traffic.die(HANGS, after=number)
    battery.failures, battery.takes = 1000, HANGS.takes
    for _ in session(reader):
        pass
    reader.press("1 OK Code")
    reader.pull()
    reader.bench.let_pass(36_000)
    assert 0 < turns.longest < watchdog() - 2_000
    traffic.heal()
    battery.failures = 0
    reader.insert("sesame-card")
    reader.press("Code 1 2 3 4 OK")
    assert reader.shows_a_code()


def test_a_bus_on_which_every_transfer_is_slow_is_one_that_hangs() -> None:
    """Each succeeds after 900 ms: a whole picture would take half a minute."""
    reader = Story()
    turns, traffic, clock = Turns(reader), reader.bench.parts.display.traffic, reader.bench.clock
    carry = traffic.carry

    def slowly(payload: bytes, is_data: bool, overhead: int) -> None:
        clock.advance(900)
        carry(payload, is_data, overhead)

    traffic.carry = slowly  # type: ignore[method-assign]
    reader.insert("bank-card")
    reader.press("Code")
    assert 900 <= turns.longest < watchdog() - 2_000


def test_the_tries_on_a_dead_bus_are_bounded() -> None:
    reader = Story()
    traffic = reader.bench.parts.display.traffic
    traffic.die()
    before = traffic.transfers
    reader.press("1")
    assert traffic.transfers - before <= 20
