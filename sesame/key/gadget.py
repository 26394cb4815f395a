"""`sesame key gadget up|down`: make this machine the key's USB device, or no more. Root's part, before and after."""

import argparse
from pathlib import Path

from device.config import load_config
from device.esecure.compose import identity_of
from drivers.usb.errors import UsbDeviceError
from drivers.usb.gadget import KernelTree, lower_gadget, raise_gadget
from drivers.usb.mounting import mount_functions, unmount_functions
from sesame.answers import say_result
from sesame.exits import Exit


def run(arguments: argparse.Namespace) -> int:
    """Raises ConfigError, DriverError."""
    up = arguments.direction == "up"
    if up:
        _raise_key(arguments)
    else:
        unmount_functions(arguments.usb)
        lower_gadget(KernelTree())
    if arguments.json:
        say_result(arguments, Exit.OK, up=up, usb=str(arguments.usb))
    return Exit.OK


def _raise_key(arguments: argparse.Namespace) -> None:
    config = load_config(arguments.config)
    tree = KernelTree()
    raise_gadget(tree, identity_of(config), Path(config.key.drive) if config.key.drive else None)
    user = _find_user(arguments.user)
    tree.give_values(user)
    mount_functions(arguments.usb, user)


def _find_user(name: str) -> int:
    """A user's number. Raises UsbDeviceError."""
    from pwd import getpwnam  # noqa: PLC0415 - not on Windows

    try:
        return getpwnam(name).pw_uid
    except KeyError:
        raise UsbDeviceError(f"there is no user {name}: sudo ./install --key makes it") from None
