"""The parser of every command, and what it was called: argparse's own, whose complaints can also be said as JSON."""

import argparse
import sys
from collections.abc import Callable
from typing import Final, NoReturn

USAGE: Final = 2
OTHER: Final = 14
"""As `sesame.exits.Exit` has them, which only a failure needs to load."""

MOST_PORT: Final = 65535
MOST_NUMBER: Final = (1 << 31) - 1
"""The greatest serial number of a key, and the greatest of a program's release."""


def is_whole(text: str, least: int, most: int) -> bool:
    """Whether a whole number from `least` to `most` is written there: digits of ASCII, no more than `most` has."""
    return text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most


def read_whole(least: int, most: int) -> Callable[[str], int]:
    """The reading of a whole number from `least` to `most`, as argparse takes one: `int` would take any script's
    digits, underscores and more than a database's column holds."""

    def read(text: str) -> int:
        if not is_whole(text, least, most):
            raise argparse.ArgumentTypeError(f"takes a number from {least} to {most}, not {text[:20]!r}")
        return int(text)

    return read


def read_port(text: str) -> int:
    """A TCP port's number, 0 for any that is free. Raises argparse.ArgumentTypeError."""
    if not is_whole(text, 0, MOST_PORT):
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {MOST_PORT}, not {text[:20]!r}")
    return int(text)


read_serial: Final = read_whole(1, MOST_NUMBER)
"""An access key's serial number."""


class Misused(SystemExit):
    """A command line that cannot be understood, when all has been said on standard error."""

    def __init__(self, message: str) -> None:
        super().__init__(USAGE)
        self.message = message


class CommandParser(argparse.ArgumentParser):
    """argparse's own, but what is wrong with a command line can still be said as JSON. Tools below it are the same."""

    def error(self, message: str) -> NoReturn:
        """Say it as argparse does. Raises Misused."""
        self.print_usage(sys.stderr)
        print(f"{self.prog}: error: {message}", file=sys.stderr)  # noqa: T201
        raise Misused(message)


def name_call(command: str, arguments: argparse.Namespace) -> str:
    """A command with its tools or its action: "card apps", "config show". A parser with --json knows its own place."""
    return " ".join(filter(None, (getattr(arguments, "command", command), getattr(arguments, "action", ""))))
