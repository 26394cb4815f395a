"""What FunctionFS leaves to whoever reads its endpoints; all else is on a real kernel (tests/uml)."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.clock import MonotonicClock
from drivers.usb.ccid import PinSupport
from drivers.usb.function_fs import FunctionFsCable


@pytest.fixture
def control() -> Iterator[tuple[FunctionFsCable, int]]:
    """A cable whose ep0 is a pipe, and the pipe's other end."""
    cable = FunctionFsCable(Path("nowhere"), PinSupport.NONE, MonotonicClock())
    read, write = os.pipe()
    cable._control = read
    yield cable, write
    os.close(write)
    cable.close()


def test_the_first_packet_may_be_read_before_its_computer_is_told_of(control: tuple[FunctionFsCable, int]) -> None:
    cable, write = control
    os.write(write, b"news")
    telling = threading.Timer(0.02, cable._there.set)
    telling.start()
    assert cable._is_of_now(), "a read that began with the last computer ends with the next one's first packet"
    telling.join()


def test_a_packet_whose_computer_has_gone_is_for_nobody(control: tuple[FunctionFsCable, int]) -> None:
    cable, _ = control
    assert not cable._is_of_now()
    cable._there.set()
    assert cable._is_of_now()
