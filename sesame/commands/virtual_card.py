"""Put a card of the gallery into the virtual PC/SC reader, until interrupted. Needs pcscd with vpcd (vsmartcard).

vpcd listens on every interface of the machine without asking who is there: for development and demonstrations only.
"""

import argparse
import sys

from bank.cards import gallery
from bank.cards.vpcd import HOST, PORT, VirtualReader
from sesame.answers import add_json_argument, say_ready, say_result
from sesame.exits import Exit
from sesame.parsing import read_port
from sesame.state import add_state_argument


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which card, which reader."""
    parser.add_argument("card", nargs="?", metavar="CARD", help="its name; without one, the gallery is listed")
    parser.add_argument("--host", default=HOST, help="where vpcd listens (%(default)s)")
    parser.add_argument(
        "--port", type=read_port, default=PORT, help="the reader's port (%(default)s; its second one is 35964)"
    )
    add_state_argument(parser)
    add_json_argument(
        parser,
        cards="list: without a CARD, the gallery: `name`, `pin`, `described`",
        card="text: the card that is in the reader",
        port="number: the virtual reader's port",
    )


def run(arguments: argparse.Namespace) -> int:
    """Until SIGINT or SIGTERM, or until the card falls silent. Raises BankError."""
    if arguments.card is None:
        return _list_gallery(arguments)
    card = gallery.open_card(arguments.card, arguments.state)
    with VirtualReader(arguments.host, arguments.port) as reader:
        reader.insert(card, reconnect=True)
        if arguments.json:
            say_ready(arguments, card=arguments.card, port=arguments.port)
        sys.stderr.write(f"{arguments.card} is in the reader at port {arguments.port}; Ctrl-C pulls it\n")
        reader.wait()
    return Exit.OK


def _list_gallery(arguments: argparse.Namespace) -> int:
    cards = [gallery.describe_card(name) for name in gallery.list_names()]
    if arguments.json:
        rows = [{"name": card.name, "pin": card.pin, "described": card.describe("en")} for card in cards]
        say_result(arguments, Exit.OK, cards=rows)
    else:
        for card in cards:
            sys.stdout.write(f"{card.name:<20}PIN {card.pin:<14}{card.describe('en')}\n")
    return Exit.OK
