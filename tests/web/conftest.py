"""Coop@net over a demonstration's books, with codes as the bank itself computes them."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from bank.books.people import Post
from bank.books.sessions import Owner
from bank.books.store_sql import SqlStore
from bank.contracts.sealing import ContractSeal
from bank.demo.database import open_database
from bank.emv.keys import card_key
from bank.emv.terminal import PLAIN, CodeRequest
from bank.operations.frame import OperationFrame
from bank.securpass.frame import SecurPassFrame
from bank.verification import Search, Verifier
from bank.web.branch.acts import DeskActs
from bank.web.branch.desk import StaffDesk
from bank.web.branch.pages import BranchPages, make_branch
from bank.web.branch.securpass.acts import SecurPassActs
from bank.web.branch.securpass.pages import SecurPassPages
from bank.web.branch.site import PATH
from bank.web.coopanet.pages import Pages, make_coopanet
from bank.web.coopanet.sign_in import Desk, RefusalTime, SourceLimit
from bank.web.feed import OperationFeed
from bank.web.shared import BookSessions, BookSourceLimit
from tests.web.adviser import Adviser, Advisers
from tests.web.coopanet import HERE, NewCode, Time, Visitor, Visitors
from web.guard import Guard, content_policy
from web.once import Submissions
from web.sessions import Limits, Sessions

NOW_MS = 1_790_000_000_000
"""A moment in 2026, in milliseconds since 1970."""


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(scope="session")
def fresh_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Furnished once: every test gets a copy."""
    folder = tmp_path_factory.mktemp("books")
    open_database(folder).close()
    return folder


@pytest.fixture
def store(tmp_path: Path, fresh_books: Path) -> Iterator[SqlStore]:
    shutil.copytree(fresh_books, tmp_path / "bank")
    store = open_database(tmp_path / "bank")
    yield store
    store.close()


@pytest.fixture
def new_code(store: SqlStore) -> NewCode:
    """The card's next code."""
    counters: dict[str, count[int]] = {}

    def made(card_id: str, request: CodeRequest = PLAIN) -> str:
        card = store.find_card(card_id)
        assert card is not None
        key = card_key(store.issuer_key(card.key_name), card.pan, card.psn)
        return Search(card, key, request).code(next(counters.setdefault(card_id, count(1))))

    return made


@pytest.fixture
def desk(store: SqlStore, time: Time) -> Desk:
    return Desk(Verifier(store), SourceLimit(most=20, window=600, now=time), time, time.pause)


@pytest.fixture
def pages(desk: Desk, time: Time) -> Pages:
    """Their clock on the wall goes with the other one."""
    sessions = Sessions(Limits(idle=600, longest=3600), time)
    return Pages(desk, sessions, Submissions(time), wall=lambda: NOW_MS + round(time() * 1000))


@pytest.fixture
def visitor(pages: Pages) -> Visitors:
    """Each a browser of its own, all at the same bank and from the same address."""
    app = Guard(make_coopanet(pages), content_policy())
    return lambda: Visitor(TestClient(app, base_url=HERE))


@pytest.fixture
def adviser(store: SqlStore, new_code: NewCode, time: Time) -> Advisers:
    """Each with a browser, at the same desk."""
    desk = StaffDesk(
        store, Verifier(store), BookSourceLimit(store, prefix="staff-source/"), time, time.pause, RefusalTime(time)
    )
    securpass = SecurPassActs(SecurPassFrame(OperationFrame(store, Verifier(store))), ContractSeal(store), "Agence")
    sessions = BookSessions(store, Owner.STAFF)
    pages = BranchPages(desk, sessions, DeskActs(store), OperationFeed(store), securpass)
    more = SecurPassPages(pages, securpass).list_routes()
    app = Starlette(routes=[Mount(PATH, Guard(make_branch(pages, more), content_policy(scripts=True)))])
    return lambda: Adviser(TestClient(app, base_url=HERE), new_code)


@pytest.fixture
def at_work(adviser: Advisers) -> Adviser:
    one = adviser()
    assert one.sign_on(Post.AGENCY)[1] == f"{PATH}/fr/customers"
    return one
