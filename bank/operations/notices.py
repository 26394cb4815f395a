"""What the customer is told of what happened: a line among the notices, and a text message where that matters at once.

Every function works in the caller's transaction: what happened and what is told of it are one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, insert, select

from bank.books.customers import find_contact
from bank.books.people import ContactKind
from bank.books.schema import OPERATIONS
from bank.books.schema_notices import NOTICES
from bank.languages import FALLBACK, choose_words
from bank.operations.messages import send_text
from bank.operations.octets import read_octets
from bank.operations.words import LANGUAGES, OperationWords

MOST_LISTED: Final = 100


class NoticeEvent(Enum):
    """What happened: to an operation, to what opens the account, or to where the customer is reached."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    FRAUD = "fraud"
    CODE_REFUSED = "code-refused"
    CLOSED = "closed"
    REOPENED = "reopened"
    CARD_CLOSED = "card-closed"
    CARD_REOPENED = "card-reopened"
    PAYEE_RELEASED = "payee-released"
    NEW_TERMINAL = "new-terminal"
    TELEPHONE = "telephone"
    CONSENT = "consent"
    CONSENT_ENDED = "consent-ended"
    EXEMPTION_ENDED = "exemption-ended"
    TERMINAL_FORGOTTEN = "terminal-forgotten"
    NEW_CERTIFICATE = "new-certificate"
    KEY_ENDED = "key-ended"
    NUMBER_CLOSED = "number-closed"
    CASH_CODE = "cash-code"
    CASH_PAID = "cash-paid"
    SERVICE_ENDED = "service-ended"
    SCHEDULED = "scheduled"
    UNSCHEDULED = "unscheduled"


NOTICE_TEXTS: Final[Mapping[NoticeEvent, Callable[[OperationWords], str]]] = MappingProxyType(
    {
        NoticeEvent.REOPENED: attrgetter("reopened_text"),
        NoticeEvent.CARD_CLOSED: attrgetter("card_closed_text"),
        NoticeEvent.CARD_REOPENED: attrgetter("card_reopened_text"),
        NoticeEvent.PAYEE_RELEASED: attrgetter("payee_released_text"),
        NoticeEvent.NEW_TERMINAL: attrgetter("new_terminal_text"),
        NoticeEvent.TELEPHONE: attrgetter("telephone_text"),
        NoticeEvent.NEW_CERTIFICATE: attrgetter("new_certificate_text"),
        NoticeEvent.KEY_ENDED: attrgetter("key_ended_text"),
        NoticeEvent.NUMBER_CLOSED: attrgetter("number_closed_text"),
        NoticeEvent.CASH_CODE: attrgetter("cash_code_text"),
        NoticeEvent.CASH_PAID: attrgetter("cash_paid_text"),
        NoticeEvent.SERVICE_ENDED: attrgetter("service_ended_text"),
    }
)
"""Of each event its text message. What is told of an operation names it, and is chosen where it happens."""


@dataclass(frozen=True, slots=True)
class CustomerNotice:
    """Something that the customer was told, of an operation where there is one."""

    at_ms: int
    event: NoticeEvent
    operation_id: str | None


def note_notice(
    connection: Connection, customer_id: int, event: NoticeEvent, now_ms: int, operation_id: str | None = None
) -> None:
    """A line among the customer's notices."""
    row = {"customer_id": customer_id, "at_ms": now_ms, "event": event.value, "operation_id": operation_id}
    connection.execute(insert(NOTICES).values(row))


def tell_customer(connection: Connection, customer_id: int, event: NoticeEvent, now_ms: int, *also: str) -> None:
    """A line, and a text message to the secure telephone, where there is one, and to the numbers `also`."""
    note_notice(connection, customer_id, event, now_ms)
    text = NOTICE_TEXTS[event](choose_words(LANGUAGES, find_language(connection, customer_id)))
    secure = find_contact(connection, customer_id, ContactKind.SECURE_TELEPHONE)
    for number in dict.fromkeys((*([secure.value] if secure else ()), *also)):
        send_text(connection, customer_id, number, text, now_ms)


def list_notices(connection: Connection, customer_id: int) -> Sequence[CustomerNotice]:
    """The latest ones, newest first."""
    query = select(NOTICES).where(NOTICES.c.customer_id == customer_id).order_by(NOTICES.c.id.desc())
    rows = connection.execute(query.limit(MOST_LISTED)).mappings()
    return [CustomerNotice(row["at_ms"], NoticeEvent(row["event"]), row["operation_id"]) for row in rows]


def find_language(connection: Connection, customer_id: int) -> str:
    """The language that the customer last asked for something in; French before that."""
    own = select(OPERATIONS.c.payload).where(OPERATIONS.c.customer_id == customer_id)
    payload = connection.execute(own.order_by(OPERATIONS.c.seq.desc()).limit(1)).scalar()
    return read_octets(bytes(payload)).language if payload is not None else FALLBACK
