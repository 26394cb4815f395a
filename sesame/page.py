"""The reader on a page, and all that is served with it: the bank, the telephone, the shop, one entrance to them all."""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Final

from sesame.answers import say_ready
from sesame.bank.business import frame_keys, open_pki
from sesame.bank.schedule import keeping_schedule
from sesame.books import needing_extra, open_books
from sesame.exits import CommandError, Exit
from sesame.key.beside import key_beside
from sesame.reachable import make_reachable
from sesame.serving import READERS_VERB, announce_verb
from sesame.shop import BESIDE, shop_beside

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from bank.books.store_sql import SqlStore
    from bank.threeds.service import CardPayments
    from bank.web.app.waking import PhoneWaking
    from bank.web.coopanet.words import OwnAddress
    from device.config import Config

USUAL_PORT: Final = 8035
USUAL_NETWORK_PORT: Final = 8039
LOOPBACK: Final = "127.0.0.1"


def serve_page(config: "Config", arguments: argparse.Namespace) -> int:
    """Until it is ended. Raises ServingError, StateError, CommandError."""
    if arguments.tls and arguments.listen == LOOPBACK:
        raise CommandError(Exit.USAGE, "--tls is for other machines: give --listen, too")
    with needing_extra("web"):
        from bank.verification import Verifier  # noqa: PLC0415 - a web server's libraries
        from bank.web.acs.site import PATH, PaymentKeeper, open_acs, open_payments  # noqa: PLC0415
        from bank.web.app.waking import open_waking  # noqa: PLC0415
        from bank.web.shared import BookSessions, open_desk  # noqa: PLC0415
        from simulator.phone.opening import open_phone  # noqa: PLC0415
        from simulator.web.bench import PageBench  # noqa: PLC0415
        from simulator.web.beside import KEY_PART, PHONE_PART, BenchPart, BesideReader  # noqa: PLC0415
        from simulator.web.site import reader_site  # noqa: PLC0415
        from web.beside import PathSplit  # noqa: PLC0415
        from web.serving import Server, bind_listener, url_of  # noqa: PLC0415

    with open_books(arguments) as store, ExitStack() as stack:
        bench = PageBench(config, arguments.state)
        listener = stack.enter_context(closing(bind_listener(arguments.port, USUAL_PORT)))
        desk, waking = open_desk(store, Verifier(store)), open_waking(store)
        payments = open_payments(store, waker=waking.worker)
        telephone = open_phone(store, config.reader.language, waker=waking.worker)
        reached = stack.enter_context(open_to_network(store, arguments, payments, waking))
        # By another name than the shop's: to a browser the bank is another site.
        bank = url_of(listener, "localhost")
        shop = stack.enter_context(shop_beside(store, bank, arguments.state)) if arguments.shop else ""
        shops = (BenchPart(part, f"{shop}{path}") for part, path in BESIDE if shop)
        keys = frame_keys(store, url_of(listener))
        business, key = stack.enter_context(key_beside(config, arguments.state, keys, listener))
        stack.enter_context(make_reachable(bench, arguments, lambda: telephone, lambda: key.desk))
        apps = {**_open_apps(store, waking), **open_pki(keys)}
        beside = BesideReader(apps, waking.service, telephone, (PHONE_PART, KEY_PART, *shops), reached, key)
        pages = reader_site(bench, desk, BookSessions(store), beside)
        server = Server(PathSplit(PATH, open_acs(payments, desk), pages), listener)
        for each in (PaymentKeeper(payments).beside(), keeping_schedule(store), server.beside(), waking.running()):
            stack.enter_context(each)
        stack.enter_context(announce_verb(arguments.state, f"{url_of(listener)}{READERS_VERB}"))
        _announce_page((url_of(listener), business.url), arguments, shop, reached)
        bench.run()
    return Exit.OK


def _open_apps(store: "SqlStore", waking: "PhoneWaking") -> "Mapping[str, ASGIApp]":
    """What is mounted beside Coop@net: the adviser's desk, and the app, which this page alone shows in a frame."""
    from bank.web.app.site import PATH as APP  # noqa: PLC0415 - a web server's libraries
    from bank.web.app.site import open_app  # noqa: PLC0415
    from bank.web.branch.site import PATH as BRANCH  # noqa: PLC0415
    from bank.web.branch.site import open_branch  # noqa: PLC0415

    return {BRANCH: open_branch(store), APP: open_app(store, waking=waking, framed=True)}


@contextmanager
def open_to_network(
    store: "SqlStore", arguments: argparse.Namespace, payments: "CardPayments", waking: "PhoneWaking"
) -> "Iterator[OwnAddress]":
    """While the context lasts, other machines find the bank, where that is asked for; never the reader or its verbs."""
    from bank.web.coopanet.words import OwnAddress  # noqa: PLC0415 - a web server's libraries
    from sesame.bank.address import bind_place  # noqa: PLC0415
    from sesame.bank.serving import Serving, make_app  # noqa: PLC0415
    from web.serving import Server  # noqa: PLC0415

    if arguments.listen == LOOPBACK:
        yield OwnAddress()
        return
    wanted = argparse.Namespace(**{**vars(arguments), "port": None, "host": []})
    place = bind_place(wanted, USUAL_NETWORK_PORT)
    serving = Serving(place, arguments.state, arguments.database, proxied=False, structured=False)
    app = make_app(store, serving, payments, waking)
    first, *more = place.listeners
    with Server(app, first, certificate=place.certificate, more=more).beside():
        yield OwnAddress(place.url, place.fingerprint, place.root)


def _announce_page(urls: tuple[str, str], arguments: argparse.Namespace, shop: str, reached: "OwnAddress") -> None:
    """`urls`: of the page, and of the business site."""
    url, business = urls
    if arguments.json:
        network = {"network": reached.url} if reached.url else {}
        say_ready(arguments, address=url, business=business, **({"shop": shop} if shop else {}), **network)
    else:
        sys.stdout.write(f"The Sésame reader, the telephone and Coop@net are at {url}\n")
        if shop:
            sys.stdout.write(
                f"A shop to pay by card is at {shop} (`sesame bank card face bank-card`: what is printed on it)\n"
            )
        sys.stdout.write(f"Business customers with an access key: {business}\n")
        if reached.url:
            sys.stdout.write(f"Other machines find the bank at {reached.url}; the telephone's page has the QR code\n")
        sys.stdout.write("Ctrl-C ends them; nothing is lost.\n")
        sys.stdout.flush()
    if not arguments.no_browser and os.isatty(1) and _has_screen():
        import webbrowser  # noqa: PLC0415 - the real reader has no use for it

        webbrowser.open(url)


def _has_screen() -> bool:
    """A browser inside this very terminal would take it away."""
    return (
        os.name == "nt"
        or sys.platform == "darwin"
        or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    )
