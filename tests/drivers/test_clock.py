"""Clocks: whole milliseconds that never go back."""

import time
from types import ModuleType

import pytest

from drivers.clock import MonotonicClock, SteppedClock, counting_asleep
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


class System(ModuleType):
    """The module `time` of another system: the clocks it has by their numbers, and what each reads."""

    def __init__(self, readings: dict[int, int], **names: int) -> None:
        super().__init__("time")
        self._readings = readings
        for name, number in names.items():
            setattr(self, name, number)

    def clock_gettime_ns(self, clock: int) -> int:
        """Fails as the kernel does for a clock that it does not know."""
        if clock not in self._readings:
            raise OSError(22, "Invalid argument")
        return self._readings[clock]

    def monotonic_ns(self) -> int:
        return 5


@pytest.mark.parametrize(
    ("system", "reads"),
    [
        (System({1: 10, 7: 700}, CLOCK_MONOTONIC=1, CLOCK_BOOTTIME=7), 700),
        (System({1: 10}, CLOCK_MONOTONIC=1, CLOCK_BOOTTIME=7), 10),
        (System({6: 60}, CLOCK_MONOTONIC=6), 60),
        (System({}), 5),
    ],
    ids=["Linux", "a kernel without", "macOS", "Windows"],
)
def test_time_asleep_counts_where_the_system_has_such_a_clock(system: ModuleType, reads: int) -> None:
    assert counting_asleep(system)() == reads


def test_on_linux_the_clock_counts_from_the_boot_with_all_sleep() -> None:
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    now = MonotonicClock().now()
    assert before <= now <= time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


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
