"""Make the configured display dark and let it go: what is to be done when the reader itself no longer can."""

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from device.config import Config, load_display
from device.displays import darken_bare, real_display
from drivers.errors import DriverError
from sesame.answers import add_json_argument, say_result
from sesame.exits import Exit

SECONDS: Final = 20
"""How long it may take: systemd waits longer for it (TimeoutStopSec) and switches off afterwards."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which configuration."""
    parser.add_argument(
        "--config", "-c", type=Path, metavar="FILE", help="instead of /etc/sesame/reader.toml and the defaults"
    )
    add_json_argument(parser, dark="yes or no: always true; a display that may be lit is an error")


def run(arguments: argparse.Namespace) -> int:
    """Dark, by the usual wiring where the configuration cannot be used. Raises DisplayError, ConfigError."""
    with _bounded(SECONDS):
        config, broken = load_display(arguments.config)  # changed while the reader ran: dark all the same
        darken(config)
    if broken:
        raise broken
    if arguments.json:
        say_result(arguments, Exit.OK, dark=True)
    return Exit.OK


def darken(config: Config) -> None:
    """By the display's driver; by the kernel alone where its libraries cannot be used. Raises DriverError."""
    try:
        display = real_display(config)
        try:
            display.start()
            display.switch_off()
        finally:
            display.close()
    except DriverError:
        raise
    except Exception:  # whatever a library is wrong in: it is missing, too old, or made for another Python
        darken_bare(config)


@contextmanager
def _bounded(seconds: int) -> Iterator[None]:
    """Killed by SIGALRM when a bus hangs, in whatever call that is."""
    if not hasattr(signal, "alarm"):
        yield
        return
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
