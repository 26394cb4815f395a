"""R13: a slot below us that never answers ends the process, the glass dark, so that a new one can begin."""

import pytest

from device.reader.link import HANGS_AFTER, SlotHangsError
from sesame_core.events import Key
from simulator.bench import Bench

NEVER = 10**9


def test_a_slot_that_never_answers_is_noticed_and_the_glass_goes_dark() -> None:
    bench = Bench(latency=lambda _command: NEVER)
    bench.insert_card("bank-card")
    bench.let_pass(HANGS_AFTER - 1)
    assert bench.shown_text() == "PATIENTEZ"

    with pytest.raises(SlotHangsError, match="unplug it"):
        bench.let_pass(1)
    bench.loop.close()

    assert bench.is_dark()


def test_it_is_noticed_in_the_dark_too() -> None:
    bench = Bench(latency=lambda _command: NEVER)
    bench.insert_card("bank-card")
    bench.press_key(Key.OFF)
    assert bench.is_dark()

    with pytest.raises(SlotHangsError):
        bench.let_pass(HANGS_AFTER)


def test_a_slow_card_is_no_hanging_slot() -> None:
    bench = Bench(latency=lambda _command: HANGS_AFTER - 1)
    bench.insert_card("sesame-card")

    bench.let_pass(HANGS_AFTER - 1)
    bench.let_pass(HANGS_AFTER - 1)

    assert bench.shown_text() == "CHOISISSEZ FONCTION"


def test_a_card_pulled_in_the_middle_is_the_answer() -> None:
    bench = Bench(latency=lambda _command: NEVER)
    bench.insert_card("bank-card")
    bench.let_pass(5_000)

    bench.pull_card()
    bench.let_pass(60_000)

    assert bench.is_dark()
