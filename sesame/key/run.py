"""`sesame key run`: the access key on the board's keypad and display, at the other end of a USB cable."""

import argparse
import logging
from pathlib import Path

from device.config import load_config
from sesame.answers import say_result
from sesame.exits import CommandError, Exit
from sesame.key.virtual import OWN
from sesame_core.piv.vault import VaultError


def run(arguments: argparse.Namespace) -> int:
    """Until SIGTERM or SIGINT, or power-off. Raises CommandError, ConfigError, DriverError."""
    from device.service import serve_key  # noqa: PLC0415 - the hardware's libraries

    logging.basicConfig(level=logging.DEBUG if arguments.verbose else logging.WARNING, format="%(name)s: %(message)s")
    config = load_config(arguments.config)
    try:
        power_off = serve_key(config, Path(arguments.state) / OWN, arguments.usb)
    except VaultError as error:
        raise CommandError(Exit.BOOKS, str(error)) from error
    exit_code = Exit.POWER_OFF if power_off else Exit.OK
    if arguments.json:
        say_result(arguments, exit_code, power_off=power_off)
    return exit_code
