"""EST's fullcmc: a request that the certificate before has signed, as the launcher makes it and as openssl does; and
whatever else is posted there."""

import base64
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bank.demo.database import open_in_memory
from bank.esecure.enrolling import RENEWAL_MS, EnrolFault
from bank.pki.foreign import CsrError
from bank.pki.signed import read_signed_request
from bank.web.est.site import open_est
from bank.web.est.words import list_est_words
from drivers.vault.attesting import certify_itself
from launcher.card.piv_client import PivClient
from launcher.card.signing import P256, RSA_2048
from launcher.enrolling.request import make_request
from launcher.enrolling.signed import sign_request
from tests.bank.keyed import DAY_MS, EsecureBank
from tests.launcher.factory_key import FactoryKey
from tests.web.soft_device import SoftDevice

PATH = "/.well-known/est/fullcmc"
PKI_DATA = "1.3.6.1.5.5.7.12.2"
NAME = x509.Name([]).public_bytes()
ENGLISH = {"Accept-Language": "en"}
FAULTS = list_est_words()["en"].faults


def run_openssl(folder: Path, *words: str) -> bytes:
    done = subprocess.run(("openssl", *words), capture_output=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def client_of(bank: EsecureBank, base: str = "https://127.0.0.1") -> TestClient:
    return TestClient(open_est(bank.frame), base_url=base, headers=ENGLISH)


def wrap_request(request: bytes) -> bytes:
    """PKIData (RFC 5272, 3.2.1) with one request of PKCS#10, and nothing else."""
    tagged = b"\x02\x01\x01" + request
    wrapped = b"\xa0\x82" + len(tagged).to_bytes(2, "big") + tagged
    requests = b"\x30\x82" + len(wrapped).to_bytes(2, "big") + wrapped
    content = b"\x30\x00" + requests + b"\x30\x00\x30\x00"
    return b"\x30\x82" + len(content).to_bytes(2, "big") + content


def sign_by_openssl(folder: Path, key: ec.EllipticCurvePrivateKey, certificate: bytes, content: bytes) -> bytes:
    (folder / "own.pem").write_bytes(x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM))
    (folder / "own.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "content").write_bytes(content)
    return run_openssl(
        folder, "cms", "-sign", "-binary", "-nodetach", "-md", "sha256", "-econtent_type", PKI_DATA, "-outform", "DER",
        "-signer", "own.pem", "-inkey", "own.key", "-in", "content",
    )  # fmt: skip


@pytest.fixture(scope="module", params=[P256, RSA_2048], ids=["P-256", "RSA-2048"])
def signed(request: pytest.FixtureRequest) -> bytes:
    """By the launcher: a certificate that its own key has made for itself does for that."""
    key = FactoryKey()
    client = PivClient(key.card)
    client.verify_pin(key.pin)
    client.prove_management()
    client.make_key(0x9A, request.param)
    return sign_request(client, client.attest_key(0x9A), make_request(client, 0x9A, NAME, (0x9A,)))


@pytest.fixture
def bank() -> Iterator[EsecureBank]:
    with closing(open_in_memory()) as store:
        yield EsecureBank(store)


def test_openssl_reads_what_the_launcher_signs(signed: bytes, tmp_path: Path) -> None:
    (tmp_path / "signed.der").write_bytes(signed)
    content = run_openssl(tmp_path, "cms", "-verify", "-noverify", "-inform", "DER", "-in", "signed.der")
    told = run_openssl(tmp_path, "cms", "-cmsout", "-print", "-inform", "DER", "-in", "signed.der").decode()
    assert "id-cct-PKIData" in told
    request = read_signed_request(signed).request
    assert content == wrap_request(request)
    assert x509.load_der_x509_csr(request).is_signature_valid


def test_what_openssl_signs_is_renewed_and_asked_once_more_is_the_same(bank: EsecureBank, tmp_path: Path) -> None:
    device = SoftDevice(43)
    letter = bank.give_out(device)
    first = bank.enrolment.enrol_first("MOREAU17", letter.code, device.request())
    old, client = device.key, client_of(bank)
    request = device.renew()
    octets = sign_by_openssl(tmp_path, old, first.public_bytes(Encoding.DER), wrap_request(request))
    body = base64.b64encode(octets)
    early = client.post(PATH, content=body)
    assert (early.status_code, early.text.split(" from ")[0]) == (403, "Your certificate can be renewed")
    bank.hand.ms += 365 * DAY_MS - RENEWAL_MS
    answers = [client.post(PATH, content=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    (made,) = pkcs7.load_der_pkcs7_certificates(base64.b64decode(answers[0].content))
    assert made.public_key() == device.key.public_key()
    same = sign_by_openssl(tmp_path, old, first.public_bytes(Encoding.DER), wrap_request(first_request(device, old)))
    refused = client.post(PATH, content=base64.b64encode(same))
    assert (refused.status_code, refused.text.strip()) == (403, FAULTS[EnrolFault.SAME_KEY])


def first_request(device: SoftDevice, key: ec.EllipticCurvePrivateKey) -> bytes:
    device.key = key
    return device.request()


def test_who_has_not_the_former_key_gets_nothing(bank: EsecureBank, tmp_path: Path) -> None:
    """His own key beside another's certificate; a certificate of his own making; the request of another under it."""
    device, thief = SoftDevice(44), ec.generate_private_key(ec.SECP256R1())
    letter = bank.give_out(device)
    first = bank.enrolment.enrol_first("MOREAU17", letter.code, device.request()).public_bytes(Encoding.DER)
    bank.hand.ms += 365 * DAY_MS - RENEWAL_MS
    old = device.key
    content = wrap_request(device.renew())
    client = client_of(bank)
    own = certify_itself(thief, 44)
    by_thief = sign_by_openssl(tmp_path, thief, own, content)
    foreign = client.post(PATH, content=base64.b64encode(by_thief))
    assert (foreign.status_code, foreign.text.strip()) == (403, FAULTS[EnrolFault.NOT_VALID])
    right = sign_by_openssl(tmp_path, old, first, content)
    swapped = change_signature(right)
    refused = client.post(PATH, content=base64.b64encode(swapped))
    assert refused.status_code == 400
    assert refused.text.splitlines() == [FAULTS[EnrolFault.REQUEST], "the certificate in it has not signed it"]
    assert client_of(bank, "http://127.0.0.1").post(PATH, content=base64.b64encode(right)).status_code == 403
    assert bank.events().count("certificate renewed") == 0


def change_signature(signed: bytes) -> bytes:
    """Its last octet is the signature's."""
    return signed[:-1] + bytes((signed[-1] ^ 1,))


def test_what_is_signed_is_the_request_and_nothing_else(signed: bytes) -> None:
    """The request changed under its digest; other content than a request; a control that nobody would look at."""
    request = read_signed_request(signed).request
    changed = signed.replace(request, request[:-1] + bytes((request[-1] ^ 1,)))
    with pytest.raises(CsrError, match="not the request that it stands around"):
        read_signed_request(changed)
    for said in (b"", b"\x30\x00", request, signed[:-1], signed + b"\0", wrap_request(request)):
        with pytest.raises(CsrError, match="no request that a certificate has signed"):
            read_signed_request(said)
    controlled = signed.replace(b"\x30\x00" + b"\x30\x82", b"\x30\x02\x05\x00" + b"\x30\x82")
    with pytest.raises(CsrError):
        read_signed_request(controlled)


@given(st.data())
def test_whatever_is_changed_it_is_refused_or_the_same_request(signed: bytes, data: st.DataObject) -> None:
    """What the signature does not cover (who is named, the certificate around its key) changes nothing of it."""
    at = data.draw(st.integers(0, len(signed) - 1))
    octets = signed[:at] + bytes((signed[at] ^ data.draw(st.integers(1, 255)),)) + signed[at + 1 :]
    try:
        read = read_signed_request(octets)
    except CsrError:
        return
    assert read.request == read_signed_request(signed).request


@given(st.binary(max_size=300))
def test_whatever_is_posted_is_answered_in_words(octets: bytes) -> None:
    for body in (octets, base64.b64encode(octets)):
        answer = FUZZED.post(PATH, content=body)
        assert answer.status_code == 400
        assert answer.text.startswith(FAULTS[EnrolFault.REQUEST])


FUZZED = client_of(EsecureBank(open_in_memory()))
