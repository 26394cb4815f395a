"""A card without a try counter (9F17) has a last try, too: its last no is not forgotten on the way, until the next
customer comes."""

import pytest

from device.config import merge_config
from drivers.header import gpio_of
from sesame_core.events import Key
from simulator.bench import Bench
from simulator.live import LiveBench

WRONG = (Key.DIGIT_9, Key.DIGIT_9, Key.DIGIT_9, Key.DIGIT_9, Key.OK)
RIGHT = (Key.DIGIT_1, Key.DIGIT_2, Key.DIGIT_3, Key.DIGIT_4, Key.OK)


def pressed(*keys: Key) -> Bench:
    bench = Bench()
    bench.insert_card("no-tries")
    for key in keys:
        bench.press_key(key)
    return bench


def test_the_last_try_is_announced_after_another_function() -> None:
    bench = pressed(Key.CODE, *WRONG, *WRONG, Key.CLEAR, Key.CODE)

    assert bench.shown_text() == "CODE SECRET ? DERNIER ESSAI"


def test_a_right_pin_gives_all_tries_back() -> None:
    bench = pressed(Key.CODE, *WRONG, *WRONG, *RIGHT, Key.CODE)

    assert bench.shown_text() == "CODE SECRET ?"


def test_the_next_customers_card_has_all_its_tries() -> None:
    """Where nothing is kept on a disk, too: the card is another one of the same name."""
    bench = pressed(Key.CODE, *WRONG, *WRONG, *WRONG)
    assert bench.shown_text().startswith("CARTE BLOQUÉE")
    bench.bring_next_customer()
    bench.insert_card("no-tries")
    for key in (Key.CODE, *RIGHT):
        bench.press_key(key)
    assert len(bench.shown_code()) == 8


@pytest.mark.parametrize("kind", [Bench, LiveBench])
def test_the_next_customer_is_given_another_card_and_a_card_moves_its_switch(kind: type[Bench | LiveBench]) -> None:
    bench = kind(merge_config({"slot": {"card_switch": True}}, "here"), state_dir=None)
    contact = gpio_of("CARD_SWITCH")

    def closed() -> bool:
        return not bench.parts.hardware.circuit.level_of(contact)

    if isinstance(bench, LiveBench):
        bench.loop.start(lambda: None)  # the board is there; its time stands still
    assert not closed()
    bench.insert_card("bank-card")
    first = bench.parts.slot.card
    assert closed()
    bench.pull_card()
    assert not closed()
    bench.insert_card("bank-card")
    assert bench.parts.slot.card is first, "the same customer's is the same"
    bench.bring_next_customer()
    assert not closed()
    bench.insert_card("bank-card")
    assert bench.parts.slot.card is not first
    bench.loop.close()
    if isinstance(bench, LiveBench):
        bench.waker.close()
