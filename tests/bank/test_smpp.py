"""SMPP against an independent message centre (node-smpp): alphabets, long messages, receipts, a line that is lost."""

import argparse
import asyncio
import json
import logging
import shutil
import subprocess
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from bank.books.clock import wall_ms
from bank.books.schema_partners import SMS_DELIVERIES
from bank.books.store_sql import SqlStore
from bank.sms.ports import CarrierError, CarryAnswer, CarryOutcome, OutgoingText, TextReceipt, TextState
from bank.sms.smpp import SmppCarrier, SmppSettings
from sesame.bank.carrying import carrying_texts, read_carrier
from sesame.exits import CommandError
from tests.bank.counter import Counter, Hand
from tests.left_out import leave_out
from tests.npm_parts import install_parts

HERE = Path(__file__).parents[1] / "sms"
Said = dict[str, Any]
T = TypeVar("T")
NUMBER = "33639980042"
GSM_TEXT = "Coop@net : votre code est 1234 5678. Virement, Montant 12,30 €. Ne le donnez à personne, même à nous"
GSM_TEXT = GSM_TEXT.replace("ê", "è")
UCS2_TEXT = "Bénéficiaire : Épicerie « Ça va bien », reçu ✓ 12 €"


@dataclass
class Centre:
    """The message centre's process, by what it says and is told."""

    process: "subprocess.Popen[str]"
    port: int = 0

    def hear(self, event: str) -> Said:
        """The next thing of that kind; what comes before it is passed over."""
        assert self.process.stdout
        for line in self.process.stdout:
            said: Said = json.loads(line)
            if said["event"] == event:
                return said
        raise AssertionError("the message centre has ended")

    def order(self, **what: object) -> None:
        """What it does with the next message, or at once."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        self.hear("ordered")

    async def heard(self, event: str) -> Said:
        """Without holding up the loop."""
        return await asyncio.to_thread(self.hear, event)


@pytest.fixture
def centre(running: Centre) -> Centre:
    """With nothing left of the test before."""
    running.order(begin=True)
    return running


@pytest.fixture(scope="module")
def running() -> Iterator[Centre]:
    if shutil.which("node") is None:
        leave_out("node is not installed (Debian: nodejs, which npm brings): no message centre")
    modules = install_parts(HERE, "smpp").parent
    process = subprocess.Popen(
        ["node", HERE / "centre.js"],
        env={"NODE_PATH": str(modules), "PATH": "/usr/bin:/bin:/usr/local/bin"},
        executable=shutil.which("node"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = Centre(process)
    found.port = found.hear("listening")["port"]
    yield found
    process.communicate()


class Line:
    """The bank's carrier on its line to the centre, with what its receipts said."""

    def __init__(self, centre: Centre, answer_s: float = 20, password: str = "secret") -> None:
        self.receipts: asyncio.Queue[TextReceipt] = asyncio.Queue()
        settings = SmppSettings("127.0.0.1", centre.port, "coopnet", password, answer_s=answer_s, retry_ms=1)
        self.carrier = SmppCarrier(settings)

    async def carry(self, text: str, number: int = 1) -> CarryAnswer:
        return await self.carrier.carry_text(OutgoingText(number, NUMBER, text))


def run(course: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(course, 60))


@pytest.mark.parametrize(
    ("text", "coding", "payload"),
    [
        (GSM_TEXT, 0, False),
        (UCS2_TEXT, 8, False),
        ("€" * 80, 0, False),
        (GSM_TEXT * 4, 0, True),
        (UCS2_TEXT * 8, 8, True),
    ],
    ids=["GSM 03.38 with €", "UCS-2", "two octets each", "long", "long in UCS-2"],
)
def test_a_french_text_arrives_as_it_was_written_and_its_receipt_comes_back(
    centre: Centre, text: str, coding: int, payload: bool
) -> None:
    async def course() -> None:
        line = Line(centre)
        async with line.carrier.connected(line.receipts.put_nowait):
            answer = await line.carry(text)
            said = await centre.heard("submit")
            assert answer == CarryAnswer(CarryOutcome.TAKEN, said["id"])
            assert (said["text"], said["coding"], said["payload"]) == (text, coding, payload)
            assert (said["to"], said["ton"], said["from"], said["sender_ton"]) == (NUMBER, 1, "COOPNET", 5)
            assert said["receipt"] == 1
            assert await line.receipts.get() == TextReceipt(said["id"], TextState.DELIVERED)

    run(course())


@pytest.mark.parametrize("stat", ["UNDELIV", "EXPIRED", "REJECTD", "DELETED"])
def test_a_telephone_that_is_not_reached_is_told(centre: Centre, stat: str) -> None:
    async def course() -> None:
        line = Line(centre)
        centre.order(stat=stat)
        async with line.carrier.connected(line.receipts.put_nowait):
            answer = await line.carry("x")
            assert await line.receipts.get() == TextReceipt(answer.message_id, TextState.UNDELIVERABLE)

    run(course())


def test_a_receipt_that_is_not_final_or_not_whole_says_nothing(centre: Centre) -> None:
    async def course() -> None:
        line = Line(centre)
        centre.order(stat="ENROUTE")
        async with line.carrier.connected(line.receipts.put_nowait):
            await line.carry("first")
            second = await line.carry("second", 2)
            assert (await line.receipts.get()).message_id == second.message_id

    run(course())


@pytest.mark.parametrize(
    ("status", "outcome"), [(0x58, CarryOutcome.LATER), (0x14, CarryOutcome.LATER), (0x0B, CarryOutcome.REFUSED)]
)
def test_a_centre_that_is_busy_is_asked_again_and_one_that_refuses_is_not(
    centre: Centre, status: int, outcome: CarryOutcome
) -> None:
    """ESME_RTHROTTLED, ESME_RMSGQFUL; ESME_RINVDSTADR."""

    async def course() -> None:
        line = Line(centre)
        centre.order(status=status)
        async with line.carrier.connected(line.receipts.put_nowait):
            assert await line.carry("x") == CarryAnswer(outcome)

    run(course())


def test_a_line_that_is_lost_is_taken_up_again_and_nothing_is_sent_twice_by_itself(centre: Centre) -> None:
    async def course() -> None:
        line = Line(centre, answer_s=1.5)
        centre.order(hang_up=True)
        async with line.carrier.connected(line.receipts.put_nowait):
            assert await line.carry("lost") == CarryAnswer(CarryOutcome.LATER)
            assert (await line.carry("again", 2)).outcome is CarryOutcome.TAKEN
            heard = [(await centre.heard("submit"))["text"] for _ in range(2)]
            assert heard == ["lost", "again"]

    run(course())


def test_a_pdu_of_two_gigabytes_ends_the_line_and_is_not_waited_for(centre: Centre) -> None:
    async def course() -> None:
        line = Line(centre)
        centre.order(huge=True)
        async with line.carrier.connected(line.receipts.put_nowait):
            await centre.heard("bind")
            assert (await line.carry("x")).outcome is CarryOutcome.TAKEN
            await centre.heard("bind")
            assert (await line.carry("y", 2)).outcome is CarryOutcome.TAKEN

    run(course())


def test_a_wrong_password_and_a_silent_centre_mean_later_and_no_log_has_a_text(
    centre: Centre, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async def course() -> None:
        stranger = Line(centre, answer_s=0.3, password="wrong")
        async with stranger.carrier.connected(stranger.receipts.put_nowait):
            assert await stranger.carry("Votre code est 1234 5678") == CarryAnswer(CarryOutcome.LATER)
            assert not (await centre.heard("bind"))["known"]
        silent = Line(centre, answer_s=0.3)
        centre.order(silent=True)
        async with silent.carrier.connected(silent.receipts.put_nowait):
            assert await silent.carry("Votre code est 1234 5678") == CarryAnswer(CarryOutcome.LATER)

    with caplog.at_level(logging.DEBUG):
        run(course())
    written = capfd.readouterr()
    assert "1234" not in caplog.text + written.out + written.err


def test_nobody_connected_means_later() -> None:
    carrier = SmppCarrier(SmppSettings("127.0.0.1", 1, "coopnet", "secret"))
    assert run(carrier.carry_text(OutgoingText(1, NUMBER, "x"))) == CarryAnswer(CarryOutcome.LATER)


@pytest.mark.parametrize(
    "wrong",
    [
        {"system_id": ""},
        {"system_id": "x" * 16},
        {"password": "ninesigns"},
        {"sender": "x" * 12},
        {"sender": "Coop@net"},
    ],
)
def test_what_smpp_has_no_room_for_is_said_and_no_password_is(wrong: dict[str, str]) -> None:
    with pytest.raises(CarrierError, match=r"^SMPP: ") as caught:
        replace(SmppSettings("127.0.0.1", 1, "coopnet", "secret"), **wrong)  # type: ignore[arg-type]
    assert "ninesigns" not in str(caught.value)
    assert "secret" not in repr(SmppSettings("127.0.0.1", 1, "coopnet", "secret"))


# With the books


def test_a_code_that_a_customer_asks_for_reaches_the_centre_and_its_receipt_the_books(
    centre: Centre, memory: SqlStore
) -> None:
    bank = Counter(memory, Hand(wall_ms()))
    operation = bank.ask()
    settings = SmppSettings("127.0.0.1", centre.port, "coopnet", "secret")
    with carrying_texts(memory, settings):
        bank.service.send_sms_code(bank.durand, operation.operation_id)
        said = centre.hear("submit")
        centre.hear("receipt taken")  # which is acknowledged before it is written down
        wait_until(lambda: ("delivered", said["id"]) in list_deliveries(memory))
    assert bank.service.list_messages(bank.durand)[0].text == said["text"]
    assert said["to"] == NUMBER
    assert list_deliveries(memory) == [("delivered", said["id"])]


def list_deliveries(store: SqlStore) -> list[tuple[str, str]]:
    with store.reading() as connection:
        rows = connection.execute(select(SMS_DELIVERIES.c.state, SMS_DELIVERIES.c.message_id)).all()
    return [(row[0], row[1]) for row in rows]


def wait_until(reached: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(400):
        if reached():
            return
        pause.wait(0.05)


def test_without_a_message_centre_texts_stay_in_the_outbox(memory: SqlStore) -> None:
    bank = Counter(memory)
    with carrying_texts(memory, None):
        assert bank.sms_code(bank.ask())


def test_the_command_reads_where_the_centre_is_and_the_password_where_nobody_sees_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read(text: str) -> SmppSettings | None:
        return read_carrier(argparse.Namespace(smpp=text, smpp_user="coopnet"))

    assert read("") is None
    with pytest.raises(CommandError, match="SESAME_SMPP_PASSWORD"):
        read("127.0.0.1:2775")
    monkeypatch.setenv("SESAME_SMPP_PASSWORD", "secret")
    assert read("sms.example:2775") == SmppSettings("sms.example", 2775, "coopnet", "secret")
    for wrong in ("sms.example", ":2775", "sms.example:0", "sms.example:65536", "sms.example:x"):
        with pytest.raises(CommandError, match="HOST:PORT"):
            read(wrong)
