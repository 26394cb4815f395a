"""Clocks: whole milliseconds that never go back."""

import pytest

from drivers.clock import MonotonicClock, SteppedClock
from drivers.ports import Clock
from sesame_core.errors import UsageError


def test_the_monotonic_clock_rounds_nanoseconds_down() -> None:
    nanos = iter((0, 999_999, 1_000_000, 34_999_999_999, 35_000_000_000))
    clock: Clock = MonotonicClock(lambda: next(nanos))
    assert [clock.now() for _ in range(5)] == [0, 0, 1, 34_999, 35_000]


def test_the_systems_clock_never_goes_back() -> None:
    clock = MonotonicClock()
    moments = [clock.now() for _ in range(1_000)]
    assert moments == sorted(moments)


def test_the_stepped_clock_stands_still_until_told() -> None:
    clock = SteppedClock(7)
    assert [clock.now(), clock.now()] == [7, 7]
    clock.advance(0)
    clock.advance(35_000)
    assert clock.now() == 35_007


def test_the_stepped_clock_does_not_go_back() -> None:
    clock = SteppedClock()
    with pytest.raises(UsageError, match="does not go back"):
        clock.advance(-1)
