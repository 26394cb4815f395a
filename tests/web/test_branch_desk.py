"""The adviser's desk: who gets in, what is seen, what each post may do, and that the journal knows every act."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import insert
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from bank.books.limiting import set_count
from bank.books.people import ContactKind, CredentialKind, PaymentCardState, Post
from bank.books.records import CustomerKind
from bank.books.schema import SMS_OUTBOX
from bank.books.store_sql import SqlStore
from bank.journal.chain import JournalLine, name_customer
from bank.journal.keeping import list_lines, verify_journal
from bank.ledger.entries import AccountKind
from bank.operations.catalogue import EffectKind
from bank.operations.deciding import CARRIED_OUT, NOT_CARRIED_OUT
from bank.operations.policy import OPERATION_POLICY
from bank.operations.table import OperationState
from bank.people.staff import end_staff, find_staff
from bank.verification import Verifier
from bank.web.branch.acts import DeskActs
from bank.web.branch.pages import COOKIE
from bank.web.branch.rights import RIGHTS, DeskAct, may_do
from bank.web.branch.site import PATH, open_branch
from bank.web.branch.words import BranchWords, list_branch_languages
from bank.web.shared import BookSessions
from tests.web.adviser import MEMBERS, Adviser, Advisers
from tests.web.coopanet import HERE, NewCode, Time
from tests.web.test_next_customer import lose_books


def lines_about(store: SqlStore, subject: str) -> list[JournalLine]:
    with store.reading() as connection:
        assert verify_journal(connection).broken is None
        return list(list_lines(connection, subject))


def durand(store: SqlStore) -> str:
    customer = store.find_customer("DURAND42")
    assert customer is not None
    return name_customer(customer.customer_id)


@pytest.mark.parametrize("post", Post)
def test_each_post_signs_on_with_its_card_and_a_code_once(adviser: Advisers, new_code: NewCode, post: Post) -> None:
    member, card = MEMBERS[post]
    code = new_code(card)
    status, path, page = adviser().sign_on(post, code=code)
    assert (status, path) == (200, f"{PATH}/fr/customers")
    assert member.name in page
    assert adviser().sign_on(post, code=code)[0] == 403


WRONG = (
    {"code": "00000000"},
    {"staff": "NOBODY00"},
    {"post": "customer-centre"},
    {"post": "director"},
    {"staff": "DURAND42"},
    {"staff": "mastercard-cap"},
)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: "-".join(wrong.values()))
def test_whatever_is_wrong_is_refused_alike(
    adviser: Advisers, store: SqlStore, time: Time, wrong: dict[str, str]
) -> None:
    usual = adviser().sign_on(Post.AGENCY, code="00000000")
    before = len(time.pauses)
    status, path, page = adviser().sign_on(Post.AGENCY, **wrong)
    assert (status, path) == (403, f"{PATH}/fr/")
    assert words_of(page) == words_of(usual[2])
    assert len(time.pauses) == before + 1
    assert "sign-on refused" in [line.event for line in lines_about(store, "branch")]


def words_of(page: str) -> str:
    return re.sub(r"<input [^>]*>| selected", "", page)


def test_a_slip_is_no_attempt(adviser: Advisers, store: SqlStore) -> None:
    assert adviser().sign_on(Post.AGENCY, code="1234567")[0] == 422
    assert not store.list_attempts("mastercard-cap")


def test_a_customers_session_opens_no_desk_and_the_other_way_round(
    at_work: Adviser, adviser: Advisers, store: SqlStore
) -> None:
    customers = BookSessions(store)
    thief = adviser()
    thief.client.cookies.set(COOKIE, customers.open_session("DURAND42"), path=PATH)
    assert thief.client.get(f"{PATH}/fr/customers").url.path == f"{PATH}/fr/"
    assert customers.user_of(at_work.client.cookies[COOKIE]) is None


def test_the_cookie_is_for_the_desks_own_path(adviser: Advisers) -> None:
    cookie = adviser().client.get(f"{PATH}/fr/").headers["set-cookie"]
    assert re.search(rf"Path={PATH}; SameSite=strict", cookie, re.IGNORECASE)
    assert "HttpOnly" in cookie


@pytest.mark.parametrize("path", ["customers", "customers/DURAND42", "customers/DURAND42/journal"])
def test_nobody_else_sees_anything(adviser: Advisers, path: str) -> None:
    stranger = adviser()
    answer = stranger.client.get(f"{PATH}/fr/{path}")
    assert answer.url.path == f"{PATH}/fr/"
    assert "Durand" not in answer.text


@pytest.mark.parametrize(("query", "found"), [("dur", 1), ("MOREAU17", 1), ("", 2), ("%", 0), ("zzz", 0), ("_", 0)])
def test_customers_are_found_by_name_or_user_code(at_work: Adviser, store: SqlStore, query: str, found: int) -> None:
    status, page = at_work.post("fr/customers", query=query)
    assert status == 200
    assert page.count("/fr/customers/") == found
    line = lines_about(store, "branch")[0]
    assert (line.event, json.loads(line.detail)) == ("searched customers", {"found": found})
    assert line.actor == "staff AGENCE01 (agency)"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_synthesis_has_all_parts_and_no_code(at_work: Adviser, store: SqlStore, language: str) -> None:
    words = list_branch_languages()[language]
    status, page = at_work.get(f"{language}/customers/DURAND42")
    assert status == 200
    parts = (words.contacts, words.accounts, words.cards, words.credentials, words.services, words.operations)
    assert all(f"<h2>{part.replace(chr(39), '&#39;')}</h2>" in page for part in (*parts, words.notices))
    assert "claude.durand@example.org" in page
    assert re.search(r"FR76( \d{4})+", page)
    assert lines_about(store, durand(store))[0].event == "saw the synthesis"


def test_text_messages_are_shown_without_their_words(at_work: Adviser, store: SqlStore) -> None:
    customer = store.find_customer("DURAND42")
    assert customer is not None
    row = {"customer_id": customer.customer_id, "number": "+33639987693", "text": "Code 31415926", "created_ms": 0}
    with store.writing() as connection:
        connection.execute(insert(SMS_OUTBOX).values(row))
    page = at_work.get("fr/customers/DURAND42")[1]
    assert "finit par 93" in page
    assert "31415926" not in page


@pytest.mark.parametrize("user", ["NOBODY00", "durand 42", "x" * 300, "%00", "'; DROP"])
def test_who_is_no_customer_is_not_found(at_work: Adviser, user: str) -> None:
    for path in (user, f"{user}/journal", f"{user}/events"):
        assert at_work.get(f"fr/customers/{path}")[0] == 404


REOPENING = (DeskAct.REOPEN_CONFIRMING, DeskAct.REOPEN_CARD)
CELLS = [(post, act) for post in Post for act in REOPENING]


@pytest.mark.parametrize(("post", "act"), CELLS, ids=lambda one: one.value)
def test_each_post_does_what_it_may_and_the_server_refuses_the_rest(
    adviser: Advisers, store: SqlStore, post: Post, act: DeskAct
) -> None:
    close_to_codes(store, act)
    one = adviser()
    one.sign_on(post)
    page = one.get("fr/customers/DURAND42")[1]
    assert (f'value="{act.value}"' in page) and ('<button type="submit" class="quiet">Rouvrir' in page) is may_do(
        post, act
    )
    card = "bank-card" if act is DeskAct.REOPEN_CARD else ""
    status, _ = one.post("fr/customers/DURAND42/acts", act=act.value, card=card)
    assert status == (200 if may_do(post, act) else 403)
    events = [line.event for line in lines_about(store, durand(store))]
    assert (act.value in events) is may_do(post, act)
    assert is_closed(store, act) is not may_do(post, act)
    assert one.post("fr/customers/DURAND42/acts", act=act.value, card=card)[0] == 403 or not may_do(post, act)


def close_to_codes(store: SqlStore, act: DeskAct) -> None:
    customer = store.find_customer("DURAND42")
    assert customer is not None
    if act is DeskAct.REOPEN_CARD:
        for _ in range(5):
            Verifier(store).verify("DURAND42", "00000000")
        return
    with store.writing() as connection:
        set_count(connection, f"refusals/{customer.customer_id}", OPERATION_POLICY.refusals, 0)


def is_closed(store: SqlStore, act: DeskAct) -> bool:
    seen = DeskActs(store).see_customer(MEMBERS[Post.AGENCY][0], "DURAND42")
    assert seen is not None
    if act is DeskAct.REOPEN_CONFIRMING:
        return seen.closed_to_codes
    return any(one.status is not None and one.status.failures >= 5 for one in seen.credentials)


def test_an_act_for_a_card_that_is_another_customers_is_refused(at_work: Adviser, store: SqlStore) -> None:
    store.block_card("sesame-card", True)
    assert at_work.post("fr/customers/DURAND42/acts", act="reopen-card", card="sesame-card")[0] == 403
    assert store.card_status("sesame-card").blocked


def test_every_post_sees(at_work: Adviser) -> None:
    assert RIGHTS[DeskAct.SEE] == frozenset(Post)


def test_the_journal_of_one_customer_tells_who_looked(at_work: Adviser, store: SqlStore) -> None:
    at_work.get("fr/customers/DURAND42")
    status, page = at_work.get("fr/customers/DURAND42/journal")
    assert status == 200
    assert page.count("staff AGENCE01 (agency)") == 2
    assert "intacte" in page
    assert "MOREAU17" not in page


def test_a_journal_that_was_changed_is_told(at_work: Adviser, store: SqlStore) -> None:
    with store.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS journal_no_update")
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        for name in names:
            if "journal" in name:
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        connection.exec_driver_sql("UPDATE journal SET event = 'nothing' WHERE seq = 1")
    assert "rompue à la ligne 1" in at_work.get("fr/customers/DURAND42/journal")[1]


@pytest.mark.parametrize("path", ["customers", "customers/DURAND42/acts", "sign-off"])
def test_a_form_of_somebody_else_does_nothing(at_work: Adviser, path: str) -> None:
    assert at_work.client.post(f"{PATH}/fr/{path}", data={"mark": "0" * 64}).status_code == 403


def test_signing_off_ends_it_and_is_in_the_journal(at_work: Adviser, store: SqlStore) -> None:
    status, page = at_work.post("fr/sign-off")
    assert status == 200
    assert "Le poste est fermé" in page
    assert at_work.client.get(f"{PATH}/fr/customers").url.path == f"{PATH}/fr/"
    assert lines_about(store, "branch")[0].event == "signed off"


def test_whoever_leaves_the_bank_is_signed_off(at_work: Adviser, store: SqlStore) -> None:
    with store.writing() as connection:
        found = find_staff(connection, "AGENCE01")
        assert found
        end_staff(connection, found[0].staff_id, 1)
    assert at_work.client.get(f"{PATH}/fr/customers").url.path == f"{PATH}/fr/"


def test_books_that_are_away_are_said(at_work: Adviser, store: SqlStore, tmp_path: Path) -> None:
    lose_books(store, tmp_path)
    answer = at_work.client.get(f"{PATH}/fr/customers")
    assert answer.status_code == 503
    assert "Rien n&#39;a été changé" in answer.text


@pytest.mark.parametrize("language", list_branch_languages().values(), ids=lambda words: words.language)
def test_every_value_of_the_books_has_its_words(language: BranchWords) -> None:
    for words, values in (
        (language.posts, Post),
        (language.customer_kinds, CustomerKind),
        (language.account_kinds, AccountKind),
        (language.contact_kinds, ContactKind),
        (language.credential_kinds, CredentialKind),
        (language.card_states, PaymentCardState),
        (language.states, OperationState),
    ):
        assert list(words) == [one.value for one in values]


@pytest.mark.parametrize("language", list_branch_languages().values(), ids=lambda words: words.language)
def test_the_journal_says_what_operations_did_in_words(language: BranchWords) -> None:
    ends = [state.value for state in OperationState if state is not OperationState.PENDING]
    effects = [f"{kind.value} {end}" for kind in EffectKind for end in (CARRIED_OUT, NOT_CARRIED_OUT)]
    said = {"asked for", "declared fraud", "code refused", "code sent", "closed to codes", *ends, *effects}
    assert {f"operation {each}" for each in said} <= set(language.events)
    assert {act.value for act in DeskAct if act is not DeskAct.SEE} <= set(language.events)


def test_it_stands_behind_its_guard(store: SqlStore) -> None:
    client = TestClient(Starlette(routes=[Mount(PATH, open_branch(store))]), base_url=HERE)
    assert client.get(f"{PATH}/fr/", headers={"host": "rebound.example"}).status_code == 421
    policy = client.get(f"{PATH}/fr/").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert client.get(f"{PATH}/static/branch/branch.js").headers["content-type"].startswith("text/javascript")
    assert client.get(f"{PATH}/static/coopanet.css").status_code == 200
