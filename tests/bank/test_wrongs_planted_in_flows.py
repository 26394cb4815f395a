"""Wrongs that were planted where the bank speaks with telephones, cards, helpdesk and centre: each has a test here."""

import hmac
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from types import SimpleNamespace

import pytest
from aiosmpplib import DeliverSm, SmppCommandStatus, SubmitSmResp  # type: ignore[import-untyped]
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bank.books.database import BUSY, CLOSED, DAMAGED, FAILING, FULL, explain_trouble
from bank.books.records import CustomerKind
from bank.cards.channel import Apdu, Reply, T0Channel
from bank.demo.database import open_in_memory
from bank.demo.month import SHOPS, SUPPLIERS, make_accounts
from bank.esecure.helpdesk import HeldKey, Helpdesk, HelpdeskError
from bank.ledger.entries import AccountKind
from bank.ledger.keeping import open_account
from bank.operations.catalogue import PAYER_ACCOUNT
from bank.securpass.phone import logging_on
from bank.securpass.phone.logging_on import finish_log_on
from bank.securpass.phone.stepping import LOG_ON, SMS, AppStep, minutes_of, write_step
from bank.securpass.ports import ProofRefusedError
from bank.sms.ports import CarryAnswer, CarryOutcome, TextReceipt, TextState
from bank.sms.smpp import read_answer, read_receipt
from bank.web.coopanet.cash.pages import _card_of
from bank.web.coopanet.space.reading import CustomerFile
from bank.web.coopanet.terminals import TerminalMarks
from simulator.phone.bank_side import BankSide, BankSideError
from tests.bank.app_counter import AppCounter
from tests.bank.counter import NOON
from tests.bank.keyed import Device, EsecureBank

MINUTE_MS = 60_000


@pytest.fixture
def bank() -> Iterator[AppCounter]:
    with closing(open_in_memory()) as store:
        yield AppCounter(store)


# Telephones


def step_of(customer_id: int | None, created_ms: int, lasts_ms: int, seal: str = "") -> AppStep:
    return AppStep("a" * 32, customer_id, LOG_ON, b"", "", seal, "", 0, created_ms, created_ms + lasts_ms)


@pytest.mark.parametrize(("lasts_ms", "said"), [(5 * MINUTE_MS, "5"), (10 * MINUTE_MS - 1, "9"), (30_000, "1")])
def test_a_message_says_for_how_many_minutes_its_code_is_good(lasts_ms: int, said: str) -> None:
    assert minutes_of(step_of(1, 1_767_225_600_000, lasts_ms)) == said


def test_of_two_who_finish_one_log_on_at_once_one_is_signed_in(
    bank: AppCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process is in when the first one has compared the code, and not yet ended the step."""
    frame, code = bank.app.frame, "12345678"
    signed_in: list[int] = []
    with frame.operations.writing() as (connection, now_ms):
        write_step(connection, step_of(bank.durand, now_ms, MINUTE_MS, frame.seal_code("a" * 32, SMS, code)))

    def compare_late(one: str, other: str) -> bool:
        monkeypatch.setattr(logging_on, "hmac", hmac)
        signed_in.append(finish_log_on(frame, "a" * 32, code).customer_id)
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(logging_on, "hmac", SimpleNamespace(compare_digest=compare_late))
    with pytest.raises(ProofRefusedError):
        finish_log_on(frame, "a" * 32, code)
    assert signed_in == [bank.durand]
    assert bank.events().count("securpass log-on by password") == 1


def test_a_script_pays_from_the_customers_first_account(bank: AppCounter) -> None:
    side = BankSide(bank.store, bank.hand)
    with bank.store.writing() as connection:
        open_account(connection, bank.durand, "DURAND01", AccountKind.SAVINGS, NOON)
    accounts = CustomerFile(bank.store, bank.durand).list_accounts()
    assert len({each.iban for each in accounts}) > 1
    with pytest.raises(BankSideError, match="the telephone is not asked"):
        side.ask_transfer(bank.durand, 100, "Lou", "fr")
    (asked,) = bank.service.list_operations(bank.durand)
    assert dict(asked.content.fields)[PAYER_ACCOUNT] == accounts[0].iban


# Cards


def test_a_command_with_data_ends_what_was_asked_with_a_wrong_length() -> None:
    """After 6Cxx the same header brings the same answer, unless another command came in between: case 3 as well."""
    done: list[bytes] = []

    def answer(apdu: Apdu) -> Reply:
        done.append(apdu.data)
        return Reply(0x9000, b"" if apdu.data else bytes((len(done),) * 4))

    channel, ask = T0Channel(), bytes.fromhex("80CA9F17")
    assert channel.exchange(ask + b"\x08", answer).sw == 0x6C04
    assert channel.exchange(ask + b"\x04", answer) == Reply(0x9000, b"\1\1\1\1")
    assert channel.exchange(ask + b"\x08", answer).sw == 0x6C04
    assert channel.exchange(bytes.fromhex("8020008001") + b"1", answer).sw == 0x9000
    assert channel.exchange(ask + b"\x04", answer) == Reply(0x9000, bytes((len(done),) * 4))
    assert done == [b"", b"", b"1", b""]


# The helpdesk


class BlindHelpdesk(Helpdesk):
    """It looks for the key in the moment before another process takes it in."""

    def find_held(self, serial: int) -> HeldKey | None:
        return None


def test_a_key_that_another_process_takes_in_is_taken_in_once() -> None:
    device = Device()
    with closing(open_in_memory()) as store:
        bank = EsecureBank(store)
        bank.helpdesk.make_key(device.own_certificate())
        with pytest.raises(HelpdeskError, match="another process has just taken it in"):
            BlindHelpdesk(bank.frame).make_key(device.own_certificate())
        assert [held.key.serial for held in bank.helpdesk.list_held()] == [device.serial]
        assert bank.events().count("key taken in") == 1


# The books


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (sqlite3.SQLITE_READONLY_DBMOVED, CLOSED),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, CLOSED),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, BUSY),
        (sqlite3.SQLITE_LOCKED_SHAREDCACHE, BUSY),
        (sqlite3.SQLITE_IOERR_WRITE, FAILING),
        (sqlite3.SQLITE_IOERR_SHMSIZE, FULL),
        (sqlite3.SQLITE_CORRUPT_VTAB, DAMAGED),
        (0x7F7F, DAMAGED),
    ],
)
def test_an_extended_code_of_sqlite_is_read_by_its_lowest_octet(code: int, said: str) -> None:
    """sqlite.org/rescode.html; one that stands in the table by itself comes first."""
    origin = sqlite3.OperationalError("not shown")
    origin.sqlite_errorcode = code
    assert explain_trouble(OperationalError("", {}, origin)) == said


# The message centre


def answer_of(status: SmppCommandStatus, message_id: str = "") -> CarryAnswer:
    return read_answer(SubmitSmResp(command_status=status, message_id=message_id, sequence_num=1))


def test_what_the_centre_says_to_a_message() -> None:
    """SMPP 3.4, 5.1.3: only what passes by itself is tried again."""
    assert answer_of(SmppCommandStatus.ESME_ROK, "id-7") == CarryAnswer(CarryOutcome.TAKEN, "id-7")
    for name in ("ESME_RTHROTTLED", "ESME_RMSGQFUL", "ESME_RSYSERR", "ESME_RX_T_APPN"):
        assert answer_of(SmppCommandStatus[name]) == CarryAnswer(CarryOutcome.LATER)
    for name in ("ESME_RINVDSTADR", "ESME_RX_P_APPN", "ESME_RSUBMITFAIL"):
        assert answer_of(SmppCommandStatus[name]) == CarryAnswer(CarryOutcome.REFUSED)


class PlayedReceipt:
    """A message whose receipt is laid ready: a dictionary, or none that can be read."""

    def __init__(self, said: dict[str, object] | None) -> None:
        self._said = said

    def parse_receipt(self) -> dict[str, object]:
        if self._said is None:
            raise ValueError
        return self._said


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"id": "7", "stat": "DELIVRD"}, TextReceipt("7", TextState.DELIVERED)),
        ({"id": "7", "stat": "undeliv"}, TextReceipt("7", TextState.UNDELIVERABLE)),
        ({"id": "7", "stat": "ENROUTE"}, None),
        ({"id": "", "stat": "DELIVRD"}, None),
        ({"stat": "DELIVRD"}, None),
        ({"id": "7", "stat": None}, None),
        ({"id": "7"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_receipt_is_of_a_message_and_final_or_none(said: dict[str, object] | None, read: TextReceipt | None) -> None:
    played: DeliverSm = PlayedReceipt(said)
    assert read_receipt(played) == read


# The branch's site


@pytest.mark.parametrize("given", ["", "12a", "-1", "²", "1" * 19])
def test_what_is_no_number_of_a_card_is_no_page(given: str) -> None:
    with pytest.raises(HTTPException) as refused:
        _card_of(Request({"type": "http", "path_params": {"card": given}}))
    assert refused.value.status_code == 404
    assert _card_of(Request({"type": "http", "path_params": {"card": "1" * 18}})) == int("1" * 18)


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
def test_a_browser_keeps_its_mark_for_tls_alone_where_there_is_tls(scheme: str, secure: bool, bank: AppCounter) -> None:
    scope = {"type": "http", "scheme": scheme, "path": "/fr/", "headers": [], "server": ("bank.example", 443)}
    answer = Response()
    TerminalMarks(bank.store).keep_mark(Request(scope), answer, "DURAND42", "m" * 43)
    (cookie,) = answer.headers.getlist("set-cookie")
    assert [part.strip() for part in cookie.split(";")[1:] if part.strip() == "Secure"] == ["Secure"] * secure
    assert {"HttpOnly", "SameSite=strict", "Max-Age=15552000"} <= {part.strip() for part in cookie.split(";")}


# The customers' month

MONTHS = {
    (CustomerKind.PROFESSIONAL, "MOREAU17"): {
        "Cotisations des adhérents": 4,
        "Loyer de la salle": 1,
        "Subvention de la commune": 1,
        "Assurance de l'association": 1,
        SUPPLIERS: 7,
    },
    (CustomerKind.INDIVIDUAL, "DURAND42"): {
        "Salaire": 1,
        "Loyer": 1,
        "Électricité renouvelable": 1,
        "Téléphone et internet": 1,
        "Épargne du mois": 1,
        "Retrait au distributeur": 1,
        "Mutuelle": 1,
        SHOPS: 12,
    },
}
"""Lines of the month by their labels."""


@pytest.mark.parametrize(("kind", "user"), MONTHS)
def test_a_month_has_every_line_and_its_account_is_never_below_zero(kind: CustomerKind, user: str) -> None:
    main, _ = make_accounts(user, kind)
    wanted = dict(MONTHS[kind, user])
    shops = next(label for label in wanted if isinstance(label, tuple))
    found = Counter(shops if line.label in shops else line.label for line in main.movements)
    assert found == wanted
    assert [line.days_ago for line in main.movements] == sorted(
        (line.days_ago for line in main.movements), reverse=True
    )
    held = [main.opening_cents]
    for line in main.movements:
        held.append(held[-1] + line.cents)
    assert min(held) >= 0
