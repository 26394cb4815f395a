"""What the bank accepts, what it refuses, and what it does not compute."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bank.books import records
from bank.books.records import IssuedCard, Reason
from bank.books.store_sql import SqlStore
from bank.cards.card import VirtualCard
from bank.cards.gallery import describe_card
from bank.cards.memory import Counters, VolatileMemory
from bank.demo.customers import furnish_books
from bank.demo.database import open_in_memory
from bank.emv.keys import card_key
from bank.emv.terminal import PLAIN, CodeRequest, CodeRequestError
from bank.errors import IssuingError
from bank.issuing import issue_card
from bank.verification import Policy, Search, Verifier, find_card, verify_code

PutIn = Callable[[Any], Any]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with closing(open_in_memory()) as books:
        furnish_books(books)
        yield books


def search(store: SqlStore, name: str, request: CodeRequest = PLAIN) -> Search:
    card = store.find_card(name)
    assert card is not None
    return Search(card, card_key(store.issuer_key(card.key_name), card.pan, card.psn), request)


def wrong(code: str) -> str:
    """The same counter, another cryptogram: the lowest bits of the French bitmap are the cryptogram's."""
    return str(int(code) ^ 1)


def test_right_once_in_both_ways_of_writing(store: SqlStore) -> None:
    first, second = search(store, "bank-card").code(1), search(store, "bank-card").code(2)
    assert verify_code(store, "DURAND42", f"{first[:4]} {first[4:]}").accepted
    assert verify_code(store, "durand42", second).accepted
    assert not verify_code(store, "DURAND42", first).accepted
    assert not verify_code(store, "DURAND42", second).accepted


def test_who_can_be_a_user_code_a_card_or_a_number(store: SqlStore) -> None:
    pan = describe_card("sesame-card").profile.applications[0].pan
    cards = [
        find_card(store, who) for who in ("MOREAU17", "moreau17", "sesame-card", pan, " ".join((pan[:4], pan[4:])))
    ]
    assert {card.card_id if card else None for card in cards} == {"sesame-card"}
    assert find_card(store, "NOBODY00") is None


def test_an_older_code_is_refused_once_a_newer_one_was_accepted(store: SqlStore) -> None:
    codes = search(store, "sesame-card")
    assert verify_code(store, "sesame-card", codes.code(7)).accepted
    assert [verify_code(store, "sesame-card", codes.code(atc)).accepted for atc in (1, 6, 7, 8)] == [
        False,
        False,
        False,
        True,
    ]


def test_the_window_has_two_ends(store: SqlStore) -> None:
    codes = search(store, "sesame-card")
    policy = Policy(window=100)
    assert not verify_code(store, "sesame-card", codes.code(101), policy=policy).accepted
    assert verify_code(store, "sesame-card", codes.code(100), policy=policy).accepted
    assert not verify_code(store, "sesame-card", codes.code(201), policy=policy).accepted
    assert verify_code(store, "sesame-card", codes.code(200), policy=policy).accepted


def test_a_wrong_foreign_or_malformed_code_and_an_unknown_customer_get_the_same_no(store: SqlStore) -> None:
    code = search(store, "bank-card").code(1)
    foreign = search(store, "sesame-card").code(1)
    answers = [
        verify_code(store, "DURAND42", wrong(code)),
        verify_code(store, "DURAND42", foreign),
        verify_code(store, "DURAND42", "12"),
        verify_code(store, "NOBODY00", code),
        verify_code(store, "DURAND42", "00000000"),
    ]
    assert [answer.accepted for answer in answers] == [False] * 5
    assert [answer.reason for answer in answers] == [
        Reason.NO_MATCH,
        Reason.NO_MATCH,
        Reason.MALFORMED,
        Reason.UNKNOWN,
        Reason.NO_MATCH,
    ]


def test_a_code_for_one_request_is_none_for_another(store: SqlStore) -> None:
    requests = [
        CodeRequest(),
        CodeRequest(challenge="1"),
        CodeRequest(challenge="2"),
        CodeRequest(account="2", amount=100),
        CodeRequest(amount=101),
        CodeRequest(data=("1",)),
        CodeRequest(data=("1", "2")),
    ]
    for index, made_for in enumerate(requests):
        code = search(store, "bank-card", made_for).code(1)
        for other in requests[:index] + requests[index + 1 :]:
            assert verify_code(store, "bank-card", code, other, Policy(attempts=1000)).reason is Reason.NO_MATCH


def test_attempts_run_out_and_an_acceptance_gives_them_back(store: SqlStore) -> None:
    codes, policy = search(store, "bank-card"), Policy(attempts=3)
    for atc in (1, 2):
        assert not verify_code(store, "bank-card", wrong(codes.code(atc)), policy=policy).accepted
    assert verify_code(store, "bank-card", codes.code(1), policy=policy).accepted
    for _ in range(3):
        assert verify_code(store, "bank-card", wrong(codes.code(2)), policy=policy).reason is Reason.NO_MATCH
    assert verify_code(store, "bank-card", codes.code(2), policy=policy).reason is Reason.LIMITED
    store.block_card("bank-card", False)
    assert verify_code(store, "bank-card", codes.code(2), policy=policy).accepted


def test_a_blocked_card_is_refused_until_it_is_unblocked(store: SqlStore) -> None:
    code = search(store, "bank-card").code(1)
    store.block_card("bank-card", True)
    assert verify_code(store, "bank-card", code).reason is Reason.LIMITED
    store.block_card("bank-card", False)
    assert verify_code(store, "bank-card", code).accepted


def test_what_is_no_code_costs_no_attempt_and_is_not_in_the_books(store: SqlStore) -> None:
    code = search(store, "bank-card").code(1)
    for who in ("bank-card", "NOBODY00"):
        for _ in range(50):
            assert verify_code(store, who, "1234567").reason is Reason.MALFORMED
            assert Verifier(store).resynchronise_counter(who, (code, "1234567")).reason is Reason.MALFORMED
    assert store.card_status("bank-card").failures == 0
    assert not [*store.list_attempts("bank-card"), *store.list_attempts("")]


@pytest.mark.parametrize("name", ["ten-digits", "visa-default"])
def test_longer_codes_are_codes_like_any_other(store: SqlStore, name: str) -> None:
    codes = search(store, name)
    longer = next(atc for atc in range(1, 200) if len(codes.code(atc)) > 8)
    assert verify_code(store, name, codes.code(longer)).accepted


def test_only_agreeing_counters_are_computed(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine counter bits and a window of 256: one cryptogram at most, none where the counter is out of the window."""
    code, far = search(store, "bank-card").code(200), search(store, "bank-card").code(300)
    computed: list[int] = []
    original = IssuedCard.cryptogram

    def counting(card: IssuedCard, key: bytes, atc: int, request: CodeRequest) -> bytes:
        computed.append(atc)
        return original(card, key, atc, request)

    monkeypatch.setattr(records.IssuedCard, "cryptogram", counting)
    assert not verify_code(store, "bank-card", far).accepted
    assert computed == []
    assert verify_code(store, "bank-card", code).accepted
    assert computed == [200]


def test_without_counter_bits_the_search_is_as_wide_as_guessing_allows(store: SqlStore) -> None:
    """26 bits of the cryptogram and the policy's 14 leave room for 4096 candidates, 24 of them for four."""
    codes = search(store, "no-counter-bits")
    assert verify_code(store, "no-counter-bits", codes.code(250)).accepted
    assert not verify_code(store, "no-counter-bits", codes.code(255), policy=Policy(guess_bits=24)).accepted
    assert verify_code(store, "no-counter-bits", codes.code(254), policy=Policy(guess_bits=24)).accepted


def test_the_counter_does_not_go_beyond_its_end(store: SqlStore) -> None:
    codes = search(store, "last-code")
    assert verify_code(store, "last-code", codes.code(0xFFFF)).accepted
    assert not verify_code(store, "last-code", codes.code(0xFFFF)).accepted
    assert not store.accept_code("last-code", 0x10000)


def test_a_counter_that_ran_away_is_found_by_two_codes_in_a_row(store: SqlStore) -> None:
    codes, desk = search(store, "bank-card"), Verifier(store)
    assert not verify_code(store, "bank-card", codes.code(3000)).accepted
    assert desk.resynchronise_counter("bank-card", (codes.code(3000), codes.code(3001))).accepted
    assert store.card_status("bank-card").last_atc == 3001
    assert verify_code(store, "bank-card", codes.code(3002)).accepted


def test_resynchronisation_refuses_what_is_not_two_fresh_codes_in_a_row(store: SqlStore) -> None:
    codes, desk = search(store, "bank-card"), Verifier(store, Policy(attempts=100))
    for pair in (
        (codes.code(3001), codes.code(3000)),
        (codes.code(3000), codes.code(3000)),
        (codes.code(3000), codes.code(3100)),
        (codes.code(3000), wrong(codes.code(3001))),
        (codes.code(3000), "12"),
    ):
        assert not desk.resynchronise_counter("bank-card", pair).accepted
    assert not desk.resynchronise_counter("NOBODY00", (codes.code(3000), codes.code(3001))).accepted
    assert desk.resynchronise_counter("bank-card", (codes.code(3000), codes.code(3001))).accepted
    assert not desk.resynchronise_counter("bank-card", (codes.code(3000), codes.code(3001))).accepted


def test_the_log_tells_the_bank_what_the_customer_is_not_told(store: SqlStore) -> None:
    desk = Verifier(store, now=lambda: NOON)
    code = search(store, "bank-card").code(1)
    desk.verify("DURAND42", wrong(code), source="192.0.2.1")
    desk.verify("DURAND42", code, source="192.0.2.2")
    log = store.list_attempts("bank-card")
    assert [(entry.at, entry.source, entry.reason) for entry in log] == [
        (NOON, "192.0.2.1", Reason.NO_MATCH),
        (NOON, "192.0.2.2", Reason.ACCEPTED),
    ]
    assert code not in repr(log)


def test_a_card_that_ran_ahead_is_still_accepted(terminal: PutIn, store: SqlStore) -> None:
    """The card was used in a shop, or the customer pressed Code many times."""
    card = VirtualCard(describe_card("bank-card").profile, VolatileMemory(Counters(180, 3)))
    assert verify_code(store, "bank-card", terminal(card).code("1234")).accepted
    assert store.card_status("bank-card").last_atc == 181


@pytest.mark.parametrize(
    "fields",
    [
        {"challenge": "123456789"},
        {"challenge": "12a"},
        {"account": "123456789"},
        {"amount": -1},
        {"amount": 10**12},
        {"data": ("1",) * 11},
        {"data": ("12345678901",)},
        {"data": ("",)},
        {"challenge": "1", "account": "1"},
        {"challenge": "1", "data": ("1",)},
    ],
)
def test_requests_out_of_bounds_are_the_callers_fault(fields: dict[str, Any]) -> None:
    with pytest.raises(CodeRequestError):
        CodeRequest(**fields)


def test_a_bitmap_that_lets_codes_be_guessed_is_not_issued() -> None:
    application = describe_card("sesame-card").profile.applications[0]
    with pytest.raises(IssuingError, match="guessed"):
        issue_card("weak", replace(application, ipb=bytes.fromhex("80FFFFFF01")), 3)


def test_a_card_with_another_key_is_not_ours(terminal: PutIn, store: SqlStore) -> None:
    profile = describe_card("bank-card").profile
    forged = tuple(replace(application, icc_key=bytes(range(16))) for application in profile.applications)
    code = terminal(VirtualCard(replace(profile, applications=forged))).code("1234")
    assert verify_code(store, "bank-card", code).reason is Reason.NO_MATCH


def test_codes_and_requests_stay_out_of_reprs(store: SqlStore) -> None:
    found = search(store, "bank-card", CodeRequest(challenge="87654321"))
    assert "87654321" not in repr(found)
    assert repr(found.key) not in repr(found)
    assert found.card.pan not in repr(found)
