"""What is asked for in the client space: every form, what is wrong with it, and names made to mislead."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from bank.books.store_sql import SqlStore
from bank.operations.catalogue import OperationKind
from bank.securpass.approving.results import SHOWING
from bank.web.coopanet.space.asking import read_terminal
from bank.web.coopanet.space.forms import FORMS
from bank.web.coopanet.space.pages import LISTED
from bank.web.coopanet.space.words import FormSlip, SpaceWords, list_space_words
from tests.web.coopanet import NewCode, Visitors
from tests.web.space import FRENCH, GERMAN, Guest, furnish_space, sign_in, slips
from web.forms import make_ticket

OTHER_FRENCH = "FR14 2004 1010 0505 0001 3M02 606"


@pytest.fixture(params=["fr", "en"])
def guest(visitor: Visitors, store: SqlStore, new_code: NewCode, request: pytest.FixtureRequest) -> Guest:
    furnish_space(store)
    return sign_in(visitor(), "DURAND42", new_code("bank-card"), request.param)


def words_of(guest: Guest) -> SpaceWords:
    return list_space_words()[guest.language]


PAYEE = {"payee": "Camille Moreau", "payee_iban": OTHER_FRENCH}
ADDRESS = {"street": "4 rue des Lilas", "postcode": "93100", "town": "Montreuil"}

GOOD = [
    ("sepa-transfer", PAYEE | {"amount": "12"}),
    ("sepa-transfer", {"to": FRENCH, "amount": "12"}),
    ("sepa-transfer", PAYEE | {"payee_iban": "iban : fr14-2004-1010-0505-0001-3m02-606", "amount": "12"}),
    ("instant-transfer", PAYEE | {"amount": "12"}),
    ("transfer-abroad", {"payee": "Anke", "payee_iban": GERMAN, "amount": "12"}),
    ("friend-transfer", PAYEE | {"payee_iban": GERMAN, "amount": "12"}),
    ("add-beneficiary", PAYEE),
    ("withdraw-by-phone", {}),
    ("card-limits", {"payments": "1000", "withdrawals": "0"}),
    ("change-email", {"email": "c.durand@exemple.org"}),
    ("change-address", ADDRESS),
    ("change-address", ADDRESS | {"more": "Bâtiment B", "country": "France"}),
]


@pytest.mark.parametrize(("kind", "typed"), GOOD)
def test_a_form_leads_to_an_operation_to_confirm(guest: Guest, kind: str, typed: dict[str, str]) -> None:
    page = guest.ask(kind, **typed)
    assert page.status_code == 200, slips(page)
    assert re.fullmatch(rf"/{guest.language}/operations/[0-9a-f]{{32}}", page.url.path)
    assert words_of(guest).kinds_by_name[kind].name.replace("'", "&#39;") in page.text


def test_every_kind_has_a_form_that_was_tried() -> None:
    shown = {kind.value for kind in SHOWING}  # by Sécur'Pass alone: tests/web/test_space_cards.py
    assert {kind for kind, _ in GOOD} | shown == {kind.value for kind in FORMS}


BAD = [
    ("sepa-transfer", PAYEE | {"amount": ""}, {"amount": FormSlip.MISSING}),
    ("sepa-transfer", PAYEE | {"amount": "dix"}, {"amount": FormSlip.AMOUNT_SHAPE}),
    ("sepa-transfer", PAYEE | {"amount": "1,2345"}, {"amount": FormSlip.AMOUNT_DECIMALS}),
    ("sepa-transfer", PAYEE | {"amount": "0"}, {"amount": FormSlip.AMOUNT_ZERO}),
    ("sepa-transfer", PAYEE | {"amount": "9" * 20}, {"amount": FormSlip.AMOUNT_LARGE}),
    ("sepa-transfer", {"amount": "5"}, {"payee": FormSlip.MISSING, "payee_iban": FormSlip.MISSING}),
    ("sepa-transfer", PAYEE | {"to": FRENCH, "amount": "5"}, {"to": FormSlip.BOTH}),
    ("sepa-transfer", {"to": GERMAN, "amount": "5"}, {"to": FormSlip.CHOICE}),
    ("sepa-transfer", PAYEE | {"account": FRENCH, "amount": "5"}, {"account": FormSlip.CHOICE}),
    ("sepa-transfer", PAYEE | {"payee_iban": "12", "amount": "5"}, {"payee_iban": FormSlip.IBAN_SHAPE}),
    ("sepa-transfer", PAYEE | {"payee_iban": FRENCH[:-1], "amount": "5"}, {"payee_iban": FormSlip.IBAN_LENGTH}),
    ("sepa-transfer", PAYEE | {"payee_iban": "FR15" + FRENCH[4:], "amount": "5"}, {"payee_iban": FormSlip.IBAN_CHECK}),
    ("sepa-transfer", PAYEE | {"payee": "x" * 71, "amount": "5"}, {"payee": FormSlip.LONG}),
    ("sepa-transfer", PAYEE | {"payee": "Cam\u202eille", "amount": "5"}, {"payee": FormSlip.SIGNS}),
    ("instant-transfer", PAYEE | {"amount": "1e9"}, {"amount": FormSlip.AMOUNT_SHAPE}),
    ("transfer-abroad", {"payee": " ", "payee_iban": GERMAN, "amount": "5"}, {"payee": FormSlip.MISSING}),
    ("add-beneficiary", {}, {"payee": FormSlip.MISSING, "payee_iban": FormSlip.MISSING}),
    ("card-limits", {"card": "999", "payments": "1", "withdrawals": "1"}, {"card": FormSlip.CHOICE}),
    ("card-limits", {}, {"payments": FormSlip.MISSING, "withdrawals": FormSlip.MISSING}),
    ("change-email", {}, {"email": FormSlip.MISSING}),
    ("change-email", {"email": "claude"}, {"email": FormSlip.EMAIL_SHAPE}),
    ("change-email", {"email": "c" * 250 + "@b.fr"}, {"email": FormSlip.LONG}),
    ("change-address", {}, dict.fromkeys(("street", "postcode", "town"), FormSlip.MISSING)),
    ("change-address", ADDRESS | {"town": "x" * 61}, {"town": FormSlip.LONG}),
    ("change-address", ADDRESS | {"more": "\u200b."}, {"more": FormSlip.SIGNS}),
]


@pytest.mark.parametrize(("kind", "typed", "wrong"), BAD)
def test_every_mistake_is_told_at_its_field_and_what_was_typed_stays(
    guest: Guest, kind: str, typed: dict[str, str], wrong: dict[str, FormSlip]
) -> None:
    page = guest.ask(kind, **typed)
    assert page.status_code == 422
    said = slips(page)
    assert set(said) == set(wrong)
    words = words_of(guest)
    for name, slip in wrong.items():
        begin = words.slips[slip].partition("{")[0].replace(" :", "\u00a0:").replace(" ;", "\u00a0;")
        assert said[name].startswith(begin)
        assert f'href="#{name}"' in page.text
        assert re.search(rf'id="{name}"[^>]* aria-invalid="true"', page.text), name
    for name, value in typed.items():
        if name not in ("to", "account", "card"):
            shown = re.search(rf'<input id="{name}"[^>]* value="([^"]*)"', page.text)
            assert shown
            assert unescape(shown[1]) == value.replace(" :", "\u00a0:")


FAULTS = [
    ("sepa-transfer", PAYEE | {"amount": "1999999"}, "amount", "AMOUNT"),
    ("sepa-transfer", PAYEE | {"amount": "99999"}, "amount", "FUNDS"),
    ("sepa-transfer", {"payee": "Anke", "payee_iban": GERMAN, "amount": "5"}, "payee_iban", "COUNTRY"),
    ("transfer-abroad", PAYEE | {"amount": "5"}, "payee_iban", "COUNTRY"),
    ("add-beneficiary", {"payee": "Camille", "payee_iban": FRENCH}, "payee_iban", "THERE_ALREADY"),
    ("change-email", {"email": "claude.durand@example.org"}, "email", "THERE_ALREADY"),
]


@pytest.mark.parametrize(("kind", "typed", "name", "fault"), FAULTS)
def test_what_the_bank_does_not_take_is_told_at_its_field(
    guest: Guest, kind: str, typed: dict[str, str], name: str, fault: str
) -> None:
    page = guest.ask(kind, **typed)
    assert page.status_code == 422
    wanted = next(text for each, text in words_of(guest).faults.items() if each.name == fault)
    assert slips(page) == {name: wanted.replace(" :", "\u00a0:")}


def test_an_own_account_cannot_pay_itself(guest: Guest, store: SqlStore) -> None:
    own = furnish_space(store).list_accounts()
    page = guest.ask("sepa-transfer", account=own[0].iban, to=own[0].iban, amount="5")
    assert list(slips(page)) == ["to"]
    assert guest.ask("sepa-transfer", account=own[0].iban, to=own[1].iban, amount="5").status_code == 200


CORPUS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    "</dd></dl><h1>Approved</h1>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "&lt;b&gt; &amp;amp;",
    "<!-- --><svg/onload=alert(1)>",
    "Camille \u05de\u05d5\u05e8\u05d5",
]


class Content(HTMLParser):
    """What a browser makes of a page: its tags, the names of their attributes, and what is set apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.apart: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self._inside = tag == "bdi"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.apart.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


@pytest.mark.parametrize("name", CORPUS)
def test_a_payees_name_is_text_wherever_it_stands(guest: Guest, name: str) -> None:
    """On the page that confirms it, in the list, after a mistake; a name of the other direction is set apart."""
    page = guest.ask("sepa-transfer", payee=name, payee_iban=OTHER_FRENCH, amount="5")
    again = guest.ask("sepa-transfer", payee=name, payee_iban=OTHER_FRENCH, amount="")
    for text in (page.text, guest.get("operations").text, again.text):
        content = Content(text)
        assert content.tags.count("h1") == 1
        assert not {"script", "svg"} & set(content.tags)
        assert not [each for each in content.attributes if each.startswith("on") or each == "style"]
    assert name in Content(page.text).apart
    assert name in Content(guest.get("operations").text).apart


@pytest.mark.parametrize("name", ["\u202eCamille", "Cam\u2066ille", "Camille\u200b", "Cam\u200dille", "\u0007"])
def test_a_name_with_signs_that_cannot_be_seen_is_refused(guest: Guest, name: str) -> None:
    page = guest.ask("add-beneficiary", payee=name, payee_iban=OTHER_FRENCH)
    assert "payee" in slips(page)


def test_a_form_sent_twice_is_one_operation(guest: Guest) -> None:
    """A double click, the back button, a reload: the same form asks for the same thing."""
    given = guest.hidden(guest.get("ask/change-email").text, "ask/change-email") | {"email": "neu@exemple.fr"}
    sent = [guest.client.post(f"/{guest.language}/ask/change-email", data=given).url.path for _ in range(3)]
    assert len(set(sent)) == 1
    assert guest.get("operations").text.count(sent[0]) == 1


def test_two_tabs_are_two_operations(guest: Guest) -> None:
    paths = {guest.ask("change-email", email="neu@exemple.fr").url.path for _ in range(2)}
    assert len(paths) == 2


@pytest.mark.parametrize("ticket", ["", "x", "../../etc", "0" * 31])
def test_a_ticket_that_is_none_of_ours_is_a_form_all_the_same(guest: Guest, ticket: str) -> None:
    assert guest.ask("change-email", email="neu@exemple.fr", ticket=ticket).status_code == 200


def test_a_form_without_its_mark_is_not_taken(guest: Guest) -> None:
    page = guest.client.post(f"/{guest.language}/ask/change-email", data={"email": "a@b.fr", "ticket": make_ticket()})
    assert page.status_code == 403
    assert "operations/" not in guest.get("operations").text


@pytest.mark.parametrize("kind", ["log-on", "enrol-wallet", "nothing", "SEPA-TRANSFER"])
def test_there_is_no_form_for_what_cannot_be_asked_for_here(guest: Guest, kind: str) -> None:
    assert guest.get(f"ask/{kind}").status_code == 404
    assert guest.client.post(f"/{guest.language}/ask/{kind}", data={}).status_code in (403, 404)


def test_a_link_chooses_the_payee_and_nothing_else_of_it_comes_in(guest: Guest) -> None:
    page = guest.client.get(f"/{guest.language}/ask/sepa-transfer?to={FRENCH}&amount=999&payee=<b>")
    assert f'<option value="{FRENCH}" selected>' in page.text
    assert re.findall(r'<input id="(?:amount|payee)"[^>]* value="([^"]*)"', page.text) == ["", ""]
    assert "<b>" not in page.text


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("", "computer"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0", "computer"),
        ("Mozilla/5.0 (Linux; Android 16) Mobile Safari", "phone"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19) Mobile/1", "phone"),
        ("Mozilla/5.0 (Linux; Android 16) Safari", "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 19) Mobile/1", "tablet"),
    ],
)
def test_a_browser_says_what_it_runs_on(agent: str, kind: str) -> None:
    assert read_terminal(agent).value == kind


def test_all_words_are_there_in_both_languages() -> None:
    french, english = (list_space_words()[language] for language in ("fr", "en"))
    for kinds in (french.kinds, english.kinds):
        assert set(kinds) == LISTED, "asked for here, on the telephone, by a shop or by a partner"
    for name in ("slips", "faults", "states", "fields", "account_kinds", "movement_kinds", "card_states"):
        assert set(getattr(french, name)) == set(getattr(english, name)), name
    assert {*french.slips} == set(FormSlip)
    assert OperationKind.LOG_ON not in french.kinds
