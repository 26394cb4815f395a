"""Certificates of the demonstration's own: a root that may be given to a phone, and the server's under it.

The root can speak for this machine and private networks alone (name constraints, RFC 5280, 4.2.1.10): whoever trusts it
trusts it with nothing else, even if its key were stolen. Keys are P-256. A server's certificate lasts 90 days: browsers
refuse one of more than 398 (Apple, support.apple.com/102028); it is made anew at every start.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from web.errors import ServingError
from web.key_usage import allow_usages

ROOT_LASTS: Final = timedelta(days=1825)
SERVER_LASTS: Final = timedelta(days=90)
SLOW_CLOCKS: Final = timedelta(days=1)
"""A phone's clock may be behind ours."""

NETWORKS: Final = tuple(
    map(
        ipaddress.ip_network,
        ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1/128", "fc00::/7"),
    )
)
"""Loopback, private and link-local addresses (RFC 1918, RFC 3927, RFC 4193)."""

DOMAINS: Final = ("localhost", "local")


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


def make_root(now: datetime) -> Identity:
    """A new root. `now`: with its zone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Sesame demonstration root {now:%Y-%m-%d}")])
    permitted = [*(x509.DNSName(each) for each in DOMAINS), *(x509.IPAddress(each) for each in NETWORKS)]
    builder = (
        _begun(name, name, key.public_key(), now, ROOT_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(allow_usages("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
    )
    return _signed(builder, key, key)


def make_certificate(root: Identity, names: Iterable[str], now: datetime) -> Identity:
    """A server's certificate for these host names and addresses. Raises ServingError for one the root cannot name."""
    key = ec.generate_private_key(ec.SECP256R1())
    parent, parent_key = _loaded(root)
    builder = (
        _begun(_server_name(), parent.subject, key.public_key(), now, SERVER_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(allow_usages("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(each) for each in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(parent_key.public_key()), critical=False)
    )
    return _signed(builder, key, parent_key)


def is_usable(root: Identity, now: datetime) -> bool:
    """Whether a root can sign a certificate that lasts its time. Raises ServingError for what is none."""
    certificate, _ = _loaded(root)
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc - SERVER_LASTS


def fingerprint_of(certificate: bytes) -> str:
    """The SHA-256 of a PEM certificate, in groups of four hexadecimal digits, to compare by eye."""
    digest = x509.load_pem_x509_certificate(certificate).fingerprint(SHA256()).hex().upper()
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def can_name(host: str) -> bool:
    """Whether the root may speak for it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower().rpartition(".")[2] in DOMAINS
    return any(address in network for network in NETWORKS if network.version == address.version)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    begin = now.astimezone(UTC) - SLOW_CLOCKS
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _signed(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
) -> Identity:
    certificate = builder.sign(signer, SHA256()).public_bytes(Encoding.PEM)
    return Identity(certificate, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _loaded(root: Identity) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    try:
        key = load_pem_private_key(root.key, None)
        certificate = x509.load_pem_x509_certificate(root.certificate)
    except (ValueError, TypeError) as cause:
        raise ServingError(
            "the demonstration's root certificate is damaged: move it away, and a new one is made"
        ) from cause
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise ServingError("the demonstration's root certificate and key do not belong together: move both away")
    return certificate, key


def _server_name() -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sesame demonstration")])


def _general_name(host: str) -> x509.GeneralName:
    if not can_name(host):
        raise ServingError(f"the demonstration's root speaks for private addresses and .local alone, not for {host}")
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
