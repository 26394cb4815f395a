"""A signal in the two moments that are hardly ever met.

One in which Python does not notice it: after it has looked for signals, before it waits.

The signal's handler in C has run by then, and the one in Python runs only when the wait is over. Between two calls made
by C code alone (map, operator.call, a function pointer called with the interpreter's lock held) the interpreter does
not look: so the moment can be had at will.

One in which a stream is at work: its octets are out, seen by whoever waits for them, and its buffer is not yet free.
"""

import ctypes
import io
import operator
import os
import select
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any


def raise_before(function: Callable[..., Any], number: signal.Signals) -> Callable[..., object]:
    """`function` with the signal in the moment before its first call; its later calls are as ever."""
    left = [partial(ctypes.PyDLL(None)["raise"], int(number))]

    def call(*arguments: object) -> object:
        return [*map(operator.call, (left.pop() if left else bool, partial(function, *arguments)))][1]

    return call


def raise_before_waiting(number: signal.Signals) -> None:
    """From now on in this process, the first wait for anything typed or notified begins with the signal unnoticed."""
    for module, name in ((select, "select"), (os, "read")):
        setattr(module, name, raise_before(getattr(module, name), number))


def act_while_writing(act: Callable[[], object]) -> None:
    """From now on in this process, `act` follows the first octets on standard error, before their writer goes on."""
    left = [act]

    def followed(write: Callable[..., int]) -> Callable[..., int]:
        def call(*arguments: object) -> int:
            written = write(*arguments)
            while left:
                left.pop()()
            return written

        return call

    raw = io.FileIO(2, "w", closefd=False)
    setattr(raw, "write", followed(raw.write))  # noqa: B010 - so that the buffer finds it
    setattr(os, "write", followed(os.write))  # noqa: B010
    sys.stderr = io.TextIOWrapper(io.BufferedWriter(raw), line_buffering=True)
