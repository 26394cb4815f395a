"""What every page stands on, word by word, at each bound: policies and headers, sessions, forms sent twice, clock."""

import asyncio
import json
import logging
import os
import time
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from web.beside import PathSplit
from web.bounds import Bounds
from web.clock import seconds_asleep_too
from web.files import address_file, serve_folder
from web.guard import Guard, Refusal, content_policy
from web.once import KEPT_S, Submissions
from web.sessions import LONGEST_TOKEN, Limits, Sessions
from web.structured import JsonFormatter


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# What browsers are told


@pytest.mark.parametrize(
    ("wanted", "policy"),
    [
        ({}, "style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
        (
            {"scripts": True},
            "style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'",
        ),
        (
            {"frames": True, "framed_by": "http://127.0.0.1:8000"},
            "style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors http://127.0.0.1:8000",
        ),
    ],
)
def test_nothing_but_our_own_files_unless_it_is_named(wanted: dict[str, bool | str], policy: str) -> None:
    assert content_policy(**wanted) == f"default-src 'none'; {policy}"  # type: ignore[arg-type]


def test_every_answer_tells_the_browser_what_it_may_not(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    app = Guard(Starlette(routes=[Mount("/", serve_folder(tmp_path))]), "default-src 'none'")
    with TestClient(app, base_url="http://127.0.0.1") as client:
        for answer, kept in (
            (client.get("/a.txt"), "no-cache"),
            (client.get("/none"), "no-store"),
            (client.post("/a.txt", headers={"host": "evil"}), "no-store"),
        ):
            told = {name: answer.headers[name] for name in GIVEN}
            assert told == GIVEN | {"cache-control": kept}, answer.status_code


def test_a_file_is_kept_by_the_browser_as_long_as_it_is_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a.css"
    file.write_text("a", encoding="utf-8")
    app = Guard(Starlette(routes=[Mount("/static", serve_folder(tmp_path))]), "default-src 'none'")
    with TestClient(app, base_url="http://127.0.0.1") as client:
        address = address_file("/static/a.css", file)
        assert client.get(address).headers["cache-control"] == "max-age=31536000, immutable"
        plain = client.get("/static/a.css")
        again = client.get("/static/a.css", headers={"if-none-match": plain.headers["etag"]})
        assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")
        file.write_text("another", encoding="utf-8")
        os.utime(file, ns=(0, 0))
        changed = address_file("/static/a.css", file)
        assert changed != address
        assert client.get(address).headers["cache-control"] == "no-cache"  # it bears the old content's mark
        assert client.get(changed).headers["cache-control"] == "max-age=31536000, immutable"
        assert address_file("/static/b.css", tmp_path / "b.css") == "/static/b.css"  # not there: the page is


GIVEN = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'",
}
"""Referrer policy, CORP, COOP, permissions policy: the W3C's and WHATWG's specifications of these headers."""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.png", "image/png"),
    ],
)
def test_a_file_is_served_as_what_it_is_whatever_the_system_believes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    monkeypatch.setattr("mimetypes._db", None)
    monkeypatch.setattr("mimetypes.inited", False)
    monkeypatch.setattr("mimetypes.knownfiles", [str(tmp_path / "registry")])
    (tmp_path / "registry").write_text("text/plain js css svg png\n", encoding="utf-8")
    (tmp_path / name).write_text("a", encoding="utf-8")
    app = Starlette(routes=[Mount("/", serve_folder(tmp_path))])
    with TestClient(app) as client:
        assert client.get(f"/{name}").headers["content-type"] == kind


# What is refused


def refusal_of(*headers: tuple[str, str], method: str = "POST") -> Refusal | None:
    """What the guard of a page says of a request with these headers."""
    raw = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "method": method, "scheme": "http", "path": "/", "headers": raw}
    return Guard(Starlette(), "").refuse_request(scope)


HERE = ("host", "127.0.0.1:8000")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 421),
        ([HERE, HERE], 421),
        ([HERE], None),
        ([("host", "LOCALHOST")], None),
        ([("host", "[::1]:80")], None),
        ([("host", "[::1]")], None),
        ([("host", "127.0.0.1:x")], 421),
        ([("host", ":80")], 421),
        ([("host", "127.0.0.2")], 421),
        ([HERE, ("sec-fetch-site", "cross-site")], 403),
        ([HERE, ("sec-fetch-site", "same-site")], 403),
        ([HERE, ("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8000")], None),
        ([HERE, ("sec-fetch-site", "none")], None),
        ([HERE, ("origin", "HTTP://127.0.0.1:8000")], None),
        ([HERE, ("origin", "http://127.0.0.1:8001")], 403),
        ([HERE, ("origin", "https://127.0.0.1:8000")], 403),
        ([HERE, ("transfer-encoding", "chunked")], 411),
        ([HERE, ("content-length", "8192")], None),
        ([HERE, ("content-length", "000008192")], None),
        ([HERE, ("content-length", "0000008192")], 413),
        ([HERE, ("content-length", "8193")], 413),
        ([HERE, ("content-length", "-1")], 413),
        ([HERE, ("content-length", "²")], 413),
    ],
)
def test_what_is_sent_to_us_is_refused_by_its_head(headers: list[tuple[str, str]], status: int | None) -> None:
    refusal = refusal_of(*headers)
    assert (refusal and refusal.status) == status


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_needs_no_origin_of_ours(method: str) -> None:
    assert refusal_of(HERE, ("origin", "http://elsewhere"), method=method) is None


def test_a_link_of_another_site_may_be_followed_and_no_more() -> None:
    link = (HERE, ("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "document"))
    assert refusal_of(*link, method="GET") is None
    assert refusal_of(*link) is not None
    assert refusal_of(*link[:2], ("sec-fetch-dest", "iframe"), method="GET") is not None


# Sessions


def test_a_session_lasts_an_hour_at_most_however_it_is_used() -> None:
    assert Limits() == Limits(idle=300, longest=3600, most=10_000)
    now = Hands()
    sessions = Sessions(Limits(idle=10, longest=25), now)
    token = sessions.open_session("DURAND42")
    for step in (9, 9, 6.5):
        now.now += step
        assert sessions.user_of(token) == "DURAND42"
    now.now += 0.5
    assert sessions.user_of(token) is None
    now.now -= 0.5
    assert sessions.user_of(token) is None, "it is gone, not only old"


def test_the_oldest_of_too_many_sessions_makes_room() -> None:
    sessions = Sessions(Limits(most=3), Hands())
    tokens = [sessions.open_session(f"USER{number}") for number in range(5)]
    assert [sessions.user_of(token) for token in tokens] == [None, None, "USER2", "USER3", "USER4"]


def test_what_is_over_makes_room_before_what_lasts() -> None:
    now = Hands()
    sessions = Sessions(Limits(idle=10, most=2), now)
    lasting = sessions.open_session("LASTS")
    sessions.open_session("OVER")
    now.now += 9
    assert sessions.user_of(lasting) == "LASTS"
    now.now += 1
    third = sessions.open_session("THIRD")
    assert [sessions.user_of(token) for token in (lasting, third)] == ["LASTS", "THIRD"]


def test_signing_off_ends_one_and_the_end_ends_all() -> None:
    sessions = Sessions(now=Hands())
    tokens = [sessions.open_session(user) for user in ("ONE", "TWO", "THREE")]
    sessions.close(tokens[0])
    sessions.close(tokens[0])
    assert [sessions.user_of(token) for token in tokens] == [None, "TWO", "THREE"]
    sessions.end_all()
    assert [sessions.user_of(token) for token in tokens] == [None] * 3


def test_a_token_cannot_be_guessed_and_fits_its_cookie() -> None:
    """256 bits: 43 characters of base64 (RFC 4648, 5)."""
    sessions = Sessions(now=Hands())
    tokens = {sessions.session_token() for _ in range(10)} | {sessions.open_session("X")}
    assert len(tokens) == 11
    assert {len(token) for token in tokens} == {43}
    assert LONGEST_TOKEN > 43
    assert Sessions().csrf_token("x") != sessions.csrf_token("x"), "each process has a key of its own"
    assert not sessions.check_csrf("x", Sessions().csrf_token("x"))
    assert sessions.check_csrf("x", sessions.csrf_token("x"))
    assert not sessions.check_csrf("", sessions.csrf_token("")), "who has no token has no form"


# A form sent twice


def test_an_accepted_form_is_remembered_for_five_seconds_and_a_refused_one_is_not() -> None:
    now, asked = Hands(), []
    submissions = Submissions(now)

    async def send(form: tuple[str, ...], gives: str | None) -> str | None:
        async def act() -> str | None:
            asked.append(form)
            return gives

        return await submissions.once(form, act)

    async def story() -> None:
        assert await send(("a", "b"), None) is None
        assert await send(("a", "b"), "first") == "first"
        now.now += KEPT_S - 0.5
        assert await send(("a", "b"), "second") == "first"
        assert await send(("ab",), "other") == "other"
        now.now += 0.5
        assert await send(("a", "b"), "third") == "third"
        submissions.forget()
        assert await send(("a", "b"), "fourth") == "fourth"

    asyncio.run(story())
    assert asked == [("a", "b"), ("a", "b"), ("ab",), ("a", "b"), ("a", "b")]
    assert 3 <= KEPT_S <= 10, "longer than anybody's double click, shorter than a change of mind"


def test_a_failure_is_everybodys_who_waits_and_is_forgotten() -> None:
    submissions = Submissions(Hands())

    async def fail() -> str | None:
        await asyncio.sleep(0)
        raise OSError("full")

    async def work() -> str | None:
        return "done"

    async def story() -> None:
        both = await asyncio.gather(*(submissions.once(("a",), fail) for _ in range(2)), return_exceptions=True)
        assert [str(each) for each in both] == ["full", "full"]
        assert await submissions.once(("a",), work) == "done"

    asyncio.run(story())


# The clock


@pytest.mark.parametrize(
    ("missing", "refused", "used"),
    [
        ((), (), "CLOCK_BOOTTIME"),
        (("CLOCK_BOOTTIME",), (), "CLOCK_MONOTONIC"),
        ((), ("CLOCK_BOOTTIME",), "CLOCK_MONOTONIC"),
        (("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"), (), None),
    ],
)
def test_seconds_are_counted_by_the_first_clock_that_goes_on_asleep(
    monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...], refused: tuple[str, ...], used: str | None
) -> None:
    hands = {"CLOCK_BOOTTIME": 7_500_000_000, "CLOCK_MONOTONIC": 3_000_000_000}
    names = {getattr(time, name): name for name in hands}

    def tell(clock: int) -> int:
        if names[clock] in refused:
            raise OSError("unknown to this kernel")
        return hands[names[clock]]

    monkeypatch.setattr(time, "clock_gettime_ns", tell)
    for name in missing:
        monkeypatch.delattr(time, name)
    clock = seconds_asleep_too()
    if used is None:
        assert clock is time.monotonic
    else:
        assert clock() == hands[used] / 1e9


def test_a_server_bounds_connections_requests_answers_and_heads() -> None:
    """docs/branch.md promises these."""
    assert Bounds() == Bounds(connections=100, request_s=10.0, stalled_s=20.0, head_bytes=16_384)


# Two applications at one address


@pytest.mark.parametrize(
    ("asked", "answers"),
    [("/shop", "below"), ("/shop/pay", "below"), ("/shops", "others"), ("/", "others"), ("/a/shop", "others")],
)
def test_each_of_two_applications_hears_of_its_own_addresses_alone(asked: str, answers: str) -> None:
    async def below(_request: Request) -> Response:
        return PlainTextResponse("below")

    async def others(_request: Request) -> Response:
        return PlainTextResponse("others")

    apps = (Starlette(routes=[Route("/{rest:path}", each)]) for each in (below, others))
    assert TestClient(PathSplit("/shop", *apps)).get(asked).text == answers


# What programs read of the log


def told(**more: object) -> dict[str, object]:
    """A record as one line of JSON."""
    record = logging.LogRecord("web.x", logging.WARNING, "path", 1, "told %d\n", (7,), None)
    for name, value in more.items():
        setattr(record, name, value)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    read: dict[str, object] = json.loads(line)
    return read


def test_a_line_of_the_log_says_when_who_and_what() -> None:
    line = told(created=0.0625, process=41, fields={"route": "/", "status": 200})
    assert line == {
        "at": "1970-01-01T00:00:00.062+00:00",
        "level": "warning",
        "from": "web.x",
        "process": 41,
        "event": "told 7\n",
        "route": "/",
        "status": 200,
    }


def test_of_an_exception_the_log_says_kind_and_place_and_nothing_that_was_typed() -> None:
    def deep() -> None:
        raise ValueError("12345678")

    try:
        deep()
    except ValueError as error:
        line = told(exc_info=(type(error), error, error.__traceback__))
    assert line["exception"] == "ValueError"
    assert str(line["place"]).startswith("deep, line ")
    assert "12345678" not in json.dumps(line)
    assert "exception" not in told(exc_info=(None, None, None))
