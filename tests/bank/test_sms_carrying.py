"""Text messages on their way out of the books: taken on once, tried again, told apart by their receipts."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from bank.books.schema_partners import SMS_DELIVERIES
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.operations.messages import send_text
from bank.sms.book import CarryPolicy, note_receipt, put_off, take_on
from bank.sms.dispatching import TextDispatcher
from bank.sms.ports import (
    CarryAnswer,
    CarryOutcome,
    NumberError,
    OutgoingText,
    ReceiptTaker,
    TextReceipt,
    TextState,
    parse_number,
)
from tests.bank.counter import NOON, PHONE, Counter, Hand

POLICY = CarryPolicy()
TAKEN = CarryAnswer(CarryOutcome.TAKEN, "m1")
LATER = CarryAnswer(CarryOutcome.LATER)


@dataclass
class ScriptedCarrier:
    """A carrier that answers what it is told to, the last answer for ever."""

    answers: list[CarryAnswer]
    carried: list[OutgoingText] = field(default_factory=list)

    @asynccontextmanager
    async def connected(self, take_receipt: ReceiptTaker) -> AsyncIterator[None]:
        yield

    async def carry_text(self, text: OutgoingText) -> CarryAnswer:
        self.carried.append(text)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class HastyCentre(ScriptedCarrier):
    """One whose receipt comes before the answer that names the message."""

    @asynccontextmanager
    async def connected(self, take_receipt: ReceiptTaker) -> AsyncIterator[None]:
        self.take_receipt = take_receipt
        yield

    async def carry_text(self, text: OutgoingText) -> CarryAnswer:
        self.take_receipt(TextReceipt("m1", TextState.DELIVERED))
        await asyncio.sleep(0.05)
        return await super().carry_text(text)


@dataclass
class Outbox:
    """The books with a customer, the clock in the test's hand."""

    store: SqlStore

    def __post_init__(self) -> None:
        self.hand: Hand = (bank := Counter(self.store)).hand
        self.customer = bank.durand

    def write(self, text: str = "Votre code est 1234 5678", telephone: str = PHONE) -> None:
        with self.store.writing() as connection:
            send_text(connection, self.customer, telephone, text, self.hand.ms)

    def carry(self, carrier: ScriptedCarrier) -> int:
        return asyncio.run(TextDispatcher(self.store, carrier, POLICY, self.hand).carry_due())

    def states(self) -> list[str]:
        with self.store.reading() as connection:
            query = select(SMS_DELIVERIES.c.state).order_by(SMS_DELIVERIES.c.outbox_id)
            return list(connection.execute(query).scalars())


@pytest.fixture
def outbox(books: SqlStore) -> Outbox:
    return Outbox(books)


def test_a_message_is_carried_once_in_order_and_its_receipt_is_kept(outbox: Outbox) -> None:
    outbox.write("first")
    outbox.write("second")
    carrier = ScriptedCarrier([TAKEN, CarryAnswer(CarryOutcome.TAKEN, "m2")])
    assert outbox.carry(carrier) == 2
    assert outbox.carry(carrier) == 0
    assert [(text.telephone, text.text) for text in carrier.carried] == [
        ("33639980042", "first"),
        ("33639980042", "second"),
    ]
    with outbox.store.writing() as connection:
        assert note_receipt(connection, TextReceipt("m2", TextState.DELIVERED), NOON)
        assert not note_receipt(connection, TextReceipt("m2", TextState.UNDELIVERABLE), NOON), "it is final"
        assert not note_receipt(connection, TextReceipt("strange", TextState.DELIVERED), NOON)
    assert outbox.states() == ["sent", "delivered"]


def test_a_receipt_that_overtakes_the_answer_is_kept(outbox: Outbox) -> None:
    outbox.write()
    pause = threading.Event()
    with TextDispatcher(outbox.store, HastyCentre([TAKEN]), POLICY, outbox.hand, look_s=0.01).running():
        for _ in range(400):
            if outbox.states() == ["delivered"]:
                break
            pause.wait(0.05)
    assert outbox.states() == ["delivered"]


def test_two_processes_never_take_the_same_message_on(outbox: Outbox) -> None:
    for _ in range(3):
        outbox.write()
    with outbox.store.writing() as connection:
        assert len(take_on(connection, POLICY, NOON)) == 3
    with outbox.store.writing() as connection:
        assert take_on(connection, POLICY, NOON) == []
    with outbox.store.writing() as connection:
        again = take_on(connection, POLICY, NOON + POLICY.lease_ms)
    assert [text.tries for text in again] == [2, 2, 2], "whoever had them is dead: another one gets them"


def test_a_busy_carrier_is_asked_again_later_each_time(outbox: Outbox) -> None:
    outbox.write()
    carrier = ScriptedCarrier([LATER, LATER, TAKEN])
    assert [outbox.carry(carrier), outbox.carry(carrier)] == [1, 0]
    outbox.hand.ms += 1_999
    assert outbox.carry(carrier) == 0
    outbox.hand.ms += 1
    assert [outbox.carry(carrier), outbox.carry(carrier)] == [1, 0]
    outbox.hand.ms += 4_000
    assert outbox.carry(carrier) == 1
    assert outbox.states() == ["sent"]
    assert [POLICY.find_wait(tries) for tries in (1, 2, 6, 1000)] == [2_000, 4_000, 60_000, 60_000]


def test_a_code_that_would_come_too_late_is_not_sent(outbox: Outbox) -> None:
    outbox.write()
    carrier = ScriptedCarrier([LATER])
    assert outbox.carry(carrier) == 1
    outbox.hand.ms += POLICY.fresh_ms
    assert outbox.carry(carrier) == 0
    assert outbox.states() == ["failed"]


def test_what_was_written_before_there_was_a_carrier_stays_in_the_outbox(outbox: Outbox) -> None:
    outbox.write()
    outbox.hand.ms += POLICY.fresh_ms
    assert outbox.carry(ScriptedCarrier([TAKEN])) == 0
    assert outbox.states() == []


@pytest.mark.parametrize("answer", [CarryAnswer(CarryOutcome.REFUSED), TAKEN])
def test_what_no_carrier_can_take_has_failed_and_is_not_tried_again(outbox: Outbox, answer: CarryAnswer) -> None:
    outbox.write(telephone=PHONE if answer is not TAKEN else "the red one")
    carrier = ScriptedCarrier([answer])
    assert [outbox.carry(carrier), outbox.carry(carrier)] == [1, 0]
    assert outbox.states() == ["failed"]
    assert len(carrier.carried) == (answer is not TAKEN)


def test_an_answer_that_comes_after_another_process_has_sent_it_changes_nothing(outbox: Outbox) -> None:
    outbox.write()
    assert outbox.carry(ScriptedCarrier([TAKEN])) == 1
    with outbox.store.writing() as connection:
        put_off(connection, 1, NOON, NOON)
        assert take_on(connection, POLICY, NOON + POLICY.lease_ms) == []


def test_a_flood_goes_out_in_portions(outbox: Outbox) -> None:
    for number in range(40):
        outbox.write(str(number))
    carrier = ScriptedCarrier([TAKEN])
    assert [outbox.carry(carrier) for _ in range(4)] == [16, 16, 8, 0]
    assert [text.text for text in carrier.carried] == [str(number) for number in range(40)]


def test_books_that_are_away_are_looked_into_again_and_the_thread_ends(caplog: pytest.LogCaptureFixture) -> None:
    store = open_in_memory()
    dispatcher = TextDispatcher(store, ScriptedCarrier([TAKEN]), look_s=0.01)
    with dispatcher.running():
        pass
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(SMS_DELIVERIES)).scalar() == 0
    with store.writing() as connection:
        connection.exec_driver_sql("DROP TABLE sms_deliveries")
    assert asyncio.run(dispatcher.carry_due()) == 0
    assert "books" in caplog.text
    store.close()


@pytest.mark.parametrize("number", ["+33 6 39 98 00 42", "+33-(6).39.98/00 42", "+33\u202f6\u00a039 980042"])
def test_a_number_is_read_however_people_space_it(number: str) -> None:
    assert parse_number(number) == "33639980042"


@pytest.mark.parametrize(
    "number", ["", "06 39 98 00 42", "+0639980042", "+3363", "+33639980042123456", "+33x6", "+٣٣٦٣٩٩٨"]
)
def test_what_is_no_international_number_is_refused_and_not_repeated(number: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse_number(number)
    assert not number or number not in str(caught.value)


def test_no_value_shows_a_telephone_or_a_text() -> None:
    assert repr(OutgoingText(1, "33639980042", "Votre code est 1234")) == "OutgoingText(number=1)"
