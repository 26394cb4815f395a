"""The business site by real TLS: curl with certificates in files, behind a real nginx, and with the key's own card.

In the last the private key is in the PIV card of `sesame key virtual`, in a real pcscd: openssl's TLS has it sign by
OpenSC's PKCS#11 module.
"""

import base64
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from html import unescape
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from sqlalchemy import delete

from bank.books.schema_keys import AUTHORITIES
from bank.cards.vpcd import VirtualReader
from bank.demo.database import open_in_memory
from bank.pki.est import pack_evidence
from bank.pki.profiles import EVIDENCE
from bank.web.sogecash.site import open_business
from bank.web.sogecash.words import list_sogecash_words
from drivers.vault.attesting import certify_itself
from launcher.troubles import BrowserCode
from sesame.bank.business import authorities_now
from sesame_core.piv.card import PivCard
from simulator.key.browser import SimulatedBrowser, SiteRequest
from simulator.key.cable import KeyAbsentError
from simulator.key.mutual_tls import CardIdentity
from tests.bank.counter import Hand
from tests.bank.keyed import AUTHENTICATION, DAY_MS, Device, EsecureBank, KeyInDevice
from tests.key.made import Person
from tests.left_out import leave_out
from tests.pcsc_plugin import FIRST, PcscService
from tests.web.soft_device import SoftDevice
from web.certified import Believed
from web.serving import CertifiedServer, bind_listener
from web.tls import make_certificate, make_root

EN = list_sogecash_words()["en"]
ROOT = Path(__file__).parents[2]
MODULES = sorted(Path("/usr/lib").glob("*/opensc-pkcs11.so"))
SECRET = "5ecre7"
LIMIT_S = 60
STANDING_S = 5
"""A program that says nothing for so long, on this machine, with this site, stands."""
GENERAL_AUTHENTICATE = 0x87


CUT = (35, 52, 55, 56)
"""How curl ends where the other side does (curl(1)): in TLS 1.3 the client may have sent its request by then."""


@dataclass
class TlsBench:
    """The site at a port, and a folder with `root.crt` in it."""

    bank: EsecureBank
    folder: Path
    port: int

    def path(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return str(self.folder / name)

    def identity(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, name: str) -> tuple[str, ...]:
        """What curl is told."""
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        crt = self.path(f"{name}.crt", certificate.public_bytes(Encoding.PEM))
        return ("--cert", crt, "--key", self.path(f"{name}.key", plain))

    def ask_in(self, words: Sequence[str] = (), port: int = 0, ends: Sequence[int] = (0,)) -> str:
        """The title of what comes of *Access with certificate*."""
        url = f"https://localhost:{port or self.port}/en/log-on"
        jar = ("--location", "--cookie-jar", str(self.folder / "jar"), "--cookie", "none=0")
        command = ("curl", "--silent", "--cacert", str(self.folder / "root.crt"), *jar, *words, "--data",
                   "user=MOREAU17", url)  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in ends, done.stderr
        found = re.search(r"<h1>(.*?)</h1>", done.stdout)
        return unescape(found[1]) if found else ""


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[TlsBench]:
    root = make_root(datetime.now(UTC))
    server = make_certificate(root, ("localhost", "127.0.0.1"), datetime.now(UTC))
    (tmp_path / "root.crt").write_bytes(root.certificate)
    (tmp_path / "server.pem").write_bytes(server.certificate + server.key)
    with closing(open_in_memory()) as store:
        bank = EsecureBank(store, Hand(time.time_ns() // 1_000_000))
        chain = bank.frame.open_authorities().chain
        (tmp_path / "clients.pem").write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in chain))
        listener = bind_listener(0, 0)
        app = open_business(bank.frame, front=SECRET)
        believed = Believed(partial(authorities_now, store))
        with CertifiedServer(app, listener, tmp_path / "server.pem", tmp_path / "clients.pem", believed).beside():
            yield TlsBench(bank, tmp_path, listener.getsockname()[1])


def activated(tls: TlsBench) -> tuple[SoftDevice, tuple[str, ...]]:
    device = SoftDevice(77)
    letter = tls.bank.give_out(device)
    made = tls.bank.enrolment.enrol_first("MOREAU17", letter.code, device.request())
    return device, tls.identity(made, device.key, "own")


def stranger(tls: TlsBench) -> tuple[str, ...]:
    key = ec.generate_private_key(ec.SECP256R1())
    return tls.identity(x509.load_der_x509_certificate(certify_itself(key, 7)), key, "foreign")


def test_certificates_over_tls(tls: TlsBench) -> None:
    device, own = activated(tls)
    assert tls.ask_in(own) == EN.number
    assert tls.ask_in() == "No certificate"
    assert tls.ask_in(stranger(tls), ends=CUT) == "", "ended by OpenSSL: a front can let it through"
    tls.bank.helpdesk.revoke_certificates(device.serial, "superseded")
    assert tls.ask_in(own) == "Revoked certificate"
    tls.bank.hand.ms += 366 * DAY_MS
    assert tls.ask_in(own) == "Expired certificate", "let through to be told"


def test_a_browser_without_the_keys_certificate_says_what_the_guide_has(tls: TlsBench) -> None:
    """NSS itself, as Firefox has it, at a server that ends the handshake of whoever shows none: the guide's -12227. Our
    site ends none, to say why on a page."""
    subprocess.run(["certutil", "-N", "-d", f"sql:{tls.folder}", "--empty-password"], check=True)
    client = ("tstclnt", "-d", f"sql:{tls.folder}", "-o", "-h", "127.0.0.1", "-p")
    for version, code in (("-tls1_2", BrowserCode.HANDSHAKE_FAILURE), ("-tls1_3", BrowserCode.CERTIFICATE_REQUIRED)):
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            port = free.getsockname()[1]
        pem = str(tls.folder / "server.pem")
        server = (
            "openssl",
            "s_server",
            "-accept",
            f"127.0.0.1:{port}",
            "-cert",
            pem,
            "-key",
            pem,
            "-Verify",
            "1",
            version,
        )
        with subprocess.Popen(
            server, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            try:
                assert process.stdout is not None
                assert any(b"ACCEPT" in line for line in process.stdout)
                said = subprocess.run([*client, str(port)], input="", capture_output=True, text=True, check=False)
            finally:
                process.terminate()
        assert f"{code.value[1]}:" in said.stderr


def test_the_key_pulled_from_the_simulated_pc_inside_the_handshake(tls: TlsBench) -> None:
    device = Device()
    made = tls.bank.activate(device)
    key = KeyInDevice(device, AUTHENTICATION)
    pulled = [KeyAbsentError("the key was pulled")]

    def sign(digest: bytes) -> bytes:
        if pulled:
            raise pulled.pop()
        return key.sign(digest, ec.ECDSA(Prehashed(SHA256())))

    browser = SimulatedBrowser((tls.folder / "root.crt").read_bytes(), lambda: CardIdentity(made, sign))
    browser.open_window(f"https://localhost:{tls.port}")
    asked = SiteRequest("POST", "/en/log-on", b"user=MOREAU17", "application/x-www-form-urlencoded", "en")
    with pytest.raises(KeyAbsentError):
        browser.ask_site(asked)
    answer = browser.ask_site(asked)
    assert (answer.status, answer.headers["location"]) == (303, "/en/number"), "once it is in again"
    browser.close_window()


def test_the_authorities_of_a_bank_that_began_anew_are_believed_without_a_restart(tls: TlsBench) -> None:
    """`sesame bank reset` makes others: whoever had a certificate of theirs was cut off until the next start."""
    with tls.bank.frame.store.writing() as connection:
        connection.execute(delete(AUTHORITIES))
    _, own = activated(tls)
    assert tls.ask_in(own) == EN.number
    assert tls.ask_in(stranger(tls), ends=CUT) == ""


@contextmanager
def nginx(tls: TlsBench) -> Iterator[int]:
    """A real one, with the very configuration of docs/esecure.md but for names, places and ports."""
    if shutil.which("nginx") is None:
        leave_out("not installed: apt install nginx-light")
    page = (ROOT / "docs/esecure.md").read_text(encoding="utf-8")
    found = re.search(r"```nginx\n(.*?)```", page, re.DOTALL)
    assert found
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    front = tls.path("front.conf", f'proxy_set_header X-Front-Secret "{SECRET}";'.encode())
    server = found[1]
    for was, becomes in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("business.example", "localhost"),
        ("/etc/nginx/business.crt", str(tls.folder / "server.pem")),
        ("/etc/nginx/business.key", str(tls.folder / "server.pem")),
        ("127.0.0.1:8037", f"127.0.0.1:{tls.port}"),
        ("/var/lib/sesame/tls/front.conf", front),
    ):
        assert was in server
        server = server.replace(was, becomes)
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{name}_temp_path {tls.folder}/{name};" for name in names)
    head = f"daemon off; pid {tls.folder}/pid; error_log stderr; events {{}}"
    whole = f"{head} http {{ access_log off; {places} {server} }}"
    config = tls.path("nginx.conf", whole.encode())
    with subprocess.Popen(["nginx", "-c", config, "-p", str(tls.folder)], stderr=subprocess.PIPE) as process:
        try:
            until = time.monotonic() + LIMIT_S
            while not listens(port):
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                assert time.monotonic() < until
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()


def listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_nginx_in_front_lets_every_certificate_through_to_be_told(tls: TlsBench) -> None:
    device, own = activated(tls)
    with nginx(tls) as port:
        assert tls.ask_in(own, port) == EN.number
        assert tls.ask_in((), port) == "No certificate"
        assert tls.ask_in(stranger(tls), port) == "Another authority's certificate"
        pem = (tls.folder / "own.crt").read_text().replace("\n", "%0A").replace("+", "%2B")
        forged = ("--header", f"X-Client-Certificate: {pem}", "--header", f"X-Front-Secret: {SECRET}")
        assert tls.ask_in(forged, port) == "No certificate", "what a visitor sends under these names is replaced"
        tls.bank.helpdesk.revoke_certificates(device.serial, "superseded")
        assert tls.ask_in(own, port) == "Revoked certificate"
        tls.bank.hand.ms += 366 * DAY_MS
        assert tls.ask_in(own, port) == "Expired certificate"


def run(tls: TlsBench, *command: str, given: str = "") -> str:
    """What a program prints; it must end well."""
    env = {**os.environ, "PKCS11_MODULE_PATH": str(MODULES[0])}
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd=tls.folder, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_until_it_stands(tls: TlsBench, *command: str, given: str) -> str:
    """What a program prints until it ends or stands: OpenSC 0.23 takes a lock of its own twice where a card goes while
    it signs, and never comes back. Whoever uses it has to end it, as the launcher ends its Firefox."""
    env = {**os.environ, "PKCS11_MODULE_PATH": str(MODULES[0])}
    try:
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            cwd=tls.folder,
            env=env,
            timeout=STANDING_S,
        )
    except subprocess.TimeoutExpired as standing:
        return (standing.stdout or b"").decode()
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


class LooseCard(PivCard):
    """It loses its contact at the moment at which it is asked to sign: a card that does not answer is out."""

    loose = False
    powered = True

    def transmit(self, apdu: bytes) -> bytes:
        return b"" if self.loose and apdu[1] == GENERAL_AUTHENTICATE else super().transmit(apdu)

    def power_off(self) -> None:
        self.powered = not self.loose
        super().power_off()


def test_the_keys_own_card_from_the_maker_to_the_site_by_programs_of_others(
    tls: TlsBench, pcscd: PcscService, virtual_readers: tuple[VirtualReader, VirtualReader]
) -> None:
    """yubico-piv-tool reads F9 and attests, openssl asks with the card's key, curl enrols, openssl's TLS logs on."""
    assert MODULES, "Debian: opensc-pkcs11"
    device = Device()
    card = LooseCard(device.vault, Person())
    virtual_readers[0].insert(card)
    pcscd.until_present(FIRST, True)
    piv = ("yubico-piv-tool", "-r", FIRST, "-a")
    tls.bank.helpdesk.make_key(run(tls, *piv, "read-certificate", "-s", "f9").encode())
    letter = tls.bank.helpdesk.issue_key("MOREAU17", device.serial)
    attestation = x509.load_pem_x509_certificate(run(tls, *piv, "attest", "-s", "9a").encode())
    evidence = pack_evidence([attestation.public_bytes(Encoding.DER)])
    # OpenSC finds a key by its certificate: any will do until the bank's is there.
    own = attestation.public_bytes(Encoding.PEM)
    run(tls, *piv, "import-certificate", "-s", "9a", "-i", tls.path("attestation.pem", own))
    config = f"[req]\ndistinguished_name=name\n[name]\n[ext]\n{EVIDENCE.dotted_string}=DER:{evidence.hex()}\n"
    card_key = ("-engine", "pkcs11", "-keyform", "engine", "-key", "pkcs11:id=%01;type=private;pin-value=123456")
    asking = ("-subj", "/CN=MOREAU17", "-config", tls.path("request.conf", config.encode()), "-reqexts", "ext")
    run(tls, "openssl", "req", "-new", "-sha256", *card_key, *asking, "-out", "request.pem")
    est = f"https://localhost:{tls.port}/.well-known/est/simpleenroll"
    login = ("--user", f"MOREAU17:{letter.code}", "--data-binary", "@request.pem")
    answer = run(tls, "curl", "--silent", "--fail", "--cacert", "root.crt", *login, est)
    (made,) = pkcs7.load_der_pkcs7_certificates(base64.b64decode(answer))
    assert made.public_key() == attestation.public_key()
    run(tls, *piv, "import-certificate", "-s", "9a", "-i", tls.path("own.pem", made.public_bytes(Encoding.PEM)))
    body = "user=MOREAU17"
    request = (
        f"POST /en/log-on HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    )
    place = ("-connect", f"localhost:{tls.port}", "-CAfile", "root.crt", "-cert", "own.pem", "-quiet", "-ign_eof")
    said = run(tls, "openssl", "s_client", *place, *card_key, given=request)
    assert "303 See Other" in said
    assert "location: /en/number" in said
    assert "sogecash-keys=" in said
    card.loose = True
    said = run_until_it_stands(tls, "openssl", "s_client", *place, *card_key, given=request)
    assert said == "", "pulled inside the handshake, that connection is nobody's"
    assert not card.powered
    assert tls.ask_in() == "No certificate", "and the site goes on"
