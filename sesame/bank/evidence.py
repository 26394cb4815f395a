"""`sesame bank operations list`, `journal list` and `staff list`: what was asked for and done, and by whom."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, select

from bank.books.clock import read_time, wall_ms
from bank.books.customers import find_customer
from bank.books.schema import JOURNAL, OPERATIONS
from bank.books.store import Store
from bank.errors import UnknownCardError
from bank.journal.chain import JournalLine, name_customer
from bank.journal.keeping import list_lines
from bank.operations.catalogue import DAY, LAST_DAY, RHYTHM
from bank.operations.ports import Operation, ScheduledPayment
from bank.operations.scheduling import find_scheduled, is_scheduled
from bank.operations.shelf import read_row
from bank.people.staff import list_staff
from sesame.bank.printing import format_rows, say_either
from sesame.exits import Exit

OPERATION_HEADS: Final = (("when", 21), ("operation", 20), ("state", 11), ("means", 18), ("number", 0))
LINE_HEADS: Final = (("line", 7), ("when", 21), ("actor", 28), ("subject", 16), ("event", 28), ("detail", 0))
STAFF_HEADS: Final = (("code", 10), ("post", 17), ("name", 0))


def list_operations(store: Store, arguments: argparse.Namespace) -> Exit:
    """The latest operations, newest first. Raises CommandError."""
    with store.reading() as connection:
        found = list(_operations(connection, arguments))
        later = [one.operation_id for one in found if is_scheduled(one.content)]
        schedules = {number: find_scheduled(connection, number) for number in later}
    text = format_rows(
        OPERATION_HEADS,
        [
            (
                _moment(one.content.created_ms),
                one.kind.value,
                one.state.value,
                one.means.value if one.means else "-",
                one.operation_id,
            )
            for one in found
        ],
    )
    return say_either(arguments, text, operations=[_facts(one) | _schedule(one, schedules) for one in found])


def list_journal(store: Store, arguments: argparse.Namespace) -> Exit:
    """The latest lines, newest first; of one customer, where one is named. Raises CommandError."""
    with store.reading() as connection:
        lines = _lines(connection, arguments)
    rows = [
        (str(one.seq), _moment(one.at_ms), one.actor, one.subject, one.event, one.detail if one.detail != "{}" else "")
        for one in lines
    ]
    facts = [
        {"seq": one.seq, "at": _iso(one.at_ms), "actor": one.actor, "subject": one.subject, "event": one.event}
        | {"detail": one.detail, "digest": one.digest}
        for one in lines
    ]
    return say_either(arguments, format_rows(LINE_HEADS, rows), lines=facts)


def list_members(store: Store, arguments: argparse.Namespace) -> Exit:
    """Everybody who works at the bank."""
    with store.reading() as connection:
        members = list_staff(connection)
    text = format_rows(STAFF_HEADS, [(one.staff_code, one.post.value, one.name) for one in members])
    facts = [{"code": one.staff_code, "post": one.post.value, "name": one.name} for one in members]
    return say_either(arguments, text, staff=facts)


def _operations(connection: Connection, arguments: argparse.Namespace) -> Iterator[Operation]:
    now_ms = read_time(connection, wall_ms())
    query = select(OPERATIONS).order_by(OPERATIONS.c.seq.desc()).limit(arguments.most)
    if arguments.customer:
        query = query.where(OPERATIONS.c.customer_id == _customer_id(connection, arguments.customer))
    for row in connection.execute(query).mappings():
        one = read_row(row, now_ms)
        if arguments.only in ("", one.state.value):
            yield one


def _lines(connection: Connection, arguments: argparse.Namespace) -> Sequence[JournalLine]:
    if arguments.customer:
        return list_lines(connection, name_customer(_customer_id(connection, arguments.customer)), arguments.most)
    rows = connection.execute(select(JOURNAL).order_by(JOURNAL.c.seq.desc()).limit(arguments.most)).mappings()
    return [JournalLine(**dict(row)) for row in rows]


def _customer_id(connection: Connection, user: str) -> int:
    found = find_customer(connection, user.upper())
    if found is None:
        raise UnknownCardError("no such user code; `sesame bank customer list` shows them")
    return found.customer_id


def _schedule(one: Operation, schedules: Mapping[str, ScheduledPayment | None]) -> dict[str, object]:
    """The days of a transfer that is not made at once; `next` while one is to come."""
    fields, found = one.content.fields, schedules.get(one.operation_id)
    if not is_scheduled(one.content):
        return {"schedule": None}
    return {
        "schedule": {
            "day": fields[DAY],
            "rhythm": fields.get(RHYTHM),
            "last_day": fields.get(LAST_DAY),
            "state": found.state if found else None,
            "next": found.due.isoformat() if found and found.waits else None,
            "past": found.turn if found else 0,
        }
    }


def _facts(one: Operation) -> dict[str, object]:
    content = one.content
    return {
        "id": one.operation_id,
        "seq": one.seq,
        "kind": one.kind.value,
        "state": one.state.value,
        "means": one.means.value if one.means else None,
        "terminal": content.terminal.value,
        "created": _iso(content.created_ms),
        "until": _iso(content.until_ms),
        "decided": _iso(one.decided_ms) if one.decided_ms is not None else None,
        "digest": one.digest,
    }


def _moment(moment_ms: int) -> str:
    return f"{datetime.fromtimestamp(moment_ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def _iso(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat(timespec="milliseconds")
