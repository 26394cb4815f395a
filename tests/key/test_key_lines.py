"""What the simulated PC says where a line to the bank cannot be had: the fault's own name, and no other's."""

import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from launcher.troubles import LaunchError, LaunchTrouble
from simulator.key import mutual_tls
from simulator.key.browser import SimulatedBrowser, SiteRequest, SiteUnreachedError
from simulator.key.launching import DeskNet
from simulator.key.mutual_tls import MissingTlsError, MutualConnection, UntrustedServerError
from tests.launcher.broken_server import serve_broken
from web.tls import make_certificate, make_root

ROOT = make_root(datetime.now(UTC)).certificate


@pytest.fixture
def listener() -> Iterator[str]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"https://localhost:{server.getsockname()[1]}"


@pytest.fixture
def without_tls(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    mutual_tls._load_tls.cache_clear()
    monkeypatch.setitem(sys.modules, "tlslite.api", None)
    yield
    mutual_tls._load_tls.cache_clear()


def test_a_library_that_is_not_there_is_no_site_that_refuses(listener: str, without_tls: None) -> None:
    with pytest.raises(LaunchError, match="install this project") as caught:
        DeskNet(ROOT).reach_site(listener)
    assert caught.value.trouble is LaunchTrouble.MISSING
    browser = SimulatedBrowser(ROOT, lambda: None)
    browser.open_window(listener)
    with pytest.raises(MissingTlsError):
        browser.ask_site(SiteRequest("GET", "/"))


def test_nobody_there_and_nobody_who_speaks_tls(listener: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        gone = f"https://localhost:{server.getsockname()[1]}"
    with pytest.raises(LaunchError) as caught:
        DeskNet(ROOT).reach_site(gone)
    assert caught.value.trouble is LaunchTrouble.REFUSED
    browser = SimulatedBrowser(ROOT, lambda: None)
    browser.open_window(gone)
    with pytest.raises(SiteUnreachedError):
        browser.ask_site(SiteRequest("GET", "/"))


def test_a_mistake_of_ours_stays_one(listener: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It read "refused"."""
    monkeypatch.setattr(mutual_tls.MutualConnection, "request", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        DeskNet(ROOT).reach_site(listener)


class Gone:
    """A line of TLS whose server went: telling it fails."""

    def close(self) -> None:
        raise ConnectionResetError


def test_a_line_that_cannot_be_closed_in_order_is_closed() -> None:
    """Its socket stood until the collector came."""
    line = MutualConnection("localhost", 443, x509.load_pem_x509_certificate(ROOT))
    line.end()
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        line._plain, line.sock = ours, Gone()
        line.end()
        assert theirs.recv(1) == b""


@pytest.mark.parametrize(
    ("host", "of_another", "damaged", "believed"),
    [
        ("localhost", False, False, True),
        ("localhost", True, False, False),
        ("localhost", False, True, False),
        ("elsewhere.example", False, False, False),
    ],
)
def test_a_server_is_believed_by_its_own_authority_under_its_own_name(
    host: str, of_another: bool, damaged: bool, believed: bool
) -> None:
    now = datetime.now(UTC)
    own, other = make_root(now), make_root(now)
    shown = make_certificate(other if of_another else own, ("localhost",), now).certificate
    octets = x509.load_pem_x509_certificates(shown)[0].public_bytes(Encoding.DER)
    chain = SimpleNamespace(x509List=[SimpleNamespace(bytes=bytearray(octets[:-9] if damaged else octets))])
    connection = MutualConnection(host, 443, x509.load_pem_x509_certificate(own.certificate))
    if believed:
        connection._check_server(chain)
        return
    said = "that cannot be read \\(-8183 SEC_ERROR_BAD_DER" if damaged else "of nobody"
    with pytest.raises(UntrustedServerError, match=f"{host} shows a certificate {said}"):
        connection._check_server(chain)


def test_a_server_whose_certificate_is_broken_is_named_as_a_browser_names_it() -> None:
    """A row of the guide's error table: -8183."""
    root = make_root(datetime.now(UTC))
    with serve_broken(make_certificate(root, ("localhost",), datetime.now(UTC))) as port:
        with pytest.raises(LaunchError, match="-8183 SEC_ERROR_BAD_DER") as caught:
            DeskNet(root.certificate).reach_site(f"https://localhost:{port}")
        assert caught.value.trouble is LaunchTrouble.SSL
        browser = SimulatedBrowser(root.certificate, lambda: None)
        browser.open_window(f"https://localhost:{port}")
        with pytest.raises(UntrustedServerError, match="-8183 SEC_ERROR_BAD_DER"):
            browser.ask_site(SiteRequest("GET", "/"))
