"""A payment confirmed by the access key: its signature in slot 9C over the sentence that its glass has shown."""

import base64
import binascii
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from bank.books.schema_keys import ACCESS_KEYS
from bank.esecure.sentences import FRESH_SIZE, LONGEST_SIGNATURE, is_signed
from bank.operations.catalogue import Means, OperationKind
from bank.operations.people import Confirmer
from bank.operations.ports import Operation
from bank.pki.records import AccessKeyState


@dataclass
class CertificateProof:
    """See Proof. `freshness`: hexadecimal, as the key gave it out; `signature`: base64 of DER."""

    freshness: str
    signature: str = field(repr=False)
    _keys: tuple[bytes, ...] = field(default=(), repr=False)
    _right: bool = False

    def find_means(self, kind: OperationKind) -> Means | None:
        """See Proof."""
        return Means.CERTIFICATE

    def is_slip(self) -> bool:
        """See Proof."""
        return read_freshness(self.freshness) is None or not 0 < len(self._octets()) <= LONGEST_SIGNATURE

    def begin(self, connection: Connection, operation: Operation, who: Confirmer, now_ms: int) -> int | None:
        """See Proof."""
        self._keys = list_signing_keys(connection, who.customer_id)
        return None

    def check(self, operation: Operation) -> None:
        """See Proof."""
        freshness = read_freshness(self.freshness) or b""
        self._right = is_signed(operation.content, freshness, self._octets(), self._keys)

    def use_up(self, connection: Connection, operation: Operation, now_ms: int) -> bool:
        """See Proof. The operation is decided once, and its reference is in what was signed; a key that was lost since
        confirms nothing."""
        return self._right and set(self._keys) <= set(list_signing_keys(connection, operation.content.customer_id))

    def give_back(self, connection: Connection) -> None:
        """See Proof."""

    def _octets(self) -> bytes:
        try:
            return base64.b64decode("".join(self.signature.split()), validate=True)
        except (binascii.Error, ValueError):
            return b""


def list_signing_keys(connection: Connection, customer_id: int) -> tuple[bytes, ...]:
    """The attested keys of slot 9C in the keys that the customer has."""
    own = (ACCESS_KEYS.c.customer_id == customer_id, ACCESS_KEYS.c.state == AccessKeyState.ISSUED.value)
    query = select(ACCESS_KEYS.c.signing_key).where(*own, ACCESS_KEYS.c.signing_key.is_not(None))
    return tuple(connection.execute(query.order_by(ACCESS_KEYS.c.id)).scalars())


def read_freshness(text: str) -> bytes | None:
    """The 16 octets that a key gave out, from hexadecimal; None for what is none."""
    plain = "".join(text.split())
    if len(plain) != 2 * FRESH_SIZE or not plain.isascii():
        return None
    try:
        return bytes.fromhex(plain)
    except ValueError:
        return None
