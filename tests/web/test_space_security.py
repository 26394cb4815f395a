"""« Sécurité »: what opens the accounts, what is not asked, who may read; seen and ended by the customer alone."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from httpx2 import Response
from sqlalchemy import update

from bank.books.schema_securpass import DEVICES, ENROLMENTS
from bank.books.store_sql import SqlStore
from bank.iban import make_french_iban
from bank.operations.catalogue import CATALOGUE, OperationKind, TerminalKind
from bank.operations.ports import Asking
from bank.operations.service import OperationService
from bank.operations.table import OperationState
from bank.partners.ports import PartnerAsking, PartnerError, PartnerKind, Scope
from bank.partners.registry import add_partner
from bank.partners.service import PartnerService
from bank.people.payments import add_beneficiary
from bank.securpass.approving.trusting import Exemption
from bank.securpass.ports import AskedOnPhone, SecondProof
from bank.securpass.service import SecurPassService
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.security.words import list_security_words
from bank.web.coopanet.space.words import list_space_words
from simulator.phone.bank_side import find_code
from tests.bank.phone import Phone
from tests.web.coopanet import NewCode, Visitors
from tests.web.space import FRENCH, GERMAN, Guest, furnish_space, sign_in

WORDS, SPACE = list_security_words()["fr"], list_space_words()["fr"]
UNKNOWN = make_french_iban("30006", "00001", "00000000001")


@pytest.fixture
def guest(visitor: Visitors, store: SqlStore, new_code: NewCode) -> Guest:
    furnish_space(store)
    return sign_in(visitor(), "DURAND42", new_code("bank-card"))


@pytest.fixture
def phone(store: SqlStore, pages: Pages) -> Phone:
    """A trusted one: used ten times on five days."""
    phone = Phone(SecurPassService(store, wall=pages.wall), furnish_space(store).customer_id)
    phone.activate(SecondProof.MAIL)
    with store.writing() as connection:
        connection.execute(update(ENROLMENTS).values(usable_from_ms=0))
        connection.execute(update(DEVICES).values(uses=10, days=5))
    return phone


def press(guest: Guest, page: Response, action: str) -> Response:
    """The first button whose form's address has that in it."""
    address = re.search(rf'action="([^"]*/security/{action}[^"]*)"', page.text)
    assert address
    mark = guest.hidden(page.text, address[1].rpartition("/")[2])
    return guest.client.post(address[1], data=mark)


def pay(phone: Phone, iban: str = FRENCH, cents: int = 50_000) -> AskedOnPhone:
    file = furnish_space(phone.service.frame.store)
    account = file.list_accounts()[0].iban
    fields: dict[str, str | int] = {"amount": cents, "payee": "Camille Moreau", "payee_iban": iban, "account": account}
    asking = Asking(phone.customer_id, OperationKind.SEPA_TRANSFER, TerminalKind.PHONE, fields)
    return phone.service.ask_on_phone(asking, phone.device_id)


def test_an_exemption_is_seen_and_ended_and_then_he_is_asked(guest: Guest, phone: Phone) -> None:
    page = guest.get("security")
    text = unescape(page.text)
    for exemption in Exemption:
        assert WORDS.exemptions[exemption].name in text
    assert "30,00" in text
    assert pay(phone).exemption is Exemption.TRUSTED_BENEFICIARY
    ended = press(guest, page, "exemption/trusted-beneficiary")
    assert WORDS.done in unescape(ended.text)
    asked = pay(phone, cents=50_001)
    assert (asked.exemption, asked.operation.state) == (None, OperationState.PENDING)
    own = furnish_space(phone.service.frame.store).list_accounts()[1].iban
    assert pay(phone, own).exemption is Exemption.OWN_ACCOUNTS, "the others hold still"
    again = press(guest, page, "exemption/trusted-beneficiary")
    assert WORDS.done not in unescape(again.text), "ended before"


def test_a_telephone_that_is_not_trusted_yet_says_what_is_missing(guest: Guest, phone: Phone, store: SqlStore) -> None:
    with store.writing() as connection:
        connection.execute(update(DEVICES).values(uses=3, days=1))
    text = unescape(guest.get("security").text)
    assert "après 10 utilisations sur 5 jours" in text
    assert "Utilisations\N{NO-BREAK SPACE}: 3, jours\N{NO-BREAK SPACE}: 1" in text


def test_no_telephone_no_exemption(guest: Guest) -> None:
    assert WORDS.phone_none in unescape(guest.get("security").text)


def test_a_browser_that_is_forgotten_is_told_of_as_new(
    guest: Guest, visitor: Visitors, new_code: NewCode, store: SqlStore
) -> None:
    page = guest.get("security")
    assert page.text.count(WORDS.terminal_here) == 1
    forgotten = press(guest, page, "terminal/")
    assert unescape(WORDS.terminals_none) in unescape(forgotten.text)
    told = guest.get("notices").text.count("Accès depuis un appareil")
    again = sign_in(visitor(), "DURAND42", new_code("bank-card"))
    assert again.get("notices").text.count("Accès depuis un appareil") == told + 1


def test_another_customers_terminal_and_what_is_none_stay(guest: Guest, visitor: Visitors, new_code: NewCode) -> None:
    other = sign_in(visitor(), "MOREAU17", new_code("sesame-card"))
    page = guest.get("security")
    address = re.search(r'action="([^"]*/security/terminal/[^"]*)"', page.text)
    assert address
    mark = other.hidden(other.get("security").text, "")
    answer = other.client.post(address[1], data=mark)
    assert WORDS.done not in unescape(answer.text)
    assert WORDS.terminal_here in guest.get("security").text
    assert other.client.post("/fr/security/exemption/none", data=mark).status_code == 404
    assert other.client.post(address[1], data={"mark": "x"}).status_code == 403


def test_a_consent_is_confirmed_here_seen_and_ended(guest: Guest, store: SqlStore, pages: Pages) -> None:
    assert WORDS.consents_none in unescape(guest.get("security").text)
    operations = OperationService(store, wall=pages.wall)
    service = PartnerService(store, operations, wall=pages.wall)
    with store.writing() as connection:
        partner, _ = add_partner(connection, "Kiwi", PartnerKind.AGGREGATOR, "", 0)
    ticket = service.ask_customer(partner, PartnerAsking("DURAND42", "Kiwi 4711", days=90))
    (waiting,) = re.findall(r'href="([^"]*/operations/[0-9a-f]{32})"', guest.get("accounts").text)
    sent = guest.send(guest.client.get(f"{waiting}?by=sms"), "code")
    code = find_code(one.text for one in operations.list_messages(furnish_space(store).customer_id))
    done = guest.send(sent, "confirm", code=code)
    assert "peut lire vos comptes" in unescape(done.text)
    token = service.poll_token(partner, ticket.request_id).token
    page = guest.get("security")
    assert "Kiwi" in page.text
    assert f"<dd>{WORDS.consent_unused}" in page.text
    service.list_accounts(service.read_grant(token, Scope.ACCOUNTS))
    assert f"<dd>{WORDS.consent_unused}" not in guest.get("security").text
    assert "Terminé le" in unescape(press(guest, page, "consent/").text)
    with pytest.raises(PartnerError):
        service.read_grant(token, Scope.ACCOUNTS)
    assert "ne lit plus vos comptes" in unescape(guest.get("notices").text)


CELLS = [
    (kind, terminal, reason)
    for kind in OperationKind
    if CATALOGUE[kind].has_amount and TerminalKind.PHONE in CATALOGUE[kind].terminals
    for terminal in ("the trusted telephone", "a telephone that is not trusted yet", "any browser")
    for reason in ("known payee", "own account", "small", "none of these")
]


@pytest.mark.parametrize(("days", "asked"), [({}, False), ({"day": 2}, False), ({"day": 2, "rhythm": "monthly"}, True)])
def test_whoever_begins_a_series_is_asked(
    phone: Phone, store: SqlStore, days: dict[str, str | int], asked: bool
) -> None:
    """On the trusted telephone, to one of his payees: (EU) 2018/389, article 14(1)."""
    file, fields = furnish_space(store), dict(days)
    if "day" in days:
        fields["day"] = (date.today() + timedelta(days=int(days["day"]))).isoformat()
    fields |= {"amount": 30_01, "payee": "Zoe", "payee_iban": FRENCH, "account": file.list_accounts()[0].iban}
    asking = Asking(phone.customer_id, OperationKind.SEPA_TRANSFER, TerminalKind.PHONE, fields)
    operation = phone.service.ask_on_phone(asking, phone.device_id).operation
    assert (operation.state is OperationState.PENDING) is asked


@pytest.mark.parametrize(("kind", "terminal", "reason"), CELLS)
def test_every_cell_of_transfer_terminal_and_article(
    phone: Phone, store: SqlStore, kind: OperationKind, terminal: str, reason: str
) -> None:
    """Exempt is what the sheet stars (France, instant, outside France; not Paylib), on the trusted telephone alone, and
    where an article holds; all else is asked. The server decides it, and the money then goes without a confirmation."""
    abroad = kind is OperationKind.TRANSFER_ABROAD
    payees = {"known payee": GERMAN if abroad else FRENCH}
    file = furnish_space(store)
    with store.writing() as connection:
        add_beneficiary(connection, phone.customer_id, "Zoe", GERMAN, 0)
    if not abroad:
        payees["own account"] = file.list_accounts()[1].iban
    payee = payees.get(reason, "DE75512108001245126199" if abroad else UNKNOWN)
    if terminal != "the trusted telephone":
        with store.writing() as connection:
            connection.execute(update(DEVICES).values(uses=9))
    cents = 30_00 if reason == "small" else 30_01
    fields: dict[str, str | int] = {
        "amount": cents,
        "payee": "Zoe",
        "payee_iban": payee,
        "account": file.list_accounts()[0].iban,
    }
    asking = Asking(phone.customer_id, kind, TerminalKind.PHONE, fields)
    asked = phone.service.ask_on_phone(asking, None if terminal == "any browser" else phone.device_id)
    held = {"known payee": Exemption.TRUSTED_BENEFICIARY, "small": Exemption.LOW_VALUE}
    held |= {} if abroad else {"own account": Exemption.OWN_ACCOUNTS}
    starred = kind is not OperationKind.FRIEND_TRANSFER
    expected = held.get(reason) if starred and terminal == "the trusted telephone" else None
    assert asked.exemption is expected
    assert (asked.operation.state is OperationState.APPROVED) == (expected is not None)
    assert phone.service.find_exemption(phone.customer_id, asked.operation.operation_id) is expected
    assert phone.service.find_exemption(phone.customer_id + 1, asked.operation.operation_id) is None


def test_what_was_not_asked_says_why_on_its_page(guest: Guest, phone: Phone) -> None:
    exempt, asked = pay(phone), pay(phone, UNKNOWN, 60_000)
    page = unescape(guest.get(f"operations/{exempt.operation.operation_id}").text).replace("\N{NO-BREAK SPACE}", " ")
    assert SPACE.confirm.exempted[Exemption.TRUSTED_BENEFICIARY] in page
    assert asked.exemption is None
    other = unescape(guest.get(f"operations/{asked.operation.operation_id}").text).replace("\N{NO-BREAK SPACE}", " ")
    assert not any(sentence in other for sentence in SPACE.confirm.exempted.values())
