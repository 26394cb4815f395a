"""The cash machine and the wallet on their pages, over the real bank: what the customer sees, and what the bank's books
say then. No network: the twins' line ends in the bank's application."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from bank.demo.database import open_in_memory
from bank.operations.card_services import end_card_service
from bank.operations.catalogue import OperationKind
from bank.street.ordering import order_code
from bank.threeds.merchants import CASH_MACHINE, USUAL_CATEGORY, WALLET, MerchantEntry, put_merchant
from bank.threeds.service import CardPayments
from bank.verification import Verifier
from bank.web.acs.site import HttpPoster, make_acs
from bank.web.coopanet.sign_in import Desk
from merchant.line import BankLine
from merchant.machine.books import CashOutcome, MachineBooks, MachineCondition
from merchant.machine.giving import CashMachine
from merchant.machine.notes import choose_notes
from merchant.machine.pages import make_machine
from merchant.machine.words import list_machine_words
from merchant.network import CardNetwork
from merchant.site import BesideShop, make_shop, open_checkout
from merchant.threeds import ShopFacts
from merchant.wallet.asking import CardWallet
from merchant.wallet.books import WalletBooks, WishState
from merchant.wallet.words import list_wallet_words
from tests.bank.counter import FUNDS, NOON
from tests.bank.test_street import NUMBER, Street
from tests.web.coopanet import HERE
from web.client import AskingServerError, ServerAnswer

FR, WALLET_FR = list_machine_words()["fr"], list_wallet_words()["fr"]
KEYS = {CASH_MACHINE: "m" * 43, WALLET: "w" * 43, USUAL_CATEGORY: "s" * 43}


class World:
    """A bank, and beside a shop the two twins. `away`: the bank is not reached; `lost`: it is, and its answer lost."""

    def __init__(self, street: Street, folder: Path) -> None:
        self.street, self.away, self.lost = street, False, False
        store = street.frame.store
        self.bank = TestClient(make_acs(CardPayments(street.frame, HttpPoster()), Desk(Verifier(store))), base_url=HERE)
        with store.writing() as connection:
            for category, key in KEYS.items():
                put_merchant(
                    connection, MerchantEntry(f"c{category}", "Twin", "http://127.0.0.1:2", category), key, NOON
                )
        self.folder = folder
        self.machine, self.wallet = self.make_machine(), self.make_wallet()
        network = CardNetwork(f"{HERE}/", ShopFacts("c", "Twin", "http://127.0.0.1:2"), "x", self.post)
        shop = open_checkout(folder / "shop.db", network)
        app = make_shop(shop, frozenset({"testserver"}), BesideShop(self.machine, self.wallet))
        self.browser = TestClient(app)

    def make_machine(self) -> CashMachine:
        line = BankLine(f"{HERE}/", KEYS[CASH_MACHINE], self.post)
        return CashMachine(MachineBooks(self.folder / "machine.db"), line, self.street.bank.hand)

    def make_wallet(self) -> CardWallet:
        line = BankLine(f"{HERE}/", KEYS[WALLET], self.post)
        return CardWallet(WalletBooks(self.folder / "wallet.db"), line, self.street.bank.hand)

    def post(self, url: str, octets: bytes, headers: Mapping[str, str]) -> ServerAnswer:
        if self.away:
            raise AskingServerError("away")
        answer = self.bank.post(url, content=octets, headers=dict(headers))
        if self.lost:
            raise AskingServerError("lost")
        return ServerAnswer(answer.status_code, answer.content)

    def ask_bank(self, path: str, key: str, **said: str) -> Response:
        return self.bank.post(f"/acs/{path}", json=said, headers={"Authorization": f"Bearer {key}"})

    def order(self, cents: int = 60_00) -> str:
        return order_code(self.street.frame, self.street.customer, self.street.card, cents).code

    def withdraw(self, code: str) -> str:
        """Type it, and what the machine then shows."""
        form = self.browser.get("/machine/fr/").text
        reference = re.search(r'name="reference" value="([0-9a-f]{32})"', form)
        assert reference
        answer = self.browser.post("/machine/fr/", data={"code": code, "reference": reference[1]})
        return unescape(answer.text)

    def add_card(self, **changed: str) -> Response:
        form = self.browser.get("/wallet/fr/add").text
        ticket = re.search(r'name="ticket" value="([0-9a-f]{32})"', form)
        assert ticket
        right = {"number": NUMBER, "expires": "12/31", "value": self.street.wish().value, "maker": "samsung"}
        return self.browser.post("/wallet/fr/add", data=right | {"ticket": ticket[1]} | changed)

    def operation(self) -> str:
        return self.street.bank.service.list_operations(self.street.customer)[-1].operation_id


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(open_in_memory()) as store:
        made = World(Street(store), tmp_path)
        made.street.begin_service()
        yield made
        made.street.bank.check_books()


# The cash machine


def test_notes_come_out_once_and_are_counted(world: World) -> None:
    code = world.order(60_00)
    before = world.machine.books.count_notes()
    page = world.withdraw(f"{code[:4]} {code[4:]}")
    assert FR.outcomes[CashOutcome.GIVEN][0] in page
    assert "1 × 50 €" in page
    assert "1 × 10 €" in page
    taken = {note: before[note] - count for note, count in world.machine.books.count_notes().items()}
    assert taken == {50_00: 1, 20_00: 0, 10_00: 1}
    assert world.street.balance() == FUNDS - 60_00
    assert FR.outcomes[CashOutcome.USED][0] in world.withdraw(code)
    assert world.street.balance() == FUNDS - 60_00
    assert world.machine.books.list_unreported() == []


def test_a_form_that_is_sent_twice_gives_once(world: World) -> None:
    sent = {"code": world.order(), "reference": "a" * 32}
    pages = [world.browser.post("/machine/fr/", data=sent).text for _ in range(2)]
    assert pages[0] == pages[1]
    assert FR.outcomes[CashOutcome.GIVEN][0] in pages[0]
    assert sum(note * count for note, count in world.machine.books.count_notes().items()) == 3_800_00 - 60_00


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "abcdefgh", "١٢٣٤٥٦٧٨"])
def test_what_is_no_code_is_said_on_the_screen_and_asks_nobody(world: World, typed: str) -> None:
    world.away = True
    answer = world.browser.post("/machine/fr/", data={"code": typed, "reference": "a" * 32})
    assert (answer.status_code, FR.slip in unescape(answer.text)) == (422, True)


def test_wrong_codes_and_then_the_machine_waits(world: World) -> None:
    code = world.order()
    for _ in range(5):
        assert FR.outcomes[CashOutcome.WRONG][0] in world.withdraw("00000000")
    assert FR.outcomes[CashOutcome.CLOSED][0] in world.withdraw(code)
    world.street.bank.hand.ms += 10 * 60_000
    assert FR.outcomes[CashOutcome.GIVEN][0] in world.withdraw(code)


def test_an_expired_code_says_where_to_get_another_one(world: World) -> None:
    code = world.order()
    world.street.bank.hand.ms += 60 * 60_000
    assert FR.outcomes[CashOutcome.EXPIRED][1] in world.withdraw(code)


@pytest.mark.parametrize("condition", [MachineCondition.OUT_OF_ORDER, MachineCondition.JAMMED])
def test_a_machine_out_of_order_costs_nothing_and_the_code_stays_good(
    world: World, condition: MachineCondition
) -> None:
    code = world.order()
    world.browser.post("/machine/fr/condition", data={"condition": condition.value})
    ended = CashOutcome.FAILED if condition is MachineCondition.JAMMED else CashOutcome.OUT_OF_ORDER
    assert FR.outcomes[ended][1] in world.withdraw(code)
    assert world.street.balance() == FUNDS
    world.browser.post("/machine/fr/condition", data={"condition": "works"})
    assert FR.outcomes[CashOutcome.GIVEN][0] in world.withdraw(code)
    assert world.street.balance() == FUNDS - 60_00


def test_a_machine_without_fitting_notes_gives_the_money_back(world: World) -> None:
    world.machine.books.begin_withdrawal("f" * 32, 0)
    assert world.machine.books.give_notes("f" * 32, 3_780_00)
    code = world.order(60_00)
    assert FR.outcomes[CashOutcome.FAILED][0] in world.withdraw(code)
    assert world.street.balance() == FUNDS


def test_a_lost_answer_is_settled_when_the_bank_is_there_again(world: World) -> None:
    code = world.order()
    world.lost = True
    assert FR.outcomes[CashOutcome.AWAY][0] in world.withdraw(code)
    assert world.street.balance() == FUNDS - 60_00, "the bank has heard it"
    world.lost = False
    assert world.make_machine().resume_work() == 1
    assert world.street.balance() == FUNDS
    assert FR.outcomes[CashOutcome.GIVEN][0] in world.withdraw(code)


def test_a_request_that_arrives_after_the_machine_gave_up_costs_nothing(world: World) -> None:
    code, reference = world.order(), "e" * 32
    world.away = True
    world.machine.pay_out(reference, code)
    world.away = False
    assert world.machine.report_ends() == 1
    late = world.ask_bank("withdrawals", KEYS[CASH_MACHINE], code=code, reference=reference)
    assert (late.status_code, late.json()) == (422, {"error": "used"})
    assert world.street.balance() == FUNDS
    assert FR.outcomes[CashOutcome.GIVEN][0] in world.withdraw(code)


def test_what_the_bank_could_not_be_told_it_is_told_while_the_machine_stands(world: World) -> None:
    world.lost = True
    world.withdraw(world.order())
    world.lost = False
    assert world.street.balance() == FUNDS - 60_00
    BesideShop(world.machine, world.wallet).settle_work()
    assert world.street.balance() == FUNDS


def test_a_power_cut_before_and_after_the_notes(world: World) -> None:
    for cut_before in (True, False):
        code, reference = world.order(), "ab"[cut_before] * 32
        world.machine.books.begin_withdrawal(reference, 0)
        assert world.ask_bank("withdrawals", KEYS[CASH_MACHINE], code=code, reference=reference).json() == {
            "cents": 60_00
        }
        if not cut_before:
            assert world.machine.books.give_notes(reference, 60_00)
        assert world.make_machine().resume_work() == 1
        assert world.street.balance() == (FUNDS if cut_before else FUNDS - 60_00)
        assert world.make_machine().resume_work() == 0


def test_the_bank_away_costs_nothing(world: World) -> None:
    code = world.order()
    world.away = True
    assert FR.outcomes[CashOutcome.AWAY][1] in world.withdraw(code)
    world.away = False
    assert FR.outcomes[CashOutcome.GIVEN][0] in world.withdraw(code)


def test_notes_make_an_amount_where_any_way_does() -> None:
    assert choose_notes(60_00, {50_00: 1, 20_00: 3, 10_00: 0}) == {20_00: 3}
    assert choose_notes(60_00, {50_00: 1, 20_00: 2, 10_00: 0}) is None
    assert choose_notes(300_00, {50_00: 9, 20_00: 9, 10_00: 9}) == {50_00: 6}


# The wallet


def test_a_card_is_ready_once_the_customer_has_approved(world: World) -> None:
    waiting = world.add_card()
    assert WALLET_FR.states[WishState.PENDING][0] in unescape(waiting.text)
    operation = world.street.bank.service.find_operation(world.street.customer, world.operation())
    world.street.bank.service.confirm_by_sms(
        world.street.customer, operation.operation_id, world.street.bank.sms_code(operation)
    )
    page = world.browser.get(waiting.url.path)
    assert WALLET_FR.states[WishState.ACTIVE][0] in unescape(page.text)
    held = unescape(world.browser.get("/wallet/fr/").text)
    assert "•••• 0012" in held
    assert world.ask_bank(f"wallet-cards/{operation.operation_id}", KEYS[WALLET]).json() == {
        "id": operation.operation_id,
        "state": "active",
        "card": "•••• 0012",
    }, "the number is given once"
    stranger = TestClient(world.browser.app)
    assert WALLET_FR.empty in unescape(stranger.get("/wallet/fr/").text)


def test_refused_and_expired_are_said_in_the_wallet(world: World) -> None:
    page = world.add_card()
    world.street.bank.service.refuse_operation(world.street.customer, world.operation())
    assert WALLET_FR.states[WishState.REFUSED][1] in unescape(world.browser.get(page.url.path).text)
    late = world.add_card()
    assert world.browser.get(f"{late.url.path}/state").json() == {"open": True}
    world.street.bank.hand.ms += 60 * 60_000
    assert world.browser.get(f"{late.url.path}/state").json() == {"open": False}
    assert WALLET_FR.states[WishState.EXPIRED][0] in unescape(world.browser.get(late.url.path).text)
    assert WALLET_FR.empty in unescape(world.browser.get("/wallet/fr/").text)


def test_a_card_that_its_customer_has_ended_is_in_the_wallet_no_more(world: World) -> None:
    page = world.add_card().url.path
    operation = world.street.bank.service.find_operation(world.street.customer, world.operation())
    code = world.street.bank.sms_code(operation)
    world.street.bank.service.confirm_by_sms(world.street.customer, operation.operation_id, code)
    assert WALLET_FR.states[WishState.ACTIVE][0] in unescape(world.browser.get(page).text)
    assert "•••• 0012" in world.browser.get("/wallet/fr/").text
    with world.street.frame.writing() as (connection, now_ms):
        kind = OperationKind.ENROL_WALLET
        assert end_card_service(connection, world.street.customer, world.street.card, kind, now_ms)
    world.away = True
    assert "•••• 0012" in world.browser.get("/wallet/fr/").text, "as it was known last"
    world.away = False
    assert WALLET_FR.empty in unescape(world.browser.get("/wallet/fr/").text)
    assert WALLET_FR.states[WishState.ENDED][0] in unescape(world.browser.get(page).text)


def test_a_card_typed_wrong_is_said_by_field_or_by_the_bank(world: World) -> None:
    slips = world.add_card(number="1234", expires="13/31", value="1")
    assert slips.status_code == 422
    assert unescape(slips.text).count('class="slip"') == 3
    refused = world.add_card(value="000")
    assert (refused.status_code, WALLET_FR.refusals["wrong"] in unescape(refused.text)) == (422, True)
    world.away = True
    away = world.add_card()
    assert (away.status_code, WALLET_FR.away in unescape(away.text)) == (503, True)
    assert NUMBER not in (world.folder / "wallet.db").read_bytes().decode("latin-1")


def test_a_wallet_that_was_given_nothing_has_taken_nothing(world: World) -> None:
    """What the machine's and the wallet's programs go by."""
    world.add_card()
    asked, wallet, machine = world.operation(), KEYS[WALLET], KEYS[CASH_MACHINE]
    unknown = "0" * 32
    told = [
        (wallet, f"wallet-cards/{asked}/taken", {}, 409),
        (wallet, f"wallet-cards/{unknown}/taken", {}, 409),
        (wallet, f"wallet-cards/{unknown}", {}, 404),
        (wallet, "wallet-cards", {}, 400),
        (machine, "withdrawals", {}, 400),
        (machine, "withdrawals", {"code": "x", "reference": unknown}, 422),
        (machine, f"withdrawals/{unknown}/paid", {}, 409),
        (machine, f"withdrawals/{unknown}/failed", {}, 204),
    ]
    for key, path, said, status in told:
        assert world.ask_bank(path, key, **said).status_code == status, path


# Keys


def test_each_key_opens_its_own_verbs_only(world: World) -> None:
    verbs = {"withdrawals": CASH_MACHINE, f"withdrawals/{'a' * 32}/paid": CASH_MACHINE, "wallet-cards": WALLET}
    verbs |= {"wallet-cards/x": WALLET, "cards": USUAL_CATEGORY, "areq": USUAL_CATEGORY}
    for path, category in verbs.items():
        for own, key in KEYS.items():
            status = world.ask_bank(path, key).status_code
            assert (status == 403) == (own != category), (path, own)
        assert world.ask_bank(path, "nobody").status_code == 401


def test_pages_are_there_in_each_language_and_what_is_not_is_said(world: World) -> None:
    for twin, words in (("machine", list_machine_words()), ("wallet", list_wallet_words())):
        assert world.browser.get(f"/{twin}/", headers={"accept-language": "en"}).url.path == f"/{twin}/en/"
        for language, own in words.items():
            page = world.browser.get(f"/{twin}/{language}/")
            assert (page.status_code, own.title in unescape(page.text)) == (200, True)
            missing = world.browser.get(f"/{twin}/{language}/nothing")
            assert (missing.status_code, own.missing in unescape(missing.text)) == (404, True)
        assert world.browser.get(f"/{twin}/xx/").status_code == 404


def test_a_machine_whose_file_is_gone_says_so(world: World) -> None:
    code = world.order()
    (world.folder / "machine.db").unlink()
    (world.folder / "machine.db").mkdir()
    answer = TestClient(make_machine(world.machine)).post("/fr/", data={"code": code, "reference": "a" * 32})
    assert (answer.status_code, FR.broken in unescape(answer.text)) == (503, True)
    assert world.street.balance() == FUNDS
