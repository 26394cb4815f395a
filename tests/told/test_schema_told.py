"""The tables of the bank's books as each database is told to make them: they are changed by a migration, not by a slip.

`tests/bank/test_bank_migrations.py` shows that the steps lead to these tables. After a wanted change:
`python -m pytest --golden-record tests/told`.
"""

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from bank.books.schema import METADATA
from tests.golden_plugin import GoldenText

DIALECTS = {"sqlite": sqlite.dialect, "postgresql": postgresql.dialect}


def tell_schema(dialect: Dialect) -> str:
    """Every statement, each table with its indexes."""
    made: list[CreateTable | CreateIndex] = []
    for table in sorted(METADATA.tables.values(), key=lambda table: table.name):
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        made += [CreateTable(table), *(CreateIndex(index) for index in indexes)]
    statements = (str(each.compile(dialect=dialect)) for each in made)
    return "\n".join(line.rstrip() for each in statements for line in each.strip().splitlines()) + "\n"


@pytest.mark.parametrize("name", DIALECTS)
def test_tables_are_those_that_were_decided(name: str, golden_text: GoldenText) -> None:
    golden_text(tell_schema(DIALECTS[name]()), f"schema/{name}")
