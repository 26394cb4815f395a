"""The e-secure access key. So far its card, in the virtual PC/SC reader: a PIV card that other people's programs use.

Needs pcscd with vpcd (vsmartcard). vpcd listens on every interface of the machine without asking who is there: for
development and demonstrations only.
"""

import argparse
import importlib
from typing import Final, Protocol

from sesame.answers import add_json_argument
from sesame.parsing import read_port
from sesame.state import add_state_argument

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 35963

VIRTUAL: Final = "put the key's card into the virtual PC/SC reader, until interrupted"


class KeyTool(Protocol):
    """A module below sesame.key."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; the exit code."""
        ...


def arguments(parser: argparse.ArgumentParser) -> None:
    """The tools, each with its own arguments."""
    tools = parser.add_subparsers(dest="tool", required=True, metavar="TOOL", help="virtual")
    _virtual(tools.add_parser("virtual", help=VIRTUAL, description=f"{VIRTUAL[0].upper()}{VIRTUAL[1:]}."))


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
