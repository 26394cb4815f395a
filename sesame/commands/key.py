"""The e-secure access key: its card in the virtual PC/SC reader, or whole on the board, at the end of a USB cable.

The virtual reader needs pcscd with vpcd (vsmartcard). vpcd listens on every interface of the machine without asking who
is there: for development and demonstrations only.
"""

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from sesame.answers import add_json_argument
from sesame.parsing import read_port, read_serial
from sesame.state import add_state_argument

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 35963

USB_FOLDER: Final = Path("/run/sesame-key/usb")
"""Where FunctionFS is mounted for the key's program."""


PROGRAMS: Final = Path("/opt/sesame")
"""Where the installer puts programs."""


class KeyTool(Protocol):
    """A module below sesame.key."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; the exit code."""
        ...


def arguments(parser: argparse.ArgumentParser) -> None:
    """The tools, each with its own arguments."""
    tools = parser.add_subparsers(dest="tool", required=True, metavar="TOOL", help=", ".join(TOOLS))
    for name, (said, add) in TOOLS.items():
        add(tools.add_parser(name, help=said, description=f"{said[0].upper()}{said[1:]}."))


def run(arguments: argparse.Namespace) -> int:
    """Hand over to the tool. Raises what it raises."""
    tool: KeyTool = importlib.import_module(f"sesame.key.{arguments.tool}")
    return tool.run(arguments)


def _virtual(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--demo", action="store_true", help="a key with the published PIN, PUK and management key, for tests"
    )
    parser.add_argument("--host", default=DEFAULT_HOST, help="where vpcd listens (%(default)s)")
    parser.add_argument("--port", type=read_port, default=DEFAULT_PORT, help="the virtual reader's port (%(default)s)")
    add_state_argument(parser)
    add_json_argument(
        parser,
        serial="number: the key's",
        port="number: the virtual reader's port",
        published="yes or no: whether PIN, PUK and management key began as those that everybody knows",
        letter="text or null: the file that has the first PIN, PUK and management key of a new key",
    )


def _run(parser: argparse.ArgumentParser) -> None:
    _add_config(parser)
    _add_usb(parser)
    parser.add_argument("--verbose", "-v", action="store_true", help="say on standard error what the key does")
    add_state_argument(parser)
    add_json_argument(parser, power_off="yes or no: whether the system is to be powered off")


def _gadget(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("direction", choices=("up", "down"), help="make it, or take it away")
    _add_config(parser)
    _add_usb(parser)
    parser.add_argument("--user", default="sesame", help="whose program the key is (%(default)s)")
    add_json_argument(
        parser,
        up="yes or no: whether this machine is the key's USB device now",
        usb="text: where FunctionFS is mounted, or was",
    )


def _usbguard(parser: argparse.ArgumentParser) -> None:
    says = "the key's, as its letter has it; without it: any with its number"
    parser.add_argument("--serial", type=read_serial, metavar="NUMBER", help=says)
    _add_config(parser)
    add_json_argument(parser, rules="list: the lines for rules.conf, in their order")


def _image(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", nargs="?", help="its files; folders in it are left out")
    _add_bank(parser, "the launcher for the bank with this address is put onto it: https://business.example")
    parser.add_argument("--output", "-o", type=Path, required=True, metavar="FILE", help="the image")
    add_json_argument(parser, image="text: the file", files="number: how many files are on it")


def _update(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("step", choices=("settle", "confirm"), help="put what waits to be tried, or keep what runs")
    _add_config(parser)
    parser.add_argument(
        "--programs", type=Path, default=PROGRAMS, metavar="FOLDER", help="where the programs are (%(default)s)"
    )
    add_state_argument(parser)
    add_json_argument(
        parser,
        program="text: the folder of the program that is started, or kept; empty where there is none",
        release="number: its release number, 0 for one that was installed by hand",
    )


def _seal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("how", choices=("tpm", "file"), help="by the TPM, or no more: the secret lies in a file again")
    _add_config(parser)
    add_state_argument(parser)
    add_json_argument(parser, sealing="text: what key.sealing is to be from now on")


def _launcher(parser: argparse.ArgumentParser) -> None:
    _add_bank(parser, "the business site's address: https://business.example")
    parser.add_argument("--output", "-o", type=Path, required=True, metavar="FILE", help="the launcher's one file")
    add_json_argument(
        parser, launcher="text: the file", sha256="text: its SHA-256, which is the same wherever it is made"
    )


def _launch(parser: argparse.ArgumentParser) -> None:
    from launcher.app import add_launch_words  # noqa: PLC0415 - only this tool needs it

    add_launch_words(parser)


def _add_bank(parser: argparse.ArgumentParser, site: str) -> None:
    parser.add_argument("--site", metavar="ADDRESS", help=site)
    parser.add_argument(
        "--authority", type=Path, metavar="FILE", help="with --site: the one authority it believes, PEM"
    )
    parser.add_argument("--updates", default="", metavar="ADDRESS", help="with --site: where the key's updates are")
    parser.add_argument("--helpdesk", default="", metavar="TEXT", help="with --site: how the helpdesk is reached")


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", "-c", type=Path, metavar="FILE", help="instead of /etc/sesame/reader.toml and the defaults"
    )


def _add_usb(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--usb", type=Path, default=USB_FOLDER, metavar="FOLDER", help="where FunctionFS is mounted (%(default)s)"
    )


TOOLS: Final[dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]]] = {
    "virtual": ("put the key's card into the virtual PC/SC reader, until interrupted", _virtual),
    "run": ("be the key on the board's keypad and display, by USB, until interrupted", _run),
    "gadget": ("make this machine the key's USB device (as root, before `run`), or no more", _gadget),
    "usbguard": ("print the rule by which USBGuard on a computer lets this key in, and nothing like it", _usbguard),
    "update": ("root's part of an update: `settle` before the key starts, `confirm` once it runs", _update),
    "seal": ("seal the store of a key that is not running by its TPM, or take it out of the TPM again", _seal),
    "image": ("make the image of the key's CD-ROM from a folder, with the launcher where a bank is named", _image),
    "launcher": ("make the launcher, one file that a PC runs", _launcher),
    "launch": ("be the launcher, on this PC", _launch),
}
