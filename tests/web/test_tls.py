"""The demonstration's certificates, as OpenSSL sees them: good for this machine and private networks alone."""

import hashlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from web.errors import ServingError
from web.tls import Identity, can_name, fingerprint_of, is_usable, make_certificate, make_root

NOW = datetime.now(UTC)
PATIENCE_S = 30

Shake = Callable[[Identity, Identity, str], str]


@pytest.fixture(scope="module")
def root() -> Identity:
    return make_root(NOW)


@pytest.fixture
def shake(tmp_path: Path) -> Shake:
    """Shakes hands as a browser that trusts a root does, with a server of that certificate, under a host's name; what
    is wrong, or nothing."""

    def shaken(root: Identity, server: Identity, host: str) -> str:
        (tmp_path / "server.pem").write_bytes(server.certificate + server.key)
        serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        serving.load_cert_chain(tmp_path / "server.pem")
        trusting = ssl.create_default_context(cadata=root.certificate.decode())
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE_S)
        theirs.settimeout(PATIENCE_S)
        thread = threading.Thread(target=answer, args=(serving, theirs))
        thread.start()
        try:
            with ours, trusting.wrap_socket(ours, server_hostname=host):
                return ""
        except ssl.SSLCertVerificationError as error:
            return error.verify_message
        finally:
            thread.join()

    return shaken


def answer(context: ssl.SSLContext, end: socket.socket) -> None:
    try:
        with end, context.wrap_socket(end, server_side=True):
            pass
    except OSError:
        pass


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "192.168.1.20", "10.1.2.3", "desk.local"])
def test_a_browser_with_the_root_is_content(host: str, root: Identity, shake: Shake) -> None:
    assert shake(root, make_certificate(root, ["localhost", "127.0.0.1", "::1", host], NOW), host) == ""


def test_another_name_than_the_certificates_is_noticed(root: Identity, shake: Shake) -> None:
    assert "mismatch" in shake(root, make_certificate(root, ["localhost"], NOW), "desk.local")


def test_another_root_is_noticed(root: Identity, shake: Shake) -> None:
    assert shake(make_root(NOW), make_certificate(root, ["localhost"], NOW), "localhost") != ""


@pytest.mark.parametrize("host", ["bank.example", "8.8.8.8", "2001:db8::1", "localhost.example", "xlocal"])
def test_the_root_names_no_foreign_place(host: str, root: Identity) -> None:
    assert not can_name(host)
    with pytest.raises(ServingError, match=r"private addresses"):
        make_certificate(root, [host], NOW)


@pytest.mark.parametrize("host", ["bank.example", "8.8.8.8"])
def test_a_thief_of_the_roots_key_can_name_none_either(
    host: str, root: Identity, shake: Shake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not our word is what holds, but the constraint in the root."""
    monkeypatch.setattr("web.tls.can_name", lambda _host: True)
    assert "permitted subtree violation" in shake(root, make_certificate(root, [host], NOW), host)


def test_a_root_is_used_while_it_outlasts_what_it_signs(root: Identity) -> None:
    assert is_usable(root, NOW)
    assert is_usable(root, NOW + timedelta(days=1700))
    assert not is_usable(root, NOW + timedelta(days=1740))
    assert not is_usable(root, NOW - timedelta(days=2))


def test_a_damaged_root_says_what_to_do(root: Identity) -> None:
    with pytest.raises(ServingError, match="move it away"):
        is_usable(Identity(root.certificate, b"no key"), NOW)
    with pytest.raises(ServingError, match="move both away"):
        is_usable(replace(root, key=make_root(NOW).key), NOW)


def test_no_key_shows(root: Identity) -> None:
    assert "PRIVATE" not in repr(root)
    assert root.key.startswith(b"-----BEGIN PRIVATE KEY-----")


def test_a_fingerprint_is_read_in_groups(root: Identity) -> None:
    groups = fingerprint_of(root.certificate).split()
    assert [len(group) for group in groups] == [4] * 16
    der = ssl.PEM_cert_to_DER_cert(root.certificate.decode())

    assert "".join(groups) == hashlib.sha256(der).hexdigest().upper()
