"""The tables of the bank's books as each database is told to make them: they are changed by a migration, not by a slip.

`tests/bank/test_bank_migrations.py` shows that the steps lead to these tables. After a wanted change:
`python -m pytest --golden-record tests/told`.
"""

import io

import pytest
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from bank.books.migrating import STEPS, migrate_database
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


def test_steps_make_what_was_decided_on_sqlite(golden_text: GoldenText) -> None:
    """Tables, indexes and triggers as the database keeps them, and the rows that the steps put into new books."""
    with create_engine("sqlite://").begin() as connection:
        migrate_database(connection)
        kept = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").scalars()
        lines = [line.rstrip() for statement in kept for line in statement.splitlines()]
        for table in sorted(METADATA.tables):
            lines += [f"{table}: {row}" for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]
    golden_text("\n".join(lines) + "\n", "schema/sqlite-steps")


READS_WHAT_THERE_IS = "0003"
"""It carries people over: only a database can take it, and `test_bank_migrations.py` has one."""


def test_steps_say_what_was_decided_to_postgresql(golden_text: GoldenText) -> None:
    config = Config(attributes={}, config_args={"script_location": str(STEPS)})
    said = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": said})
    for step in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        said.write(f"-- {step.revision}\n")
        if step.revision != READS_WHAT_THERE_IS:
            with Operations.context(context):
                step.module.upgrade()
    golden_text(
        "\n".join(line.rstrip() for line in said.getvalue().splitlines() if line) + "\n", "schema/postgresql-steps"
    )
