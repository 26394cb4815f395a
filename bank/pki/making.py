"""A certificate out of its profile. Keys are P-256, signatures ECDSA with SHA-256."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from bank.pki.profiles import COUNTRY, NO_END, ORGANISATION, PROFILES, CertificateProfile, ProfileName
from web.key_usage import allow_usages

ClientKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where others learn what was revoked: `base` without its last slash, as http://127.0.0.1:8036/pki."""

    base: str

    @property
    def crl(self) -> str:
        """The list."""
        return f"{self.base}/issuing.crl"

    @property
    def ocsp(self) -> str:
        """Whoever answers for one certificate."""
        return f"{self.base}/ocsp"

    @property
    def issuer(self) -> str:
        """The issuing authority's certificate."""
        return f"{self.base}/issuing.cer"


@dataclass(frozen=True, slots=True)
class Signer:
    """An authority as it signs: its certificate, None for one that signs itself, and its key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate | None = None


@dataclass(frozen=True, slots=True)
class CertificateWish:
    """Whose certificate, of which kind, from when. `uri`: another name of the subject's (RFC 5280, 4.2.1.6)."""

    profile: ProfileName
    subject: x509.Name
    key: ClientKey
    begin: datetime
    whereabouts: Whereabouts | None = None
    uri: str = ""


def make_certificate(wish: CertificateWish, signer: Signer) -> x509.Certificate:
    """The certificate. It never outlives its issuer's."""
    profile = PROFILES[wish.profile]
    issuer = signer.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(wish.subject)
        .issuer_name(issuer.subject if issuer else wish.subject)
        .public_key(wish.key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(wish.begin)
        .not_valid_after(_end(profile, wish.begin, issuer))
        .add_extension(x509.BasicConstraints(profile.path is not None, profile.path), critical=True)
        .add_extension(allow_usages(*(usage.value for usage in profile.usages)), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(wish.key), critical=False)
    )
    if issuer is not None:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    if wish.uri:
        other = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(wish.uri)])
        builder = builder.add_extension(other, critical=False)
    return _completed(builder, profile, wish.whereabouts).sign(signer.key, SHA256())


def name_key(serial: int) -> str:
    """An access key as a URI at nobody's host (RFC 2606): verifiers that know the web alone want a certificate to have
    such a name."""
    return f"https://coopanet.example/access-key/{serial}"


def make_name(common: str, serial: str = "") -> x509.Name:
    """A subject of the bank's. `serial`: the access key's."""
    parts = [(NameOID.COUNTRY_NAME, COUNTRY), (NameOID.ORGANIZATION_NAME, ORGANISATION)]
    parts += [(NameOID.SERIAL_NUMBER, serial)] if serial else []
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in (*parts, (NameOID.COMMON_NAME, common))])


def moment_of(ms: int) -> datetime:
    """Milliseconds since 1970 as certificates have moments: to the second."""
    return datetime.fromtimestamp(ms // 1000, UTC)


def ms_of(moment: datetime) -> int:
    """The other way round."""
    return int(moment.timestamp()) * 1000


def _end(profile: CertificateProfile, begin: datetime, issuer: x509.Certificate | None) -> datetime:
    """The last second that it is good in (RFC 5280, 4.1.2.5: the end is included)."""
    end = NO_END if profile.lasts is None else begin + profile.lasts - timedelta(seconds=1)
    return min(end, issuer.not_valid_after_utc) if issuer else end


def _completed(
    builder: x509.CertificateBuilder, profile: CertificateProfile, whereabouts: Whereabouts | None
) -> x509.CertificateBuilder:
    if profile.purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(profile.purposes), critical=False)
    if profile.policies:
        policies = [x509.PolicyInformation(each, None) for each in profile.policies]
        builder = builder.add_extension(x509.CertificatePolicies(policies), critical=False)
    if profile.located and whereabouts:
        builder = builder.add_extension(x509.CRLDistributionPoints([_point(whereabouts.crl)]), critical=False)
        access = AuthorityInformationAccessOID
        described = [
            x509.AccessDescription(access.OCSP, x509.UniformResourceIdentifier(whereabouts.ocsp)),
            x509.AccessDescription(access.CA_ISSUERS, x509.UniformResourceIdentifier(whereabouts.issuer)),
        ]
        builder = builder.add_extension(x509.AuthorityInformationAccess(described), critical=False)
    return builder


def _point(address: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)
