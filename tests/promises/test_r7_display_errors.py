"""R7: the bus fails at every transfer of every screen of a session: once, and for good."""

import errno
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from drivers.display.twin import TransferFault
from drivers.painter.raster import paint_screen
from sesame_core.reader.state import Phase
from tests.story import Story

FAULTS = {
    "EIO": TransferFault(errno.EIO),
    "ENXIO in the middle": TransferFault(errno.ENXIO, arrived=3),
    "ETIMEDOUT after all": TransferFault(errno.ETIMEDOUT, arrived=64),
}
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
        assert not any(reader.bench.loop._link.pin._digits)
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


def test_the_tries_on_a_dead_bus_are_bounded() -> None:
    reader = Story()
    traffic = reader.bench.parts.display.traffic
    traffic.die()
    before = traffic.transfers
    reader.press("1")
    assert traffic.transfers - before <= 20
