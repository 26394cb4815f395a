"""The PIN and the code: typed, encoded, wiped, and never shown by accident."""

import copy
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesame_core.errors import CardError, Fault, UsageError
from sesame_core.pin import MAX_LENGTH, MIN_LENGTH, Pin
from sesame_core.secrets import SecretDigits
from tests.core.scripted import pin_of


@pytest.mark.parametrize(
    ("digits", "block"),
    [
        ("1234", "241234ffffffffff"),
        ("12345", "2512345fffffffff"),
        ("123456", "26123456ffffffff"),
        ("0000", "240000ffffffffff"),
        ("12345678901", "2b12345678901fff"),
        ("123456789012", "2c123456789012ff"),
    ],
)
def test_pin_blocks(digits: str, block: str) -> None:
    """EMV Book 3, 6.5.12.2."""
    assert pin_of(digits).block().hex() == block


@pytest.mark.parametrize("digits", ["", "1", "123"])
def test_a_short_pin_has_no_block(digits: str) -> None:
    with pytest.raises(UsageError, match="4 to 12"):
        pin_of(digits).block()


def test_a_pin_may_be_wider_than_the_standard_but_has_no_block_then() -> None:
    pin = Pin(13)
    for _ in range(13):
        pin.append(1)
    with pytest.raises(UsageError):
        pin.block()
    assert (MIN_LENGTH, MAX_LENGTH, Pin().capacity) == (4, 12, 12)


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(0, 15))
def test_digits_are_kept_in_order_and_taken_away_from_the_right(digits: list[int], erased: int) -> None:
    kept = SecretDigits(12)
    for digit in digits:
        kept.append(digit)
    for _ in range(erased):
        kept.erase()
    assert list(kept) == digits[: max(0, len(digits) - erased)]
    assert len(kept) == max(0, len(digits) - erased)
    assert bytes(kept._digits[len(kept) :]) == bytes(12 - len(kept)), "what is taken away is gone"


def test_no_thirteenth_digit() -> None:
    pin = pin_of("123456789012")
    with pytest.raises(UsageError, match="room"):
        pin.append(3)
    assert "".join(map(str, pin)) == "123456789012"


@pytest.mark.parametrize("digit", [-1, 10])
def test_digits_only(digit: int) -> None:
    pin = pin_of("1")
    with pytest.raises(UsageError, match="0 to 9"):
        pin.append(digit)
    assert len(pin) == 1


def test_wiping_overwrites_in_place() -> None:
    pin = pin_of("1234")
    buffer = pin._digits
    pin.wipe()
    assert (bytes(buffer), len(pin), list(pin), pin._digits is buffer) == (bytes(12), 0, [], True)
    pin.append(7)
    assert list(pin) == [7]


def test_a_repr_says_how_many_and_never_which() -> None:
    assert repr(pin_of("4711")) == str(pin_of("4711")) == "<Pin: 4 digits>"
    assert f"{SecretDigits(8)!r}" == "<SecretDigits: 0 digits>"


@pytest.mark.parametrize(
    "leak", [copy.copy, copy.deepcopy, pickle.dumps, lambda pin: pickle.dumps(pin, 0), lambda pin: pickle.dumps([pin])]
)
def test_secrets_are_neither_copied_nor_stored(leak: Callable[[Pin], object]) -> None:
    with pytest.raises(UsageError, match="not copied"):
        leak(pin_of("1234"))


def test_an_error_of_the_card_says_what_is_wrong_or_else_its_kind() -> None:
    assert str(CardError(Fault.MUTE)) == "mute"
    assert str(CardError(Fault.GARBAGE, "cut short")) == "cut short"


def test_the_faults_keep_their_numbers() -> None:
    """They are on screens and in docs/faults.md."""
    assert [(fault.value, fault.name) for fault in Fault] == [
        (1, "MUTE"),
        (2, "GARBAGE"),
        (3, "REFUSED"),
        (4, "DECLINED"),
        (5, "ENDLESS"),
        (6, "INCOMPLETE"),
        (7, "UNSUPPORTED"),
        (8, "BLOCKED"),
        (9, "APPLICATION_BLOCKED"),
        (10, "IN_USE"),
    ]
