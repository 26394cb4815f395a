"""The tables of what customers are told: `notices`, what happened and when, of which operation where it is of one;
`terminals`, browsers and programs that the customer has signed in from, by a hash under the vault's key.
"""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from bank.books.schema_columns import METADATA, customer_column, moment_column, number_column, word_column

NOTICES = Table(
    "notices",
    METADATA,
    number_column(),
    customer_column(),
    moment_column("at_ms"),
    word_column("event", 64),
    Column("operation_id", String(32), ForeignKey("operations.id"), nullable=True),
    Index("notices_by_customer", "customer_id", "id"),
)

TERMINALS = Table(
    "terminals",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    customer_column(),
    moment_column("since_ms"),
)
