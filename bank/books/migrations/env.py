"""Alembic runs this for every command: the steps happen on the connection, and in the transaction, of whoever asks.

`bank.books.migrating` is who asks. A developer who has written a step tries it by opening books, as the tests do.
"""

from alembic import context

from bank.books.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
