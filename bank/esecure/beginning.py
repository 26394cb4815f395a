"""The next customer of the demonstration: every key is back in the stock, and no certificate of before is worth
anything."""

from typing import Final

from sqlalchemy import Connection, Table, update

from bank.books.schema_keys import ACCESS_KEYS, AUTHORITIES, CERTIFICATES
from bank.pki.records import AccessKeyState, CertificateState
from bank.pki.shelf import LIVING

KEPT: Final[tuple[Table, ...]] = (AUTHORITIES, ACCESS_KEYS, CERTIFICATES)
"""What stays in the books: whoever trusts the root goes on trusting it, and what was revoked stays on the list."""


def take_back_keys(connection: Connection, now_ms: int) -> None:
    """In the caller's transaction. Activation codes, numbers and sessions are gone with their tables."""
    ended = {"state": CertificateState.REVOKED.value, "revoked_ms": now_ms, "reason": "cessationOfOperation"}
    connection.execute(update(CERTIFICATES).where(LIVING).values(ended))
    nobody = dict.fromkeys(("customer_id", "signing_key", "holder", "email", "telephone", "registered_ms"))
    state = {"state": AccessKeyState.MADE.value, "changed_ms": now_ms}
    connection.execute(update(ACCESS_KEYS).values({**nobody, **state}))
