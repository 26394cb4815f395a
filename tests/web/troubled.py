"""Books on a disk that is full at the commit, or a database that is away: said as the driver itself says it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

from httpx2 import Response
from sqlalchemy import event

from bank.books.schema_columns import METADATA
from bank.books.store_sql import SqlStore


@dataclass
class Trouble:
    """What is wrong with the books, while it is: as the driver itself says it."""

    store: SqlStore
    kind: str
    there: bool = False

    def __post_init__(self) -> None:
        engine = self.store._engine
        do_commit = engine.dialect.do_commit

        def commit(connection: Any) -> None:  # noqa: ANN401 - the driver's
            if self.there and self.kind == "full":
                raise sqlite3.OperationalError("database or disk is full")
            do_commit(connection)

        engine.dialect.do_commit = commit  # type: ignore[method-assign,assignment]

        @event.listens_for(engine, "do_execute")
        def execute(*_given: object) -> None:
            if self.there and self.kind == "away":
                raise sqlite3.OperationalError("unable to open database file")

    @contextmanager
    def now(self) -> Iterator[None]:
        """While this lasts."""
        self.there = True
        yield
        self.there = False

    def meet(self, ask: Callable[[], Response], sentence: str, *, writes: bool = True) -> Response:
        """Ask while there is the trouble, and again when it is over: the second answer.

        The first is 503 with that sentence, and not a row of the books is another one. `writes`: whether it commits;
        what only looks meets a full disk with no trouble.
        """
        before = dump(self.store)
        with self.now():
            answer = ask()
        if writes or self.kind == "away":
            said = unescape(answer.text).replace("\N{NO-BREAK SPACE}", " ")
            assert (answer.status_code, sentence in said) == (503, True), (answer.request.url, answer.text)
            assert "sqlite" not in said
            assert "disk" not in said
        assert dump(self.store) == before, answer.request.url
        return ask()


def dump(store: SqlStore) -> dict[str, list[str]]:
    """Every row of every table."""
    with store.reading() as connection:
        return {
            table.name: sorted(repr(row) for row in connection.execute(table.select()))
            for table in METADATA.sorted_tables
        }
