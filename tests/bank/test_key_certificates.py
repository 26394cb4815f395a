"""Every profile as others see it: pkilint, openssl and the verifier of `cryptography`; CRL and OCSP by openssl.

The moment is today's: openssl looks at its own clock.
"""

import base64
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from bank.demo.database import open_in_memory
from bank.esecure.revoking import RevocationDesk
from bank.pki.profiles import PROFILES, ProfileName
from bank.pki.records import AccessKeyState
from bank.web.est.standing import open_standing
from tests.bank.counter import Hand
from tests.bank.keyed import Device, EsecureBank
from tests.tool_environment import tool_environment
from web.serving import Server, bind_listener, url_of

HOUR = timedelta(hours=1)
NAMES = tuple(name.value for name in ProfileName)
PKILINT = ("pkilint==0.13.3",)
SHA_256 = bytes.fromhex("0609608648016503040201")


@dataclass
class Issued:
    """A bank whose key has a certificate, and a folder with one certificate of each profile."""

    bank: EsecureBank
    device: Device
    client: x509.Certificate
    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / f"{name}.pem")

    def openssl(self, *words: str, rc: int = 0) -> str:
        done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False, cwd=self.folder)
        assert done.returncode == rc, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    with closing(open_in_memory()) as store:
        bank, device = EsecureBank(store, Hand(time.time_ns() // 1_000_000)), Device()
        client = bank.activate(device)
        authorities, held = bank.frame.open_authorities(), bank.helpdesk.find_held(device.serial)
        assert held is not None
        each = {
            "root": authorities.root,
            "issuing": authorities.issuing.certificate,
            "client": client,
            "sentence": authorities.sentence.certificate,
            "maker": authorities.maker.certificate,
            "device": x509.load_der_x509_certificate(held.key.certificate),
        }
        made = Issued(bank, device, client, tmp_path_factory.mktemp("certificates"))
        for name, certificate in each.items():
            Path(made.path(name)).write_bytes(certificate.public_bytes(Encoding.PEM))
        yield made


def lint(program: str, *words: str) -> str:
    folder = tool_environment("pkilint", PKILINT, "import pkilint")
    command = [str(folder / program), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", NAMES)
def test_pkilint_has_nothing_to_say_of_a_profile(issued: Issued, name: str) -> None:
    assert lint("lint_pkix_cert", "lint", "-s", "NOTICE", issued.path(name)) == ""


def test_pkilint_would_say_something(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority without key usage")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime(2026, 1, 1)).not_valid_after(datetime(2027, 1, 1))
    wrong = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=False)
    (tmp_path / "wrong.pem").write_bytes(wrong.sign(key, SHA256()).public_bytes(Encoding.PEM))
    assert "pkix" in lint("lint_pkix_cert", "lint", "-s", "NOTICE", str(tmp_path / "wrong.pem"))


def test_pkilint_of_issuer_and_issued(issued: Issued) -> None:
    pairs = (("root", "issuing"), ("issuing", "client"), ("issuing", "sentence"), ("maker", "device"))
    for issuer, name in pairs:
        words = ("lint", "-s", "NOTICE", issued.path(issuer), issued.path(name))
        assert lint("lint_pkix_signer_signee_cert_chain", *words) == ""


@pytest.mark.parametrize("name", NAMES)
def test_openssl_sees_the_purposes(issued: Issued, name: str) -> None:
    told = issued.openssl("x509", "-in", issued.path(name), "-noout", "-purpose")
    purposes = dict(line.split(" : ") for line in told.splitlines() if " : " in line)
    authority = PROFILES[ProfileName(name)].path is not None
    assert purposes["SSL client"] == ("Yes" if name in {"client", "issuing"} else "No") or authority
    assert purposes["SSL server"] == "No" or authority
    assert (purposes["SSL client CA"] == "Yes") is authority


def test_the_path_holds_for_openssl(issued: Issued) -> None:
    path = ("-CAfile", issued.path("root"), "-untrusted", issued.path("issuing"))
    strict = ("-x509_strict", "-policy_check", "-policy", "1.3.6.1.4.1.32473.4.1", "-explicit_policy")
    issued.openssl("verify", *path, "-purpose", "sslclient", *strict, issued.path("client"))
    assert "unsuitable" in issued.openssl("verify", *path, "-purpose", "sslserver", issued.path("client"), rc=2)
    issued.openssl("verify", *path, issued.path("sentence"))
    issued.openssl("verify", "-CAfile", issued.path("maker"), issued.path("device"))
    issued.openssl("verify", "-CAfile", issued.path("maker"), issued.path("client"), rc=2)


def test_openssl_verifies_an_attestation_up_to_the_maker(issued: Issued) -> None:
    attestation = x509.load_der_x509_certificate(issued.device.vault.attest_key(0x9A))
    Path(issued.path("attestation")).write_bytes(attestation.public_bytes(Encoding.PEM))
    path = ("-CAfile", issued.path("maker"), "-untrusted", issued.path("device"))
    issued.openssl("verify", *path, issued.path("attestation"))


def test_the_path_holds_for_cryptography(issued: Issued) -> None:
    authorities = issued.bank.frame.open_authorities()
    good = Store([authorities.root])
    now = issued.client.not_valid_before_utc + HOUR
    builder = PolicyBuilder().store(good)
    verifier = builder.time(now).build_client_verifier()
    (name,) = verifier.verify(issued.client, [authorities.issuing.certificate]).subjects or []
    assert name.value == f"https://coopanet.example/access-key/{issued.device.serial}"
    later = builder.time(issued.client.not_valid_after_utc + HOUR).build_client_verifier()
    with pytest.raises(VerificationError):
        later.verify(issued.client, [authorities.issuing.certificate])
    foreign = PolicyBuilder().store(Store([authorities.maker.certificate])).time(now).build_client_verifier()
    with pytest.raises(VerificationError):
        foreign.verify(issued.client, [authorities.issuing.certificate])


def test_the_root_signs_once_and_is_not_opened_again(issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = issued.bank.store.unseal_secret

    def unseal(name: str, sealed: bytes) -> bytes:
        opened.append(name)
        return real(name, sealed)

    monkeypatch.setattr(issued.bank.store, "unseal_secret", unseal)
    issued.bank.frame.open_authorities()
    assert opened == ["authority issuing", "authority sentence", "authority maker"]


# What was revoked


def write_crl(issued: Issued) -> x509.CertificateRevocationList:
    octets = RevocationDesk(issued.bank.frame).give_list()
    (issued.folder / "issuing.crl").write_bytes(octets)
    issued.openssl("crl", "-inform", "DER", "-in", "issuing.crl", "-out", "crl.pem", "-CAfile", issued.path("issuing"))
    return x509.load_der_x509_crl(octets)


def ask_ocsp(issued: Issued, certificate: str, *words: str) -> str:
    """As `openssl ocsp` asks a real server, with a nonce, and judges."""
    listener = bind_listener(0, 0)
    names = ("-issuer", issued.path("issuing"), "-cert", issued.path(certificate))
    trusted = ("-CAfile", issued.path("root"), "-verify_other", issued.path("issuing"))
    app = Mount("/pki", open_standing(issued.bank.frame))
    with Server(Starlette(routes=[app]), listener).beside():
        return issued.openssl("ocsp", *words, *names, "-url", f"{url_of(listener)}pki/ocsp", *trusted)


def test_openssl_takes_list_and_answers_before_and_after(issued: Issued) -> None:
    empty = write_crl(issued)
    assert len(empty) == 0
    check = ("verify", "-crl_check", "-CRLfile", "crl.pem", "-CAfile", issued.path("root"), "-untrusted",
             issued.path("issuing"), issued.path("client"))  # fmt: skip
    issued.openssl(*check)
    told = ask_ocsp(issued, "client")
    assert "Response verify OK" in told
    assert ": good" in told
    assert "WARNING" not in told, "no nonce"
    issued.bank.hand.ms += 2000
    issued.bank.helpdesk.end_key(issued.device.serial, AccessKeyState.LOST)
    issued.bank.hand.ms += 2000
    revoked = write_crl(issued)
    number = revoked.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    assert number > empty.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    (entry,) = revoked
    assert entry.serial_number == issued.client.serial_number
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise
    assert "certificate revoked" in issued.openssl(*check, rc=2)
    told = ask_ocsp(issued, "client", "-sha256")
    assert "Response verify OK" in told
    assert ": revoked" in told
    assert "Reason: keyCompromise" in told
    assert lint("lint_crl", "lint", "-t", "CRL", "-p", "PKIX", "-s", "NOTICE", str(issued.folder / "crl.pem")) == ""


def test_a_question_may_be_asked_by_get(issued: Issued) -> None:
    issuing = issued.bank.frame.open_authorities().issuing.certificate
    question = ocsp.OCSPRequestBuilder().add_certificate(issued.client, issuing, SHA256()).build()
    client = TestClient(open_standing(issued.bank.frame))
    for path in (question.public_bytes(Encoding.DER), bytes(3)):
        text = base64.b64encode(path).decode().replace("/", "%2F").replace("+", "%2B")
        answer = client.get(f"/ocsp/{text}")
        assert answer.headers["content-type"] == "application/ocsp-response"
        found = ocsp.load_der_ocsp_response(answer.content).response_status
        assert (found is ocsp.OCSPResponseStatus.SUCCESSFUL) is (len(path) > 3)
    assert ocsp.load_der_ocsp_response(client.get("/ocsp/!").content).response_status.value == 1
    key = issued.bank.frame.open_authorities().issuing.key.public_key()
    assert x509.load_der_x509_crl(client.get("/issuing.crl").content).is_signature_valid(key)
    assert x509.load_der_x509_certificate(client.get("/issuing.cer").content) == issuing


def test_ocsp_answers_for_its_own_alone(issued: Issued) -> None:
    desk = RevocationDesk(issued.bank.frame)

    def status(certificate: x509.Certificate, issuer: x509.Certificate) -> ocsp.OCSPResponseStatus:
        question = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, SHA256()).build()
        return ocsp.load_der_ocsp_response(desk.answer(question.public_bytes(Encoding.DER))).response_status

    authorities = issued.bank.frame.open_authorities()
    unauthorized = ocsp.OCSPResponseStatus.UNAUTHORIZED
    assert status(authorities.issuing.certificate, authorities.root) is unauthorized, "another authority's"
    sentence = authorities.sentence.certificate
    assert status(sentence, authorities.issuing.certificate) is unauthorized, "nothing in the books"
    malformed = ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    for octets in (b"", b"nonsense", bytes(5000)):
        assert ocsp.load_der_ocsp_response(desk.answer(octets)).response_status is malformed


def test_a_question_with_a_hash_that_nobody_knows_is_none(issued: Issued) -> None:
    issuing = issued.bank.frame.open_authorities().issuing.certificate
    asked = ocsp.OCSPRequestBuilder().add_certificate(issued.client, issuing, SHA256()).build()
    odd = asked.public_bytes(Encoding.DER).replace(SHA_256, SHA_256[:-1] + b"\x7f")
    answer = ocsp.load_der_ocsp_response(RevocationDesk(issued.bank.frame).answer(odd))
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


@given(st.binary(max_size=120))
def test_any_question_is_answered(octets: bytes) -> None:
    assert ocsp.load_der_ocsp_response(DESK.answer(octets)).response_status.value in {1, 6}


DESK = RevocationDesk(EsecureBank(open_in_memory()).frame)
