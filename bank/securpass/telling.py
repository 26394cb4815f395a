"""The customer is told, by text message and where it matters by e-mail, in the transaction of what he is told of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, insert, select

from bank.books.customers import find_contact
from bank.books.people import ContactKind
from bank.books.schema_securpass import MAIL_OUTBOX
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.operations.messages import send_text
from bank.securpass.words import Sentence, write_text

USUAL: Final = "fr"
"""The language where none was chosen."""
LONGEST_MAIL: Final = 640
MOST_LISTED: Final = 50


def tell_customer(
    connection: Connection, customer_id: int, now_ms: int, words: Sentence, language: str = USUAL, **values: str
) -> None:
    """By both ways: whoever has one of them in his hands does not have the other."""
    text = write_text(words, language, **values)
    send_sms(connection, customer_id, now_ms, text)
    send_mail(connection, customer_id, now_ms, text)


def send_sms(connection: Connection, customer_id: int, now_ms: int, text: str) -> str:
    """To the secure telephone: its number, nothing where there is none."""
    contact = find_contact(connection, customer_id, ContactKind.SECURE_TELEPHONE)
    if contact is None:
        return ""
    send_text(connection, customer_id, contact.value, text, now_ms)
    return contact.value


def send_mail(connection: Connection, customer_id: int, now_ms: int, text: str) -> str:
    """To the e-mail address: it, nothing where there is none."""
    contact = find_contact(connection, customer_id, ContactKind.EMAIL)
    if contact is None:
        return ""
    row = {"customer_id": customer_id, "address": contact.value, "text": text[:LONGEST_MAIL], "created_ms": now_ms}
    connection.execute(insert(MAIL_OUTBOX).values(row))
    return contact.value


@dataclass(frozen=True, slots=True)
class SentMail:
    """An e-mail on its way. Its text may hold a code: it is for the customer only."""

    address: str = field(repr=False)
    text: str = field(repr=False)
    created_ms: int


def list_mails(connection: Connection, customer_id: int) -> Sequence[SentMail]:
    """The latest e-mails to a customer, newest first: what the demonstration's telephone shows."""
    query = select(MAIL_OUTBOX).where(MAIL_OUTBOX.c.customer_id == customer_id).order_by(MAIL_OUTBOX.c.id.desc())
    rows = connection.execute(query.limit(MOST_LISTED)).mappings()
    return [SentMail(row["address"], row["text"], row["created_ms"]) for row in rows]


def journal_securpass(
    connection: Connection, customer_id: int, now_ms: int, event: str, actor: str = "", **detail: str | int
) -> None:
    """A line about a customer's Sécur'Pass; by himself where no `actor` is named."""
    customer = name_customer(customer_id)
    append_line(connection, now_ms, actor or customer, customer, f"securpass {event}", **detail)
