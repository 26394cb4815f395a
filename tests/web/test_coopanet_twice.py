"""One form, sent twice by a double click: at once, one after the other, and long after."""

import asyncio

import pytest

from bank.books.store_sql import SqlStore
from bank.errors import StateError
from bank.web.coopanet.frame import COOKIE
from tests.web.coopanet import NewCode, Time, Visitor, Visitors
from tests.web.loops import in_a_loop_of_its_own
from web.once import KEPT_S, Submissions

LIMIT_S = 20


def twice(someone: Visitor, first: dict[str, str], second: dict[str, str]) -> tuple[int, str]:
    """What the browser shows in the end: the second was sent before the first was answered, with the same cookie."""
    token = someone.client.cookies[COOKIE]
    assert someone.client.post("/fr/sesame", data=first, follow_redirects=False).status_code == 303
    someone.client.cookies.clear()
    someone.client.cookies.set(COOKIE, token)
    answer = someone.client.post("/fr/sesame", data=second)
    return answer.status_code, answer.url.path


def test_a_double_click_shows_the_accounts(visitor: Visitors, store: SqlStore, new_code: NewCode) -> None:
    someone = visitor()
    form = {"user": "DURAND42", "code": new_code("bank-card"), "mark": someone.mark()}
    assert twice(someone, form, form) == (200, "/fr/accounts")
    assert [each.reason.value for each in store.list_attempts("bank-card")] == ["accepted"]


def test_the_second_click_may_come_after_the_answer_to_the_first(visitor: Visitors, new_code: NewCode) -> None:
    someone = visitor()
    form = {"user": "DURAND42", "code": new_code("bank-card"), "mark": someone.mark()}
    for _ in range(2):
        answer = someone.client.post("/fr/sesame", data=form)
        assert (answer.status_code, answer.url.path) == (200, "/fr/accounts")


@pytest.mark.parametrize("changed", [{"user": "MOREAU17"}, {"code": "00000000"}])
def test_another_form_of_the_same_visitor_is_another_form(
    visitor: Visitors, new_code: NewCode, changed: dict[str, str]
) -> None:
    someone = visitor()
    form = {"user": "DURAND42", "code": new_code("bank-card"), "mark": someone.mark()}
    assert twice(someone, form, form | changed) == (403, "/fr/sesame")


def test_the_same_code_from_another_browser_is_refused(visitor: Visitors, new_code: NewCode) -> None:
    code = new_code("bank-card")
    assert visitor().sign_in("DURAND42", code).signed_in
    assert visitor().sign_in("DURAND42", code).status == 403


def test_the_same_form_long_after_is_refused(visitor: Visitors, new_code: NewCode, time: Time) -> None:
    someone = visitor()
    form = {"user": "DURAND42", "code": new_code("bank-card"), "mark": someone.mark()}
    token = someone.client.cookies[COOKIE]
    assert someone.client.post("/fr/sesame", data=form).status_code == 200
    someone.client.cookies.clear()
    someone.client.cookies.set(COOKIE, token)
    time.now += KEPT_S
    assert someone.client.post("/fr/sesame", data=form).status_code == 403


class Act:
    """What a form asks for: waits until it may end. Counts how often it was begun."""

    def __init__(self, gives: str | None, fails: type[Exception] | None = None) -> None:
        self.begun = 0
        self._gives = gives
        self._fails = fails
        self.may_end = asyncio.Event()

    async def __call__(self) -> str | None:
        self.begun += 1
        await self.may_end.wait()
        if self._fails:
            raise self._fails("no")
        return self._gives


@pytest.mark.parametrize("gives", ["token", None])
def test_two_at_once_are_looked_at_once(gives: str | None) -> None:
    async def both() -> tuple[list[str | None], int]:
        forms, act = Submissions(), Act(gives)
        waiting = [asyncio.ensure_future(forms.once(("a", "b"), act)) for _ in range(2)]
        other = asyncio.ensure_future(forms.once(("ab", ""), Act("other")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        act.may_end.set()
        given = await asyncio.gather(*waiting)
        other.cancel()
        return given, act.begun

    assert in_a_loop_of_its_own(both(), LIMIT_S) == ([gives, gives], 1)


def test_one_that_gives_up_takes_nothing_from_the_other_and_a_failure_is_told_to_both() -> None:
    async def three() -> tuple[bool, list[object]]:
        forms, act = Submissions(), Act(None, StateError)
        waiting = [asyncio.ensure_future(forms.once(("a",), act)) for _ in range(3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting[0].cancel()
        act.may_end.set()
        given = await asyncio.gather(*waiting, return_exceptions=True)
        return act.begun == 1, [type(each) for each in given]

    once, given = in_a_loop_of_its_own(three(), LIMIT_S)
    assert once
    assert given == [asyncio.CancelledError, StateError, StateError]


def test_a_refusal_is_not_remembered_and_an_acceptance_can_be_forgotten() -> None:
    async def after_another() -> list[int]:
        forms, refused, accepted = Submissions(), Act(None), Act("token")
        for act in (refused, refused, accepted, accepted):
            act.may_end.set()
            await forms.once((str(id(act)),), act)
        forms.forget()
        await forms.once((str(id(accepted)),), accepted)
        return [refused.begun, accepted.begun]

    assert in_a_loop_of_its_own(after_another(), LIMIT_S) == [2, 2]


def test_nothing_typed_is_kept() -> None:
    async def kept() -> str:
        forms, act = Submissions(), Act("token")
        act.may_end.set()
        await forms.once(("DURAND42", "11112222"), act)
        return repr(vars(forms))

    assert "11112222" not in in_a_loop_of_its_own(kept(), LIMIT_S)
