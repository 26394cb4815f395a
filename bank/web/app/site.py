"""The bank's app, page and verbs, behind its guard, for whoever mounts it."""

from typing import Final

from starlette.applications import Starlette
from starlette.types import ASGIApp

from bank.books.store_sql import SqlStore
from bank.securpass.phone.subscribing import PhoneSubscriptions
from bank.securpass.service import SecurPassService
from bank.verification import Verifier
from bank.web.app.api.verbs import AppApi, make_app_api
from bank.web.app.shell import NOBODY, AppShell, app_policy
from bank.web.app.waking import PhoneWaking
from bank.web.feed import OperationFeed
from bank.web.shared import BookSessions, BookSourceLimit, open_desk
from web.guard import LOOPBACK, SELF, Guard
from web.mounting import WholeMount

PATH: Final = "/app"
"""Where it is mounted."""


def open_app(
    store: SqlStore,
    hosts: frozenset[str] = LOOPBACK,
    *,
    own_address: bool = False,
    waking: PhoneWaking | None = None,
    framed: bool = False,
) -> ASGIApp:
    """The application. Without `waking` no telephone is woken, and none is asked whether it wants to be. `framed`:
    pages of this very origin may show it in a frame, as the demonstration's bench does."""
    api = AppApi(
        waking.service if waking else SecurPassService(store),
        BookSessions(store),
        open_desk(store, Verifier(store)),
        BookSourceLimit(store, prefix="app-source/"),
        OperationFeed(store),
        waking.subscriptions if waking else PhoneSubscriptions(store),
        waking.key if waking else "",
    )
    policy = app_policy(SELF if framed else NOBODY)
    routes = [WholeMount("/api", make_app_api(api)), *AppShell(policy=policy).list_routes()]
    return Guard(Starlette(routes=routes), policy, hosts, own_address)
