"""Traces of real cards, and the conversation that a reader has with one."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sesame.card.trace.recording import Trace
from sesame.card.trace.replay import ReplayCard, recorded_request
from sesame.cli import main
from sesame_core.cap.blocking import CardWork
from sesame_core.cap.codes import Function, Request
from sesame_core.smartcard.apdu import Protocol

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
        work.select_application()
        work.prepare_card(Request(Function.DATA) if numbers else recorded_request(trace))
        for digit in (9, 8, 7, 6):
            work.pin.append(digit)
        assert work.confirm_pin() is None
        code = "".join(map(str, work.make_code(numbers)))
        work.close()
        return code, card.deviations

    return code_of


Sesame = Callable[..., tuple[int, str, str]]
"""Arguments, and what is typed: the exit code, standard output, standard error."""


@pytest.fixture
def sesame(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Sesame:
    """The program, in this process. `typed` goes through the real file descriptor, as a PIN does."""

    def call(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        reading, writing = os.pipe()
        os.write(writing, typed.encode())
        os.close(writing)
        before = os.dup(0)
        os.dup2(reading, 0)
        try:
            with os.fdopen(reading, encoding="utf-8") as stdin:
                monkeypatch.setattr(sys, "stdin", stdin)
                status = main(list(arguments))
        finally:
            os.dup2(before, 0)
            os.close(before)
        out, err = capsys.readouterr()
        return status, out, err

    return call
