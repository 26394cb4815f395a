"""A shop that is none of ours, and a customer's browser at it: they speak to the bank by HTTP and nothing else."""

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from httpx2 import Response
from sqlalchemy import select, update
from starlette.testclient import TestClient

from bank.books.schema import ACCOUNTS, CARD_PAYMENTS, JOURNAL, PAYMENT_CARDS
from bank.books.store_sql import SqlStore
from bank.emv.keys import card_key
from bank.emv.printed import make_verification_value
from bank.journal.keeping import verify_journal
from bank.ledger.keeping import find_ledger_faults
from bank.operations.ports import Operation
from bank.operations.proofs import code_request
from bank.operations.service import OperationService
from bank.threeds.frame import CardFrame
from bank.threeds.merchants import Merchant, MerchantEntry, put_merchant
from bank.threeds.service import CardPayments
from bank.verification import Search
from bank.web.acs.site import open_acs
from tests.threeds.samples import NUMBER, SHOP, areq, creq
from tests.web.reading import desk_of

HERE: Final = "http://localhost:8036"
KEY: Final = "k" * 43
OTHER_KEY: Final = "o" * 43
OTHER_SHOP: Final = "http://127.0.0.1:9999"
FORM: Final = {"Origin": SHOP, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
OWN: Final = {"Origin": HERE, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}


@dataclass
class WallHand:
    """A clock that stands until it is set; it begins with the machine's, which the books have seen."""

    ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000 + 10_000)

    def __call__(self) -> int:
        return self.ms


@dataclass
class ResultBox:
    """A 3DS server's ear: what it was told. `deaf`: it is not there; `says`: another answer than the right one."""

    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    deaf: bool = False
    says: dict[str, Any] | None = None

    def post_result(self, url: str, octets: bytes) -> bytes:
        if self.deaf:
            raise ConnectionRefusedError
        plain = json.loads(octets)
        self.heard.append((url, plain))
        ids = {name: plain[name] for name in ("threeDSServerTransID", "dsTransID", "acsTransID", "messageVersion")}
        return json.dumps({"messageType": "RRes", "resultsStatus": "01", **ids, **(self.says or {})}).encode()

    @property
    def last(self) -> dict[str, Any]:
        return self.heard[-1][1]


@dataclass
class Acquaintance:
    """Bank and shop; `browser` is a customer's, at the shop."""

    store: SqlStore
    wall: WallHand = field(default_factory=WallHand)
    ear: ResultBox = field(default_factory=ResultBox)

    def __post_init__(self) -> None:
        self.operations = OperationService(self.store, wall=self.wall)
        self.payments = CardPayments(CardFrame(self.store, self.operations, wall=self.wall), self.ear)
        app = open_acs(self.payments, desk_of(self.store))
        self.browser = TestClient(app, base_url=HERE, follow_redirects=False)
        self.merchant = self.add_shop("meander", "La Papeterie du Méandre", SHOP, KEY)
        self.other = self.add_shop("other", "Another shop", OTHER_SHOP, OTHER_KEY)
        customer = self.store.find_customer("DURAND42")
        assert customer is not None
        self.customer = customer.customer_id

    def add_shop(self, code: str, name: str, origin: str, key: str) -> Merchant:
        with self.store.writing() as connection:
            return put_merchant(connection, MerchantEntry(code, name, origin), key, self.wall())

    # The shop's server

    def ask(self, path: str, plain: object, key: str = KEY, **headers: str) -> Response:
        sent = {"Content-Type": "application/json;charset=utf-8", "Authorization": f"Bearer {key}", **headers}
        octets = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
        return self.browser.post(f"/acs/{path}", content=octets, headers=sent)

    def token(self, number: str = NUMBER, expires: str = "3112", value: str = "", key: str = KEY) -> Response:
        value = value or make_verification_value(number, "3112")
        return self.ask("cards", {"number": number, "expires": expires, "value": value}, key)

    def authenticate(self, **changed: Any) -> dict[str, Any]:  # noqa: ANN401
        """The answer to an AReq with a new identifier."""
        given = {"threeDSServerTransID": str(uuid4()), **changed}
        answer: dict[str, Any] = self.ask("areq", areq(**given)).json()
        return answer

    def authorise(self, ds_id: str, value: str, key: str = KEY, **changed: str) -> str:
        asked = {
            "token": self.token(key=key).json()["token"],
            "dsTransID": ds_id,
            "authenticationValue": value,
            "eci": "05",
            "purchaseAmount": "4199",
            "purchaseCurrency": "978",
        }
        answer: str = self.ask("authorisations", asked | changed, key).json()["responseCode"]
        return answer

    # The browser

    def bring(self, ares: dict[str, Any], headers: dict[str, str] | None = None, **changed: Any) -> Response:  # noqa: ANN401
        """The CReq that goes with an ARes, from the shop's page."""
        ids = {name: ares[name] for name in ("threeDSServerTransID", "acsTransID", "messageVersion")}
        return self.post_challenge(encode(creq(**(ids | changed))), headers)

    def post_challenge(self, encoded: str, headers: dict[str, str] | None = None, data: str = "b3JkZXI") -> Response:
        form = {"creq": encoded, "threeDSSessionData": data}
        return self.browser.post("/acs/challenge", data=form, headers=headers or FORM)

    def open(self, **changed: Any) -> "OpenedChallenge":  # noqa: ANN401
        """A payment asked for, and the challenge's page in the frame."""
        ares = self.authenticate(**changed)
        assert ares["transStatus"] == "C", ares
        answer = self.bring(ares)
        assert answer.status_code == 303, answer.text
        return OpenedChallenge(self, ares, answer.headers["location"])

    # The customer

    def waiting(self) -> Operation:
        return self.operations.list_operations(self.customer)[-1]

    def read_code(self) -> str:
        text = self.operations.list_messages(self.customer)[0].text
        found = re.search(r"(?:est|is) (\d{4}) (\d{4})", text)
        assert found
        return "".join(found.groups())

    def reader_code(self) -> str:
        operation = self.waiting()
        instruction = self.operations.instruct_reader(self.customer, operation.operation_id)
        card = self.store.find_card("bank-card")
        assert card is not None
        key = card_key(self.store.issuer_key(card.key_name), card.pan, card.psn)
        return Search(card, key, code_request(instruction)).code(self.store.card_status("bank-card").last_atc + 1)

    # The books

    def row(self, acs_id: str) -> dict[str, Any]:
        with self.store.reading() as connection:
            query = select(CARD_PAYMENTS).where(CARD_PAYMENTS.c.acs_id == acs_id)
            return dict(connection.execute(query).mappings().one())

    def set_card(self, **values: str | int) -> None:
        with self.store.writing() as connection:
            connection.execute(update(PAYMENT_CARDS).where(PAYMENT_CARDS.c.card_id == "bank-card").values(values))

    def card_state(self) -> str:
        with self.store.reading() as connection:
            query = select(PAYMENT_CARDS.c.state).where(PAYMENT_CARDS.c.card_id == "bank-card")
            return str(connection.execute(query).scalar_one())

    def balances(self) -> tuple[int, int]:
        """The card's account, and what is kept aside."""
        with self.store.reading() as connection:
            own = select(ACCOUNTS.c.balance_cents).join(PAYMENT_CARDS, PAYMENT_CARDS.c.account_id == ACCOUNTS.c.id)
            held = select(ACCOUNTS.c.balance_cents).where(ACCOUNTS.c.kind == "held")
            account = connection.execute(own.where(PAYMENT_CARDS.c.card_id == "bank-card")).scalar_one()
            return int(account), int(connection.execute(held).scalar() or 0)

    def events(self) -> list[str]:
        with self.store.reading() as connection:
            return list(connection.execute(select(JOURNAL.c.event).order_by(JOURNAL.c.seq)).scalars())

    def check_books(self) -> None:
        with self.store.reading() as connection:
            assert not find_ledger_faults(connection)
            assert verify_journal(connection).broken is None


@dataclass
class OpenedChallenge:
    """The bank's page in the shop's frame."""

    far: Acquaintance
    ares: dict[str, Any]
    path: str

    def look(self, query: str = "") -> Response:
        return self.far.browser.get(self.path + query, headers={k: v for k, v in OWN.items() if k != "Origin"})

    def press(self, action: str, **typed: str) -> Response:
        """A button of the page, and the page that follows."""
        answer = self.far.browser.post(f"{self.path}/{action}", data=typed, headers=OWN)
        assert answer.status_code == 303, answer.text
        return self.far.browser.get(answer.headers["location"], headers={"Sec-Fetch-Site": "same-origin"})

    def approve_by_sms(self) -> Response:
        self.press("send", by="sms", ticket="1" * 32)
        return self.press("confirm", by="sms", code=self.far.read_code())


def encode(plain: object) -> str:
    """As a shop does."""
    import base64  # noqa: PLC0415 - the one place

    return base64.urlsafe_b64encode(json.dumps(plain).encode()).rstrip(b"=").decode()


def cres_of(page: Response) -> dict[str, Any]:
    """What the page's form would take back to the shop."""
    import base64  # noqa: PLC0415 - as above

    found = re.search(r'name="cres" value="([\w-]+)"', page.text)
    assert found, page.text
    plain: dict[str, Any] = json.loads(base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)))
    return plain
