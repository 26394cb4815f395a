"""A bank with keys in its stock, devices with the real vault, and the clock in the test's hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from bank.books.schema import JOURNAL
from bank.books.store_sql import SqlStore
from bank.demo.customers import furnish_books
from bank.esecure.enrolling import KeyEnrolment
from bank.esecure.frame import EsecureFrame
from bank.esecure.helpdesk import Helpdesk, PostedLetter
from bank.journal.keeping import verify_journal
from bank.pki.est import pack_evidence
from bank.pki.profiles import EVIDENCE
from drivers.vault.computing import read_public
from drivers.vault.twin import MemoryMedium
from sesame_core.piv.names import ATTESTATION_CERTIFICATE, KeyAlgorithm, KeyRules, TouchPolicy, usual_rules
from tests.bank.counter import NOON, Hand
from tests.key.made import vault_on

AUTHENTICATION: Final = 0x9A
SIGNATURE: Final = 0x9C
DAY_MS: Final = 86_400_000
P256, RSA = KeyAlgorithm.P256, KeyAlgorithm.RSA_2048


class KeyInDevice(ec.EllipticCurvePrivateKey):
    """A key of a device's as `cryptography` signs with keys: digest in, signature out."""

    def __init__(self, device: "Device", slot: int) -> None:
        self._device, self._slot = device, slot

    def sign(
        self, data: bytes | bytearray | memoryview, signature_algorithm: ec.EllipticCurveSignatureAlgorithm
    ) -> bytes:
        assert isinstance(signature_algorithm, ec.ECDSA)
        if not isinstance(signature_algorithm.algorithm, Prehashed):
            digest = Hash(SHA256())
            digest.update(data)
            data = digest.finalize()
        self._device.vault.check_pin(b"123456")
        return self._device.vault.sign_number(self._slot, bytes(data))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        key = self._device.public(self._slot)
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return key

    @property
    def curve(self) -> ec.EllipticCurve:
        return ec.SECP256R1()

    @property
    def key_size(self) -> int:
        return 256

    def exchange(self, algorithm: object, peer_public_key: object) -> bytes:
        raise NotImplementedError

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        raise NotImplementedError

    def private_bytes(self, *_: object) -> bytes:
        raise NotImplementedError

    def __copy__(self) -> "KeyInDevice":
        return self

    def __deepcopy__(self, memo: object) -> "KeyInDevice":
        return self


class AnyDevice(Protocol):
    """What the bank takes into its stock."""

    @property
    def serial(self) -> int: ...

    def own_certificate(self) -> bytes: ...

    def request(self) -> bytes: ...


class Device:
    """An access key: the real vault on a medium in memory, PIN 123456."""

    def __init__(self) -> None:
        self.vault = vault_on(MemoryMedium())
        self.make(AUTHENTICATION)
        self.make(SIGNATURE)

    @property
    def serial(self) -> int:
        return self.vault.serial

    def make(self, slot: int, touch: TouchPolicy | None = None) -> None:
        usual = usual_rules(slot, P256)
        self.vault.make_key(slot, KeyRules(P256, usual.pin, touch or usual.touch))

    def public(self, slot: int) -> object:
        facts = self.vault.describe_key(slot)
        assert facts is not None
        return read_public(facts.public)

    def own_certificate(self) -> bytes:
        """Of its attestation key by itself, DER: out of the container of the data object."""
        container = self.vault.read_object(ATTESTATION_CERTIFICATE)
        assert container is not None
        assert container[:2] == b"\x70\x82"
        return container[4 : 4 + int.from_bytes(container[2:4], "big")]

    def request(
        self, slot: int = AUTHENTICATION, attested: Sequence[int] = (AUTHENTICATION, SIGNATURE), common: str = ""
    ) -> bytes:
        """A request for the key in that slot with those attestations, DER."""
        evidence = [self.vault.attest_key(each) for each in attested]
        return make_request(KeyInDevice(self, slot), evidence, common)


def make_request(key: ec.EllipticCurvePrivateKey, evidence: Sequence[bytes], common: str = "") -> bytes:
    """PKCS#10, DER."""
    names = [x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
    if evidence:
        value = x509.UnrecognizedExtension(EVIDENCE, pack_evidence(evidence))
        builder = builder.add_extension(value, critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


@dataclass
class EsecureBank:
    """The bank with the demonstration's customers; MOREAU17 is the business one."""

    store: SqlStore
    hand: Hand = field(default_factory=lambda: Hand(NOON))

    def __post_init__(self) -> None:
        furnish_books(self.store)
        self.frame = EsecureFrame(self.store, wall=self.hand)
        self.helpdesk = Helpdesk(self.frame)
        self.enrolment = KeyEnrolment(self.frame)

    def give_out(self, device: AnyDevice, user: str = "MOREAU17") -> PostedLetter:
        """The maker certifies the device, the helpdesk gives it to the customer."""
        self.helpdesk.make_key(device.own_certificate())
        return self.helpdesk.issue_key(user, device.serial)

    def activate(self, device: AnyDevice, user: str = "MOREAU17") -> x509.Certificate:
        """From the stock to the first certificate."""
        letter = self.give_out(device, user)
        return self.enrolment.enrol_first(user, letter.code, device.request())

    def events(self) -> list[str]:
        """What the journal says, oldest first; its chain must hold."""
        with self.store.reading() as connection:
            assert verify_journal(connection).broken is None
            return list(connection.execute(select(JOURNAL.c.event).order_by(JOURNAL.c.seq)).scalars())
