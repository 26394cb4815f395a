"""Sessions and keyboards that end with the certificate they are bound to."""

from sqlalchemy import Connection, delete

from bank.books.schema_keys import BUSINESS_SESSIONS, NUMBER_ENTRIES


def end_access(connection: Connection, certificate_id: int) -> None:
    """Whoever signed in with that certificate is out."""
    for table in (BUSINESS_SESSIONS, NUMBER_ENTRIES):
        connection.execute(delete(table).where(table.c.certificate_id == certificate_id))
