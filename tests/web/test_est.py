"""EST over TLS with programs that know nothing of us: strongSwan's `pki --est`, curl, openssl; and its refusals.

The devices have the real vault, and the key in the request never leaves it.
"""

import base64
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bank.demo.database import open_in_memory
from bank.errors import StateError
from bank.esecure.enrolling import RENEWAL_MS, EnrolFault
from bank.esecure.frame import draw_activation
from bank.pki.est import pack_evidence
from bank.pki.foreign import CsrError, read_request
from bank.pki.profiles import EVIDENCE
from bank.web.est.site import open_est
from bank.web.est.words import list_est_words
from drivers.vault.attesting import certify_itself
from tests.bank.counter import Hand
from tests.bank.keyed import Device, EsecureBank
from tests.left_out import leave_out
from tests.web.soft_device import SoftDevice
from web.serving import CertifiedServer, bind_listener
from web.tls import Identity, make_certificate

PATH = "/.well-known/est"
ENGLISH = list_est_words()["en"].faults
FRENCH = list_est_words()["fr"].faults
TOOLS = {"pki": "strongswan-pki", "curl": "curl", "openssl": "openssl"}
CURVES, CURVES_FROM = Path("/usr/lib/ipsec/plugins/libstrongswan-openssl.so"), "libstrongswan-standard-plugins"
"""Without this plugin, which Debian only recommends, `pki` reads no certificate of an elliptic curve."""
AT_HOME = "https://127.0.0.1"


@dataclass
class EstBench:
    """A bank that is served by TLS, and a folder to work in. `root`: the file with what to trust the server by."""

    bank: EsecureBank
    url: str
    folder: Path
    root: Path

    def path(self, name: str, content: bytes = b"") -> str:
        where = self.folder / name
        if content:
            where.write_bytes(content)
        return str(where)

    def run(self, *command: str, rc: int = 0) -> str:
        env = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, check=False, cwd=self.folder, env=env)
        said = (done.stdout + done.stderr).decode(errors="replace")
        assert done.returncode == rc, said
        return said

    def curl(self, path: str, *words: str) -> str:
        return self.run("curl", "--silent", "--show-error", "--cacert", str(self.root), *words, f"{self.url}{path}")


@pytest.fixture
def est(tmp_path: Path) -> Iterator[EstBench]:
    missing = sorted(package for tool, package in TOOLS.items() if shutil.which(tool) is None)
    missing += [CURVES_FROM] * (not CURVES.exists())
    if missing:
        leave_out(f"not installed: apt install {' '.join(missing)}")
    folder = tmp_path
    root = make_plain_root()
    server = make_certificate(root, ("localhost", "127.0.0.1"), datetime.now(UTC))
    (folder / "root.crt").write_bytes(root.certificate)
    (folder / "server.pem").write_bytes(server.certificate + server.key)
    with closing(open_in_memory()) as store:
        bank = EsecureBank(store, Hand(time.time_ns() // 1_000_000))
        chain = bank.frame.open_authorities().chain
        (folder / "clients.pem").write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in chain))
        listener = bind_listener(0, 0)
        application = open_est(bank.frame)
        with CertifiedServer(application, listener, folder / "server.pem", folder / "clients.pem").beside():
            url = f"https://localhost:{listener.getsockname()[1]}"
            yield EstBench(bank, url, folder, folder / "root.crt")


def make_plain_root() -> Identity:
    """As the demonstration's, without name constraints: strongSwan reads no certificate that has them as critical."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test root")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(7).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    made = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    signed = made.add_extension(identifier, critical=False).sign(key, SHA256())
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Identity(signed.public_bytes(Encoding.PEM), plain)


def test_strongswan_enrols_and_renews(est: EstBench) -> None:
    device = SoftDevice(41)
    letter = est.bank.give_out(device)
    authorities = list[str]()
    for each in est.bank.frame.open_authorities().chain:
        octets = each.public_bytes(Encoding.DER)
        authorities += ["--cacert", est.path(f"{each.serial_number}.der", octets)]
    pki = ("pki", "--est", "--url", est.url, "--cacert", str(est.root), *authorities, "--outform", "pem")
    refused = ("--in", est.path("first.csr", device.request()), "--userpass", f"MOREAU17:{draw_activation()}")
    est.run(*pki, *refused, rc=1)
    done = subprocess.run(
        [*pki, "--in", est.path("first.csr"), "--userpass", f"MOREAU17:{letter.code}"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    first = x509.load_pem_x509_certificate(done.stdout)
    assert first.public_key() == device.key.public_key()
    issuing, root = est.bank.frame.open_authorities().chain
    est.path("anchor.pem", root.public_bytes(Encoding.PEM))
    est.path("issuing.pem", issuing.public_bytes(Encoding.PEM))
    est.path("first.pem", done.stdout)
    est.run("openssl", "verify", "-CAfile", "anchor.pem", "-untrusted", "issuing.pem", "-purpose", "sslclient",
            "first.pem")  # fmt: skip
    old = ("--cert", est.path("first.pem"), "--key", est.path("first.key", device.pem()))
    est.bank.hand.ms += 365 * 86_400_000 - RENEWAL_MS
    done = subprocess.run(
        [*pki, *old, "--in", est.path("second.csr", device.renew())], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert x509.load_pem_x509_certificate(done.stdout).public_key() == device.key.public_key()


def test_strongswan_reads_the_authorities(est: EstBench) -> None:
    est.run("pki", "--estca", "--url", est.url, "--cacert", str(est.root), "--caout", est.path("ca.pem"), "--outform",
            "pem", "--force")  # fmt: skip
    found = [x509.load_pem_x509_certificate(path.read_bytes()) for path in est.folder.glob("ca*.pem")]
    assert set(found) == set(est.bank.frame.open_authorities().chain)


def test_curl_and_openssl_enrol_a_key_that_never_leaves_its_vault(est: EstBench) -> None:
    device = Device()
    letter = est.bank.give_out(device)
    body = est.path("body", base64.encodebytes(device.request()))
    words = ("--user", f"MOREAU17:{letter.code}", "--data-binary", f"@{body}")
    kind = ("--header", "Content-Type: application/pkcs10")
    answer = est.curl(f"{PATH}/simpleenroll", *words, *kind)
    assert "\n" not in answer, "strongSwan reads no line breaks"
    est.path("answer.der", base64.b64decode(answer))
    told = est.run("openssl", "pkcs7", "-inform", "DER", "-in", "answer.der", "-print_certs", "-noout")
    assert "CN = MOREAU17" in told
    assert f"serialNumber = {device.serial}" in told
    again = est.curl(f"{PATH}/simpleenroll", *words, *kind, "--write-out", "%{http_code}")
    assert again.endswith("401")
    wishes = est.curl(f"{PATH}/csrattrs")
    est.path("wishes.der", base64.b64decode(wishes))
    told = est.run("openssl", "asn1parse", "-inform", "DER", "-in", "wishes.der")
    assert all(word in told for word in ("Extension Request", "id-ecPublicKey", "prime256v1", "ecdsa-with-SHA256"))
    assert EVIDENCE.dotted_string in told
    certificates = pkcs7.load_der_pkcs7_certificates(base64.b64decode(est.curl(f"{PATH}/cacerts")))
    assert set(certificates) == set(est.bank.frame.open_authorities().chain)


def test_curl_with_a_certificate_is_told_when_it_may_renew(est: EstBench) -> None:
    device = SoftDevice(42)
    letter = est.bank.give_out(device)
    made = est.bank.enrolment.enrol_first("MOREAU17", letter.code, device.request())
    own = ("--cert", est.path("own.pem", made.public_bytes(Encoding.PEM)), "--key", est.path("own.key", device.pem()))
    body = est.path("next", base64.b64encode(device.renew()))
    words = ("--data-binary", f"@{body}", "--write-out", "%{http_code}")
    day = made.not_valid_after_utc - timedelta(days=30)
    told = est.curl(f"{PATH}/simplereenroll", *own, *words)
    assert told == f"Votre certificat peut être renouvelé à partir du {day:%d/%m/%Y}.\n403"
    assert est.curl(f"{PATH}/simplereenroll", *words) == f"{FRENCH[EnrolFault.NOT_VALID]}\n403", "none"
    est.bank.hand.ms += 366 * 86_400_000
    assert est.curl(f"{PATH}/simplereenroll", *own, *words).endswith("403"), "expired, and let through to be told"


def test_a_certificate_of_a_foreign_authority_does_not_come_through(est: EstBench) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    own = certify_itself(key, 7)
    pem = x509.load_der_x509_certificate(own).public_bytes(Encoding.PEM)
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    words = ("--cert", est.path("foreign.pem", pem), "--key", est.path("foreign.key", plain))
    curl = ("curl", "--silent", "--show-error", "--cacert", str(est.root), *words, f"{est.url}{PATH}/cacerts")
    done = subprocess.run(curl, capture_output=True, check=False)
    assert (done.returncode != 0, done.stdout) == (True, b"")


# In one process: what is refused, and in which words


@pytest.fixture
def bank() -> Iterator[EsecureBank]:
    with closing(open_in_memory()) as store:
        yield EsecureBank(store)


@pytest.fixture(scope="module")
def device() -> Device:
    return Device()


def client_of(bank: EsecureBank, base: str = AT_HOME) -> TestClient:
    return TestClient(open_est(bank.frame), base_url=base)


def test_the_row_of_the_error_table(bank: EsecureBank, device: Device) -> None:
    """First "Please enter your User ID and Activation Code", then "does not recognise your key's serial number"."""
    letter = bank.give_out(device)
    client, english = client_of(bank), {"Accept-Language": "en"}
    body = base64.b64encode(Device().request())
    asked = client.post(f"{PATH}/simpleenroll", content=body, headers=english)
    assert asked.status_code == 401
    assert asked.headers["www-authenticate"].startswith('Basic realm="Please enter your User ID and Activation Code"')
    assert asked.text.startswith("Please enter your User ID and Activation Code")
    login = ("MOREAU17", letter.code)
    refused = client.post(f"{PATH}/simpleenroll", content=body, auth=login, headers=english)
    assert refused.status_code == 403
    assert "The certificate issuing service does not recognise your key's serial number." in refused.text
    french = client.post(f"{PATH}/simpleenroll", content=body, auth=login)
    assert "ne reconnaît pas le numéro de série de votre clé" in french.text


@pytest.mark.parametrize(
    ("login", "body", "fault"),
    [
        ("MOREAU17:right", b"%%%", EnrolFault.REQUEST),
        ("MOREAU17:right", b"", EnrolFault.REQUEST),
        ("MOREAU17:right", base64.b64encode(b"nonsense"), EnrolFault.REQUEST),
        ("MOREAU17:wrong", b"%%%", EnrolFault.CODE),
        ("NOBODY00:right", b"%%%", EnrolFault.CODE),
        (":", b"%%%", EnrolFault.CODE),
    ],
)
def test_what_is_refused(bank: EsecureBank, device: Device, login: str, body: bytes, fault: EnrolFault) -> None:
    letter = bank.give_out(device)
    user, _, code = login.partition(":")
    answer = client_of(bank).post(
        f"{PATH}/simpleenroll",
        content=body,
        auth=(user, letter.code if code == "right" else draw_activation()),
        headers={"Accept-Language": "en"},
    )
    status = 400 if fault is EnrolFault.REQUEST else 401
    assert (answer.status_code, answer.text.splitlines()[0]) == (status, ENGLISH[fault])


@pytest.mark.parametrize("given", ["Basic", "Basic !", "Bearer x", "Basic " + "A" * 600, "Basic TU9SRUFVMTc="])
def test_what_is_no_basic_is_asked_for(bank: EsecureBank, given: str) -> None:
    answer = client_of(bank).post(f"{PATH}/simpleenroll", content=b"", headers={"Authorization": given})
    assert answer.status_code == 401


def test_nothing_without_tls_and_nothing_too_long(bank: EsecureBank, device: Device) -> None:
    letter = bank.give_out(device)
    login, body = ("MOREAU17", letter.code), base64.b64encode(device.request())
    assert client_of(bank, "http://127.0.0.1").post(f"{PATH}/simpleenroll", content=body, auth=login).status_code == 403
    assert client_of(bank).post(f"{PATH}/simpleenroll", content=b"A" * 12_289, auth=login).status_code == 413
    assert client_of(bank).get(f"{PATH}/simpleenroll", auth=login).status_code == 405
    assert client_of(bank).post(f"{PATH}/simpleenroll", content=body, auth=login).status_code == 200


def test_a_place_that_guesses_is_closed(bank: EsecureBank, device: Device) -> None:
    letter = bank.give_out(device)
    client = client_of(bank)
    for _ in range(20):
        assert client.post(f"{PATH}/simpleenroll", content=b"", auth=("NOBODY00", "x")).status_code == 401
    body = base64.b64encode(device.request())
    closed = client.post(f"{PATH}/simpleenroll", content=body, auth=("MOREAU17", letter.code))
    assert (closed.status_code, closed.headers["retry-after"]) == (429, "600")
    bank.hand.ms += 600_000
    assert client.post(f"{PATH}/simpleenroll", content=body, auth=("MOREAU17", letter.code)).status_code == 200


def test_books_that_cannot_be_used_are_said_so(bank: EsecureBank, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise StateError("the disk is gone")

    monkeypatch.setattr("bank.esecure.frame.open_authorities", gone)
    answer = client_of(bank).get(f"{PATH}/cacerts", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.text) == (503, list_est_words()["en"].broken + "\n")


FUZZED = EsecureBank(open_in_memory())
FUZZED_DEVICE = Device()
FUZZED_LETTER = FUZZED.give_out(FUZZED_DEVICE)
FUZZED_CLIENT = client_of(FUZZED)


@given(st.binary(max_size=400), st.text(max_size=40), st.booleans())
def test_whatever_a_client_posts_is_answered_in_words(octets: bytes, user: str, right: bool) -> None:
    login = ("MOREAU17", FUZZED_LETTER.code) if right else (user.replace(":", ""), "x")
    for body in (octets, base64.b64encode(octets)):
        answer = FUZZED_CLIENT.post(f"{PATH}/simpleenroll", content=body, auth=login)
        assert answer.status_code in {400, 401, 403, 429}
        assert answer.text.strip()


def test_a_request_may_be_signed_by_rsa(bank: EsecureBank) -> None:
    """Old hosts: RSA-2048; smaller ones are refused."""
    for size, taken in ((2048, True), (1024, False)):
        key = rsa.generate_private_key(65537, size)
        builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
        evidence = x509.UnrecognizedExtension(EVIDENCE, pack_evidence([]))
        octets = builder.add_extension(evidence, False).sign(key, SHA256()).public_bytes(Encoding.DER)
        if taken:
            assert read_request(octets).key == key.public_key()
        else:
            with pytest.raises(CsrError, match="2048"):
                read_request(octets)
