"""An access key whose private keys are in a file, for programs of others."""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from drivers.vault.attesting import attest_key, certify_itself
from sesame_core.piv.names import KeyAlgorithm, usual_rules
from tests.bank.keyed import make_request


class SoftDevice:
    """A device whose private keys a program of others' can have in a file: strongSwan and curl need that for TLS."""

    def __init__(self, serial: int) -> None:
        self._serial = serial
        self.attestation = ec.generate_private_key(ec.SECP256R1())
        self.key = ec.generate_private_key(ec.SECP256R1())

    @property
    def serial(self) -> int:
        return self._serial

    def own_certificate(self) -> bytes:
        return certify_itself(self.attestation, self.serial)

    def request(self) -> bytes:
        rules = usual_rules(0x9A, KeyAlgorithm.P256)
        return make_request(self.key, [attest_key(self.attestation, self.key.public_key(), 0x9A, rules, self.serial)])

    def renew(self) -> bytes:
        """A new key, and the request for it."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        return self.request()

    def pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
