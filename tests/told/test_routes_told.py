"""Every address of every site, with its methods and its name: bookmarks, shops, phones and keys go there.

`tests/web/test_routes.py` shows that none stands before another one. After a wanted change:
`python -m pytest --golden-record tests/told`.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.esecure.frame import EsecureFrame
from bank.verification import Verifier
from bank.web.acs.site import open_acs, open_payments
from bank.web.app.api.description import describe_app_api
from bank.web.app.site import open_app
from bank.web.around import LoneBank
from bank.web.branch.site import open_branch
from bank.web.coopanet.pages import Pages
from bank.web.est.standing import open_standing
from bank.web.partners.description import describe_metadata, describe_partner_api
from bank.web.partners.site import open_partner_api
from bank.web.shared import BookSessions, open_desk
from bank.web.sogecash.site import open_business
from device.config import Config
from merchant.line import BankLine
from merchant.machine.books import MachineBooks
from merchant.machine.giving import CashMachine
from merchant.network import CardNetwork
from merchant.site import BesideShop, make_shop, open_checkout
from merchant.threeds import ShopFacts
from merchant.wallet.asking import CardWallet
from merchant.wallet.books import WalletBooks
from simulator.key.browser import SimulatedBrowser
from simulator.key.window import BrowserWindow
from simulator.push.mailboxes import Mailboxes
from simulator.push.site import PushSite
from simulator.web.bench import PageBench
from simulator.web.mirror import mirror_site
from simulator.web.site import reader_site
from tests.golden_plugin import GoldenText
from tests.web.test_reader_description import without_words
from web.tls import make_root

SITES: dict[str, Callable[[SqlStore, Path], object]] = {
    "acs": lambda store, _path: open_acs(open_payments(store), open_desk(store, Verifier(store))),
    "app": lambda store, _path: open_app(store),
    "branch": lambda store, _path: open_branch(store),
    "business": lambda store, path: open_business(EsecureFrame(store), updates=path),
    "coopanet": lambda store, _path: LoneBank(Pages(open_desk(store, Verifier(store)), BookSessions(store))).make_app(),
    "partners": lambda store, _path: open_partner_api(store),
    "standing": lambda store, _path: open_standing(EsecureFrame(store)),
    "shop": lambda _store, path: make_street(path),
    "reader": lambda store, path: reader_site(PageBench(Config(), path), open_desk(store, Verifier(store))),
    "mirror": lambda _store, path: mirror_site(path),
    "push": lambda _store, _path: PushSite(Mailboxes()).make_app(),
    "window": lambda _store, _path: make_window().make_app([]),
}


@pytest.fixture(scope="module")
def store() -> Iterator[SqlStore]:
    with closing(open_in_memory()) as books:
        yield books


def make_street(folder: Path) -> object:
    """The shop with the cash machine and the wallet."""
    facts = ShopFacts("c", "Twin", "http://127.0.0.1:2")
    network, line = CardNetwork("http://127.0.0.1:1/", facts, "x"), BankLine("http://127.0.0.1:1/", "x")
    return make_shop(
        open_checkout(folder / "shop.db", network),
        beside=BesideShop(
            CashMachine(MachineBooks(folder / "machine.db"), line, lambda: 0),
            CardWallet(WalletBooks(folder / "wallet.db"), line, lambda: 0),
        ),
    )


def make_window() -> BrowserWindow:
    """The business site's browser, at no site yet."""
    return BrowserWindow(SimulatedBrowser(make_root(datetime.now(UTC)).certificate, lambda: None))


def tell_routes(app: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - applications of every kind
    """One line for each address, through whatever guards it."""
    for inner in (getattr(app, name, None) for name in ("below", "others", "app")):
        if inner is not None and not isinstance(app, Mount):
            yield from tell_routes(inner, path)
    for route in getattr(app, "routes", ()) if not isinstance(app, Mount) else ():
        if isinstance(route, Route):
            methods = " ".join(sorted(route.methods or {"any"}))
            yield f"{path}{route.path}  {methods}  {route.name}"
        elif isinstance(route, Mount):
            below = f"{path}{route.path}"
            if isinstance(route.app, StaticFiles):
                yield f"{below}/*  files  {route.name}"
            else:
                yield f"{below}/  mounted  {route.name}"
                yield from tell_routes(route.app, below) if route.name not in SITES else ()


@pytest.mark.parametrize("site", SITES)
def test_addresses_are_those_that_were_published(
    site: str, store: SqlStore, tmp_path: Path, golden_text: GoldenText
) -> None:
    lines = list(tell_routes(SITES[site](store, tmp_path)))
    assert len(lines) > 2
    golden_text("\n".join(lines) + "\n", f"routes/{site}")


DESCRIPTIONS: dict[str, Callable[[], object]] = {
    "app-openapi": lambda: describe_app_api("/app/api"),
    "partner-openapi": lambda: describe_partner_api("/partners"),
    "partner-metadata": lambda: describe_metadata("https://bank.example/partners"),
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_descriptions_are_those_that_were_published(name: str, golden_text: GoldenText) -> None:
    golden_text(json.dumps(without_words(DESCRIPTIONS[name]()), indent=1, ensure_ascii=False) + "\n", name)
