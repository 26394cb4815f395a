"""Programs that know nothing of this project use the key's card: OpenSC, yubico-piv-tool, ykman 4 and 5, ssh, openssl.

`sesame key virtual --demo` runs as a person would run it, in a real pcscd. One course a program: each finds the keys
that the one before it has left, as on a key that several programs use.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from tests.left_out import leave_out
from tests.pcsc_plugin import FIRST, PcscService
from tests.tool_environment import tool_environment

ROOT = Path(__file__).resolve().parents[2]
MANAGEMENT = "0102030405060708" * 3
PIN = "123456"
MODULES = sorted(Path("/usr/lib").glob("*/opensc-pkcs11.so"))
YKMAN = {
    "4": ("yubikey-manager==4.0.9", "pyscard==2.0.7", "setuptools<81"),
    "5": ("yubikey-manager==5.9.2",),
}
"""Two major versions; the last of version 4 with a pyscard of its time."""

TOOLS = {"opensc-tool": "opensc", "pkcs11-tool": "opensc", "pkcs15-tool": "opensc", "ssh-agent": "openssh-client",
         "yubico-piv-tool": "yubico-piv-tool", "openssl": "openssl"}  # fmt: skip
"""Program -> its package in Debian."""


@dataclass(frozen=True)
class Key:
    """The demonstration's key in the reader, and a folder to work in."""

    serial: int
    folder: Path

    def run(self, *command: str, given: str = "", rc: int = 0, env: Mapping[str, str] | None = None) -> str:
        """What a program prints. It must end as said."""
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
        )
        assert done.returncode == rc, f"{command[0]}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def path(self, name: str) -> str:
        """A file in the folder."""
        return str(self.folder / name)


@pytest.fixture(scope="module")
def demo(pcscd_service: PcscService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Key]:
    """`sesame key virtual --demo`, and 9A (P-256), 9C and 9D (RSA) with certificates, made by ykman 5."""
    _installed()
    pcscd_service.ensure()
    folder = tmp_path_factory.mktemp("key")
    command = [sys.executable, "-m", "sesame", "key", "virtual", "--demo", "--json", "--state", str(folder / "state")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as program:
        try:
            assert program.stdout is not None
            told = json.loads("".join(iter(program.stdout.readline, "}\n")) + "}")
            pcscd_service.until_present(FIRST, True)
            key = Key(told["serial"], folder)
            for slot, algorithm in (("9a", "ECCP256"), ("9c", "RSA2048"), ("9d", "RSA2048")):
                make_key(ykman("5"), key, slot, algorithm)
            yield key
        finally:
            program.terminate()
            program.wait()
    pcscd_service.until_present(FIRST, False)


def _installed() -> None:
    missing = sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})
    if not MODULES:
        missing.append("opensc-pkcs11")
    if missing:
        leave_out(f"not installed: apt install {' '.join(missing)}")


def ykman(version: str) -> str:
    """The program, in an environment of its own."""
    return str(tool_environment(f"ykman-{version}", YKMAN[version], "import ykman.device, ykman.piv") / "ykman")


def make_key(tool: str, key: Key, slot: str, algorithm: str) -> None:
    """A key, and the certificate that ykman has it sign of itself."""
    public, certificate = f"{slot}.pem", f"{slot}.crt"
    key.run("yubico-piv-tool", "-r", FIRST, "-a", "generate", "-s", slot, "-A", algorithm, "-o", public)
    certify = (tool, "--reader", FIRST, "piv", "certificates", "generate", "-m", MANAGEMENT, "-P", PIN)
    key.run(*certify, "-s", f"CN=Claude {slot}", slot, public)
    key.run("yubico-piv-tool", "-r", FIRST, "-a", "read-certificate", "-s", slot, "-o", certificate)


@pytest.mark.parametrize("version", YKMAN)
def test_ykman(version: str, demo: Key, pcscd: PcscService) -> None:
    assert pcscd
    piv = (ykman(version), "--reader", FIRST, "piv")
    assert "PIV version" in demo.run(*piv, "info")
    demo.run(*piv, "keys", "generate", "-m", MANAGEMENT, "-P", PIN, "-a", "ECCP256", "82", "82.pem")
    demo.run(*piv, "certificates", "generate", "-m", MANAGEMENT, "-P", PIN, "-s", "CN=Claude", "82", "82.pem")
    demo.run(*piv, "certificates", "export", "82", "82.crt")
    certificate = x509.load_pem_x509_certificate((demo.folder / "82.crt").read_bytes())
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    certificate.verify_directly_issued_by(certificate)
    demo.run(*piv, "keys", "attest", "82", "attested.pem")
    demo.run(*piv, "certificates", "export", "f9", "f9.pem")
    attested, issuer = (x509.load_pem_x509_certificate((demo.folder / name).read_bytes()) for name in
                        ("attested.pem", "f9.pem"))  # fmt: skip
    attested.verify_directly_issued_by(issuer)
    assert attested.public_key() == certificate.public_key()
    assert str(demo.serial) in issuer.subject.rfc4514_string()


@pytest.mark.parametrize("version", YKMAN)
def test_ykman_changes_pin_puk_and_management_key(version: str, demo: Key, pcscd: PcscService) -> None:
    assert pcscd
    piv = (ykman(version), "--reader", FIRST, "piv")
    demo.run(*piv, "access", "change-pin", "-P", PIN, "-n", "8765432")
    demo.run(*piv, "access", "unblock-pin", "-p", "12345678", "-n", PIN)
    demo.run(*piv, "access", "change-puk", "-p", "12345678", "-n", "1234ABCD")
    demo.run(*piv, "access", "change-puk", "-p", "1234ABCD", "-n", "12345678")
    other = "F1" * 32
    change = (*piv, "access", "change-management-key", "-f")
    demo.run(*change, "-m", MANAGEMENT, "-n", other, "-a", "AES256")
    demo.run(*change, "-m", other, "-n", MANAGEMENT, "-a", "TDES")


def test_yubico_piv_tool(demo: Key, pcscd: PcscService) -> None:
    assert pcscd
    tool = ("yubico-piv-tool", "-r", FIRST)
    status = demo.run(*tool, "-a", "status")
    assert f"Serial Number:\t{demo.serial}" in status
    assert "PIN tries left:\t3" in status
    for slot in ("9a", "9c"):
        said = demo.run(*tool, "-P", PIN, "-a", "verify-pin", "-a", "test-signature", "-s", slot, "-i", f"{slot}.crt")
        assert "Successful" in said.splitlines()[-1]
    said = demo.run(*tool, "-P", PIN, "-a", "verify-pin", "-a", "test-decipher", "-s", "9d", "-i", "9d.crt")
    assert "Successfully performed RSA decryption" in said
    demo.run(*tool, "-a", "generate", "-s", "83", "-A", "ECCP256", "-o", "83.pem")
    assert "BEGIN CERTIFICATE" in demo.run(*tool, "-a", "attest", "-s", "83")
    demo.run(*tool, "-a", "import-certificate", "-s", "83", "-i", "9a.crt")
    assert demo.run(*tool, "-a", "read-certificate", "-s", "83") == (demo.folder / "9a.crt").read_text()
    demo.run(*tool, "-a", "set-chuid", "-a", "set-ccc")
    demo.run(*tool, "-P", "000000", "-a", "verify-pin", rc=1)
    demo.run(*tool, "-P", PIN, "-a", "verify-pin")
    demo.run(*tool, "-P", PIN, "-N", "654321", "-a", "change-pin")
    demo.run(*tool, "-P", "12345678", "-N", PIN, "-a", "unblock-pin")


def test_opensc_reads_and_tests_the_card(demo: Key, pcscd: PcscService) -> None:
    assert pcscd
    assert "Personal Identity Verification Card" in demo.run("opensc-tool", "-r", FIRST, "-n")
    tested = demo.run("pkcs11-tool", "--login", "--pin", PIN, "--test")
    assert "No errors" in tested
    assert tested.count(": OK") > 10
    assert "CN=Claude 9a" in demo.run("pkcs11-tool", "-O")
    assert "Manufacturer ID: piv_II" in demo.run("pkcs15-tool", "-D")
    assert "BEGIN CERTIFICATE" in demo.run("pkcs15-tool", "--read-certificate", "01")


SIGNATURES = [
    ("01", "9a", ("-m", "ECDSA-SHA256", "--signature-format", "openssl")),
    ("02", "9c", ("-m", "SHA256-RSA-PKCS")),
]


@pytest.mark.parametrize(("number", "slot", "how"), SIGNATURES, ids=["P-256", "RSA"])
def test_what_pkcs11_tool_signs_openssl_verifies(
    number: str, slot: str, how: tuple[str, ...], demo: Key, pcscd: PcscService
) -> None:
    assert pcscd
    (demo.folder / "letter").write_text("1 234,56 EUR")
    demo.run("pkcs11-tool", "--login", "--pin", PIN, "--sign", "--id", number, *how, "-i", "letter", "-o", "letter.sig")
    verify = ("openssl", "dgst", "-sha256", "-verify", f"{slot}.pem", "-signature", "letter.sig", "letter")
    assert "Verified OK" in demo.run(*verify)
    (demo.folder / "letter").write_text("9 234,56 EUR")
    demo.run(*verify, rc=1)


def test_openssl_signs_a_request_through_its_engine(demo: Key, pcscd: PcscService) -> None:
    assert pcscd
    uri = f"pkcs11:id=%01;type=private;pin-value={PIN}"
    module = {"PKCS11_MODULE_PATH": str(MODULES[0])}
    request = ("openssl", "req", "-new", "-engine", "pkcs11", "-keyform", "engine", "-key", uri, "-sha256")
    demo.run(*request, "-subj", "/CN=Claude Durand", "-out", "request.pem", env=module)
    asked = x509.load_pem_x509_csr((demo.folder / "request.pem").read_bytes())
    assert asked.is_signature_valid
    certificate = x509.load_pem_x509_certificate((demo.folder / "9a.crt").read_bytes())
    assert asked.public_key() == certificate.public_key()
    assert isinstance(asked.signature_hash_algorithm, SHA256)


@contextmanager
def agent(key: Key) -> Iterator[str]:
    """ssh's agent in the foreground: its socket."""
    socket = key.path("agent")
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline()
            yield socket
        finally:
            program.terminate()


def test_ssh_signs_with_the_key_in_its_agent(demo: Key, pcscd: PcscService) -> None:
    assert pcscd
    lines = demo.run("ssh-keygen", "-D", str(MODULES[0])).splitlines()
    (public,) = (line for line in lines if line.startswith("ecdsa-sha2-nistp256") and "PIV AUTH" in line)
    (demo.folder / "id.pub").write_text(public + "\n")
    (demo.folder / "signers").write_text(f"claude {public}\n")
    (demo.folder / "note").write_text("signed by ssh")
    ask = demo.folder / "ask"
    ask.write_text(f"#!/bin/sh\necho {PIN}\n")
    ask.chmod(0o700)
    with agent(demo) as socket:
        given = {"SSH_AUTH_SOCK": socket, "SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}
        demo.run("ssh-add", "-s", str(MODULES[0]), env=given)
        demo.run("ssh-keygen", "-Y", "sign", "-f", "id.pub", "-n", "file", "note", env=given)
    verify = ("ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "claude", "-n", "file", "-s", "note.sig")
    assert "Good" in demo.run(*verify, given="signed by ssh")
    demo.run(*verify, given="signed by nobody", rc=255)
