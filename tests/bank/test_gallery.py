"""Every card of the gallery: what it stands for, a real session, and a code that the bank takes once."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bank.books.records import Reason
from bank.books.store_sql import SqlStore
from bank.cards.gallery import GALLERY, describe_card, list_names, open_card
from bank.demo.customers import HOLDERS, furnish_books, issued_gallery
from bank.demo.database import open_in_memory
from bank.emv.issuer import check_digit
from bank.emv.terminal import CodeRequest
from bank.errors import UnknownCardError
from bank.verification import verify_code

PutIn = Callable[[Any], Any]

REFUSING = ("blocked", "declines")
GOOD = tuple(card.card_id for card in issued_gallery() if card.card_id not in REFUSING)


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with closing(open_in_memory()) as books:
        furnish_books(books)
        yield books


def test_the_first_cards_are_the_ones_the_guide_and_the_demonstration_need() -> None:
    wanted = ("bank-card", "sesame-card", "mastercard-cap", "last-try", "blocked", "no-cap", "mute")
    assert list_names()[: len(wanted)] == wanted
    assert [holder.card_id for holder in HOLDERS] == ["bank-card", "sesame-card"]
    assert all(len(holder.customer.user) == 8 for holder in HOLDERS)


@pytest.mark.parametrize("name", list_names())
def test_every_card_says_in_two_languages_what_it_stands_for(name: str) -> None:
    entry = describe_card(name)
    assert entry.name == name
    assert 0 < len(entry.describe("en")) <= 110
    assert 0 < len(entry.describe("fr")) <= 110
    assert entry.describe("en") != entry.describe("fr")
    assert entry.pin.isdecimal()


def test_no_two_descriptions_are_the_same() -> None:
    assert len({entry.describe("en") for entry in GALLERY.values()}) == len(GALLERY)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownCardError, match="sesame-card"):
        open_card("gold-card")


def test_every_number_is_one_that_no_bank_has() -> None:
    for entry in GALLERY.values():
        for application in entry.profile.applications:
            assert application.pan.startswith("9999")
            assert check_digit(application.pan[:-1]) == application.pan[-1]


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ({}, CodeRequest()),
        ({"challenge": "12345678"}, CodeRequest(challenge="12345678")),
        ({"challenge": "00000007", "amount": "125000"}, CodeRequest(account="7", amount=125000)),
    ],
    ids=["code", "challenge", "sign"],
)
def test_a_code_is_right_once(
    terminal: PutIn, store: SqlStore, name: str, typed: dict[str, str], request_: CodeRequest
) -> None:
    code = terminal(open_card(name)).code(describe_card(name).pin, **typed)
    assert verify_code(store, name, code, request_).accepted
    assert verify_code(store, name, code, request_).reason is Reason.NO_MATCH


@pytest.mark.filterwarnings("ignore:.*TripleDES")
@pytest.mark.parametrize("name", GOOD)
def test_a_code_with_transaction_data_is_right_once(terminal: PutIn, store: SqlStore, name: str) -> None:
    from pyemv.tools import encrypt_tdes_cbc  # noqa: PLC0415 - its warnings are let through in this test only

    numbers = ("1234", "3101234567")
    reader = terminal(open_card(name))
    reader.start(describe_card(name).pin)
    cid, atc, mac, iad = reader.cryptogram()
    mixed = encrypt_tdes_cbc(mac * 3, bytes(8), bytes.fromhex("1234F3101234567F8000000000000000"))[-8:]
    code = reader.digits(cid, atc, mixed, iad)
    assert verify_code(store, name, code, CodeRequest(data=numbers)).accepted
    assert not verify_code(store, name, code, CodeRequest(data=numbers)).accepted


@pytest.mark.parametrize("name", [name for name in GOOD if name != "last-code"])
def test_codes_follow_each_other_over_restarts(terminal: PutIn, store: SqlStore, tmp_path: Path, name: str) -> None:
    codes = [terminal(open_card(name, tmp_path)).code(describe_card(name).pin) for _ in range(3)]
    assert len(set(codes)) == 3
    assert [verify_code(store, name, code).accepted for code in (codes[0], codes[2], codes[1])] == [True, True, False]


@pytest.mark.parametrize("name", GOOD)
def test_a_code_made_without_the_pin_is_refused(terminal: PutIn, store: SqlStore, name: str) -> None:
    code = terminal(open_card(name)).code(None)
    assert verify_code(store, name, code).reason is Reason.NO_MATCH


def test_a_declining_card_gives_no_arqc_and_a_blocked_one_takes_no_pin(terminal: PutIn) -> None:
    declining = terminal(open_card("declines"))
    declining.start("1234")
    assert declining.cryptogram()[0] == b"\0"
    blocked = terminal(open_card("blocked"))
    blocked.start(None)
    assert blocked.verify("1234") == 0x6983


def test_lengths_of_codes(terminal: PutIn) -> None:
    assert len(terminal(open_card("bank-card")).code("1234")) == 8
    assert len(terminal(open_card("ten-digits")).code("1234")) == 10
    assert terminal(open_card("leading-zeros")).code("1234").startswith("0")


def test_cards_that_give_no_code(terminal: PutIn) -> None:
    no_cap = terminal(open_card("no-cap"))
    no_cap.power()
    assert no_cap.select() == 0x6A82
    unknown = terminal(open_card("no-bitmap"))
    unknown.start("1234")
    assert 0x9F56 not in unknown.known
    assert not unknown.belgian()
    issued = {card.card_id for card in issued_gallery()}
    assert not issued & {"no-cap", "no-bitmap", "mute", "garbage"}


def test_the_dpa_is_taken_where_two_applications_make_codes(terminal: PutIn, store: SqlStore) -> None:
    reader = terminal(open_card("two-caps"))
    code = reader.code("1234")
    assert reader.aid == "A0000000038002"
    assert verify_code(store, "two-caps", code).accepted


def test_a_name_is_found_by_its_beginning(terminal: PutIn) -> None:
    reader = terminal(open_card("partial-name"))
    reader.start("1234")
    assert reader.known[0x84].hex().upper() == "A00000000380020101"


DEFECTS = {
    "silent": lambda answer: answer == b"",
    "one-byte": lambda answer: len(answer) == 1,
    "endless": lambda answer: answer[-2] == 0x61,
    "length-loop": lambda answer: answer[-2] == 0x6C,
    "flood": lambda answer: len(answer) > 65535,
}


@pytest.mark.parametrize(("name", "shown"), DEFECTS.items(), ids=DEFECTS)
def test_defects_show_at_the_first_command(name: str, shown: Callable[[bytes], bool]) -> None:
    card = open_card(name)
    assert card.power_on()
    for _ in range(3):
        assert shown(card.transmit(bytes.fromhex("00A4040007A0000000038002")))
    card.power_off()
    assert card.transmit(b"\0\0\0\0\0") == b""


@pytest.mark.parametrize("name", ["cut-short", "lying-length", "garbage"])
def test_bent_data_objects_cannot_be_read(terminal: PutIn, name: str) -> None:
    reader = terminal(open_card(name))
    assert reader.power()
    with pytest.raises((AssertionError, IndexError)):
        reader.select()


def test_a_mute_card_stays_mute() -> None:
    card = open_card("mute")
    assert (card.power_on(), card.reset_card(), card.transmit(b"\0\xa4\4\0\0")) == (b"", b"", b"")
