"""The adviser's desk over the books, behind its guard, for whoever mounts it."""

from typing import Final

from starlette.types import ASGIApp

from bank.books.sessions import Owner
from bank.books.store_sql import SqlStore
from bank.verification import Verifier
from bank.web.branch.acts import DeskActs
from bank.web.branch.desk import open_staff_desk
from bank.web.branch.pages import BranchPages, make_branch
from bank.web.feed import OperationFeed
from bank.web.shared import BookSessions
from web.guard import LOOPBACK, Guard, content_policy

PATH: Final = "/branch"
"""Where it is mounted: its cookie is for this path alone."""


def open_branch(store: SqlStore, hosts: frozenset[str] = LOOPBACK, *, own_address: bool = False) -> ASGIApp:
    """The application."""
    desk = open_staff_desk(store, Verifier(store))
    pages = BranchPages(desk, BookSessions(store, Owner.STAFF), DeskActs(store), OperationFeed(store))
    return Guard(make_branch(pages), content_policy(scripts=True), hosts, own_address)
