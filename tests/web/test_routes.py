"""Each address of each site is answered by the verb that was written for it, and not by one that stands before it."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.testclient import TestClient

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
from web.mounting import WholeMount

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


@pytest.mark.parametrize("path", ["look%0A", "look%0Aover", "%0A", "look/%0A%0D"])
def test_an_address_with_a_line_feed_is_still_the_mounted_applications(path: str) -> None:
    """Starlette's mount does not match one: whoever stood before it answered, in plain text, for a house of JSON."""

    def answer(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"here": True}, 404)

    inner = Starlette(routes=[], exception_handlers={404: answer})
    browser = TestClient(Starlette(routes=[WholeMount("/api", inner)]))
    given = browser.get(f"/api/{path}")
    assert (given.status_code, given.headers["content-type"]) == (404, "application/json")
    assert browser.get(f"/apix/{path}").text == "Not Found"
