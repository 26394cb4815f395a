"""Each address of each site is answered by the verb that was written for it, and not by one that stands before it."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing

import pytest
from starlette.routing import BaseRoute, Match, Mount, Route

from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.verification import Verifier
from bank.web.acs.site import make_acs, open_payments
from bank.web.app.site import open_app
from bank.web.around import LoneBank
from bank.web.branch.site import open_branch
from bank.web.coopanet.pages import Pages
from bank.web.partners.site import open_partner_api
from bank.web.shared import BookSessions, open_desk

WHOLE = re.compile(r"\{[^}]+\}")


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with closing(open_in_memory()) as books:
        yield books


def list_sites(store: SqlStore) -> dict[str, object]:
    desk = open_desk(store, Verifier(store))
    return {
        "coopanet": LoneBank(Pages(desk, BookSessions(store))).make_app(),
        "app": open_app(store),
        "branch": open_branch(store),
        "partners": open_partner_api(store),
        "acs": make_acs(open_payments(store), desk),
    }


def list_levels(app: object) -> Iterator[list[BaseRoute]]:
    """The routes of an application, and of each that is mounted in it or that it guards."""
    inner = getattr(app, "app", None)
    routes: list[BaseRoute] = getattr(app, "routes", [])
    if inner is not None and not routes:
        yield from list_levels(inner)
    if routes:
        yield list(routes)
    for route in routes:
        if isinstance(route, Mount):
            yield from list_levels(route.app)


def find_hidden(routes: Iterable[BaseRoute]) -> list[str]:
    """Of those, what a route before it answers."""
    known, hidden = list(routes), []
    for route in known:
        if not isinstance(route, Route):
            continue
        path, methods = WHOLE.sub("x", route.path), route.methods or {"GET"}
        for method in methods:
            scope = {"type": "http", "path": path, "method": method, "headers": []}
            first = next(each for each in known if each.matches(scope)[0] is Match.FULL)
            if first is not route:
                hidden.append(f"{method} {route.path}: {getattr(first, 'path', first)}")
    return hidden


def test_no_route_stands_before_another_one(store: SqlStore) -> None:
    found = {name: [list(level) for level in list_levels(app)] for name, app in list_sites(store).items()}
    assert all(levels for levels in found.values())
    assert {name: hidden for name, levels in found.items() for level in levels if (hidden := find_hidden(level))} == {}
