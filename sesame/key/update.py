"""`sesame key update settle|confirm`: root's part of an update, before the key's program starts and once it runs.

The key's unit calls it. An update that cannot be put in place never keeps the key from starting: it says why on
standard error, and the program that ran before runs again.
"""

import argparse
import sys
from pathlib import Path

from device.config import load_config
from device.esecure.compose import UPDATES
from device.esecure.updating import read_root
from drivers.errors import DriverError
from drivers.updates.disk import UpdateDisk
from drivers.updates.releases import ProgramReleases
from drivers.updates.waiting import WaitingRoom
from sesame.answers import say_result
from sesame.exits import Exit


def run(arguments: argparse.Namespace) -> int:
    """Raises ConfigError, DriverError: the links themselves cannot be written."""
    releases = ProgramReleases(arguments.programs, UpdateDisk())
    if arguments.step == "settle":
        _settle_waiting(arguments, releases)
        name = releases.choose_program()
    else:
        name = releases.confirm_program()
    number = releases.read_number(name)
    if arguments.json:
        say_result(arguments, Exit.OK, program=name, release=number)
    return Exit.OK


def _settle_waiting(arguments: argparse.Namespace, releases: ProgramReleases) -> None:
    """What waits, to be tried. Its library is loaded only where something does. Raises ConfigError."""
    room = WaitingRoom(Path(arguments.state) / UPDATES, releases.disk)
    root = load_config(arguments.config).key.updates
    try:
        if not root or not room.is_ready:
            return
        from drivers.updates.settling import settle_program  # noqa: PLC0415 - for an update alone

        number = settle_program(read_root(Path(root)), room, releases)
    except (DriverError, ImportError) as error:
        sys.stderr.write(f"the update is not taken: {error}. The program that ran before runs again.\n")
    else:
        sys.stderr.write(f"release {number} is tried from now on\n")
