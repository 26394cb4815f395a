"""What the wallet remembers: which cards it asked for, and the numbers that stand for them. Never a card's own number.

A real one keeps those numbers in a chip; this is a twin.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

from merchant.files import open_file

TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS wishes (wish_id TEXT PRIMARY KEY, visitor TEXT NOT NULL, enrolment TEXT NOT NULL, "
    "maker TEXT NOT NULL, last TEXT NOT NULL, state TEXT NOT NULL, number TEXT NOT NULL, token TEXT NOT NULL, "
    "created_ms INTEGER NOT NULL)"
)


class WalletMaker(Enum):
    """The sheet's two."""

    APPLE = "apple"
    SAMSUNG = "samsung"


class WishState(Enum):
    """Where a card that was asked for stands, in the bank's words. ENDED: it was held; the customer has ended that."""

    PENDING = "pending"
    ACTIVE = "active"
    REFUSED = "refused"
    EXPIRED = "expired"
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class CardWish:
    """A card that the wallet asked for. `last`: its last four digits; `number`: what the customer types on his
    telephone, if anything; `token`: what stands for the card, once the bank has given it."""

    wish_id: str
    visitor: str = field(repr=False)
    enrolment: str
    maker: WalletMaker
    last: str
    state: WishState
    number: str
    token: str = field(repr=False)
    created_ms: int


class WalletBooks:
    """The file. Every method may be called from any thread, and raises ShopError when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(TABLE)

    def add_wish(self, wish: CardWish) -> None:
        """One more; the same one again is there already."""
        row = wish.wish_id, wish.visitor, wish.enrolment, wish.maker.value, wish.last, wish.state.value, wish.number
        with self._connected() as connection:
            statement = "INSERT OR IGNORE INTO wishes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            connection.execute(statement, (*row, wish.token, wish.created_ms))

    def find_wish(self, visitor: str, wish_id: str) -> CardWish | None:
        """The visitor's own."""
        with self._connected() as connection:
            query = "SELECT * FROM wishes WHERE wish_id = ? AND visitor = ?"
            row = connection.execute(query, (wish_id, visitor)).fetchone()
        return _wish(row) if row else None

    def list_wishes(self, visitor: str) -> Sequence[CardWish]:
        """The visitor's, oldest first; those that came to nothing are left out."""
        query = "SELECT * FROM wishes WHERE visitor = ? AND state IN ('pending', 'active') ORDER BY created_ms LIMIT 50"
        with self._connected() as connection:
            return [_wish(row) for row in connection.execute(query, (visitor,)).fetchall()]

    def end_wish(self, wish_id: str, state: WishState, token: str = "") -> None:
        """The bank has said so. One that has ended stays as it is."""
        ended = "UPDATE wishes SET state = ?, token = ?, number = '' WHERE wish_id = ? AND state = 'pending'"
        with self._connected() as connection:
            connection.execute(ended, (state.value, token, wish_id))

    def drop_card(self, wish_id: str) -> None:
        """The customer has ended it at the bank: the number that stood for the card is gone."""
        ended = "UPDATE wishes SET state = ?, token = '' WHERE wish_id = ? AND state = 'active'"
        with self._connected() as connection:
            connection.execute(ended, (WishState.ENDED.value, wish_id))

    def _connected(self) -> AbstractContextManager[sqlite3.Connection]:
        return open_file(self._path, "wallet")


def _wish(row: tuple[str, str, str, str, str, str, str, str, int]) -> CardWish:
    wish_id, visitor, enrolment, maker, last, state, number, token, created_ms = row
    return CardWish(wish_id, visitor, enrolment, WalletMaker(maker), last, WishState(state), number, token, created_ms)
