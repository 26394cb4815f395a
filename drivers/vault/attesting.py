"""Certificates by the attestation key: this key was made in this device, with these rules.

They carry what Yubico's carry (docs.yubico.com, PIV attestation), under the enterprise number that is kept free for
documentation (RFC 5612), since the project has none. An arc by UUID (2.25, ITU-T X.667) would be its own, but the
parser of ykman 4 refuses numbers of 128 bits. The device has no clock that could be believed, so they begin with the
project and have no end (RFC 5280, 4.1.2.5: 99991231235959Z).
"""

import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import (
    BasicConstraints,
    CertificateBuilder,
    Name,
    NameAttribute,
    ObjectIdentifier,
    UnrecognizedExtension,
    random_serial_number,
)
from cryptography.x509.oid import NameOID

from drivers.vault.computing import PublicKey
from sesame_core.piv.names import VERSION, KeyRules

ARC: Final = "1.3.6.1.4.1.32473.3"
VERSION_OID: Final = ObjectIdentifier(f"{ARC}.3")
"""Three bytes."""
SERIAL_OID: Final = ObjectIdentifier(f"{ARC}.7")
"""An INTEGER."""
POLICIES_OID: Final = ObjectIdentifier(f"{ARC}.8")
"""PIN policy, touch policy, a byte each."""

BEGINNING: Final = datetime.datetime(2026, 1, 1)
END: Final = datetime.datetime(9999, 12, 31, 23, 59, 59)


def certify_itself(key: ec.EllipticCurvePrivateKey, serial: int) -> bytes:
    """The certificate (DER) of the attestation key by itself; its maker may put another one in its place."""
    name = _issuer_name(serial)
    builder = _builder(name, name, key.public_key()).add_extension(BasicConstraints(ca=True, path_length=0), True)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def attest_key(signer: ec.EllipticCurvePrivateKey, public: PublicKey, slot: int, rules: KeyRules, serial: int) -> bytes:
    """The certificate (DER) of a key, by the attestation key. Its issuer's name follows from the serial: what a host
    has written in the place of the attestation key's certificate changes nothing here."""
    builder = _builder(_named(f"e-secure attested {slot:02x}"), _issuer_name(serial), public)
    for identifier, value in (
        (VERSION_OID, VERSION),
        (SERIAL_OID, _as_integer(serial)),
        (POLICIES_OID, bytes((rules.pin, rules.touch))),
    ):
        builder = builder.add_extension(UnrecognizedExtension(identifier, value), critical=False)
    return builder.sign(signer, SHA256()).public_bytes(Encoding.DER)


def _builder(subject: Name, issuer: Name, public: PublicKey) -> CertificateBuilder:
    builder = CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    return builder.serial_number(random_serial_number()).not_valid_before(BEGINNING).not_valid_after(END)


def _issuer_name(serial: int) -> Name:
    return _named(f"e-secure attestation {serial}")


def _named(name: str) -> Name:
    return Name((NameAttribute(NameOID.COMMON_NAME, name),))


def _as_integer(number: int) -> bytes:
    """A small INTEGER in DER (X.690, 8.3): a byte more where the first would mean a minus."""
    value = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return bytes((2, len(value))) + value
