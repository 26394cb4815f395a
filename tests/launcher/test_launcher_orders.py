"""A transfer of the site's, confirmed by the launcher with the real card: the order, the sentence, the signature.

The key's card and the shelf on which it keeps the bank's sentence are the device's own; the site is the bank's own.
"""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from html import unescape

import pytest
from cryptography import x509
from httpx2 import Response

from bank.books.clock import read_time
from bank.demo.database import open_in_memory
from bank.demo.people import furnish_people
from bank.esecure import numbers
from bank.web.sogecash.orders import GOOD_FOR_MS, ORDER_TYPE
from device.esecure.sentences import SentenceShelf
from launcher.adapters.firefox import ORDER_TYPE as HANDED_TO_LAUNCHER
from launcher.card.octets import find_octets
from launcher.confirming.orders import read_order
from launcher.course import events as ev
from launcher.course.state import LaunchPhase
from launcher.ports import NetAnswer
from launcher.troubles import LaunchError, LaunchTrouble
from launcher.words import LAUNCHER_LANGUAGES
from simulator.key.browser import HANDED_OVER
from tests.bank.keyed import EsecureBank
from tests.launcher.scene import Scene
from tests.launcher.twins import SITE
from tests.web.business import KeyBrowser
from tests.web.test_sogecash import ask_transfer

EN = LAUNCHER_LANGUAGES["en"]
P, C, T = LaunchPhase, ev.LaunchChoice, LaunchTrouble


class Payer(Scene):
    """A customer who is signed in on the site, with a key that knows the bank, and a transfer that waits."""

    def __init__(self, bank: EsecureBank, *, pad: bool = True, believed: bool = True) -> None:
        super().__init__(bank, KeyBrowser(bank).client)
        self.activate()
        kept = self.key.vault.read_object(0x5FC105)
        assert kept is not None
        self.site = KeyBrowser(bank, x509.load_der_x509_certificate(find_octets(kept, 0x70)), "en")
        self.site.log_on(self.letter.number)
        self.site.personalise(self.letter.number)
        self.site.register()
        self.path = ask_transfer(self.site, amount="12.50").url.path.removeprefix("/en/")
        sentences = bank.frame.open_authorities().sentence.key.public_key()
        self.shelf = SentenceShelf(sentences if believed else None)
        self.card_only = self.key.card.send
        self.key.card.send, self.key.card.pad = self.send_to_device, lambda: self.type_on_key(self.key.pin)
        self.pad = pad

    def send_to_device(self, apdu: bytes) -> bytes:
        """As the device does: its own commands are the shelf's."""
        answer = self.shelf.answer_command(apdu, 0)
        return self.card_only(apdu) if answer is None else answer

    def type_on_key(self, pin: str) -> bytes:
        return self.card_only(bytes.fromhex("0020008008") + pin.encode().ljust(8, b"\xff"))

    def order(self) -> bytes:
        answer = self.site.get(f"{self.path}/order")
        assert answer.headers["content-type"].startswith(ORDER_TYPE)
        return answer.content

    def hand_over(self, order: bytes | None = None) -> None:
        """The browser passes it on; on a key with a pad the PIN is typed there."""
        if self.pad:
            self.key.card.has_pad = True
            state = self.conductor.state
            assert state.key is not None
            self.conductor.state = replace(state, key=replace(state.key, pad=True))
        self.browser.order = self.order() if order is None else order
        self.conductor.look_for_order()

    def ask_by_hand(self, **fields: str) -> Response:
        return self.client.post("/order", data=fields)

    @property
    def page(self) -> str:
        return self.site.get(self.path).text


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(numbers.WORK, "n", 2)


@pytest.fixture
def bank() -> Iterator[EsecureBank]:
    with closing(open_in_memory()) as store:
        bank = EsecureBank(store)
        with store.writing() as connection:
            furnish_people(connection, read_time(connection, bank.hand.ms))
        yield bank


@pytest.fixture
def payer(bank: EsecureBank) -> Payer:
    return Payer(bank)


def test_the_browser_knows_an_order_by_one_name_everywhere() -> None:
    assert ORDER_TYPE == HANDED_TO_LAUNCHER == HANDED_OVER


def test_the_key_confirms_what_the_site_hands_over_and_the_site_shows_it(payer: Payer) -> None:
    """Before, somebody copied freshness, sentence and signature between page and key by hand."""
    assert "to be confirmed" in payer.page
    payer.hand_over()
    assert payer.phase is P.CONFIRMED, payer.conductor.state.detail
    assert payer.browser.page == f"{SITE}/en/{payer.path}", "which shows it"
    assert "to be confirmed" not in payer.page
    assert "confirmed" in payer.page
    assert "Épicerie du Coin" in unescape(payer.site.get("net/accounts").text), "and it is booked"
    payer.timer.pass_time()
    assert payer.window.view.hidden, "the window goes into the tray again"


def test_a_pin_that_is_typed_on_the_computer_is_asked_for(bank: EsecureBank) -> None:
    payer = Payer(bank, pad=False)
    payer.hand_over()
    assert (payer.phase, [field.value for field, _ in payer.window.view.fields]) == (P.ORDERED, ["pin"])
    payer.send(ev.ChoiceMade(C.CANCEL))
    assert payer.window.view.hidden
    payer.hand_over()
    payer.send(ev.FormSent("", "", "000000"))
    assert (payer.phase, payer.trouble) == (P.UNCONFIRMED, T.PIN_WRONG)
    payer.send(ev.ChoiceMade(C.RETRY), ev.FormSent("", "", payer.key.pin))
    assert payer.sentence == EN.phases[P.CONFIRMED]


def refuse_on_the_glass(payer: Payer) -> None:
    payer.key.person.agrees = False


def type_a_wrong_pin(payer: Payer) -> None:
    payer.key.card.pad = lambda: payer.type_on_key("000000")


def let_the_pin_time_pass(payer: Payer) -> None:
    payer.key.card.pad = lambda: b"\x69\x82"


def forget_the_bank(payer: Payer) -> None:
    payer.shelf = SentenceShelf()


def decide_before(payer: Payer) -> None:
    payer.bank.hand.ms += GOOD_FOR_MS


FAILS: dict[str, tuple[Callable[[Payer], None], LaunchTrouble]] = {
    "refused, or left alone": (refuse_on_the_glass, T.NOT_AGREED),
    "PIN wrong": (type_a_wrong_pin, T.PIN_WRONG),
    "PIN not typed": (let_the_pin_time_pass, T.NOT_AGREED),
    "a key that knows no bank": (forget_the_bank, T.PAYMENT),
    "an order that is over": (decide_before, T.PAYMENT),
}


@pytest.mark.parametrize("fault", FAILS)
def test_what_goes_wrong_is_said_and_loses_nothing(payer: Payer, fault: str) -> None:
    order = payer.order()
    goes_wrong, trouble = FAILS[fault]
    goes_wrong(payer)
    payer.hand_over(order)
    assert (payer.phase, payer.trouble) == (P.UNCONFIRMED, trouble), payer.conductor.state.detail
    row = EN.troubles[trouble]
    view = payer.window.view
    assert (view.sentence, view.cause, view.cure, view.hint) == (row.message, row.cause, row.cure, EN.transfer_waits)
    assert not view.hidden
    assert payer.browser.page.startswith(f"{SITE}/?launcher="), "the browser stays open"
    assert "to be confirmed" in payer.page
    payer.send(ev.ChoiceMade(C.CANCEL))
    assert payer.phase is P.CONNECTED


def test_a_site_that_answers_no_sentence_is_no_fault_of_the_key(payer: Payer) -> None:
    """One too long for a command was a mishap of ours, one that is none the row of a faulty key."""
    order = payer.order()
    for body in (b"", b"AAAA", b"%", b"A" * (1 << 20), base64.b64encode(b"\xe0\x84\xff\xff\xff\xff")):
        payer.net.answer = lambda *_, said=body: NetAnswer(200, said)
        payer.hand_over(order)
        assert (payer.phase, payer.trouble) == (P.UNCONFIRMED, T.PAYMENT), payer.conductor.state.detail
        payer.send(ev.ChoiceMade(C.CANCEL))


def test_a_transfer_that_was_refused_is_confirmed_at_the_next_try(payer: Payer) -> None:
    payer.key.person.agrees = False
    payer.hand_over()
    payer.key.person.agrees = True
    payer.send(ev.ChoiceMade(C.RETRY))
    assert payer.phase is P.CONFIRMED


def test_a_key_that_is_pulled_leaves_the_transfer_waiting(payer: Payer) -> None:
    order = payer.order()
    payer.key.card.pulled_after = 3
    payer.hand_over(order)
    assert (payer.phase, payer.trouble, payer.browser.page) == (P.TROUBLE, T.PULLED, "")
    assert "to be confirmed" in payer.page


@pytest.mark.parametrize(
    "octets",
    [b"", b"no json", b"[]", b'{"order": 7, "page": "/en/"}', b'{"order": "a", "page": "//elsewhere.example/"}',
     b'{"order": "a", "page": "https://elsewhere.example/"}', b'{"order": "a b", "page": "/en/net"}', b"[" * 3000],
)  # fmt: skip
def test_something_else_than_an_order_is_none(octets: bytes) -> None:
    with pytest.raises(LaunchError, match="something else than an order"):
        read_order(octets)


def test_an_order_is_good_for_its_transfer_alone_and_not_for_long(payer: Payer) -> None:
    mark = json.loads(payer.order())["order"]
    customer, operation, language, until, seal = mark.split(".")
    fresh = "ab" * 16
    assert payer.ask_by_hand(order=mark, fresh=fresh).status_code == 200
    for forged in (
        "",
        "nothing",
        f"{customer}.{operation}.{language}.{int(until) + 1}.{seal}",
        f"{int(customer) + 1}.{operation}.{language}.{until}.{seal}",
        f"{customer}.{operation}.{language}.{until}.é",
    ):
        assert payer.ask_by_hand(order=forged, fresh=fresh).status_code == 403, forged
    assert payer.ask_by_hand(order=mark, fresh="zz").status_code == 403
    wrong = payer.ask_by_hand(order=mark, fresh=fresh, signature="AAAA")
    assert wrong.status_code == 403
    assert "signature" in wrong.text
    payer.bank.hand.ms += GOOD_FOR_MS
    assert payer.ask_by_hand(order=mark, fresh=fresh).status_code == 403
    assert "to be confirmed" in payer.page


def test_nobody_is_given_an_order_for_what_is_not_his(payer: Payer) -> None:
    assert payer.site.get("net/transfers/nothing/order").status_code == 404
    assert KeyBrowser(payer.bank).get(f"{payer.path}/order").status_code == 403
