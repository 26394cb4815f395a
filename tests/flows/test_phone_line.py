"""The telephone's line without a socket: what the bank's application is asked, and what becomes of its answers."""

import json
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from simulator.phone.line import AppLine, AppRefusedError, UnreachedError

NO_HEADERS: tuple[tuple[bytes, bytes], ...] = ()


class Bank:
    """An application that notes what it is asked, and answers what it is told to."""

    def __init__(self, status: int = 200, answer: bytes = b"{}", headers: Any = NO_HEADERS) -> None:  # noqa: ANN401 - ASGI
        self.status = status
        self.answer = answer
        self.headers = headers
        self.scopes: list[Scope] = []
        self.bodies: list[Message] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        self.bodies.append(await receive())
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        for part in (self.answer[:1], self.answer[1:]):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})


def test_a_look_is_a_browsers_request() -> None:
    """ASGI, HTTP connection scope: every member that servers give."""
    bank = Bank(answer=b'{"step": "s"}')
    assert AppLine(bank, "en").get("operations?since=5&to=%20") == {"step": "s"}
    (scope,) = bank.scopes
    headers = dict(scope.pop("headers"))
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/api/operations",
        "raw_path": b"/api/operations",
        "query_string": b"since=5&to=%20",
        "root_path": "",
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 80),
    }
    assert headers == {
        b"host": b"localhost",
        b"accept-language": b"en",
        b"content-type": b"application/json",
        b"content-length": b"0",
        b"x-coopanet-app": b"1",
    }
    assert bank.bodies == [{"type": "http.request", "body": b"", "more_body": False}]


def test_what_is_sent_is_json_with_its_length() -> None:
    bank = Bank()
    line = AppLine(bank)
    line.post("log-on", {"user": "é"})
    line.post("log-off")
    assert [each["method"] for each in bank.scopes] == ["POST", "POST"]
    assert [json.loads(each["body"]) for each in bank.bodies] == [{"user": "é"}, {}]
    for scope, message in zip(bank.scopes, bank.bodies, strict=True):
        assert dict(scope["headers"])[b"content-length"] == b"%d" % len(message["body"])
        assert dict(scope["headers"])[b"accept-language"] == b"fr", "a telephone's browser speaks French, unless told"


def test_cookies_are_kept_changed_and_taken_away() -> None:
    bank = Bank(headers=[(b"set-cookie", b"a=1; Path=/; HttpOnly"), (b"set-cookie", b"b=2"), (b"x-other", b"c=3")])
    line = AppLine(bank)
    line.get("look")
    bank.headers = [(b"set-cookie", b'a=""; Max-Age=0'), (b"set-cookie", b"b=4")]
    line.get("look")
    line.get("look")
    sent = [dict(each["headers"]).get(b"cookie") for each in bank.scopes]
    assert sent == [None, b"a=1; b=2", b"b=4"]
    assert "cookies" not in repr(line)


@pytest.mark.parametrize("status", [200, 201, 299, 399])
def test_an_answer_is_its_json(status: int) -> None:
    assert AppLine(Bank(status, b'{"a": [1]}')).get("look") == {"a": [1]}


def test_an_answer_without_content_says_nothing() -> None:
    assert AppLine(Bank(204, b"")).post("log-off") == {}


@pytest.mark.parametrize("status", [400, 403, 499])
def test_a_refusal_has_its_status_and_its_answer(status: int) -> None:
    with pytest.raises(AppRefusedError, match="the bank refuses: too-late") as refused:
        AppLine(Bank(status, b'{"error": "too-late"}')).get("look")
    assert (refused.value.status, refused.value.answer) == (status, {"error": "too-late"})
    with pytest.raises(AppRefusedError, match=f"the bank refuses: {status}"):
        AppLine(Bank(status, b"{}")).get("look")


@pytest.mark.parametrize("status", [500, 503])
def test_a_failure_is_no_refusal_and_need_not_be_json(status: int) -> None:
    with pytest.raises(UnreachedError, match=rf"the bank fails \({status}\)"):
        AppLine(Bank(status, b"<p>")).get("look")


def test_without_a_network_nothing_is_asked() -> None:
    bank = Bank()
    line = AppLine(bank)
    assert line.online
    line.online = False
    with pytest.raises(UnreachedError, match="no network: phone online"):
        line.get("look")
    assert bank.scopes == []
