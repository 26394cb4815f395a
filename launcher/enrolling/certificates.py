"""What a launcher needs to know of a certificate (RFC 5280, 4.1), without a library: it is read at each plug."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from launcher.card.octets import find_octets, split_octets, write_octets
from launcher.troubles import LaunchError, LaunchTrouble

SEQUENCE: Final = 0x30
INTEGER: Final = 0x02
UTC_TIME: Final = 0x17
LONG_TIME: Final = 0x18

FIELDS: Final = 7
"""Of the part that is signed: version, serial number, algorithm, issuer, validity, subject, key; then extensions."""


@dataclass(frozen=True, slots=True)
class CertificateFields:
    """Each whole, with tag and length, DER. `until`: to the second, that one included."""

    number: bytes
    issuer: bytes
    until: datetime
    subject: bytes
    key: bytes


def split_certificate(certificate: bytes) -> CertificateFields:
    """Of a certificate, DER. Raises LaunchError (INSTALLATION)."""
    fields = list(split_octets(find_octets(certificate, SEQUENCE, SEQUENCE)))[:FIELDS]
    if [tag for tag, _ in fields] != [0xA0, INTEGER, *(SEQUENCE,) * 5]:
        raise LaunchError(LaunchTrouble.INSTALLATION, "this is no certificate")
    wholes = [write_octets(tag, value) for tag, value in fields]
    return CertificateFields(wholes[1], wholes[3], _read_end(fields[4][1]), wholes[5], wholes[6])


def read_public_key(certificate: bytes) -> bytes:
    """SubjectPublicKeyInfo of a certificate, DER. Raises LaunchError."""
    return split_certificate(certificate).key


def _read_end(validity: bytes) -> datetime:
    """RFC 5280, 4.1.2.5: until 2049 with two digits of the year, then with four."""
    try:
        _, (tag, said) = split_octets(validity)
        text = said.decode("ascii")
        if tag == UTC_TIME:
            text = ("20" if text < "50" else "19") + text
        elif tag != LONG_TIME:
            raise ValueError
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise LaunchError(LaunchTrouble.INSTALLATION, "the certificate has no end that can be read") from None
