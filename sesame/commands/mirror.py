"""The real reader's glass on a page, big, for a projector: it shows what the reader shows, of a PIN marks only.

The reader hands its pictures out only when its configuration says so: [mirror], enabled = true. Its socket is for the
user `sesame` alone, so on the device: sudo -u sesame sesame mirror
The page is on loopback. It says when the reader is not there, and comes back by itself.
"""

import argparse
import os
import socket
import sys
from pathlib import Path
from typing import Final

from device.config import MIRROR_SOCKET
from sesame.answers import add_json_argument, say_ready
from sesame.books import needing_extra
from sesame.exits import CommandError, Exit
from sesame.parsing import read_port

USUAL_PORT: Final = 8037


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where the pictures come from and where they are shown."""
    parser.add_argument(
        "--socket", type=Path, metavar="PATH", default=Path(MIRROR_SOCKET), help="the reader's socket (%(default)s)"
    )
    parser.add_argument("--port", type=read_port, metavar="N", help=f"the page's port ({USUAL_PORT}, or any if taken)")
    parser.add_argument("--no-browser", action="store_true", help="only say where the page is")
    add_json_argument(parser, address="text: where the page is")


def run(arguments: argparse.Namespace) -> int:
    """Until it is ended. Raises ServingError: the port is taken."""
    with needing_extra("web"):
        from device.signals import ended_by_signals  # noqa: PLC0415
        from simulator.web.mirror import mirror_site  # noqa: PLC0415
        from web.serving import Server, bind_listener, url_of  # noqa: PLC0415 - a web server's libraries
    if not hasattr(socket, "AF_UNIX"):
        raise CommandError(Exit.OTHER, "this system has no Unix sockets: show the mirror on the reader's own machine")
    listener = bind_listener(arguments.port, USUAL_PORT)
    url = url_of(listener)
    with ended_by_signals() as ended, Server(mirror_site(arguments.socket), listener).beside():
        if arguments.json:
            say_ready(arguments, address=url)
        else:
            sys.stdout.write(f"The reader's glass is at {url} until Ctrl-C\n")
            sys.stdout.flush()
        _open(url, arguments)
        ended.wait()
    return Exit.OK


def _open(url: str, arguments: argparse.Namespace) -> None:
    screen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if not arguments.no_browser and os.isatty(1) and screen:
        import webbrowser  # noqa: PLC0415 - only where there is a screen

        webbrowser.open(url)
