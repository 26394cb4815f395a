"""What asks other servers follows no redirect, reads no endless answer, and says nothing of what it sent."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bank.threeds.merchants import MerchantEntry, MerchantError, is_allowed_origin
from bank.web.acs.site import HttpPoster
from web.client import MOST_ANSWER, AskingServerError, post_octets


class OddServer(BaseHTTPRequestHandler):
    """Answers as its path says; whoever comes to /elsewhere was led there."""

    led = False

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/redirect":
            self.send_response(307)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/elsewhere":
            type(self).led = True
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * (MOST_ANSWER + 2))
        elif self.path == "/nonsense":
            self.wfile.write(b"no HTTP at all\r\n\r\n")
        else:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def odd() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), OddServer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_answer_and_its_status(odd: str) -> None:
    answer = post_octets(f"{odd}/plain", b"secret", {})
    assert (answer.status, answer.body) == (200, b"ok")
    assert HttpPoster().post_result(f"{odd}/plain", b"{}") == b"ok"


def test_no_redirect_is_followed(odd: str) -> None:
    assert post_octets(f"{odd}/redirect", b"", {}).status == 307
    with pytest.raises(AskingServerError):
        HttpPoster().post_result(f"{odd}/redirect", b"{}")
    assert not OddServer.led


@pytest.mark.parametrize("path", ["/endless", "/nonsense"])
def test_what_is_no_answer(odd: str, path: str) -> None:
    with pytest.raises(AskingServerError) as caught:
        post_octets(odd + path, b"secret", {"Authorization": "Bearer secret"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/", "http://", "file:///etc/passwd", "http://127.0.0.1:x/", "//x"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(AskingServerError):
        post_octets(url, b"", {})


def test_nobody_there(odd: str) -> None:
    with pytest.raises(AskingServerError):
        post_octets("http://127.0.0.1:9/", b"", {})


ALLOWED = (
    "https://shop.example",
    "https://shop.example:8443",
    "http://127.0.0.1:8038",
    "http://localhost:1",
    "http://[::1]:5",
)
REFUSED = (
    "https://ex ample",
    "https://éxample.fr",
    "https://a;script-src",
    "https://*",
    "https://-a",
    "http://shop.example",
    "http://192.168.1.7",
    "http://169.254.169.254",
    "https://shop.example/",
    "https://shop.example/path",
    "https://user@shop.example",
    "https://shop.example:443",
    "HTTPS://SHOP.example",
    "https://shop.example\\@127.0.0.1",
    "javascript:alert(1)",
    "null",
    "",
)


def test_which_origins_a_shop_may_have() -> None:
    assert all(map(is_allowed_origin, ALLOWED))
    assert not any(map(is_allowed_origin, REFUSED))
    for wrong in (
        {"code": "No Such"},
        {"name": ""},
        {"name": "x" * 41},
        {"origin": "http://shop.example"},
        {"category": "x"},
    ):
        with pytest.raises(MerchantError):
            MerchantEntry(**({"code": "shop", "name": "Shop", "origin": "https://shop.example"} | wrong))
