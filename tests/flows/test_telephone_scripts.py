"""Scripts about the telephone: it speaks the app's own verbs, in the script's time; the next customer has another."""

import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bank.books.clock import wall_ms
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.demo.people import begin_anew
from device.config import Config
from sesame.cli import main
from sesame.reachable import lay_telephone
from simulator.bench import Bench
from simulator.control import Control
from simulator.live import LiveBench
from simulator.phone.hands import PhoneHands
from simulator.phone.opening import open_phone
from simulator.phone.statements import BANK_VERBS, PHONE_VERBS, list_rows
from simulator.script import ExpectationError, Player, ScriptError, parse_script
from tests.bank.counter import Hand
from tests.flows.test_control_socket import LIMIT_S, Client
from tools.machine import ROOT

EXAMPLE = ROOT / "docs/telephone.sesame"
READY = 'phone activate\nbank lift\nbank transfer 250 "Camille Moreau"\n'
LATENCY_MS = 72 * 3_600_000


@pytest.fixture(scope="module")
def books() -> Iterator[SqlStore]:
    with closing(open_in_memory(furnished=True)) as store:
        yield store


@pytest.fixture
def hand() -> Hand:
    return Hand(wall_ms())


@pytest.fixture
def hands(books: SqlStore, hand: Hand) -> PhoneHands:
    begin_anew(books)
    return open_phone(books, "fr", hand)


@pytest.fixture
def player(hands: PhoneHands, tmp_path: Path) -> Player:
    return Player(Bench(), tmp_path, telephone=lambda: hands)


def play(player: Player, text: str) -> None:
    player.play(tuple(parse_script(text, Path("x"))))


def test_the_example_of_the_page_plays_by_the_command(tmp_path: Path) -> None:
    assert main(["script", "--fresh", "--state", str(tmp_path), str(EXAMPLE)]) == 0


def test_the_example_shows_every_act() -> None:
    """But for those of words that it has no place for."""
    said = EXAMPLE.read_text(encoding="utf-8")
    heads = [f"phone {name}" for name in PHONE_VERBS] + [f"bank {name}" for name in BANK_VERBS]
    assert [head for head in heads if f"{head}" not in said] == []
    page = (ROOT / "docs/scripts.md").read_text(encoding="utf-8")
    assert [usage for usage, _ in list_rows() if usage.replace("|", r"\|") not in page] == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("phone", "write: phone activate"),
        ("phone dance", "write: phone activate"),
        ("phone approve 4 2", r"write: phone approve \[NUMBER\]"),
        ("phone code 12", "has 4 digits"),
        ("phone approve", "x:1: Sécur'Pass is not on this telephone: phone activate"),
        ("phone activate NOBODY00", "there is no customer 'NOBODY00'"),
        ("phone activate MOREAU17", "missing: individual"),
        ("phone offline\nphone activate", "x:2: the telephone has no network: phone online"),
        ("phone activate\nphone approve", "x:2: nothing waits on the telephone"),
        ("phone activate\nphone fraud", "x:2: there is no operation"),
        ('phone activate\nbank transfer 250 "X Y"', "x:2: the telephone is not asked"),
        ('bank transfer much "X Y"', "'much' is no amount"),
        ("bank transfer 250", "write: bank transfer AMOUNT PAYEE"),
        ("bank lift", "x:1: "),
        ("expect phone", "write: expect phone text TEXT"),
        ("expect phone waiting many", r"write: expect phone waiting \[COUNT\]"),
        ("expect phone nothing now", "write: expect phone nothing"),
        ("expect operation done", r"write: expect operation pending\|approved"),
        (f"{READY}expect phone waiting 2", "x:4: 1 operations wait"),
        (f"{READY}expect phone nothing", "x:4: 1 operations wait"),
        (f"{READY}expect phone text Durand", "does not say 'Durand': it says .*Camille Moreau"),
        (f"{READY}expect operation approved", "the latest operation is pending, not approved"),
        (f"{READY}expect operation pending show-pin", "has asked for no such operation"),
    ],
)
def test_what_cannot_be_is_said_with_its_line(player: Player, text: str, complaint: str) -> None:
    with pytest.raises(ScriptError, match=complaint):
        play(player, text)


def test_an_unmet_expectation_is_told_from_a_wrong_statement(player: Player) -> None:
    with pytest.raises(ExpectationError):
        play(player, "expect operation approved")
    with pytest.raises(ScriptError) as wrong:
        play(player, "expect operation perhaps")
    assert not isinstance(wrong.value, ExpectationError)


def test_without_a_bank_there_is_no_telephone(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="there is no telephone beside this reader"):
        play(Player(Bench(), tmp_path), "phone activate")


def test_the_72_hours_pass_in_the_scripts_time(player: Player, hand: Hand) -> None:
    play(player, "phone activate\nexpect phone text Utilisable")
    hand.ms += LATENCY_MS
    play(player, 'bank transfer 12,50 "Camille Moreau"\nphone approve\nexpect operation approved sepa-transfer')


def test_another_number_than_the_terminals_is_wrong(player: Player, hands: PhoneHands) -> None:
    play(player, f"{READY}expect phone waiting 1")
    operation = hands.bank.find_latest(hands.customer_id)
    assert operation is not None
    right = hands.bank.find_match(hands.customer_id, operation.operation_id)
    wrong = f"{(int(right) + 1) % 100:02d}"
    play(player, f'phone approve {wrong}\nexpect phone text "Ce n\'est pas cela"\nexpect operation pending')
    play(player, f"phone approve {right}\nexpect operation approved")


def test_three_wrong_codes_block_it_and_the_next_customer_begins_anew(
    player: Player, hands: PhoneHands, books: SqlStore
) -> None:
    play(player, f"{READY}phone code 1379\nphone approve\nphone approve\nexpect phone text 'Dernier essai'")
    play(player, 'phone approve\nexpect phone text "Sécur\'Pass est bloqué"\nexpect operation pending')
    bench = player.bench
    assert isinstance(bench, Bench)
    bench.anew = partial(_begin_anew, books, hands)
    play(player, "next\nexpect phone text Connexion\nexpect phone nothing")
    play(player, f"{READY}phone approve\nexpect operation approved")


def _begin_anew(books: SqlStore, hands: PhoneHands) -> None:
    begin_anew(books)
    hands.forget()


def test_what_is_not_answered_is_sent_again_unchanged(player: Player, hands: PhoneHands) -> None:
    """Whatever becomes of the network, no second request is made: the counter goes up once."""
    play(player, f"{READY}expect phone waiting\nphone offline\nphone approve\nexpect operation pending")
    play(player, "phone approve\nexpect phone text 'Pas de connexion'\nphone online\nexpect operation approved")
    status = hands.bank.service.read_status(hands.customer_id)
    assert status.device is not None
    play(player, "phone offline\nphone online")
    assert hands.bank.service.read_status(hands.customer_id).device == status.device


def test_a_reader_without_a_page_opens_the_books_with_the_first_statement_about_the_telephone(tmp_path: Path) -> None:
    """And the next customer's telephone is as new, as the books are."""
    state, path = tmp_path / "state", tmp_path / "control"
    state.mkdir()
    bench = LiveBench(Config(), state)
    wanted = Namespace(state=state, database="", control=path, pictures=tmp_path)
    with lay_telephone(bench, Config(), wanted), closing(Client(path)) as client:
        thread = threading.Thread(target=bench.run)
        thread.start()
        try:
            assert client.ask("insert bank-card") == "ok"
            assert not (state / "bank.db").exists()
            for line in (*READY.splitlines(), "phone approve", "expect operation approved"):
                assert client.ask(line) == "ok", line
            assert client.ask("next") == "ok"
            assert client.ask("expect operation approved").endswith("has asked for no such operation")
            assert client.ask("expect phone text Connexion") == "ok"
        finally:
            bench.end()
            thread.join(LIMIT_S)
    assert not thread.is_alive()


def test_a_running_reader_is_not_kept_waiting_by_the_telephone(hands: PhoneHands, tmp_path: Path) -> None:
    """The loop is not even running: what is about the telephone alone is done without it."""
    control = Control(LiveBench(Config(), None), tmp_path, lambda: hands)
    for line in f"{READY}phone approve\nexpect operation approved\nexpect phone text validée".splitlines():
        assert control.answer(line) == "ok"
    assert control.answer("expect phone waiting").startswith("error: control:1: nothing waits")
