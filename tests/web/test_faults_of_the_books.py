"""The disk full at the commit, and the database away, wherever Sécur'Pass is used beside the app: the website's log-on
by the telephone, « Sécurité », partners, the access control server. 503 with a sentence, not a row of the books is
another one, and the very same request is taken once they are back."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from httpx2 import Response
from sqlalchemy import update

from bank.books.schema_securpass import DEVICES, ENROLMENTS
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.operations.catalogue import OperationKind
from bank.operations.table import OperationState
from bank.partners.policy import PARTNER_POLICY
from bank.securpass.ports import PhoneOutcome, SecondProof
from bank.securpass.service import SecurPassService
from bank.web.acs.words import list_acs_words
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.words import list_languages
from tests.bank.partnered import PartneredBank
from tests.bank.phone import Phone
from tests.bank.test_street import Street
from tests.threeds.far_shop import FORM, KEY, Acquaintance
from tests.threeds.samples import areq
from tests.web.coopanet import NewCode, Visitors
from tests.web.space import furnish_space, sign_in
from tests.web.test_partner_api import CONSENT, PURCHASE, PartnerClient
from tests.web.test_street_pages import KEYS, World
from tests.web.troubled import Trouble

KINDS = ("full", "away")
SENTENCE = list_languages()["fr"].broken
CARD_SENTENCE = list_acs_words()["fr"].broken
PARTNER_SENTENCE = "the bank's books cannot be used"


@pytest.fixture
def phone(store: SqlStore, pages: Pages) -> Phone:
    """The customer's, whose 72 hours are over, and a trusted one."""
    phone = Phone(SecurPassService(store, wall=pages.wall), furnish_space(store).customer_id)
    phone.activate(SecondProof.MAIL)
    with store.writing() as connection:
        connection.execute(update(ENROLMENTS).values(usable_from_ms=0))
        connection.execute(update(DEVICES).values(uses=10, days=5))
    return phone


def hidden_of(page: Response, action: str) -> dict[str, str]:
    form = re.search(rf'<form[^>]*action="[^"]*{action}"(.*?)</form>', page.text, re.DOTALL)
    assert form, action
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[1]))


@pytest.mark.parametrize("kind", KINDS)
def test_signing_in_by_the_telephone(visitor: Visitors, phone: Phone, store: SqlStore, kind: str) -> None:
    trouble, client = Trouble(store, kind), visitor().client
    form = hidden_of(client.get("/fr/securpass"), "/securpass") | {"user": "DURAND42"}
    page = trouble.meet(lambda: client.post("/fr/securpass", data=form), SENTENCE)
    assert page.url.path.endswith("/wait")
    waiting = trouble.meet(lambda: client.get("/fr/securpass/wait"), SENTENCE, writes=False)
    state = trouble.meet(lambda: client.get("/fr/securpass/state"), SENTENCE, writes=False)
    assert state.json() == {"state": "waiting"}
    given_up = hidden_of(waiting, "/securpass/again")
    trouble.meet(lambda: client.post("/fr/securpass/again", data=given_up), SENTENCE)

    begun = client.post(
        "/fr/securpass", data=hidden_of(client.get("/fr/securpass"), "/securpass") | {"user": "DURAND42"}
    )
    (asked,) = (
        one
        for one in phone.service.operations.list_operations(phone.customer_id)
        if one.kind is OperationKind.LOG_ON and one.state is OperationState.PENDING
    )
    number = re.search(r'class="digits">(\d\d)<', begun.text)
    assert number
    assert phone.approve(asked, number[1]).outcome is PhoneOutcome.DONE
    mark = hidden_of(client.get("/fr/securpass/wait"), "/securpass/wait")
    opened = trouble.meet(lambda: client.post("/fr/securpass/wait", data=mark), SENTENCE)
    assert opened.url.path.endswith("/accounts"), "one session, once"


@pytest.mark.parametrize("kind", KINDS)
def test_security_and_what_is_ended_there(
    visitor: Visitors, phone: Phone, store: SqlStore, new_code: NewCode, kind: str
) -> None:
    guest, trouble = sign_in(visitor(), "DURAND42", new_code("bank-card")), Trouble(store, kind)
    page = trouble.meet(lambda: guest.get("security"), SENTENCE, writes=False)
    for ended in ("exemption/low-value", "terminal/"):
        address = re.search(rf'action="([^"]*/security/{ended}[^"]*)"', page.text)
        assert address
        mark = guest.hidden(page.text, address[1].rpartition("/")[2])
        done = trouble.meet(lambda at=address[1], mark=mark: guest.client.post(at, data=mark), SENTENCE)  # type: ignore[misc]
        assert "done=1" in str(done.url)
    assert phone.service.read_trust(phone.customer_id)


@pytest.fixture
def partners() -> Iterator[PartneredBank]:
    with closing(open_in_memory()) as store:
        yield PartneredBank(store)


@pytest.mark.parametrize("kind", KINDS)
def test_every_verb_of_the_partners(partners: PartneredBank, kind: str) -> None:
    trouble = Trouble(partners.store, kind)
    kiwi = PartnerClient(partners, partners.aggregator, partners.secret)
    grocer = PartnerClient(partners, partners.merchant, partners.other_secret)
    once = {"Idempotency-Key": "a"}

    def granted(client: PartnerClient, asked: dict[str, str]) -> str:
        ticket = trouble.meet(lambda: client.post("/bc-authorize", asked, **once), PARTNER_SENTENCE).json()
        request = ticket["auth_req_id"]
        trouble.meet(lambda: client.poll(request), PARTNER_SENTENCE)
        partners.approve()
        partners.bank.hand.ms += PARTNER_POLICY.longest_interval_ms
        return str(trouble.meet(lambda: client.poll(request), PARTNER_SENTENCE).json()["access_token"])

    token = granted(kiwi, CONSENT)
    accounts = trouble.meet(lambda: kiwi.get("/accounts", token), PARTNER_SENTENCE).json()["accounts"]
    path = f"/accounts/{accounts[0]['iban']}/movements"
    assert trouble.meet(lambda: kiwi.get(path, token), PARTNER_SENTENCE).json()["movements"]
    assert trouble.meet(lambda: kiwi.post("/revoke", {"token": token}), PARTNER_SENTENCE).status_code == 200
    paid = granted(grocer, PURCHASE)
    told = trouble.meet(lambda: grocer.get("/transfer", paid), PARTNER_SENTENCE, writes=False)
    assert told.json()["state"] == "executed"
    partners.bank.check_books()


@pytest.fixture
def far() -> Iterator[Acquaintance]:
    with closing(open_in_memory(furnished=True)) as store:
        yield Acquaintance(store)


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_payment_from_the_card_to_the_money(far: Acquaintance, kind: str) -> None:
    trouble, books = Trouble(far.store, kind), "books"
    token = trouble.meet(far.token, books).json()["token"]
    request = areq(threeDSServerTransID="3a6b7d1e-6c65-4b2e-9d0a-0f8d3f1b2c4d")
    ares = trouble.meet(lambda: far.ask("areq", request), books).json()
    assert ares["transStatus"] == "C"
    opened = trouble.meet(lambda: far.bring(ares, FORM), CARD_SENTENCE)
    path = opened.headers["location"]
    own = {"Origin": "http://localhost:8036", "Sec-Fetch-Site": "same-origin"}
    trouble.meet(lambda: far.browser.get(path), CARD_SENTENCE, writes=False)
    trouble.meet(lambda: far.browser.get(f"{path}/state"), CARD_SENTENCE, writes=False)
    sent = {"by": "sms", "ticket": "1" * 32}
    trouble.meet(lambda: far.browser.post(f"{path}/send", data=sent, headers=own), CARD_SENTENCE)
    code = {"by": "sms", "code": far.read_code()}
    trouble.meet(lambda: far.browser.post(f"{path}/confirm", data=code, headers=own), CARD_SENTENCE)
    far.browser.get(path)
    value = far.ear.last["authenticationValue"]
    asked = {
        "token": token,
        "dsTransID": ares["dsTransID"],
        "authenticationValue": value,
        "eci": "05",
        "purchaseAmount": "4199",
        "purchaseCurrency": "978",
    }
    assert trouble.meet(lambda: far.ask("authorisations", asked), books).json()["responseCode"] == "00"
    capture = f"authorisations/{ares['dsTransID']}/capture"
    assert trouble.meet(lambda: far.ask(capture, {}), books).status_code == 204
    assert far.ask("cards", {}, KEY).status_code == 400
    far.check_books()


@pytest.mark.parametrize("kind", KINDS)
def test_a_payment_that_is_cancelled_or_given_back(far: Acquaintance, kind: str) -> None:
    trouble = Trouble(far.store, kind)
    opened = far.open()
    own = {"Origin": "http://localhost:8036", "Sec-Fetch-Site": "same-origin"}
    trouble.meet(lambda: far.browser.post(f"{opened.path}/cancel", data={}, headers=own), CARD_SENTENCE)
    opened.look()
    assert far.ear.last["transStatus"] == "N"
    paid = far.open()
    paid.approve_by_sms()
    assert far.authorise(paid.ares["dsTransID"], far.ear.last["authenticationValue"]) == "00"
    release = f"authorisations/{paid.ares['dsTransID']}/release"
    assert trouble.meet(lambda: far.ask(release, {}), "books").status_code == 204
    far.check_books()


@pytest.mark.parametrize("kind", KINDS)
def test_a_cash_machine_and_a_wallet(kind: str, tmp_path: Path) -> None:
    with closing(open_in_memory()) as store:
        world, trouble, books = World(Street(store), tmp_path), Trouble(store, kind), "books"
        world.street.begin_service()
        machine, wallet = KEYS["6011"], KEYS["6540"]
        said = {"code": world.order(), "reference": "a" * 32}
        paid = trouble.meet(lambda: world.ask_bank("withdrawals", machine, **said), books)
        assert paid.json() == {"cents": 60_00}
        for _ in range(2):
            assert (
                trouble.meet(lambda: world.ask_bank(f"withdrawals/{'a' * 32}/paid", machine), books).status_code == 204
            )
        wish = world.street.wish()
        card = {"number": wish.number, "expires": wish.expires, "value": wish.value, "once": "b" * 32, "language": "fr"}
        asked = trouble.meet(lambda: world.ask_bank("wallet-cards", wallet, **card), books).json()
        trouble.meet(lambda: world.ask_bank(f"wallet-cards/{asked['id']}", wallet), books, writes=False)
        operation = world.street.bank.service.find_operation(world.street.customer, asked["id"])
        code = world.street.bank.sms_code(operation)
        world.street.bank.service.confirm_by_sms(world.street.customer, asked["id"], code)
        taken = f"wallet-cards/{asked['id']}/taken"
        assert trouble.meet(lambda: world.ask_bank(taken, wallet), books).status_code == 204
        world.street.bank.check_books()
