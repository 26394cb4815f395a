"""`sesame key usbguard`: the rule by which a computer with USBGuard lets this key in."""

import argparse
import sys

from device.config import load_config
from device.esecure.compose import identity_of
from drivers.usb.usbguard import write_rules
from sesame.answers import say_result
from sesame.exits import Exit


def run(arguments: argparse.Namespace) -> int:
    """Raises ConfigError."""
    config = load_config(arguments.config)
    serial = str(arguments.serial or 0)
    rules = write_rules(identity_of(config, serial), with_disc=bool(config.key.drive))
    if arguments.json:
        say_result(arguments, Exit.OK, rules=list(rules))
        return Exit.OK
    sys.stdout.write("".join(f"{rule}\n" for rule in rules))
    if not arguments.serial:
        sys.stderr.write("Without --serial every key with this number passes.\n")
    return Exit.OK
