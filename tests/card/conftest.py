"""Traces of real cards, and the conversation that a reader has with one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from device.cardwork import CardWork
from device.replay import ReplayCard, recorded_request
from device.trace import Trace
from sesame_core.apdu import Protocol
from sesame_core.cap import Function, Request

TRACES = Path(__file__).parent / "traces"

Talk = Callable[[Trace, tuple[str, ...]], tuple[str, list[str]]]
"""A trace and transaction data to the code and what deviated."""


@pytest.fixture
def traces() -> Path:
    return TRACES


@pytest.fixture
def talk() -> Talk:
    def code_of(trace: Trace, numbers: tuple[str, ...] = ()) -> tuple[str, list[str]]:
        card = ReplayCard(trace)
        card.power_on()
        work = CardWork(lambda apdu: card.transmit(bytes(apdu)), Protocol(card.protocol))
        work.select()
        work.prepare(Request(Function.DATA) if numbers else recorded_request(trace))
        for digit in (9, 8, 7, 6):
            work.pin.append(digit)
        assert work.confirm() is None
        code = "".join(map(str, work.code(numbers)))
        work.close()
        return code, card.deviations

    return code_of
