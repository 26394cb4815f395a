"""The adviser's desk over the books, behind its guard, for whoever mounts it."""

from typing import Final

from starlette.types import ASGIApp

from bank.books.sessions import Owner
from bank.books.store_sql import SqlStore
from bank.contracts.sealing import ContractSeal
from bank.operations.frame import OperationFrame
from bank.securpass.frame import SecurPassFrame
from bank.verification import Verifier
from bank.web.branch.acts import DeskActs
from bank.web.branch.desk import open_staff_desk
from bank.web.branch.pages import BranchPages, make_branch
from bank.web.branch.securpass.acts import SecurPassActs
from bank.web.branch.securpass.pages import SecurPassPages
from bank.web.feed import OperationFeed
from bank.web.shared import BookSessions
from web.guard import LOOPBACK, Guard, content_policy

PATH: Final = "/branch"
"""Where it is mounted: its cookie is for this path alone."""


def open_branch(
    store: SqlStore, hosts: frozenset[str] = LOOPBACK, *, own_address: bool = False, name: str = ""
) -> ASGIApp:
    """The application. `name`: how the branch is called, where somebody said."""
    verifier = Verifier(store)
    frame = SecurPassFrame(OperationFrame(store, verifier))
    securpass = SecurPassActs(frame, ContractSeal(store), name or "Coop@net")
    sessions = BookSessions(store, Owner.STAFF)
    pages = BranchPages(open_staff_desk(store, verifier), sessions, DeskActs(store), OperationFeed(store), securpass)
    more = SecurPassPages(pages, securpass).list_routes()
    return Guard(make_branch(pages, more), content_policy(scripts=True), hosts, own_address)
