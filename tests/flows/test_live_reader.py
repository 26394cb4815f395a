"""The reader in real time: acts handed in, however many, hold neither it nor its end, and all have an answer."""

import functools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.config import Config
from device.pace import Waker
from sesame_core.events import Key
from simulator.live import MOST_AT_ONCE, EndedError, LiveBench, TimeLine
from simulator.web.bench import PageBench

LIMIT_S = 30.0


@contextmanager
def living(bench: LiveBench) -> Iterator[threading.Thread]:
    """Its thread, joined at the end; somebody has to end its life."""
    thread = threading.Thread(target=bench.run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(LIMIT_S)
        assert not thread.is_alive()


def test_an_end_overtakes_whatever_waits() -> None:
    line, done = TimeLine(), list[int]()
    for number in range(1000):
        line.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    line.overtake(lambda: done.append(-1))
    line.poll_events(0)
    assert done == [-1]


def test_one_look_takes_a_bounded_part_and_the_rest_is_due_at_once() -> None:
    line, done = TimeLine(), list[int]()
    futures = [line.submit(lambda number=number: done.append(number)) for number in range(1000)]  # type: ignore[misc]
    line.poll_events(0)
    assert done == list(range(MOST_AT_ONCE))
    assert line.next_due() == 0
    while line.next_due() is not None:
        line.poll_events(0)
    assert done == list(range(1000))
    assert all(future.done() for future in futures)


def test_acts_that_hand_in_others_do_not_hold_the_loop() -> None:
    line, done = TimeLine(), list[int]()

    def again() -> None:
        done.append(1)
        line.submit(again)

    line.submit(again)
    line.poll_events(0)
    assert done == [1]


@pytest.mark.parametrize("kind", [LiveBench, PageBench])
def test_two_threads_that_hammer_do_not_keep_it_from_ending(kind: type[LiveBench]) -> None:
    bench = kind(Config(), None)
    over = threading.Event()

    def hammer() -> None:
        while not over.is_set():
            bench.submit(bench.shown_text)

    hammering = [threading.Thread(target=hammer) for _ in range(2)]
    with living(bench):
        bench.submit(bench.shown_text).result(LIMIT_S)
        for thread in hammering:
            thread.start()
        bench.end()
    over.set()
    for thread in hammering:
        thread.join()
    assert bench.loop.halted


def test_everything_handed_in_about_the_end_has_an_answer() -> None:
    """Also what comes at the very moment: nothing is lost, and no closed descriptor is written to."""
    bench = LiveBench(Config(), None)
    answers: list[str] = []
    started = threading.Event()

    def ask() -> None:
        while True:
            started.set()
            try:
                answers.append(bench.submit(bench.shown_text).result(LIMIT_S))
            except EndedError:
                return

    asking = [threading.Thread(target=ask) for _ in range(3)]
    with living(bench):
        for thread in asking:
            thread.start()
        started.wait(LIMIT_S)
        bench.end()
    for thread in asking:
        thread.join(LIMIT_S)
        assert not thread.is_alive()


def test_what_comes_after_the_end_is_refused_at_once(tmp_path: Path) -> None:
    bench = LiveBench(Config(), tmp_path)
    with living(bench):
        bench.end()
    for future in (bench.submit(bench.shown_text), bench.time_line.overtake(bench.halt)):
        with pytest.raises(EndedError, match="start it again"):
            future.result(0)


def test_a_promise_is_kept_at_its_moment_or_broken_at_the_end() -> None:
    line = TimeLine()
    soon, late = line.promise(), line.promise()
    line.at(5, lambda: line.keep(soon))
    line.poll_events(4)
    assert not soon.done()
    line.poll_events(5)
    assert soon.done()
    line.close()
    with pytest.raises(EndedError):
        late.result(0)


def test_a_waker_that_was_closed_rings_nowhere(tmp_path: Path) -> None:
    """Its descriptor's number may be another file's by now: it would be written into."""
    waker = Waker()
    number = waker._bell.fileno()
    waker.close()
    with (tmp_path / "file").open("wb", buffering=0) as file:
        others = [file]
        while others[-1].fileno() < number:
            others.append((tmp_path / f"file{len(others)}").open("wb", buffering=0))
        waker.notify_loop()
        assert all(Path(other.name).stat().st_size == 0 for other in others)
        for other in others:
            other.close()


def test_waits_of_one_client_are_nobody_elses() -> None:
    bench = LiveBench(Config(), None)
    bench.let_pass(60_000)
    assert bench.busy_until <= bench.clock.now()
    late, soon = bench.over(), bench.over()
    bench.time_line.poll_events(bench.clock.now())
    assert soon.done()
    assert not late.done()
    bench.waker.close()


@pytest.mark.parametrize("kind", [LiveBench, PageBench])
def test_a_busy_machine_loses_no_press(kind: type[LiveBench]) -> None:
    """The loop comes round once in 200 ms: a finger that was off by the clock alone would never have been on."""
    bench = kind(Config(), None)
    with living(bench):
        for key, dark in ((Key.OFF, True), (Key.CODE, False)):
            bench.submit(functools.partial(bench.press_key, key)).result(LIMIT_S)
            over = bench.submit(bench.over).result(LIMIT_S)
            while not over.done():
                bench.submit(lambda: time.sleep(0.2)).result(LIMIT_S)
            assert bench.submit(bench.is_dark).result(LIMIT_S) is dark
        bench.end()
