"""A transfer on a day and every month in the client space: its form, its page, the list, and its end."""

from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from bank.books.schema_schedule import SCHEDULED_PAYMENTS
from bank.books.store_sql import SqlStore
from bank.languages import local_moment
from bank.operations.notices import NoticeEvent
from bank.operations.ports import AskingFault
from bank.operations.service import OperationService
from bank.web.coopanet.space.words import FormSlip, list_space_words
from tests.web.conftest import NOW_MS
from tests.web.coopanet import NewCode, Visitors
from tests.web.space import FRENCH, Guest, furnish_space, sign_in, slips

K = "sepa-transfer"


@pytest.fixture(params=["fr", "en"])
def guest(visitor: Visitors, store: SqlStore, new_code: NewCode, request: pytest.FixtureRequest) -> Guest:
    furnish_space(store)
    return sign_in(visitor(), "DURAND42", new_code("bank-card"), request.param)


def plain(text: str) -> str:
    """As it is written in the words: pages have spaces that do not break."""
    return unescape(text).replace("\N{NO-BREAK SPACE}", " ")


def test_a_standing_transfer_is_asked_for_listed_and_cancelled(guest: Guest, store: SqlStore) -> None:
    words = list_space_words()[guest.language]
    first = (local_moment(NOW_MS) + timedelta(days=40)).date()
    written = f"{first:%d/%m/%Y}"
    typed = {"to": FRENCH, "amount": "12", "when": "monthly", "day": first.isoformat()}
    asked = guest.ask(K, **typed)
    assert words.fields["when"].label in asked.text
    assert ("de chaque mois" if guest.language == "fr" else "of each month") in plain(asked.text)
    number = asked.url.path.rsplit("/", 1)[1]
    customer = furnish_space(store).customer_id
    service = OperationService(store)
    guest.send(guest.get(f"operations/{number}?by=sms"), "code")
    text = service.list_messages(customer)[0].text
    code = "".join(sign for sign in text.split(".")[0] if sign.isdecimal())[:8]
    page = guest.send(guest.get(f"operations/{number}?by=sms"), "confirm", code=code)
    assert plain(page.text).count(words.schedule.noted.format(day=written)) == 1, page.text
    assert written in guest.get("operations").text
    listed = guest.get("scheduled")
    assert words.schedule.next.format(day=written) in listed.text
    ended = guest.send(page, "unschedule")
    assert words.schedule.cancelled in plain(ended.text)
    assert plain(guest.get("scheduled").text).count(words.schedule.none) == 1
    assert words.notice_events[NoticeEvent.UNSCHEDULED] in plain(guest.get("notices").text)
    with store.reading() as connection:
        assert connection.execute(select(SCHEDULED_PAYMENTS.c.state)).scalar_one() == "cancelled"


def test_what_is_wrong_with_the_day_is_said_at_its_field(guest: Guest) -> None:
    words = list_space_words()[guest.language]
    today = local_moment(NOW_MS).date().isoformat()
    for typed, name, said in (
        ({"when": "now", "day": "2030-01-01"}, "when", words.slips[FormSlip.DAY_AND_NOW]),
        ({"when": "never"}, "when", words.slips[FormSlip.CHOICE]),
        ({"when": "later"}, "day", words.slips[FormSlip.MISSING]),
        ({"when": "later", "day": "31/02/2027"}, "day", words.slips[FormSlip.DAY_SHAPE]),
        ({"when": "later", "day": today}, "day", words.faults[AskingFault.DAY]),
        ({"when": "monthly", "day": "05/12/2199"}, "day", words.faults[AskingFault.DAY]),
    ):
        page = guest.ask(K, to=FRENCH, amount="12", **typed)
        found = {field: plain(text) for field, text in slips(page).items()}
        assert (page.status_code, found) == (422, {name: plain(said)}), typed
