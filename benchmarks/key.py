"""The access key beside SoftHSM2, `openssl s_server` and a bare pcscd: signatures and mutual TLS handshakes.

    python -m benchmarks key

A signature: P-256, PIN given once, 32 bytes in, r and s out. Through OpenSC's PKCS#11 module, a real pcscd and vpcd to
our card, which is Python; through SoftHSM2, a token in a file, in the very process; the same command by PC/SC without
OpenSC; and the card alone. A handshake: TLS 1.3, both certificates, nothing resumed, and a GET that is answered, by one
client of Python's `ssl` that has its key in a file.

All take turns, and each figure is the least of its rounds: what a busy machine adds is not the program's.
"""

import fcntl
import hashlib
import http.client
import os
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from bank.cards.vpcd import VirtualReader
from benchmarks.figures import ROOT, Work, least, milliseconds, table
from benchmarks.pkcs11 import RSA, SigningToken
from drivers.slot.pcsc_card import PcscConnection
from sesame_core.piv.card import PivCard
from tests.bank.keyed import AUTHENTICATION, Device
from tests.key.host import tlv
from tests.key.made import Person
from tests.pcsc_plugin import FIRST, PcscService

ROUNDS: Final = 30
SIGNATURES: Final = 50
HANDSHAKES: Final = 10
PIN: Final = "123456"
AUTHENTICATION_CERTIFICATE: Final = 0x5FC105
LABEL: Final = "benchmark"
SOFTHSM: Final = "libsofthsm2.so"
SOFT: Final = "SoftHSM2, P-256"
P11_KIT: Final = "p11-kit-client.so"
OPENSC: Final = "opensc-pkcs11.so"
PATIENCE_S: Final = 20.0
DIGEST: Final = hashlib.sha256(b"benchmark").digest()
ASK: Final = tlv(0x7C, tlv(0x82) + tlv(0x81, DIGEST))
SIGN: Final = bytes((0x00, 0x87, 0x11, AUTHENTICATION, len(ASK))) + ASK + b"\x00"


def report() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        _report_signatures(Path(folder))
        _report_handshakes(Path(folder))


def _report_signatures(folder: Path) -> None:
    card = AnsweringAtOnce(PivCard(_device_with_certificate().vault, Person()))
    with (Path(tempfile.gettempdir()) / "sesame-pcscd.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        service = PcscService()
        service.start()
        try:
            with VirtualReader() as reader:
                reader.insert(card, reconnect=True)
                service.until_present(FIRST, True)
                taken = _signatures(folder, card)
        finally:
            service.stop()
    soft = taken[SOFT]
    rows = [(name, f"{seconds * 1e3:7.3f} ms   {seconds / soft:5.2f} x SoftHSM2") for name, seconds in taken.items()]
    table("K1  a P-256 signature (goal: through OpenSC 2 x SoftHSM2 at most)", rows)


def _signatures(folder: Path, card: "AnsweringAtOnce") -> dict[str, float]:
    soft = _soft_token(folder)
    with (
        _far_token(folder) as far,
        closing(SigningToken(_module(OPENSC), PIN, "")) as ours,
        closing(soft),
        PcscConnection.open_reader(FIRST, exclusive=False) as bare,
    ):
        works: dict[str, Work] = {
            "the key through OpenSC and pcscd": partial(ours.sign, DIGEST),
            "a card that answers at once, through both": partial(card.replay, partial(ours.sign, DIGEST)),
            "the key through pcscd alone": lambda: bare.exchange(bytearray(SIGN)),
            "a card that answers at once, through pcscd": partial(card.replay, lambda: bare.exchange(bytearray(SIGN))),
            "the key's card alone": partial(card.transmit, SIGN),
            SOFT: partial(soft.sign, DIGEST),
            "SoftHSM2, RSA-2048": partial(soft.sign, DIGEST, RSA),
            "SoftHSM2 in another process (p11-kit server)": partial(far.sign, DIGEST),
        }
        ours.sign(DIGEST)
        if bytes(bare.exchange(bytearray(SIGN)))[-2:] != b"\x90\x00":
            raise SystemExit("the key does not sign through pcscd: see `sesame doctor`")
        return {name: each / SIGNATURES for name, each in least(_repeated(works, SIGNATURES), ROUNDS).items()}


class AnsweringAtOnce:
    """The key's card, and in `replay` what it has answered to the same command before: all but the card's own work."""

    protocol = 1

    def __init__(self, card: PivCard) -> None:
        self._card = card
        self._answers: dict[bytes, bytes] = {}
        self._replaying = False
        self.power_on, self.reset_card, self.power_off = card.power_on, card.reset_card, card.power_off

    def transmit(self, apdu: bytes) -> bytes:
        """One command."""
        answer = self._answers.get(apdu, b"") if self._replaying else b""
        if not answer:
            answer = self._answers[apdu] = self._card.transmit(apdu)
        return answer

    def replay(self, work: Work) -> None:
        """Work that finds the answers at hand."""
        self._replaying = True
        work()
        self._replaying = False


def _repeated(works: dict[str, Work], times: int) -> dict[str, Work]:
    def repeat(work: Work) -> None:
        for _ in range(times):
            work()

    return {name: partial(repeat, work) for name, work in works.items()}


def _device_with_certificate() -> Device:
    """OpenSC finds a key by its certificate: its own attestation will do (SP 800-73-5 part 1, table 10)."""
    device = Device()
    certificate = tlv(0x70, device.vault.attest_key(AUTHENTICATION)) + tlv(0x71, b"\x00") + tlv(0xFE)
    device.vault.write_object(AUTHENTICATION_CERTIFICATE, certificate)
    return device


def _module(name: str) -> Path:
    found = sorted(Path("/usr/lib").glob(f"**/{name}"))
    if not found:
        raise SystemExit(f"there is no {name}: apt install softhsm2 p11-kit p11-kit-modules opensc-pkcs11")
    return found[0]


def _soft_token(folder: Path) -> SigningToken:
    """A fresh token in a file, with a P-256 key that it made itself."""
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n", encoding="utf-8")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    module = _module(SOFTHSM)
    begin = ("softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "12345678")
    make = ("pkcs11-tool", "--module", str(module), "--token-label", LABEL, "--login", "--pin", PIN)
    pair = (*make, "--keypairgen", "--key-type")
    for command in (begin, (*pair, "EC:prime256v1", "--id", "01"), (*pair, "rsa:2048", "--id", "02")):
        subprocess.run(command, check=True, capture_output=True)
    return SigningToken(module, PIN, LABEL)


@contextmanager
def _far_token(folder: Path) -> Iterator[SigningToken]:
    """The same token by p11-kit's protocol over a socket."""
    address = folder / "p11-kit"
    command = ["p11-kit", "server", "--foreground", "--name", str(address)]
    command += ["--provider", str(_module(SOFTHSM)), f"pkcs11:token={LABEL}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # the address, once it listens
            os.environ["P11_KIT_SERVER_ADDRESS"] = f"unix:path={address}"
            with closing(SigningToken(_module(P11_KIT), PIN, LABEL)) as token:
                yield token
        finally:
            process.terminate()


def _report_handshakes(folder: Path) -> None:
    with _serving(folder) as (site, page), _openssl_server(folder) as peer:
        ports = {"the business site": site, "a bare page on its server": page, "openssl s_server": peer}
        client = ssl.create_default_context(cafile=folder / "root.crt")
        client.load_cert_chain(folder / "own.crt", folder / "own.key")
        works: dict[str, Work] = {name: partial(_visit, client, port) for name, port in ports.items()}
        taken = least(_repeated(works, HANDSHAKES), ROUNDS)
    least_s = taken["openssl s_server"]
    rows = [
        (name, f"{milliseconds(each / HANDSHAKES):>9}   {each / least_s:5.2f} x openssl")
        for name, each in taken.items()
    ]
    table("K2  a mutual TLS handshake with a GET (goal: 3 x openssl s_server at most)", rows)


def _visit(client: ssl.SSLContext, port: int) -> None:
    with closing(http.client.HTTPSConnection("localhost", port, context=client, timeout=PATIENCE_S)) as connection:
        connection.request("GET", "/en/", headers={"Connection": "close"})
        connection.getresponse().read()


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[int, int]]:
    """The site and the bare page, in a process of their own: their ports."""
    command = [sys.executable, "-m", "benchmarks.key_server", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        site, page = map(int, process.stdout.readline().split())
        yield site, page
        process.stdin.close()


@contextmanager
def _openssl_server(folder: Path) -> Iterator[int]:
    """It verifies its clients by the same authorities and answers with its page of status: its port."""
    server, clients = str(folder / "server.pem"), str(folder / "clients.pem")
    who = ("-cert", server, "-key", server, "-CAfile", clients, "-Verify", "3", "-verify_return_error")
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", *who, "-www", "-num_tickets", "0", "-no_cache"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            said = next(line for line in process.stdout if line.startswith("ACCEPT"))
            yield int(said.rsplit(":", 1)[1])
        finally:
            process.terminate()
