"""What other sites, other names and long bodies get from a page on loopback: nothing."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from web.guard import MOST_BYTES, Guard, content_policy


@pytest.fixture
def seen() -> list[str]:
    """What got through."""
    return []


@pytest.fixture
def client(seen: list[str]) -> TestClient:
    async def page(request: Request) -> Response:
        seen.append(request.method)
        return PlainTextResponse("here")

    routes = [Route("/", page, methods=["GET", "POST"])]
    return TestClient(Guard(Starlette(routes=routes), content_policy()), base_url="http://localhost:8035")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8035", "127.0.0.1", "127.0.0.1:80", "[::1]:8035", "LOCALHOST"]
)
def test_our_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).text == "here"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil.example:8035", "127.0.0.1.nip.io", "", "localhost:x", "0.0.0.0"],
)
def test_a_name_that_was_rebound_to_us_is_not(client: TestClient, seen: list[str], host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert seen == []
    assert "content-security-policy" in answer.headers


FROM_ELSEWHERE = [
    ("POST", {"Origin": "http://evil.example"}),
    ("POST", {"Origin": "null"}),
    ("POST", {"Origin": "https://localhost:8035"}),
    ("POST", {"Origin": "http://localhost:8036"}),
    ("POST", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}),
    ("POST", {"Sec-Fetch-Site": "same-site"}),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}),
    ("GET", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "empty"}),
]


@pytest.mark.parametrize(("method", "headers"), FROM_ELSEWHERE)
def test_another_sites_page_is_not_answered(
    client: TestClient, seen: list[str], method: str, headers: dict[str, str]
) -> None:
    assert client.request(method, "/", headers=headers).status_code == 403
    assert seen == []


OUR_OWN = [
    ("POST", {"Origin": "http://localhost:8035"}),
    ("POST", {"Origin": "http://localhost:8035", "Sec-Fetch-Site": "same-origin"}),
    ("POST", {}),
    ("GET", {"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"}),
    ("GET", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "iframe"}),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}),
]


@pytest.mark.parametrize(("method", "headers"), OUR_OWN)
def test_our_own_pages_programs_and_links_to_us_are(client: TestClient, method: str, headers: dict[str, str]) -> None:
    assert client.request(method, "/", headers=headers).status_code == 200


@pytest.mark.parametrize(("size", "status"), [(0, 200), (MOST_BYTES, 200), (MOST_BYTES + 1, 413)])
def test_a_body_has_a_limit(client: TestClient, size: int, status: int) -> None:
    assert client.post("/", content=bytes(size)).status_code == status


def test_a_body_of_unknown_length_is_not_read(client: TestClient, seen: list[str]) -> None:
    assert client.post("/", content=iter([b"some", b"more"])).status_code == 411
    assert seen == []


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "²", "9" * 5000])
def test_a_length_that_is_none_is_refused(client: TestClient, length: str) -> None:
    headers = {b"Content-Length": length.encode()}
    assert client.post("/", headers=headers).status_code == 413
