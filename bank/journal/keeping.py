"""The journal in the books. A line is written in the transaction of what it tells of: both happen or neither."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, RowMapping, insert, select

from bank.books.database import lock_books
from bank.books.schema import JOURNAL
from bank.journal.chain import GENESIS, ChainVerdict, JournalLine, digest_line, verify_chain

JOURNAL_LOCK: Final = 0x5E5A3F
"""PostgreSQL's advisory lock for the end of the chain; on SQLite whoever writes is alone."""

BATCH: Final = 1000

LAST: Final = select(JOURNAL.c.seq, JOURNAL.c.at_ms, JOURNAL.c.digest).order_by(JOURNAL.c.seq.desc()).limit(1)
APPENDED: Final = insert(JOURNAL)
"""Made once: whatever is done is written down."""

Detail = str | int | bool | None


def append_line(
    connection: Connection, at_ms: int, actor: str, subject: str, event: str, **detail: Detail
) -> JournalLine:
    """Write down, at the end, what `actor` did to `subject`. Never a PIN, code or key: the journal is for reading.

    Time does not go back in it: a line that would be earlier than the last gets the last one's moment.
    """
    lock_books(connection, JOURNAL_LOCK)
    last = connection.execute(LAST).first()
    seq, previous = (last.seq + 1, last.digest) if last else (1, GENESIS)
    moment = max(at_ms, last.at_ms) if last else at_ms
    words = actor, subject, event, json.dumps(detail, ensure_ascii=False, sort_keys=True)
    line = JournalLine(seq, moment, *words, previous, digest_line(seq, moment, words, previous))
    connection.execute(APPENDED, {name: getattr(line, name) for name in JournalLine.__slots__})
    return line


def list_lines(connection: Connection, subject: str, most: int = 200) -> Sequence[JournalLine]:
    """The latest lines about `subject`, newest first."""
    query = select(JOURNAL).where(JOURNAL.c.subject == subject).order_by(JOURNAL.c.seq.desc()).limit(most)
    return [_line(row) for row in connection.execute(query).mappings()]


def verify_journal(connection: Connection, wanted: str = GENESIS) -> ChainVerdict:
    """Walk the whole chain. `wanted`: a digest noted earlier."""
    return verify_chain(_every_line(connection), wanted)


def _every_line(connection: Connection) -> Iterator[JournalLine]:
    """Batch by batch: a journal may be longer than the memory."""
    query, seq = select(JOURNAL).order_by(JOURNAL.c.seq).limit(BATCH), None
    while True:
        after = query if seq is None else query.where(JOURNAL.c.seq > seq)
        rows = connection.execute(after).mappings().all()
        yield from map(_line, rows)
        if len(rows) < BATCH:
            return
        seq = rows[-1]["seq"]


def _line(row: RowMapping) -> JournalLine:
    return JournalLine(**{name: row[name] for name in JournalLine.__slots__})
