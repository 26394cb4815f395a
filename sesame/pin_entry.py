"""Where a PIN comes from on a command line: a prompt that shows nothing, or the first line of standard input."""

import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

from sesame.exits import CommandError, Exit
from sesame_core.pin import MAX_LENGTH, MIN_LENGTH, Pin

ENDS = frozenset((b"\n", b"\r", b""))
ASCII_ZERO = 0x30


def read_pin(pin: Pin) -> None:
    """Fill `pin`, digit by digit, so that it never stands in memory as text. Raises CommandError(USAGE)."""
    if os.isatty(0):
        with _unseen():  # before the prompt: what is typed at its sight is neither shown nor thrown away
            sys.stderr.write("PIN: ")
            sys.stderr.flush()
            _read_line(pin)
        sys.stderr.write("\n")
    else:
        _read_line(pin)
    if not MIN_LENGTH <= len(pin) <= MAX_LENGTH:
        raise CommandError(Exit.USAGE, f"a PIN has {MIN_LENGTH} to {MAX_LENGTH} digits; nothing was sent to the card")


def _read_line(pin: Pin) -> None:
    while (byte := os.read(0, 1)) not in ENDS:
        digit = byte[0] - ASCII_ZERO
        if not 0 <= digit <= 9 or len(pin) == pin.capacity:
            pin.wipe()
            raise CommandError(Exit.USAGE, "a PIN has 4 to 12 digits and nothing else; nothing was sent to the card")
        pin.append(digit)


@contextmanager
def _unseen() -> Iterator[None]:
    """The terminal without echo; put back in every case, and what is left of the line thrown away: it may be a PIN."""
    before = termios.tcgetattr(0)
    silent = termios.tcgetattr(0)
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(0, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSAFLUSH, before)
