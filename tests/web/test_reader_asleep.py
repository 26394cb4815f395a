"""A laptop is closed and opened again: what the reader and the bank had promised to forget is forgotten."""

import threading
import time
from pathlib import Path

import pytest

from bank.web.coopanet import sign_in as desk
from device.reader.link import HANGS_AFTER
from drivers.clock import counting_asleep
from sesame_core.events import Key
from sesame_core.reader.state import Phase
from simulator.bench import Bench
from simulator.web.bench import Change, Look
from tests.web.reading import living
from web import clock, sessions

HOUR = 3_600 * 10**9
AT_REST_S = 1
SOON_S = 20
"""Far less than the 35 s that the reader would wait if it did not look at its clock."""


def test_a_reader_that_slept_with_its_machine_goes_dark_when_both_wake(tmp_path: Path) -> None:
    """No key, no card, no submission wakes it: the gauge, looked at every second, does."""
    dark, ready = threading.Event(), threading.Event()

    def look(change: Change) -> None:
        if isinstance(change, Look):
            (dark if change.phase == Phase.ASLEEP.value else ready).set()

    with living(tmp_path) as bench:
        nanos, slept = counting_asleep(), [0]
        bench.submit(lambda: setattr(bench.clock, "_nanos", lambda: nanos() + slept[0])).result(SOON_S)
        bench.submit(lambda: bench.press_key(Key.OK)).result(SOON_S)
        bench.submit(lambda: bench.listen_to(look)).result(SOON_S)
        assert ready.wait(SOON_S)
        time.sleep(AT_REST_S)
        dark.clear()
        slept[0] = HOUR
        assert dark.wait(SOON_S)


@pytest.mark.parametrize("asleep_ms", [HANGS_AFTER + 2000, HOUR // 10**6])
@pytest.mark.parametrize("awake_ms", range(0, 4000, 190))
def test_a_machine_that_slept_in_the_middle_of_a_conversation_is_no_slot_that_hangs(
    awake_ms: int, asleep_ms: int
) -> None:
    """Wherever in it the sleep begins: the answer that waited is heard, and what it leads to is asked anew."""
    bench = Bench(latency=lambda _command: 500)
    bench.insert_card("bank-card")
    bench.let_pass(awake_ms)
    bench.clock.advance(asleep_ms)
    bench.let_pass(50_000)
    assert bench.is_dark()
    bench.pull_card()
    bench.insert_card("bank-card")
    bench.let_pass(20_000)
    assert "FONCTION" in bench.shown_text()


def test_the_banks_clock_counts_sleep_where_the_system_does(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = {time.CLOCK_BOOTTIME: 5 * clock.NANOS, time.CLOCK_MONOTONIC: 3 * clock.NANOS}
    monkeypatch.setattr(time, "clock_gettime_ns", readings.__getitem__)
    assert clock.seconds_asleep_too()() == 5
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    assert clock.seconds_asleep_too()() == 3
    monkeypatch.delattr(time, "CLOCK_MONOTONIC")
    assert clock.seconds_asleep_too() is time.monotonic


def test_sessions_and_limits_are_on_that_clock() -> None:
    assert sessions.Sessions()._now is clock.elapsed
    assert desk.SourceLimit()._now is clock.elapsed
