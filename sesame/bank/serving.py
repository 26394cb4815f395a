"""`sesame bank serve`."""

import argparse
import sys
import threading

from bank.books.store import Store
from bank.verification import Verifier
from sesame.bank.verbs import USUAL_PORT
from sesame.books import needing_extra
from sesame.exits import Exit
from sesame.serving import announced


def serve_bank(store: Store, arguments: argparse.Namespace) -> Exit:
    """Until it is ended. Raises ServingError."""
    with needing_extra("web"):
        from bank.web.coopanet.pages import Pages  # noqa: PLC0415
        from bank.web.coopanet.sign_in import Desk  # noqa: PLC0415 - a web server's libraries
        from bank.web.coopanet.site import NEXT, lone_bank  # noqa: PLC0415
        from device.signals import on_ending, wait_for_end  # noqa: PLC0415
        from web.serving import Server, bind_listener, url_of  # noqa: PLC0415
    listener = bind_listener(arguments.port, USUAL_PORT)
    sys.stdout.write(f"Coop@net is at {url_of(listener)} until Ctrl-C\n")
    sys.stdout.flush()
    ended = threading.Event()
    server = Server(lone_bank(Pages(Desk(Verifier(store)))), listener)
    with on_ending(ended.set), server.beside(), announced(arguments.state, f"{url_of(listener)}{NEXT}"):
        wait_for_end(ended)
    return Exit.OK
