"""A contract's seal: PAdES (ETSI EN 319 142-1, baseline B) by pyHanko, under a certificate made for this one contract.

The certificate names the customer and the amendment; its key is made for one seal and not kept. Its authority is the
bank's, whose key is derived from the bank's own: whoever has the root's certificate can verify any of its contracts,
with any tool that reads PDF signatures.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bank.contracts.amendment import AmendmentText, ContractError
from web.key_usage import allow_usages

if TYPE_CHECKING:
    from pyhanko.sign import signers

FIELD: Final = "Customer"
LASTS: Final = timedelta(days=3650)
BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
ROOT_LASTS: Final = timedelta(days=7300)
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MISSING: Final = "contracts need pyHanko: pip install '.[contract]' in this checkout"


@dataclass(frozen=True, slots=True)
class SealVerdict:
    """What a verification found. `intact`: not an octet was changed; `whole`: the seal covers all of it; `trusted`:
    the certificate is the bank's."""

    intact: bool
    whole: bool
    trusted: bool
    signer: str

    @property
    def good(self) -> bool:
        """All of it."""
        return self.intact and self.whole and self.trusted


class KeySource(Protocol):
    """Where the bank's keys come from: the vault, or the books, which have one."""

    def derive_key(self, purpose: str) -> bytes:
        """32 octets for that purpose, always the same."""
        ...


@dataclass(frozen=True)
class ContractSeal:
    """The bank's authority for contracts, out of the vault."""

    keys: KeySource

    def make_root(self) -> bytes:
        """The root's certificate, PEM: to be handed out. Its key and name are always the same."""
        return self._root().public_bytes(Encoding.PEM)

    def seal_document(self, document: bytes, amendment: AmendmentText) -> bytes:
        """The PDF with its seal. Raises ContractError where pyHanko is missing, or for what is no PDF."""
        key = ec.generate_private_key(ec.SECP256R1())
        with _pyhanko():
            from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
            from pyhanko.sign import fields, signers  # noqa: PLC0415

            meta = signers.PdfSignatureMetadata(
                field_name=FIELD,
                name=amendment.customer,
                reason=amendment.number,
                location=amendment.branch,
                subfilter=fields.SigSeedSubFilter.PADES,
            )
            writer = IncrementalPdfFileWriter(io.BytesIO(document))
            root = self._root()
            signer = _signer(self._certificate(key, amendment, root), key, root)
            sealed = signers.PdfSigner(meta, signer=signer).sign_pdf(writer)
            octets: bytes = sealed.getvalue()
            return octets

    def verify_document(self, document: bytes) -> SealVerdict:
        """Whether a PDF is one of ours and unchanged. Raises ContractError for what bears no seal at all."""
        with _pyhanko():
            from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415
            from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
            from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

            found = PdfFileReader(io.BytesIO(document)).embedded_signatures
            if len(found) != 1:
                raise ContractError("this document bears no seal of the bank's")
            root = _as_asn1(self._root())
            status = validate_pdf_signature(found[0], ValidationContext(trust_roots=[root], allow_fetching=False))
            return SealVerdict(
                intact=status.intact and status.valid,
                whole=status.coverage is not None and status.coverage.name == "ENTIRE_FILE",
                trusted=status.trusted,
                signer=str(found[0].signer_cert.subject.human_friendly),
            )

    def _key(self) -> ec.EllipticCurvePrivateKey:
        number = int.from_bytes(self.keys.derive_key("contract seal"), "big")
        return ec.derive_private_key(number % (P256_ORDER - 1) + 1, ec.SECP256R1())

    def _root(self) -> x509.Certificate:
        key, name = self._key(), _name("Sesame demonstration contracts")
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = _begun(name, name, key.public_key(), BEGIN, ROOT_LASTS)
        return (
            builder.serial_number(int.from_bytes(identifier.digest[:8], "big") >> 1 or 1)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(allow_usages("key_cert_sign", "crl_sign"), critical=True)
            .add_extension(identifier, critical=False)
            .sign(key, SHA256())
        )

    def _certificate(
        self, key: ec.EllipticCurvePrivateKey, amendment: AmendmentText, root: x509.Certificate
    ) -> x509.Certificate:
        root_key = self._key()
        name = _name(f"{amendment.customer[:40]} ({amendment.number})")
        made_at = amendment.made_at.astimezone(UTC) - timedelta(minutes=5)
        return (
            _begun(name, root.subject, key.public_key(), made_at, LASTS)
            .serial_number(x509.random_serial_number())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(allow_usages("digital_signature", "content_commitment"), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
            .sign(root_key, SHA256())
        )


@contextmanager
def _pyhanko() -> Iterator[None]:
    """Every failure of the library leaves as one error of ours: a document is other people's octets."""
    try:
        yield
    except ContractError:
        raise
    except ImportError as cause:
        raise ContractError(MISSING) from cause
    except Exception as cause:
        raise ContractError("this is no contract of the bank's, or it is damaged") from cause


def _signer(
    certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, root: x509.Certificate
) -> "signers.SimpleSigner":
    from asn1crypto import keys  # type: ignore[import-untyped]  # noqa: PLC0415
    from pyhanko.sign import signers  # noqa: PLC0415
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415

    store: Any = SimpleCertificateStore.from_certs([_as_asn1(root)])  # type: ignore[no-untyped-call]
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(
        signing_cert=_as_asn1(certificate), signing_key=keys.PrivateKeyInfo.load(private), cert_registry=store
    )


def _as_asn1(certificate: x509.Certificate) -> Any:  # noqa: ANN401 - the library has no types
    from asn1crypto import x509 as asn1  # noqa: PLC0415

    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, begin: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.not_valid_before(begin).not_valid_after(begin + lasts)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
