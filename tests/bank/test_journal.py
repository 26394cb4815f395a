"""The journal: a chain in which nothing is changed, taken out or put in unseen."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from bank.books.schema import CLEARING, JOURNAL
from bank.books.store_sql import SqlStore
from bank.journal.chain import GENESIS, JournalLine, digest_line, verify_chain
from bank.journal.keeping import BATCH, append_line, list_lines, verify_journal

LIMIT_S = 60


def write(store: SqlStore, count: int, start_ms: int = 1000) -> list[JournalLine]:
    with store.writing() as connection:
        return [
            append_line(connection, start_ms + n, "staff ADVISER1", f"customer {n % 3}", "looked", number=n, name="é")
            for n in range(count)
        ]


def test_an_empty_journal_holds(books: SqlStore) -> None:
    with books.reading() as connection:
        assert verify_journal(connection).broken is None
        assert verify_journal(connection).head == GENESIS


def test_lines_come_back_as_they_were_written_and_hold(books: SqlStore) -> None:
    lines = write(books, 7)
    with books.reading() as connection:
        assert list_lines(connection, "customer 1") == [lines[4], lines[1]]
        verdict = verify_journal(connection, lines[3].digest)
    assert (verdict.lines, verdict.head, verdict.broken, verdict.met) == (7, lines[-1].digest, None, True)


def test_a_journal_longer_than_a_batch_holds(books: SqlStore) -> None:
    write(books, 2 * BATCH)
    with books.reading() as connection:
        assert verify_journal(connection).lines == 2 * BATCH


def test_time_does_not_go_back_in_it(books: SqlStore) -> None:
    write(books, 1, start_ms=9000)
    assert write(books, 1, start_ms=5000)[0].at_ms == 9000
    with books.reading() as connection:
        assert verify_journal(connection).broken is None


@pytest.mark.parametrize("field", ["seq", "at_ms", "actor", "subject", "event", "detail", "previous", "digest"])
def test_each_part_of_a_line_is_under_its_digest(books: SqlStore, field: str) -> None:
    lines = write(books, 5)
    value = getattr(lines[2], field)
    changed: Any = {field: value + 1 if isinstance(value, int) else value[:-1] + "x"}
    lines[2] = replace(lines[2], **changed)
    assert verify_chain(lines).broken is not None


def test_a_line_taken_out_put_in_or_moved_is_found(books: SqlStore) -> None:
    lines = write(books, 5)
    assert verify_chain(lines[1:]).broken == 2
    assert verify_chain([*lines[:2], *lines[3:]]).broken == 4
    assert verify_chain([lines[0], lines[2], lines[1], *lines[3:]]).broken == 3
    assert verify_chain([*lines, lines[-1]]).broken == 5


def test_a_forged_line_needs_every_later_one_to_be_forged(books: SqlStore) -> None:
    lines = write(books, 5)
    one = lines[2]
    words = (one.actor, one.subject, "forged", one.detail)
    lines[2] = replace(one, event="forged", digest=digest_line(one.seq, one.at_ms, words, one.previous))
    assert verify_chain(lines).broken == 4


def test_an_end_that_was_cut_off_is_found_by_whoever_noted_a_digest(books: SqlStore) -> None:
    lines = write(books, 5)
    verdict = verify_chain(lines[:3], lines[4].digest)
    assert verdict.broken is None
    assert not verdict.met


def test_the_database_itself_changes_no_line_and_deletes_none(books: SqlStore) -> None:
    lines = write(books, 3)
    for change in (update(JOURNAL).values(event="other"), delete(JOURNAL)):
        with pytest.raises(IntegrityError), books.writing() as connection:
            connection.execute(change)
    with pytest.raises(IntegrityError), books.writing() as connection:
        connection.execute(insert(CLEARING))
        connection.execute(update(JOURNAL).values(event="other"))
    with books.reading() as connection:
        assert verify_journal(connection).head == lines[-1].digest


def test_two_lines_cannot_follow_the_same_one(books: SqlStore) -> None:
    (line,) = write(books, 1)
    row = {name: getattr(line, name) for name in JournalLine.__slots__} | {"seq": 2}
    with pytest.raises(IntegrityError), books.writing() as connection:
        connection.execute(insert(JOURNAL).values(row))


def test_a_line_of_a_transaction_that_fails_is_not_there(books: SqlStore) -> None:
    with pytest.raises(RuntimeError), books.writing() as connection:
        append_line(connection, 1, "a", "b", "c")
        raise RuntimeError
    with books.reading() as connection:
        assert connection.execute(select(func.count()).select_from(JOURNAL)).scalar_one() == 0


def test_writers_at_once_make_one_chain(books: SqlStore) -> None:
    writers = [threading.Thread(target=lambda: [write(books, 3) for _ in range(5)]) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(LIMIT_S)
    with books.reading() as connection:
        assert verify_journal(connection).lines == 60
        assert verify_journal(connection).broken is None


def test_a_line_changed_behind_the_banks_back_is_found(books: SqlStore) -> None:
    write(books, 5)
    with books.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER journal_fixed"))
        connection.execute(update(JOURNAL).where(JOURNAL.c.seq == 3).values(actor="nobody"))
    with books.reading() as connection:
        assert verify_journal(connection).broken == 3
