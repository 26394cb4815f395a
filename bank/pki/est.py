"""What EST answers (RFC 7030, with the corrections of RFC 8951): certificates and wishes, in base64 without breaks.

Without line breaks, since strongSwan's client reads no others, and RFC 8951 leaves it to the server.
"""

import base64
from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from bank.pki.der import SEQUENCE, SET, write_object, write_value
from bank.pki.profiles import EVIDENCE

CERTIFICATES: Final = "application/pkcs7-mime"
ONE_CERTIFICATE: Final = "application/pkcs7-mime; smime-type=certs-only"
WISHES: Final = "application/csrattrs"
REQUEST: Final = "application/pkcs10"

EXTENSION_REQUEST: Final = "1.2.840.113549.1.9.14"
EC_KEY: Final = "1.2.840.10045.2.1"
P256: Final = "1.2.840.10045.3.1.7"
ECDSA_SHA256: Final = "1.2.840.10045.4.3.2"


def pack_certificates(certificates: Sequence[x509.Certificate]) -> bytes:
    """Certificates alone, as CMS that signs nothing (RFC 5272, 4.1)."""
    return base64.b64encode(pkcs7.serialize_certificates(list(certificates), Encoding.DER))


def pack_wishes() -> bytes:
    """What a request should hold (RFC 7030, 4.5.2): a key of P-256, ECDSA with SHA-256, and the attestation."""
    wishes = (
        _attribute(EXTENSION_REQUEST, EVIDENCE.dotted_string),
        _attribute(EC_KEY, P256),
        write_object(ECDSA_SHA256),
    )
    return base64.b64encode(write_value(SEQUENCE, b"".join(wishes)))


def pack_evidence(attestations: Sequence[bytes]) -> bytes:
    """The value of the extension `EVIDENCE`: certificates, DER each."""
    return write_value(SEQUENCE, b"".join(attestations))


def _attribute(kind: str, value: str) -> bytes:
    return write_value(SEQUENCE, write_object(kind) + write_value(SET, write_object(value)))
