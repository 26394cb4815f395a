"""The shop behind its guard: the bank's form comes in at one address, everything else from its own pages."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.types import ASGIApp

from merchant.books import ShopBooks
from merchant.checkout import Checkout
from merchant.errors import ShopError
from merchant.network import CardNetwork
from merchant.pages import ShopPages
from merchant.threeds import MOST_BYTES
from web.guard import LOOPBACK, Guard, content_policy

FILE: Final = "shop.db"
NAME: Final = "La Papeterie du Méandre"
"""As the bank knows it."""


def wall_ms() -> int:
    """The machine's clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def open_checkout(path: Path, network: CardNetwork, now_ms: Callable[[], int] = wall_ms) -> Checkout:
    """The shop's books and the bank. Raises ShopError."""
    return Checkout(ShopBooks(path), network, now_ms)


def make_shop(checkout: Checkout, hosts: frozenset[str] = LOOPBACK) -> ASGIApp:
    """The application, guarded."""
    pages = ShopPages(checkout)
    handlers: dict[Any, Any] = {404: pages.show_missing, 405: pages.show_missing, ShopError: pages.show_broken}
    app = Starlette(routes=pages.list_routes(), exception_handlers=handlers)
    return Guard(
        app,
        content_policy(scripts=True),
        hosts,
        most_bytes=MOST_BYTES,
        entrances=frozenset({"/3ds/notification"}),
    )
