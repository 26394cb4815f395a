"""Signals end the reader as a key would: the glass goes dark first."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def on_ending(halt: Callable[[], object]) -> Iterator[None]:
    """While the context lasts, SIGTERM, SIGINT and SIGHUP call `halt` (which only asks: it may run at any point)."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        halt()

    before = {each: signal.signal(each, ask) for each in ENDING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
