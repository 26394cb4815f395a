"""A card without a try counter (9F17) has a last try, too: its last no is not forgotten on the way."""

from sesame_core.events import Key
from simulator.bench import Bench

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
