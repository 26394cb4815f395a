"""R13: a slot below us that never answers ends the process, the glass dark, so that a new one can begin."""

import pytest

from device.reader.link import HANGS_AFTER, SlotHangsError
from sesame_core.events import Key
from simulator.bench import Bench

NEVER = 10**9


def test_a_slot_that_never_answers_is_noticed_and_the_glass_goes_dark() -> None:
    bench = Bench(latency=lambda _command: NEVER)
    bench.insert("bank-card")
    bench.wait(HANGS_AFTER - 1)
    assert bench.text() == "PATIENTEZ"

    with pytest.raises(SlotHangsError, match="unplug it"):
        bench.wait(1)
    bench.loop.close()

    assert bench.dark()


def test_it_is_noticed_in_the_dark_too() -> None:
    bench = Bench(latency=lambda _command: NEVER)
    bench.insert("bank-card")
    bench.press(Key.OFF)
    assert bench.dark()

    with pytest.raises(SlotHangsError):
        bench.wait(HANGS_AFTER)


def test_a_slow_card_is_no_hanging_slot() -> None:
    bench = Bench(latency=lambda _command: HANGS_AFTER - 1)
    bench.insert("sesame-card")

    bench.wait(HANGS_AFTER - 1)
    bench.wait(HANGS_AFTER - 1)

    assert bench.text() == "CHOISISSEZ FONCTION"


def test_a_card_pulled_in_the_middle_is_the_answer() -> None:
    bench = Bench(latency=lambda _command: NEVER)
    bench.insert("bank-card")
    bench.wait(5_000)

    bench.pull()
    bench.wait(60_000)

    assert bench.dark()
