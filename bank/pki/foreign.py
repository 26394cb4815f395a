"""What clients post, taken apart within bounds: the PKCS#10 request (RFC 2986) and the attestation that is in it.

The attestation's certificates stand in the request as a requested extension (`EVIDENCE`), a SEQUENCE OF Certificate:
that of the key that asks, and, where the key has one, that of the key in slot 9C. The certificate of the attestation
key itself need not be sent: the bank has it, by the maker.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from bank.errors import BankError
from bank.pki.der import DerError, read_integer, read_sequence
from bank.pki.making import ClientKey
from bank.pki.profiles import EVIDENCE
from bank.pki.records import MOST_SERIAL

LARGEST_REQUEST: Final = 6144
"""Octets of a request with two attestations and RSA keys; one has some 2,500."""
MOST_ATTESTATIONS: Final = 3
RSA_BITS: Final = 2048
EXPONENT: Final = 65537

KEY_ARC: Final = "1.3.6.1.4.1.32473.3"
SERIAL: Final = x509.ObjectIdentifier(f"{KEY_ARC}.7")
POLICIES: Final = x509.ObjectIdentifier(f"{KEY_ARC}.8")
"""As drivers/vault/attesting.py writes them: the serial, an INTEGER; PIN policy and touch policy, an octet each."""

ATTESTED: Final = "e-secure attested "
"""Before the slot, in the subject of an attestation."""


class CsrError(BankError):
    """What was posted is no request that the bank takes. The message says what is wrong, in English: it is for whoever
    made the client."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a device says of a key in it: not verified yet. Policies as PIV numbers them (touch: 2 is always)."""

    certificate: x509.Certificate
    key: bytes
    serial: int
    slot: int
    pin: int
    touch: int

    def is_signed_by(self, device: x509.Certificate) -> bool:
        """Whether the device's attestation key signed it."""
        try:
            self.certificate.verify_directly_issued_by(device)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """A request whose own signature is right. `common`: the name it gives itself, which may be nothing."""

    key: ClientKey
    attestations: tuple[Attestation, ...]
    common: str

    @property
    def key_octets(self) -> bytes:
        """The key as SubjectPublicKeyInfo."""
        return encode_key(self.key)


def decode_body(body: bytes) -> bytes:
    """What EST posts: base64 with or without line breaks (RFC 8951, 3.1), or armoured as openssl writes it. Raises
    CsrError."""
    if len(body) > 2 * LARGEST_REQUEST:
        raise CsrError("the request is too long")
    lines = [line.strip() for line in body.splitlines() if not line.startswith(b"-----")]
    try:
        octets = base64.b64decode(b"".join(lines), validate=True)
    except (binascii.Error, ValueError) as cause:
        raise CsrError("the request is no base64") from cause
    if not 0 < len(octets) <= LARGEST_REQUEST:
        raise CsrError("the request is empty or too long")
    return octets


def read_request(octets: bytes) -> EnrolmentRequest:
    """The request with these octets, DER. Raises CsrError."""
    try:
        request = x509.load_der_x509_csr(octets)
        key = request.public_key()
        right = request.is_signature_valid
        common = [str(each.value) for each in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        evidence = [each.value for each in request.extensions if each.oid == EVIDENCE]
    except Exception as cause:  # a parser of others' octets fails in more ways than it says
        raise CsrError("this is no PKCS#10 request") from cause
    if not right:
        raise CsrError("the request is not signed by its own key")
    attestations: tuple[Attestation, ...] = ()
    if evidence and isinstance(evidence[0], x509.UnrecognizedExtension):
        attestations = _read_evidence(evidence[0].value)
    return EnrolmentRequest(check_key(key), attestations, common[0] if common else "")


def check_key(key: object) -> ClientKey:
    """Raises CsrError for a key that the bank does not certify."""
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size == RSA_BITS and key.public_numbers().e == EXPONENT:
        return key
    raise CsrError("the bank certifies keys of P-256 and of RSA with 2048 bits")


def encode_key(key: ClientKey) -> bytes:
    """A public key as SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def read_device(octets: bytes) -> tuple[int, x509.Certificate]:
    """The serial and the certificate of an attestation key by itself, PEM or DER, as a key that was never certified has
    it. Raises CsrError."""
    try:
        pem = octets.lstrip().startswith(b"-----")
        certificate = (x509.load_pem_x509_certificate if pem else x509.load_der_x509_certificate)(octets)
        certificate.verify_directly_issued_by(certificate)
        (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        words = str(name.value).split(" ")
        key = certificate.public_key()
    except Exception as cause:  # as above
        raise CsrError("this is no certificate of a key's own attestation (slot F9)") from cause
    if words[:2] != ["e-secure", "attestation"] or len(words) != 3 or not _is_serial(words[2]):
        raise CsrError("this is no certificate of a key's own attestation (slot F9)")
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise CsrError("an attestation key is of P-256")
    return int(words[2]), certificate


def _is_serial(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < len(text) <= 10 and 0 < int(text) <= MOST_SERIAL


def _read_evidence(octets: bytes) -> tuple[Attestation, ...]:
    try:
        return tuple(_read_attestation(whole) for _, _, whole in read_sequence(octets, MOST_ATTESTATIONS))
    except CsrError:
        raise
    except Exception as cause:  # as above
        raise CsrError("the attestation cannot be read") from cause


def _read_attestation(octets: bytes) -> Attestation:
    certificate = x509.load_der_x509_certificate(octets)
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    subject = str(name.value)
    slot = subject.removeprefix(ATTESTED)
    policies = _extension(certificate, POLICIES)
    if subject == slot or len(slot) != 2 or len(policies) != 2:
        raise DerError("no attestation")
    serial = read_integer(_extension(certificate, SERIAL))
    key = check_key(certificate.public_key())
    return Attestation(certificate, encode_key(key), serial, int(slot, 16), *policies)


def _extension(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> bytes:
    value = certificate.extensions.get_extension_for_oid(kind).value
    if not isinstance(value, x509.UnrecognizedExtension):
        raise DerError("no attestation")
    return value.value


def digest_certificate(certificate: x509.Certificate) -> str:
    """Its SHA-256 in hexadecimal: how the books find it."""
    return certificate.fingerprint(SHA256()).hex()
