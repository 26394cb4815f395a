"""What every part of card payments works in: the books with their time, the operations, the policy, the keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from bank.books.clock import WallClock, pass_time, read_time, wall_ms
from bank.books.store_sql import SqlStore
from bank.operations.ports import OperationDesk
from bank.threeds.phones import CardPhones
from bank.threeds.policy import LOW_VALUE, THREE_DS_POLICY, LowValueExemption, ThreeDsPolicy


@dataclass(frozen=True)
class CardFrame:
    """The books, where operations are asked for and confirmed, the policy, and the machine's clock. `phones`: where
    customers may have the bank's app."""

    store: SqlStore
    operations: OperationDesk
    policy: ThreeDsPolicy = THREE_DS_POLICY
    exemption: LowValueExemption | None = LOW_VALUE
    wall: WallClock = wall_ms
    phones: CardPhones | None = None

    @contextmanager
    def writing(self) -> Iterator[tuple[Connection, int]]:
        """A transaction that writes, and the moment it happens at. Raises StateError: then it did not happen."""
        with self.store.writing() as connection:
            yield connection, pass_time(connection, self.wall())

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, int]]:
        """A transaction that looks, and the moment it sees. Raises StateError."""
        with self.store.reading() as connection:
            yield connection, read_time(connection, self.wall())

    def key(self, purpose: str) -> bytes:
        """One of the vault's keys."""
        return self.store.derive_key(purpose)
