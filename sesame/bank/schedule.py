"""While the bank is served, transfers are made when their day comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bank.books.store_sql import SqlStore


@contextmanager
def keeping_schedule(store: "SqlStore") -> Iterator[None]:
    """While the context lasts, transfers are made when their day comes; those of days that have come, at once."""
    from bank.operations.keeper import LOOK_S, going_on  # noqa: PLC0415
    from bank.operations.service import OperationService  # noqa: PLC0415

    with going_on("scheduled transfers", OperationService(store).run_scheduled, LOOK_S, at_once=True):
        yield
