"""`sesame bank serve`: the bank's pages, by one process or several, on this machine or its network."""

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sesame.answers import say_ready
from sesame.bank.business import believe_proxy, find_business, frame_keys, open_pki, serve_business
from sesame.bank.carrying import carrying_texts, read_carrier
from sesame.bank.schedule import keeping_schedule
from sesame.bank.verbs import USUAL_PORT
from sesame.books import needing_extra
from sesame.exits import Exit
from sesame.serving import announce_verb

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from bank.books.store_sql import SqlStore
    from bank.sms.smpp import SmppSettings
    from bank.threeds.service import CardPayments
    from bank.web.app.waking import PhoneWaking
    from device.signals import EndingWait
    from sesame.bank.address import BusinessPlace, Place

log = logging.getLogger(__name__)

CHROMIUMS: Final = ("fcm.googleapis.com", "jmt17.google.com")
"""The push services of Chromium, for which one on this machine can stand in."""
METERS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""As `web.meters` has it; it must be there before that is loaded."""


@dataclass(frozen=True)
class Serving:
    """What every worker is told. The database's URL may hold a password: it goes through a pipe and into no list of
    processes."""

    place: "Place"
    state: Path
    database: str = field(repr=False)
    proxied: bool
    structured: bool
    smpp: "SmppSettings | None" = None
    detours: Mapping[str, int] = field(default_factory=dict)
    business: "BusinessPlace | None" = None


def serve_bank(store: "SqlStore", arguments: argparse.Namespace) -> Exit:
    """Until it is ended. Raises ServingError, CommandError."""
    with needing_extra("web"), metered_together(arguments.workers), ExitStack() as stack:
        from bank.web.coopanet.site import NEXT  # noqa: PLC0415 - a web server's libraries
        from device.signals import ended_by_signals  # noqa: PLC0415
        from sesame.bank.address import bind_place  # noqa: PLC0415

        smpp = read_carrier(arguments)
        place = bind_place(arguments, USUAL_PORT)
        for each in place.listeners:
            stack.callback(each.close)
        business = find_business(store, arguments, place.hosts, own_address=place.open_to_network)
        stack.callback(business.listener.close)
        _write_log(structured=arguments.log == "json")
        _announce(place, business, arguments)
        proxied, structured = arguments.behind_proxy, arguments.log == "json"
        detours = dict.fromkeys(CHROMIUMS, arguments.push_service) if arguments.push_service else {}
        serving = Serving(place, arguments.state, arguments.database, proxied, structured, smpp, detours, business)
        with ended_by_signals() as ended, announce_verb(arguments.state, f"{place.local_url}{NEXT}"):
            if arguments.workers == 1:
                _serve(store, serving, ended)
            else:
                _serve_by_several(serving, arguments.workers, ended)
    return Exit.OK


@contextmanager
def metered_together(workers: int) -> Iterator[None]:
    """While the context lasts, several workers count in one folder, which goes with it."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="sesame-meters-") as folder:
        os.environ[METERS] = folder
        try:
            yield
        finally:
            del os.environ[METERS]


def work(serving: Serving, pipe: Connection) -> None:
    """One worker of several, in a process of its own, until the pipe's other end is closed."""
    from bank.demo.database import open_database  # noqa: PLC0415
    from device.signals import ended_by_signals  # noqa: PLC0415
    from sesame.bank.workers import ended_by  # noqa: PLC0415

    _write_log(structured=serving.structured)
    with ExitStack() as stack:
        ended = stack.enter_context(ended_by_signals())
        stack.enter_context(ended_by(pipe, ended))
        store = stack.enter_context(closing(open_database(serving.state, serving.database)))
        _serve(store, serving, ended)


def _serve(store: "SqlStore", serving: Serving, ended: "EndingWait") -> None:
    from bank.web.acs.site import PaymentKeeper, open_payments  # noqa: PLC0415
    from bank.web.app.waking import open_waking  # noqa: PLC0415
    from web.serving import Server  # noqa: PLC0415

    place, waking = serving.place, open_waking(store, serving.detours)
    payments = open_payments(store, waker=waking.worker)
    first, *more = place.listeners
    app = make_app(store, serving, payments, waking)
    server = Server(app, first, certificate=place.certificate, more=more)
    with ExitStack() as stack:
        for each in (PaymentKeeper(payments).beside(), keeping_schedule(store), server.beside(), waking.running()):
            stack.enter_context(each)
        stack.enter_context(carrying_texts(store, serving.smpp))
        if serving.business:
            keys = frame_keys(store, place.url)
            stack.enter_context(serve_business(keys, serving.business, serving.state, proxied=serving.proxied))
        ended.wait()


def _serve_by_several(serving: Serving, workers: int, ended: "EndingWait") -> None:
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    from sesame.bank.workers import Workers  # noqa: PLC0415

    Workers(workers, work, serving, died=mark_process_dead).keep_alive(ended)


def make_app(
    store: "SqlStore",
    serving: Serving,
    payments: "CardPayments | None" = None,
    waking: "PhoneWaking | None" = None,
) -> "ASGIApp":
    """All that is served. What approved operations owed when the bank was last ended is done first."""
    from bank.operations.service import OperationService  # noqa: PLC0415
    from bank.verification import Verifier  # noqa: PLC0415
    from bank.web.acs.site import PATH as ACS  # noqa: PLC0415
    from bank.web.acs.site import open_acs, open_payments  # noqa: PLC0415
    from bank.web.around import LoneBank  # noqa: PLC0415
    from bank.web.coopanet.pages import Pages  # noqa: PLC0415
    from bank.web.coopanet.words import OwnAddress  # noqa: PLC0415
    from bank.web.shared import BookSessions, open_desk  # noqa: PLC0415
    from web.beside import PathSplit  # noqa: PLC0415
    from web.meters import Metered, Meters  # noqa: PLC0415

    OperationService(store).run_effects()
    place = serving.place
    reached = OwnAddress(place.url, place.fingerprint, place.root) if place.open_to_network else OwnAddress()
    desk, own = open_desk(store, Verifier(store)), place.open_to_network
    pages = Pages(desk, BookSessions(store), reached=reached, phones=waking.service if waking else None)
    beside = _open_beside(store, place, waking)
    meters = Meters()
    bank = LoneBank(pages, place.hosts, own_address=own, beside=beside, meters=meters).make_app()
    payments = payments or open_payments(store)
    app = PathSplit(ACS, Metered(open_acs(payments, desk, place.hosts, own_address=own), meters), bank)
    return believe_proxy(app) if serving.proxied else app


def _open_beside(store: "SqlStore", place: "Place", waking: "PhoneWaking | None") -> "dict[str, ASGIApp]":
    """What is mounted beside Coop@net: desk, the telephone's app, the partners' verbs, what was revoked."""
    from bank.web.app.site import PATH as APP  # noqa: PLC0415
    from bank.web.app.site import open_app  # noqa: PLC0415
    from bank.web.branch.site import PATH as BRANCH  # noqa: PLC0415
    from bank.web.branch.site import open_branch  # noqa: PLC0415
    from bank.web.partners.site import PATH as PARTNERS  # noqa: PLC0415
    from bank.web.partners.site import open_partner_api  # noqa: PLC0415

    hosts, own = place.hosts, place.open_to_network
    asked = waking.ask_phone if waking else None
    return {
        BRANCH: open_branch(store, hosts, own_address=own),
        APP: open_app(store, hosts, own_address=own, waking=waking),
        PARTNERS: open_partner_api(store, hosts, own_address=own, ask_phone=asked),
        **open_pki(frame_keys(store, place.url)),
    }


def _write_log(*, structured: bool) -> None:
    if structured:
        from web.structured import write_structured_log  # noqa: PLC0415

        write_structured_log()


def _announce(place: "Place", business: "BusinessPlace", arguments: argparse.Namespace) -> None:
    if arguments.json:
        trust = {"root": f"{place.url}root.crt", "fingerprint": place.fingerprint} if place.root else {}
        told = {"business": business.url, "business_root": str(business.root)}
        say_ready(arguments, address=place.url, **told, **trust)
        return
    sys.stdout.write(f"Coop@net is at {place.url} until Ctrl-C; the adviser's desk is at {place.url}branch/\n")
    sys.stdout.write(f"Business customers with an access key: {business.url}, under the root {business.root}\n")
    if place.open_to_network:
        sys.stdout.write("Whoever is on this network can come; the address as a QR code is on its page /fr/connect\n")
    if place.root:
        sys.stdout.write(f"The root certificate is at {place.url}root.crt; its SHA-256:\n{place.fingerprint}\n")
    sys.stdout.flush()
