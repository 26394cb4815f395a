"""The business site with the certificate issuing service, behind one guard, for a server that asks for certificates."""

from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from bank.errors import StateError
from bank.esecure.frame import EsecureFrame
from bank.web.coopanet.frame import StaleFormError
from bank.web.est.site import open_est
from bank.web.est.verbs import PATH as EST
from bank.web.sogecash.frame import FOLDER, BusinessFrame
from bank.web.sogecash.net import NetPages, open_business_operations
from bank.web.sogecash.orders import OrderPages
from bank.web.sogecash.pages import AccessPages
from bank.web.updates.site import PATH as UPDATES
from bank.web.updates.site import open_updates
from web.beside import PathSplit
from web.files import serve_folder
from web.guard import LOOPBACK, Guard, content_policy


def make_sogecash(frame: BusinessFrame) -> Starlette:
    """The application. Put a `Guard` around it."""
    access = AccessPages(frame)
    operations = open_business_operations(frame.books, frame.keys.wall)
    routes = [
        *access.list_routes(),
        *NetPages(frame, operations).list_routes(),
        *OrderPages(frame, operations).list_routes(),
        Mount("/static", serve_folder(FOLDER / "static"), name="static"),
    ]
    handlers: dict[Any, Any] = {
        404: access.show_missing,
        405: access.show_missing,
        StaleFormError: access.show_stale,
        StateError: access.show_broken,
    }
    return Starlette(routes=routes, exception_handlers=handlers)


def open_business(
    keys: EsecureFrame,
    hosts: frozenset[str] = LOOPBACK,
    *,
    own_address: bool = False,
    front: str = "",
    updates: Path | None = None,
) -> ASGIApp:
    """All that is served to access keys and their customers. `front`: see BusinessFrame; `updates`: the folder with the
    keys' programs."""
    site = Guard(make_sogecash(BusinessFrame(keys, front)), content_policy(), hosts, own_address)
    known = PathSplit(EST, open_est(keys, hosts, own_address=own_address), site)
    if updates is None:
        return known
    return PathSplit(UPDATES, open_updates(updates, hosts, own_address=own_address), known)
