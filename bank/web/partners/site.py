"""The partners' interface over the books, behind its guard, for whoever mounts it."""

from typing import Final

from starlette.types import ASGIApp

from bank.books.store_sql import SqlStore
from bank.operations.service import OperationService
from bank.partners.service import PartnerService, PhoneAsker
from bank.web.partners.verbs import make_partner_api
from web.guard import LOOPBACK

PATH: Final = "/partners"
"""Where it is mounted."""


def open_partner_api(
    store: SqlStore,
    hosts: frozenset[str] = LOOPBACK,
    *,
    own_address: bool = False,
    ask_phone: PhoneAsker | None = None,
) -> ASGIApp:
    """The application. `ask_phone`: has the customer's telephone asked, where it can decide."""
    service = PartnerService(store, OperationService(store), ask_phone=ask_phone)
    return make_partner_api(service, hosts, own_address=own_address)
