"""How an operation is confirmed, given up or lost in the client space: by the reader, by text message, once."""

import re
from html import unescape

import pytest
from httpx2 import Response

from bank.books.store_sql import SqlStore
from bank.emv.terminal import CodeRequest
from bank.web.coopanet.frame import Frame
from bank.web.coopanet.sign_in import REFUSAL_S
from bank.web.coopanet.space.moments import Moments, draw_bar
from bank.web.coopanet.space.words import Told, list_space_words
from tests.web.coopanet import NewCode, Time, Visitors
from tests.web.space import FRENCH, GERMAN, Guest, furnish_space, sign_in

WORDS = list_space_words()["fr"]
MINUTE_S = 60


@pytest.fixture
def guest(visitor: Visitors, store: SqlStore, new_code: NewCode) -> Guest:
    furnish_space(store)
    return sign_in(visitor(), "DURAND42", new_code("bank-card"))


def digits(page: Response) -> list[str]:
    """What the page says to type on the reader."""
    return ["".join(each.split()) for each in re.findall(r'class="digits">([\d ]+)<', page.text)]


def transfer(guest: Guest, amount: str = "12,34") -> Response:
    return guest.ask("sepa-transfer", to=FRENCH, amount=amount)


def signed(page: Response, new_code: NewCode) -> str:
    """The code that the reader shows when the page is followed."""
    typed = digits(page)
    request = CodeRequest(challenge=typed[0]) if len(typed) == 1 else CodeRequest("", int(typed[0]), typed[1])
    return new_code("bank-card", request)


def text_of(page: Response) -> str:
    """What is written there, without what holds words together."""
    return unescape(page.text).replace("\u00a0", " ")


def told(page: Response) -> str:
    """What the page says in an alert."""
    found = re.search(r'role="alert">\s*<h2>.*?</h2>\s*<p>(.*?)</p>', text_of(page), re.DOTALL)
    return found[1] if found else ""


def sent_code(guest: Guest) -> str:
    """The code in the latest message on the demonstration's telephone."""
    found = re.search(
        r"(\d{4} ?\d{4})", guest.get("telephone").text.split('class="messages"')[1].split("</li>")[0][60:]
    )
    assert found
    return found[0]


def balance(store: SqlStore) -> int:
    return furnish_space(store).list_accounts()[0].balance_cents


KINDS = [
    ("sepa-transfer", {"to": FRENCH, "amount": "12,34"}, "accounts"),
    ("instant-transfer", {"to": FRENCH, "amount": "12,34"}, "accounts"),
    ("transfer-abroad", {"payee": "Anke", "payee_iban": GERMAN, "amount": "12,34"}, "accounts"),
    ("add-beneficiary", {"payee": "Anke", "payee_iban": GERMAN}, "beneficiaries"),
    ("card-limits", {"payments": "2222", "withdrawals": "111"}, "cards"),
    ("change-email", {"email": "neu@exemple.fr"}, "details"),
    ("change-address", {"street": "4 rue des Lilas", "postcode": "93100", "town": "Montreuil"}, "details"),
]
SEEN = {
    "add-beneficiary": "DE89 3704 0044 0532 0130 00",
    "card-limits": "2\u202f222,00\u00a0€",
    "change-email": "neu@exemple.fr",
    "change-address": "4 rue des Lilas, 93100 Montreuil",
}


@pytest.mark.parametrize("way", ["reader", "sms"])
@pytest.mark.parametrize(("kind", "typed", "where"), KINDS)
def test_what_is_confirmed_is_seen_where_it_is_now(  # noqa: PLR0917
    guest: Guest, store: SqlStore, new_code: NewCode, kind: str, typed: dict[str, str], where: str, way: str
) -> None:
    before = balance(store)
    page = guest.ask(kind, **typed)
    if way == "sms":
        page = guest.send(guest.client.get(f"{page.url.path}?by=sms"), "code")
    code = signed(page, new_code) if way == "reader" else sent_code(guest)
    done = guest.send(page, "confirm", code=code)
    assert done.status_code == 200
    words = WORDS.kinds_by_name[kind]
    assert words.done in text_of(done)
    link = re.search(rf'class="button" href="([^"]*)">{words.where}', done.text)
    assert link
    assert f"/fr/{where}" in link[1]
    shown = guest.client.get(link[1])
    if where == "accounts":
        assert before - balance(store) == 1234
        assert "−12,34" in shown.text
    else:
        assert SEEN[kind] in shown.text
    assert words.done in text_of(guest.get("notices"))
    assert WORDS.states[next(state for state in WORDS.states if state.value == "approved")] in text_of(
        guest.get("operations")
    )


def test_the_page_says_what_to_press_with_the_readers_pictures(guest: Guest) -> None:
    page = transfer(guest, "1 250,50")
    assert digits(page) == ["125050", FRENCH[-8:]]
    assert "1\u202f250,50" in page.text
    pictures = re.findall(r'<img class="(?:screen|step)" src="([^"]*)"', page.text)
    names = " ".join(each.rpartition("/")[2].partition(".")[0] for each in pictures)
    assert names == ("insert-fr ready-fr key-sign amount-fr key-ok account-fr key-ok pin-fr key-ok code-fr")
    for picture in pictures:
        assert guest.client.get(picture).status_code == 200
    other = guest.ask("change-email", email="neu@exemple.fr")
    assert len(digits(other)[0]) == 8
    assert "key-challenge" in other.text


def test_a_code_for_another_amount_is_refused_in_the_words_of_any_refusal(guest: Guest, new_code: NewCode) -> None:
    page = transfer(guest)
    wrong = new_code("bank-card", CodeRequest("", 1235, FRENCH[-8:]))
    refused = guest.send(page, "confirm", code=wrong)
    assert told(refused) == WORDS.confirm.told[Told.WRONG]
    plain = guest.send(page, "confirm", code=new_code("bank-card"))
    assert told(plain) == told(refused)
    assert told(guest.send(page, "confirm", code="00000000")) == told(refused)


def test_the_last_try_but_one_warns_and_the_fifth_closes(guest: Guest, new_code: NewCode) -> None:
    page = transfer(guest)
    said = [told(guest.send(page, "confirm", code=f"0000000{n}")) for n in range(5)]
    wrong, last, closed = (WORDS.confirm.told[each] for each in (Told.WRONG, Told.LAST, Told.BLOCKED))
    assert said == [wrong, wrong, wrong, last, closed]
    assert told(guest.send(page, "confirm", code=signed(page, new_code))) == closed


def test_a_slip_is_no_try(guest: Guest, new_code: NewCode) -> None:
    page = transfer(guest)
    for _ in range(7):
        assert told(guest.send(page, "confirm", code="1234 567")) == WORDS.confirm.told[Told.SLIP]
    assert WORDS.kinds_by_name["sepa-transfer"].done in text_of(
        guest.send(page, "confirm", code=signed(page, new_code))
    )


def test_loading_a_refusal_anew_sends_nothing_again(guest: Guest) -> None:
    page = guest.send(transfer(guest), "confirm", code="00000000")
    assert page.request.method == "GET"
    for _ in range(6):
        page = guest.client.get(str(page.url))
        assert told(page) == WORDS.confirm.told[Told.WRONG]
    assert told(guest.send(page, "confirm", code="00000001")) == WORDS.confirm.told[Told.WRONG]


def test_a_double_click_a_reload_and_another_tab_move_the_money_once(
    guest: Guest, store: SqlStore, new_code: NewCode
) -> None:
    before = balance(store)
    page = transfer(guest)
    code = signed(page, new_code)
    for _ in range(3):
        done = guest.send(page, "confirm", code=code)
        assert WORDS.kinds_by_name["sepa-transfer"].done in text_of(done)
    assert WORDS.kinds_by_name["sepa-transfer"].done in text_of(guest.client.get(page.url.path))
    assert before - balance(store) == 1234


def test_the_same_code_long_after_finds_the_operation_done(
    guest: Guest, store: SqlStore, new_code: NewCode, time: Time
) -> None:
    page = transfer(guest)
    code = signed(page, new_code)
    guest.send(page, "confirm", code=code)
    after = balance(store)
    time.now += MINUTE_S
    assert WORDS.kinds_by_name["sepa-transfer"].done in text_of(guest.send(page, "confirm", code=code))
    assert balance(store) == after


def test_cancelled_is_cancelled_and_the_code_too_late(guest: Guest, store: SqlStore, new_code: NewCode) -> None:
    before = balance(store)
    page = transfer(guest)
    code = signed(page, new_code)
    for _ in range(2):
        assert WORDS.confirm.withdrawn in text_of(guest.send(page, "cancel"))
    assert WORDS.confirm.withdrawn in text_of(guest.send(page, "confirm", code=code))
    assert balance(store) == before


def test_after_ten_minutes_it_is_too_late(guest: Guest, store: SqlStore, new_code: NewCode, time: Time) -> None:
    before = balance(store)
    page = transfer(guest)
    code = signed(page, new_code)
    for _ in range(5):
        time.now += 2 * MINUTE_S
        guest.get("accounts")
    late = guest.send(page, "confirm", code=code)
    assert WORDS.confirm.expired in text_of(late)
    assert balance(store) == before


def test_too_many_messages_are_not_sent(guest: Guest) -> None:
    page = guest.client.get(f"{transfer(guest).url.path}?by=sms")
    for _ in range(3):
        page = guest.send(guest.client.get(f"{page.url.path}?by=sms"), "code")
        assert WORDS.sms.sent in text_of(page)
    page = guest.send(guest.client.get(f"{page.url.path}?by=sms"), "code")
    assert told(page) == WORDS.confirm.told[Told.TOO_MANY]


def test_a_code_that_is_on_its_way_has_its_field_however_one_comes_back(guest: Guest) -> None:
    page = transfer(guest)
    by_sms = f"{page.url.path}?by=sms"
    assert 'name="code"' not in guest.client.get(by_sms).text
    guest.send(guest.client.get(by_sms), "code")
    assert 'name="code"' in guest.client.get(by_sms).text, "without what was told after sending"


def test_a_double_click_sends_one_message(guest: Guest) -> None:
    page = guest.client.get(f"{transfer(guest).url.path}?by=sms")
    before = guest.get("telephone").text.count("<li><p")
    for _ in range(3):
        assert WORDS.sms.sent in text_of(guest.send(page, "code"))
    assert guest.get("telephone").text.count("<li><p") == before + 1


def test_another_customers_operation_and_account_are_not_there(
    guest: Guest, visitor: Visitors, store: SqlStore, new_code: NewCode
) -> None:
    furnish_space(store, "MOREAU17")
    page = transfer(guest)
    other = sign_in(visitor(), "MOREAU17", new_code("sesame-card"))
    mark = other.hidden(other.get("ask/change-email").text, "change-email")["mark"]
    path = page.url.path
    assert other.client.get(path).status_code == 404
    assert other.client.get(f"{path}/time.svg").status_code == 404
    for action in ("confirm", "code", "cancel"):
        answer = other.client.post(f"{path}/{action}", data={"mark": mark, "code": "12345678"})
        assert answer.status_code == 404, action
    own = furnish_space(store).list_accounts()[0].iban
    assert other.get(f"accounts/{own}").status_code == 404
    assert "1234" not in other.get("telephone").text
    assert WORDS.confirm.title in text_of(guest.client.get(path)), "nobody cancelled it"


@pytest.mark.parametrize("path", ["accounts", "transfers", "operations", "ask/change-email", "operations/00", "cards"])
def test_who_is_not_signed_in_is_led_to_where_one_signs_in(visitor: Visitors, path: str) -> None:
    assert visitor().client.get(f"/fr/{path}").url.path == "/fr/access"


def test_the_telephone_is_nobodys_before_signing_in(visitor: Visitors) -> None:
    page = visitor().client.get("/fr/telephone")
    assert WORDS.phone_nobody in text_of(page)


@pytest.mark.parametrize("action", ["confirm", "code", "cancel"])
def test_a_button_without_its_mark_does_nothing(guest: Guest, action: str) -> None:
    page = transfer(guest)
    assert guest.client.post(f"{page.url.path}/{action}", data={"code": "00000000"}).status_code == 403
    assert WORDS.confirm.title in text_of(guest.client.get(page.url.path))


@pytest.mark.parametrize("query", ["?told=nothing", "?told=<b>", "?by=<b>", "?by=app&told=", "?told=wrong&told=x"])
def test_an_address_that_no_page_of_ours_made_says_nothing_of_its_own(guest: Guest, query: str) -> None:
    page = guest.client.get(transfer(guest).url.path + query)
    assert page.status_code == 200
    assert "<b>" not in page.text


def test_the_time_left_is_a_bar_that_is_announced_to_nobody(guest: Guest, time: Time) -> None:
    page = transfer(guest)
    assert 'class="bar"' in page.text
    assert "aria-live" not in page.text
    time.now += MINUTE_S
    bar = guest.client.get(f"{page.url.path}/time.svg")
    assert bar.headers["content-type"] == "image/svg+xml"
    assert 'dur="540s"' in bar.text
    assert 'width="270"' in bar.text


@pytest.mark.parametrize(("left", "width"), [(-5, 0), (0, 0), (50, 150), (100, 300), (900, 300)])
def test_a_bar_is_never_longer_than_its_place(left: int, width: int) -> None:
    assert f'<rect width="{width}"' in draw_bar(left, 100)
    assert 'dur="1s"' in draw_bar(left, 100)


def test_moments_are_written_in_the_language() -> None:
    assert re.fullmatch(r"\d\d/\d\d/\d{4}, \d\d:\d\d", Moments("en").full(1_790_000_000_000))
    assert re.fullmatch(r"\d\d/\d\d/\d{4}, \d{1,2}\u00a0h\u00a0\d\d", Moments("fr").full(1_790_000_000_000))


def test_the_pages_need_books_that_hold_everything(pages: Frame, store: SqlStore) -> None:
    assert pages.books is store


def test_a_refused_code_is_told_after_the_same_time_whatever_was_wrong(
    guest: Guest, new_code: NewCode, time: Time
) -> None:
    """Time is data: the pause is asked for, and takes none."""
    page, before = transfer(guest), len(time.pauses)
    for code in ("00000000", new_code("bank-card"), new_code("bank-card", CodeRequest("", 1235, FRENCH[-8:]))):
        guest.send(page, "confirm", code=code)
    guest.send(page, "confirm", by="sms", code="00000000")
    guest.send(page, "confirm", code="00000001")
    guest.send(page, "confirm", code=signed(page, new_code))
    assert time.pauses[before:] == [REFUSAL_S] * 6, "closed to codes is told no sooner"
    guest.send(page, "confirm", code="1234 567")
    assert len(time.pauses) == before + 6, "a slip is no code"
