"""What every part of card payments works in: the books with their time, the operations, the policy, the keys."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection

from bank.books.clock import WallClock, wall_ms
from bank.books.store_sql import SqlStore
from bank.books.timed import read_timed, write_timed
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

    def writing(self) -> AbstractContextManager[tuple[Connection, int]]:
        """See `write_timed`."""
        return write_timed(self.store, self.wall)

    def reading(self) -> AbstractContextManager[tuple[Connection, int]]:
        """See `read_timed`."""
        return read_timed(self.store, self.wall)

    def key(self, purpose: str) -> bytes:
        """One of the vault's keys."""
        return self.store.derive_key(purpose)
