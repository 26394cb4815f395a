"""Put a card of the gallery into the virtual PC/SC reader, until interrupted. Needs pcscd with vpcd (vsmartcard).

vpcd listens on every interface of the machine without asking who is there: for development and demonstrations only.
"""

import argparse
import sys

from bank.cards import gallery
from bank.cards.vpcd import HOST, PORT, VirtualReader
from sesame.state import add_state_argument


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which card, which reader."""
    parser.add_argument("card", nargs="?", metavar="CARD", help="its name; without one, the gallery is listed")
    parser.add_argument("--host", default=HOST, help="where vpcd listens (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=PORT, help="the reader's port (%(default)s; its second one is 35964)"
    )
    add_state_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Until SIGINT or SIGTERM, or until the card falls silent. Raises BankError."""
    if arguments.card is None:
        for name in gallery.list_names():
            shown = gallery.describe_card(name)
            sys.stdout.write(f"{name:<20}PIN {shown.pin:<14}{shown.described('en')}\n")
        return 0
    card = gallery.open_card(arguments.card, arguments.state)
    with VirtualReader(arguments.host, arguments.port) as reader:
        reader.insert(card, reconnect=True)
        sys.stderr.write(f"{arguments.card} is in the reader at port {arguments.port}; Ctrl-C pulls it\n")
        reader.wait()
    return 0
