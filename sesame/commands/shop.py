"""A shop on another origin than the bank's, where payments by card on the internet are tried.

It speaks to the bank by HTTP alone, with the key that `sesame bank merchant add` has given it: in $SESAME_SHOP_KEY, or
as a line on standard input with --key-from-input. The bank must know the shop's address as its origin. Beside it, at
machine/ and wallet/, stand a cash machine (--category 6011) and a telephone's wallet (6540), each where it has a key:
$SESAME_MACHINE_KEY, $SESAME_WALLET_KEY, or the second and third word of that line.
"""

import argparse
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sesame.answers import add_json_argument, say_ready
from sesame.books import needing_extra
from sesame.exits import CommandError, Exit
from sesame.parsing import read_port
from sesame.state import add_state_argument

if TYPE_CHECKING:
    from device.signals import EndingWait

SETTLE_S: Final = 10.0
"""How often a cash machine tries to tell the bank what it could not tell it."""

USUAL_PORT: Final = 8038
VARIABLE: Final = "SESAME_SHOP_KEY"
VARIABLES: Final = (VARIABLE, "SESAME_MACHINE_KEY", "SESAME_WALLET_KEY")
USUAL_BANK: Final = "http://localhost:8036/"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which bank, and where the shop is served."""
    parser.add_argument("--bank", metavar="URL", default=USUAL_BANK, help="the bank's address (%(default)s)")
    parser.add_argument("--code", metavar="CODE", default="meander", help="the shop's code at the bank (%(default)s)")
    parser.add_argument(
        "--port", type=read_port, metavar="N", help=f"where the shop is served ({USUAL_PORT}, or any if taken)"
    )
    parser.add_argument(
        "--key-from-input",
        action="store_true",
        help="the key is the first line of standard input, and the shop ends when that does",
    )
    add_json_argument(parser, address="text: where the shop is")
    add_state_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Until it is ended. Raises ServingError, CommandError."""
    bank, (key, *beside) = _bank_of(arguments.bank), _keys_of(arguments)
    with needing_extra("web"):
        from device.signals import ended_by_signals  # noqa: PLC0415 - a web server's libraries
        from merchant.errors import ShopError  # noqa: PLC0415
        from merchant.line import BankLine  # noqa: PLC0415
        from merchant.network import CardNetwork  # noqa: PLC0415
        from merchant.site import FILE, NAME, make_shop, open_beside, open_checkout  # noqa: PLC0415
        from merchant.threeds import ShopFacts  # noqa: PLC0415
        from web.serving import Server, bind_listener, url_of  # noqa: PLC0415

    listener = bind_listener(arguments.port, USUAL_PORT)
    url = url_of(listener)
    try:
        arguments.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        checkout = open_checkout(
            arguments.state / FILE, CardNetwork(bank, ShopFacts(arguments.code, NAME, url.rstrip("/")), key)
        )
        standing = open_beside(arguments.state, *(BankLine(bank, one) if one else None for one in beside))
    except (OSError, ShopError) as cause:
        listener.close()
        raise CommandError(Exit.FAILED, f"{arguments.state} cannot be used for the shop; give --state DIR") from cause
    app = make_shop(checkout, beside=standing)
    with (
        ended_by_signals() as ended,
        _ended_by_input(arguments, ended),
        Server(app, listener).beside(),
    ):
        _announce(url, arguments)
        checkout.resume_orders()
        standing.resume_work()
        while not ended.wait(SETTLE_S):
            # A bank that was away keeps money aside until it is told; a file that is away is found again or not.
            with suppress(ShopError):
                standing.settle_work()
    return Exit.OK


def _bank_of(url: str) -> str:
    """The address with a slash at its end. Raises CommandError."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        right = False
    if not right or parts.query or parts.fragment:
        raise CommandError(Exit.USAGE, f"--bank takes the bank's address, as {USUAL_BANK}")
    return url if url.endswith("/") else f"{url}/"


def _keys_of(arguments: argparse.Namespace) -> tuple[str, str, str]:
    """The shop's key, and those of the machine and the wallet, "" for one that has none. Raises CommandError."""
    kept = [os.environ.get(name, "").strip() for name in VARIABLES]
    given: list[str] = sys.stdin.readline().split() if arguments.key_from_input else kept
    shop, machine, wallet, *_ = [*given, "", "", ""]
    if not shop:
        raise CommandError(
            Exit.USAGE,
            f"the shop has no key for the bank: `sesame bank merchant add` gives one; put it into ${VARIABLE}",
        )
    return shop, machine, wallet


@contextmanager
def _ended_by_input(arguments: argparse.Namespace, ended: "EndingWait") -> Iterator[None]:
    """Whoever started this with a key on standard input is gone when that ends."""

    def listen() -> None:
        sys.stdin.read()
        ended.ask()

    if arguments.key_from_input:
        threading.Thread(target=listen, name="lifeline", daemon=True).start()
    yield


def _announce(url: str, arguments: argparse.Namespace) -> None:
    if arguments.json:
        say_ready(arguments, address=url)
        return
    sys.stdout.write(f"The shop is at {url} until Ctrl-C; its bank is at {arguments.bank}\n")
    sys.stdout.flush()
