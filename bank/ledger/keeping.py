"""The ledger in the books. Every function works in the caller's transaction; what posts needs one that writes.

The database itself holds what is promised here: see `bank.books.schema`.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, RowMapping, func, insert, select

from bank.books.schema import ACCOUNTS, CUSTOMERS, ENTRIES, MOVEMENTS
from bank.books.schema_schedule import SCHEDULED_DATES
from bank.iban import BANK, BRANCH, is_own, make_french_iban
from bank.ledger.entries import (
    Account,
    AccountKind,
    FundsError,
    LedgerError,
    MovementKind,
    Posting,
    StatementLine,
)

CURRENCY: Final = "EUR"
HOUSE: Final = "house"
SENT: Final = frozenset({MovementKind.TRANSFER.value, MovementKind.INSTANT.value, MovementKind.FOREIGN.value})
"""How a transfer is called at the account that pays; at the one that is paid it is a credit."""


def open_account(
    connection: Connection, customer_id: int | None, owner: str, kind: AccountKind, opened_ms: int
) -> Account:
    """A new and empty account. `owner`: what its number is made from, so that a demonstration has the same each time;
    the owner's customer number is written where there is one. A customer's must not go below zero."""
    row = {
        "iban": number_account(owner, kind),
        "customer_id": customer_id,
        "kind": kind.value,
        "currency": CURRENCY,
        "floor_cents": None if customer_id is None else 0,
        "opened_ms": opened_ms,
    }
    made = connection.execute(insert(ACCOUNTS).values(row).returning(ACCOUNTS)).mappings().one()
    return _account(made)


def number_account(owner: str, kind: AccountKind) -> str:
    """An IBAN of this bank that tells nothing of whose it is."""
    digest = hashlib.sha256(f"{owner}/{kind.value}".encode()).digest()
    return make_french_iban(BANK, BRANCH, f"{int.from_bytes(digest, 'big') % 10**11:011d}")


def open_house_account(connection: Connection, kind: AccountKind, now_ms: int) -> Account:
    """The bank's own account of that kind, made when it is first needed."""
    query = select(ACCOUNTS).where(ACCOUNTS.c.customer_id.is_(None), ACCOUNTS.c.kind == kind.value)
    row = connection.execute(query).mappings().first()
    return _account(row) if row else open_account(connection, None, HOUSE, kind, now_ms)


def find_account(connection: Connection, iban: str) -> Account | None:
    """The account of this bank with that number."""
    row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.iban == iban)).mappings().first()
    return _account(row) if row else None


def is_payable(connection: Connection, iban: str) -> bool:
    """Whether money can go there: to another bank, which judges itself, or to a customer's account at this one. What
    stands for other banks and for payments on their way is no payee."""
    if not is_own(iban):
        return True
    found = find_account(connection, iban)
    return found is not None and found.customer_id is not None


def list_accounts(connection: Connection, customer_id: int) -> Sequence[Account]:
    """A customer's accounts, oldest first."""
    query = select(ACCOUNTS).where(ACCOUNTS.c.customer_id == customer_id).order_by(ACCOUNTS.c.id)
    return [_account(row) for row in connection.execute(query).mappings()]


def list_statement(connection: Connection, account_id: int, most: int = 50) -> Sequence[StatementLine]:
    """An account's latest movements, newest first."""
    joined = select(MOVEMENTS, ENTRIES.c.cents, SCHEDULED_DATES.c.payment_id).join(
        ENTRIES, ENTRIES.c.movement_id == MOVEMENTS.c.id
    )
    joined = joined.join(SCHEDULED_DATES, SCHEDULED_DATES.c.movement_id == MOVEMENTS.c.id, isouter=True)
    query = joined.where(ENTRIES.c.account_id == account_id).order_by(ENTRIES.c.id.desc()).limit(most)
    rows = connection.execute(query).mappings().all()
    payers = _name_payers(connection, [row["id"] for row in rows if _is_received(row)])
    return [_statement_line(row, payers.get(row["id"])) for row in rows]


def _is_received(row: RowMapping) -> bool:
    """A transfer that a customer of this bank has asked for, at the account that is paid: the label is its own name."""
    asked = row["operation_id"] is not None or row["payment_id"] is not None
    return asked and row["cents"] > 0 and row["kind"] in SENT


def _name_payers(connection: Connection, movements: Sequence[int]) -> dict[int, str]:
    """Who paid, by the movement."""
    if not movements:
        return {}
    joined = select(ENTRIES.c.movement_id, CUSTOMERS.c.name).join(ACCOUNTS, ACCOUNTS.c.id == ENTRIES.c.account_id)
    query = joined.join(CUSTOMERS, CUSTOMERS.c.id == ACCOUNTS.c.customer_id).where(ENTRIES.c.cents < 0)
    return dict(connection.execute(query.where(ENTRIES.c.movement_id.in_(movements))).tuples().all())


def post_movement(connection: Connection, posting: Posting) -> int:
    """Post it: all its legs or, with LedgerError or FundsError, none, and the transaction goes on. Its number.

    Accounts are locked in the order of their numbers: two that pay each other at once do not wait for each other.
    """
    _check_accounts(connection, posting)
    movement = {
        "at_ms": posting.at_ms,
        "kind": posting.kind.value,
        "label": posting.label,
        "operation_id": posting.operation_id,
    }
    number: int = connection.execute(insert(MOVEMENTS).values(movement).returning(MOVEMENTS.c.id)).scalar_one()
    for leg in sorted(posting.legs, key=lambda each: each.account_id):
        entry = {"movement_id": number, "account_id": leg.account_id, "cents": leg.cents}
        connection.execute(insert(ENTRIES).values(entry))
    return number


def _check_accounts(connection: Connection, posting: Posting) -> None:
    if posting.operation_id is not None:
        done = select(MOVEMENTS.c.id).where(MOVEMENTS.c.operation_id == posting.operation_id)
        if connection.execute(done).first():
            raise LedgerError("this operation was posted before")
    moved = {leg.account_id: leg.cents for leg in posting.legs}
    query = select(ACCOUNTS).where(ACCOUNTS.c.id.in_(moved)).order_by(ACCOUNTS.c.id).with_for_update()
    accounts = [_account(row) for row in connection.execute(query).mappings()]
    if len(accounts) < len(moved):
        raise LedgerError("no such account")
    for account in accounts:
        after = account.balance_cents + moved[account.account_id]
        if account.floor_cents is not None and after < account.floor_cents:
            raise FundsError("there is not enough on the account")


def find_ledger_faults(connection: Connection) -> Sequence[str]:
    """Everything in which the ledger does not add up; nothing, where it does. Reads it whole."""
    faults = []
    if total := connection.execute(select(func.coalesce(func.sum(ENTRIES.c.cents), 0))).scalar_one():
        faults.append(f"all entries together sum to {total} cents")
    sums = select(ENTRIES.c.movement_id).group_by(ENTRIES.c.movement_id).having(func.sum(ENTRIES.c.cents) != 0)
    faults += [f"movement {number} does not balance" for number in connection.execute(sums).scalars()]
    own = select(func.coalesce(func.sum(ENTRIES.c.cents), 0)).where(ENTRIES.c.account_id == ACCOUNTS.c.id)
    drifted = select(ACCOUNTS.c.id).where(ACCOUNTS.c.balance_cents != own.scalar_subquery())
    return faults + [
        f"account {number} is not the sum of its entries" for number in connection.execute(drifted).scalars()
    ]


def _account(row: RowMapping) -> Account:
    return Account(
        account_id=row["id"],
        iban=row["iban"],
        customer_id=row["customer_id"],
        kind=AccountKind(row["kind"]),
        balance_cents=row["balance_cents"],
        floor_cents=row["floor_cents"],
        opened_ms=row["opened_ms"],
    )


def _statement_line(row: RowMapping, payer: str | None) -> StatementLine:
    if payer is not None:
        return StatementLine(row["id"], row["at_ms"], MovementKind.CREDIT, payer, row["cents"])
    return StatementLine(row["id"], row["at_ms"], MovementKind(row["kind"]), row["label"], row["cents"])
