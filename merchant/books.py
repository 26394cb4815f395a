"""What the shop remembers: baskets by visitor, and orders. SQLite, and of a card nothing at all.

An order keeps what stands for a card at the bank (a token) until it is paid or given up. What decides is one UPDATE
with its condition in it.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any, Final

from merchant.files import open_file
from merchant.goods import Basket

TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS baskets (visitor TEXT PRIMARY KEY, counts TEXT NOT NULL, seen_ms INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS orders (order_id TEXT PRIMARY KEY, visitor TEXT NOT NULL, counts TEXT NOT NULL, "
    "cents INTEGER NOT NULL, state TEXT NOT NULL, language TEXT NOT NULL, created_ms INTEGER NOT NULL, "
    "token TEXT NOT NULL, version TEXT NOT NULL, server_id TEXT NOT NULL UNIQUE, ds_id TEXT NOT NULL, "
    "acs_id TEXT NOT NULL, acs_url TEXT NOT NULL, value TEXT NOT NULL, eci TEXT NOT NULL, approval TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS orders_by_state ON orders (state)",
)


class OrderState(Enum):
    """Where an order stands. CHALLENGE: the bank asks the customer. The last six are ends."""

    BEGUN = "begun"
    CHALLENGE = "challenge"
    AUTHENTICATED = "authenticated"
    PAID = "paid"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DECLINED = "declined"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Order:
    """An order. Moments in milliseconds since 1970. `token` and what follows: as the bank has said them."""

    order_id: str
    visitor: str = field(repr=False)
    counts: Mapping[str, int]
    cents: int
    state: OrderState
    language: str
    created_ms: int
    token: str = field(repr=False)
    server_id: str
    version: str = ""
    ds_id: str = ""
    acs_id: str = ""
    acs_url: str = ""
    value: str = field(default="", repr=False)
    eci: str = ""
    approval: str = ""

    @property
    def basket(self) -> Basket:
        """What was ordered."""
        return Basket(self.counts)


COLUMNS: Final = tuple(one.name for one in fields(Order))


class ShopBooks:
    """The file. Every method may be called from any thread, and raises ShopError when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            for statement in TABLES:
                connection.execute(statement)

    def find_basket(self, visitor: str) -> Basket:
        """What that visitor has chosen."""
        with self._connected() as connection:
            row = connection.execute("SELECT counts FROM baskets WHERE visitor = ?", (_hashed(visitor),)).fetchone()
        return Basket(json.loads(row["counts"])) if row else Basket({})

    def keep_basket(self, visitor: str, basket: Basket, now_ms: int) -> None:
        """From now on it is this one."""
        values = _hashed(visitor), json.dumps(dict(basket.counts)), now_ms
        with self._connected() as connection:
            connection.execute("INSERT OR REPLACE INTO baskets (visitor, counts, seen_ms) VALUES (?, ?, ?)", values)

    def add_order(self, order: Order) -> None:
        """A new one."""
        row = _row(order)
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        with self._connected() as connection:
            connection.execute(f"INSERT INTO orders ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608

    def find_order(self, order_id: str) -> Order | None:
        """The order with that number."""
        return self._first("order_id = ?", order_id)

    def find_order_of(self, server_id: str) -> Order | None:
        """The order with that threeDSServerTransID."""
        return self._first("server_id = ?", server_id)

    def list_orders(self, state: OrderState) -> Sequence[Order]:
        """The orders in that state."""
        with self._connected() as connection:
            rows = connection.execute("SELECT * FROM orders WHERE state = ? LIMIT 100", (state.value,)).fetchall()
        return [_order(row) for row in rows]

    def move_order(self, order_id: str, before: OrderState, after: OrderState, **values: str) -> bool:
        """From one state to another; False, and nothing changed, where it is not in the first. One that has ended
        keeps no token."""
        changed = {"state": after.value, **values}
        if after not in {OrderState.BEGUN, OrderState.CHALLENGE, OrderState.AUTHENTICATED}:
            changed["token"] = ""
        assert set(changed) <= set(COLUMNS)
        setting = ", ".join(f"{name} = ?" for name in changed)
        statement = f"UPDATE orders SET {setting} WHERE order_id = ? AND state = ?"  # noqa: S608 - names of ours
        with self._connected() as connection:
            return connection.execute(statement, (*changed.values(), order_id, before.value)).rowcount == 1

    def pay_order(self, order: Order, approval: str) -> bool:
        """It is paid, and the visitor's basket empty: both or neither. False where it was paid before."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            paid = connection.execute(
                "UPDATE orders SET state = 'paid', approval = ?, token = '', value = '' "
                "WHERE order_id = ? AND state = 'authenticated'",
                (approval, order.order_id),
            )
            done = paid.rowcount == 1
            if done:
                connection.execute("DELETE FROM baskets WHERE visitor = ?", (order.visitor,))
            connection.execute("COMMIT")
        return done

    def _first(self, condition: str, value: str) -> Order | None:
        with self._connected() as connection:
            row = connection.execute(f"SELECT * FROM orders WHERE {condition}", (value,)).fetchone()  # noqa: S608
        return _order(row) if row else None

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with open_file(self._path, "shop") as connection:
            connection.row_factory = sqlite3.Row
            yield connection


def hash_visitor(visitor: str) -> str:
    """How orders and baskets name a visitor: whoever reads the file is signed in nowhere."""
    return _hashed(visitor)


def _hashed(visitor: str) -> str:
    return hashlib.sha256(visitor.encode()).hexdigest()


def _row(order: Order) -> dict[str, Any]:
    row = {name: getattr(order, name) for name in COLUMNS}
    return row | {"counts": json.dumps(dict(order.counts)), "state": order.state.value}


def _order(row: sqlite3.Row) -> Order:
    values = {name: row[name] for name in COLUMNS}
    return Order(**(values | {"counts": json.loads(row["counts"]), "state": OrderState(row["state"])}))
