"""The reader for other people's programs: `from sesame import Reader`."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sesame
from bank.cards import gallery
from bank.errors import UnknownCardError
from sesame import reader_errors
from sesame_core.errors import Fault

PIN = "1234"


def test_the_readmes_lines_print_the_code() -> None:
    program = 'from sesame import Reader\nwith Reader.virtual("bank-card") as reader:\n    print(reader.code("1234"))\n'
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("3366 6525\n", "")


def test_each_code_is_another_and_a_state_goes_on(tmp_path: Path) -> None:
    with sesame.Reader.virtual("bank-card", tmp_path) as reader:
        first, second = reader.code(PIN), reader.code(PIN)
    with sesame.Reader.virtual("bank-card", tmp_path) as reader:
        third = reader.code(PIN)
    assert len({first, second, third}) == 3
    assert first == "3366 6525"


def test_the_three_functions_make_codes_of_their_own() -> None:
    codes = []
    for function in (
        {},
        {"challenge": "12345678"},
        {"amount": "25000", "account": "00000189"},
        {"amount": "25001", "account": "00000189"},
        {"data": ("1234", "3101234567")},
    ):
        with sesame.Reader.virtual("bank-card") as reader:
            codes.append(reader.code(PIN, **function))
    assert len(set(codes)) == len(codes)


def test_codes_one_after_another_are_those_of_readers_opened_anew(tmp_path: Path) -> None:
    """Data after a code answered with what was left of that code: nothing."""
    functions: list[dict[str, Any]] = [
        {},
        {"data": ["1234"]},
        {"data": ["1235"]},
        {"challenge": "1"},
        {"data": ["1"]},
        {},
    ]
    anew = []
    for function in functions:
        with sesame.Reader.virtual("bank-card", tmp_path) as reader:
            anew.append(reader.code(PIN, **function))
    with sesame.Reader.virtual("bank-card") as reader:
        assert [reader.code(PIN, **function) for function in functions] == anew
    assert all(anew)


def test_two_functions_at_once_are_none_and_cost_nothing() -> None:
    with sesame.Reader.virtual("bank-card") as reader:
        with pytest.raises(sesame.UsageError, match="three functions"):
            reader.code(PIN, challenge="1", amount="2")
        assert reader.code(PIN) == "3366 6525"


def test_tries_are_told_and_moved_by_a_wrong_pin_only() -> None:
    with sesame.Reader.virtual("bank-card") as reader:
        assert (reader.tries_left, reader.tries_left) == (3, 3)
        with pytest.raises(sesame.WrongPinError, match="2 tries left") as wrong:
            reader.code("9999")
        assert (wrong.value.tries_left, reader.tries_left) == (2, 2)
        reader.code(PIN)
        assert reader.tries_left == 3


def test_a_third_wrong_pin_blocks() -> None:
    with sesame.Reader.virtual("last-try") as reader:
        with pytest.raises(sesame.PinBlockedError):
            reader.code("9999")
        with pytest.raises(sesame.PinBlockedError):
            reader.code(PIN)


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "١٢٣٤", " 1234"])
def test_a_pin_that_cannot_be_is_not_sent(pin: str) -> None:
    with sesame.Reader.virtual("bank-card") as reader:
        with pytest.raises(sesame.UsageError, match="nothing was sent") as said:
            reader.code(pin)
        assert reader.tries_left == 3
    assert not pin or pin not in str(said.value)


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name)
def test_each_fault_is_an_exception_of_its_own(fault: Fault) -> None:
    named = reader_errors.CLASSES[fault.name]
    assert named in vars(reader_errors).values()
    assert list(reader_errors.CLASSES.values()).count(named) == 1
    assert getattr(sesame, named.__name__) is named


@pytest.mark.parametrize(
    ("card", "error"),
    [("no-cap", "UnsupportedCardError"), ("mute", "SilentCardError"), ("declines", "DecliningCardError")],
)
def test_a_card_of_no_use_says_so_by_its_class(card: str, error: str) -> None:
    with (
        pytest.raises(sesame.ReaderError) as raised,
        sesame.Reader.virtual(card) as reader,
    ):
        reader.code(PIN)
    assert type(raised.value).__name__ == error


def test_an_unknown_card_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownCardError, match="bank-card"):
        sesame.Reader.virtual("nobody's")


def test_a_closed_reader_says_so() -> None:
    reader = sesame.Reader.virtual("bank-card")
    reader.close()
    reader.close()
    with pytest.raises(sesame.UsageError, match="open another"):
        reader.code(PIN)


def test_every_card_of_the_gallery_makes_a_code_or_says_why_not() -> None:
    for name in gallery.list_names():
        try:
            with sesame.Reader.virtual(name) as reader:
                assert reader.code(PIN).replace(" ", "").isdecimal()
        except sesame.ReaderError as error:
            assert PIN not in str(error)


def test_what_the_library_offers_is_there_and_the_rest_is_not() -> None:
    assert set(sesame.HOMES) <= set(dir(sesame))
    assert all(getattr(sesame, name).__name__ == name for name in sesame.HOMES)
    with pytest.raises(AttributeError, match="Writer"):
        _ = sesame.Writer
