"""What the customer is told of what happened, where, and how a fraud is reported: by the customer, or by the branch."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from bank.books.people import BeneficiaryState, PeopleError, Post
from bank.books.schema import OPERATIONS, SMS_OUTBOX
from bank.books.store_sql import SqlStore
from bank.journal.chain import name_customer
from bank.journal.keeping import list_lines
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.guarding import read_number
from bank.operations.notices import NOTICE_TEXTS, NoticeEvent
from bank.operations.ports import Asking, ConfirmOutcome
from bank.operations.service import OperationService
from bank.operations.words import LANGUAGES
from bank.people.payments import change_beneficiary
from bank.web.branch.words import list_branch_languages
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.space.words import list_space_words
from bank.web.shared import BookSessions
from tests.web.adviser import MEMBERS, Adviser, Advisers
from tests.web.coopanet import NewCode, Visitors
from tests.web.space import Guest, furnish_space, sign_in
from tests.web.test_space_confirming import sent_code, signed, text_of, transfer

WORDS = list_space_words()["fr"]
ACTS = "fr/customers/DURAND42/acts"


@pytest.fixture
def guest(visitor: Visitors, store: SqlStore, new_code: NewCode) -> Guest:
    furnish_space(store)
    return sign_in(visitor(), "DURAND42", new_code("bank-card"))


def told(guest: Guest) -> list[str]:
    """The notices' sentences, newest first."""
    return re.findall(r"</h2>\s*<p>[^·]* · (.*?)</p>", text_of(guest.get("notices")))


def texts(store: SqlStore) -> list[tuple[str, str]]:
    """Number and text of every message, oldest first."""
    with store.reading() as connection:
        query = select(SMS_OUTBOX.c.number, SMS_OUTBOX.c.text).order_by(SMS_OUTBOX.c.id)
        return [(number, text) for number, text in connection.execute(query)]


def plain(page: str) -> str:
    """A page of the branch without what holds words together."""
    return unescape(page).replace("\u00a0", " ")


def sentence(event: NoticeEvent) -> str:
    return WORDS.notice_events[event]


def test_a_sign_in_from_a_terminal_that_is_not_known_is_told_once(
    visitor: Visitors, store: SqlStore, new_code: NewCode
) -> None:
    browser = visitor()
    guest = sign_in(browser, "DURAND42", new_code("bank-card"))
    assert told(guest) == [sentence(NoticeEvent.NEW_TERMINAL)]
    assert [text for _, text in texts(store)] == [NOTICE_TEXTS[NoticeEvent.NEW_TERMINAL](LANGUAGES["fr"])]
    browser.client.post("/fr/sign-off", data=guest.hidden(guest.get("ask/change-email").text, "change-email"))
    sign_in(browser, "DURAND42", new_code("bank-card"))
    assert len(texts(store)) == 1, "the browser is known"
    sign_in(visitor(), "DURAND42", new_code("bank-card"))
    assert len(texts(store)) == 2, "another one is not"
    browser.client.cookies.delete("coopanet")
    sign_in(browser, "MOREAU17", new_code("sesame-card"))
    assert len(texts(store)) == 3, "nor is this one to somebody else"
    names = [name for name in browser.client.cookies if name.startswith("terminal-")]
    assert len(names) == 2
    assert not [name for name in names if "DURAND" in name.upper()]


def test_a_double_click_is_one_terminal(visitor: Visitors, store: SqlStore, new_code: NewCode) -> None:
    browser, code = visitor(), new_code("bank-card")
    form = {"user": "DURAND42", "code": code, "mark": browser.mark()}
    for _ in range(2):
        assert browser.client.post("/fr/sesame", data=form).url.path == "/fr/accounts"
    assert len(texts(store)) == 1


def test_a_program_that_keeps_its_mark_is_known(visitor: Visitors, store: SqlStore, new_code: NewCode) -> None:
    client = visitor().client

    def enter(**more: str) -> str:
        answer = client.post("/api/session", json={"user": "DURAND42", "code": new_code("bank-card")} | more)
        return str(answer.json()["terminal"])

    mark = enter()
    assert enter(terminal=mark) == mark
    assert enter(terminal="x" * 64) not in {mark, "x" * 64}
    assert len(texts(store)) == 2


def test_whoever_closes_a_card_at_the_door_is_told_of_to_its_customer(
    visitor: Visitors, store: SqlStore, guest: Guest
) -> None:
    for _ in range(7):
        visitor().sign_in("DURAND42", "00000000")
    assert told(guest)[0] == sentence(NoticeEvent.CARD_CLOSED)
    assert [text for _, text in texts(store)].count(NOTICE_TEXTS[NoticeEvent.CARD_CLOSED](LANGUAGES["fr"])) == 1


def test_refused_codes_and_what_was_refused_are_among_the_notices(guest: Guest, store: SqlStore, pages: Pages) -> None:
    page = transfer(guest)
    guest.send(page, "confirm", code="00000000")
    number, customer = page.url.path.rpartition("/")[2], furnish_space(store).customer_id
    OperationService(store, wall=pages.wall).refuse_operation(customer, number)
    assert told(guest)[:2] == [sentence(NoticeEvent.REFUSED), sentence(NoticeEvent.CODE_REFUSED)]
    second = transfer(guest, "12,35")
    for turn in range(5):
        guest.send(second, "confirm", code=f"0000000{turn}")
    assert told(guest)[0] == sentence(NoticeEvent.CLOSED)


@pytest.mark.parametrize("late", [False, True], ids=["at the moment", "late"])
def test_a_customer_reports_a_fraud_and_is_signed_off(
    guest: Guest, store: SqlStore, new_code: NewCode, visitor: Visitors, late: bool
) -> None:
    page = transfer(guest)
    if late:
        page = guest.send(page, "confirm", code=signed(page, new_code))
    assert WORDS.confirm.report in text_of(page)
    question = guest.client.get(f"{page.url.path}/report")
    assert WORDS.confirm.report_text in text_of(question)
    assert "12,34" in question.text
    answer = guest.client.post(question.url.path, data=guest.hidden(question.text, "/report"))
    assert (answer.status_code, answer.url.path) == (200, "/fr/reported")
    assert sentence(NoticeEvent.FRAUD) in text_of(answer)
    assert "signalé une fraude" in texts(store)[-1][1]
    with store.reading() as connection:
        assert connection.execute(select(OPERATIONS.c.state)).scalar_one() == ("approved" if late else "fraud")
    again = sign_in(visitor(), "DURAND42", new_code("bank-card"))
    shown = again.client.get(page.url.path)
    assert WORDS.confirm.report not in text_of(shown)
    assert (WORDS.confirm.reported if late else WORDS.confirm.fraud) in text_of(shown)
    assert sentence(NoticeEvent.FRAUD) in told(again)


def test_a_form_of_somebody_else_reports_nothing(guest: Guest, visitor: Visitors, new_code: NewCode) -> None:
    page = transfer(guest)
    assert guest.client.post(f"{page.url.path}/report", data={"mark": "0" * 64}).status_code == 403
    other = sign_in(visitor(), "MOREAU17", new_code("sesame-card"))
    assert other.client.get(f"{page.url.path}/report").status_code == 404
    mark = other.hidden(other.get("ask/change-email").text, "change-email")
    assert other.client.post(f"{page.url.path}/report", data=mark).status_code == 404


def test_reporting_ends_the_sessions_in_the_books(visitor: Visitors, store: SqlStore, pages: Pages) -> None:
    """The tests' pages keep their sessions in memory; the served ones in the books, which the report empties."""
    customer, sessions = furnish_space(store).customer_id, BookSessions(store)
    token = sessions.open_session("DURAND42")
    service = OperationService(store)
    fields: dict[str, str | int] = {"email": "neu@example.org"}
    asked = service.request_operation(Asking(customer, OperationKind.CHANGE_EMAIL, TerminalKind.COMPUTER, fields))
    service.declare_fraud(customer, asked.operation_id)
    assert sessions.user_of(token) is None


# At the branch


@pytest.mark.parametrize("post", Post)
def test_every_post_takes_a_report_of_fraud_and_the_journal_has_who(
    adviser: Advisers, store: SqlStore, guest: Guest, post: Post
) -> None:
    one = adviser()
    one.sign_on(post)
    number = transfer(guest).url.path.rpartition("/")[2]
    words = list_branch_languages()["fr"]
    assert words.report_fraud in one.get("fr/customers/DURAND42")[1]
    status, shown = one.post(ACTS, act="report-fraud", operation=number)
    assert status == 200
    assert words.reported in plain(shown)
    assert one.post(ACTS, act="report-fraud", operation=number)[0] == 403, "once is enough"
    assert one.post("fr/customers/MOREAU17/acts", act="report-fraud", operation=number)[0] == 403
    customer = furnish_space(store).customer_id
    with store.reading() as connection:
        lines = list_lines(connection, name_customer(customer))
    by = {line.event: line.actor for line in lines}
    assert by["operation fraud"] == by["report-fraud"] == f"staff {staff(post)}"
    assert by["operation protection carried out"] == "bank"
    assert "signalé une fraude" in texts(store)[-1][1]


def staff(post: Post) -> str:
    return f"{MEMBERS[post][0].staff_code} ({post.value})"


def test_another_secure_telephone_is_told_to_both_and_kills_the_code_on_its_way(
    at_work: Adviser, store: SqlStore, guest: Guest
) -> None:
    page = guest.send(guest.client.get(f"{transfer(guest).url.path}?by=sms"), "code")
    code, old = sent_code(guest), texts(store)[-1][0]
    status, shown = at_work.post(ACTS, act="change-telephone", telephone="06 39 98 55 01")
    assert status == 200
    assert "+33639985501" in shown
    number, text = old, NOTICE_TEXTS[NoticeEvent.TELEPHONE](LANGUAGES["fr"])
    assert sorted(texts(store)[-2:]) == sorted([("+33639985501", text), (number, text)])
    assert told(guest)[0] == sentence(NoticeEvent.TELEPHONE)
    customer, operation = furnish_space(store).customer_id, page.url.path.rpartition("/")[2]
    assert OperationService(store).confirm_by_sms(customer, operation, code).outcome is ConfirmOutcome.WRONG
    with store.reading() as connection:
        lines = list_lines(connection, name_customer(customer))
    assert [line.detail for line in lines if line.event == "change-telephone"] == ["{}"]


def test_what_is_no_number_is_said_and_changes_nothing(at_work: Adviser, store: SqlStore, guest: Guest) -> None:
    before = texts(store)
    status, shown = at_work.post(ACTS, act="change-telephone", telephone="demain")
    assert status == 200
    assert list_branch_languages()["fr"].telephone_slip in plain(shown)
    assert texts(store) == before


@pytest.mark.parametrize("post", [Post.CUSTOMER_CENTRE, Post.E_AGENCY])
def test_the_number_that_codes_go_to_is_changed_at_the_agency_alone(
    adviser: Advisers, store: SqlStore, guest: Guest, post: Post
) -> None:
    one = adviser()
    one.sign_on(post)
    assert one.post(ACTS, act="change-telephone", telephone="06 39 98 55 01")[0] == 403
    assert not [number for number, _ in texts(store) if number.endswith("5501")]


def test_what_an_adviser_reopens_is_told(at_work: Adviser, visitor: Visitors, store: SqlStore, guest: Guest) -> None:
    page = transfer(guest)
    for number in range(5):
        guest.send(page, "confirm", by="sms", code=f"0000000{number}")
    for _ in range(5):
        visitor().sign_in("DURAND42", "00000000")
    assert at_work.post(ACTS, act="reopen-confirming")[0] == 200
    assert at_work.post(ACTS, act="reopen-card", card="bank-card")[0] == 200
    assert told(guest)[:2] == [sentence(NoticeEvent.CARD_REOPENED), sentence(NoticeEvent.REOPENED)]
    assert [text for _, text in texts(store)][-2:] == [
        NOTICE_TEXTS[NoticeEvent.REOPENED](LANGUAGES["fr"]),
        NOTICE_TEXTS[NoticeEvent.CARD_REOPENED](LANGUAGES["fr"]),
    ]


@pytest.mark.parametrize("post", list(Post))
def test_a_frozen_payee_is_released_at_the_agency_alone(
    adviser: Advisers, store: SqlStore, guest: Guest, post: Post
) -> None:
    file, one = furnish_space(store), adviser()
    (payee,) = file.list_payees()
    number = str(payee.beneficiary_id)
    one.sign_on(post)
    assert one.post(ACTS, act="release-payee", card=number)[0] == 403, "nothing is frozen"
    with store.writing() as connection:
        change_beneficiary(connection, payee.beneficiary_id, BeneficiaryState.ACTIVE, BeneficiaryState.FROZEN)
    assert f"Débloquer le bénéficiaire {payee.name}" in plain(one.get("fr/customers/DURAND42")[1])
    done = one.post(ACTS, act="release-payee", card=number)[0] == 200
    assert done is (post is Post.AGENCY)
    assert [each.iban for each in file.list_open_payees()] == ([payee.iban] if done else [])
    assert (told(guest)[:1] == [sentence(NoticeEvent.PAYEE_RELEASED)]) is done
    assert one.post(ACTS, act="release-payee", card=number)[0] == 403 or not done


@pytest.mark.parametrize(
    ("typed", "number"),
    [("+33 6 39 98 12 34", "+33639981234"), ("06.39.98.12.34", "+33639981234"), ("+49 (30) 123-4567", "+49301234567")],
)
def test_numbers_are_read_as_people_write_them(typed: str, number: str) -> None:
    assert read_number(typed) == number


@pytest.mark.parametrize("typed", ["", "639981234", "+0639981234", "+3363998123456789", "+33 six", "٠٦٣٩٩٨١٢٣٤"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(PeopleError):
        read_number(typed)


def test_the_next_customer_finds_no_notice_of_the_last_one(
    guest: Guest, pages: Pages, visitor: Visitors, new_code: NewCode
) -> None:
    transfer(guest)
    pages.begin_anew()
    guest = sign_in(visitor(), "DURAND42", new_code("bank-card"))
    assert told(guest) == [sentence(NoticeEvent.NEW_TERMINAL)]
