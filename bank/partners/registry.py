"""Who the partners are, in the caller's transaction.

A secret of 256 bits by chance is kept as its SHA-256 only: there is nothing to guess, so nothing to stretch.
"""

import hmac
import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, RowMapping, insert, select, update

from bank.books.schema_partners import PARTNERS
from bank.errors import BankError
from bank.iban import IbanError, parse_iban
from bank.journal.keeping import append_line
from bank.partners.ports import Partner, PartnerKind, UnknownPartnerError

LONGEST_NAME: Final = 70
SECRET_BYTES: Final = 32
KEEPER: Final = "keeper"
"""Who acts in the journal where a command did."""


class RegistrationError(BankError):
    """A partner cannot be taken in so. The message says what to write instead."""


def add_partner(connection: Connection, name: str, kind: PartnerKind, iban: str, now_ms: int) -> tuple[Partner, str]:
    """Take a partner in: it, and its secret, which nobody can be told again. Raises RegistrationError."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    client_id, name = f"{kind.value}-{secrets.token_hex(8)}", _check_name(name)
    row = {
        "client_id": client_id,
        "name": name,
        "kind": kind.value,
        "secret_hash": hash_secret(secret),
        "iban": _check_iban(kind, iban),
        "since_ms": now_ms,
    }
    made = connection.execute(insert(PARTNERS).values(row).returning(PARTNERS)).mappings().one()
    append_line(connection, now_ms, KEEPER, client_id, "partner taken in", kind=kind.value, name=name)
    return read_partner(made), secret


def list_partners(connection: Connection) -> Sequence[Partner]:
    """Every partner, those that were closed among them, oldest first."""
    return [read_partner(row) for row in connection.execute(select(PARTNERS).order_by(PARTNERS.c.id)).mappings()]


def close_partner(connection: Connection, client_id: str, now_ms: int) -> Partner:
    """From now on it may ask and read nothing. Raises UnknownPartnerError."""
    closed = update(PARTNERS).where(PARTNERS.c.client_id == client_id, PARTNERS.c.until_ms.is_(None))
    row = connection.execute(closed.values(until_ms=now_ms).returning(PARTNERS)).mappings().first()
    if row is None:
        raise UnknownPartnerError("no such partner, or closed before; `sesame bank clients list` shows them")
    append_line(connection, now_ms, KEEPER, client_id, "partner closed")
    return read_partner(row)


def find_partner(connection: Connection, client_id: str, secret: str) -> Partner | None:
    """The partner that proves to be that one. The same is computed whatever is wrong."""
    known = client_id.isascii() and client_id.isprintable()
    query = select(PARTNERS).where(PARTNERS.c.client_id == client_id, PARTNERS.c.until_ms.is_(None))
    row = connection.execute(query).mappings().first() if known else None
    right = hmac.compare_digest(hash_secret(secret), row["secret_hash"] if row else "-" * 64)
    return read_partner(row) if row and right else None


def hash_secret(secret: str) -> str:
    """What is kept of a secret, a request's identifier, a token."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def read_partner(row: RowMapping) -> Partner:
    """A row of the books."""
    return Partner(
        row["id"],
        row["client_id"],
        row["name"],
        PartnerKind(row["kind"]),
        row["iban"],
        row["since_ms"],
        row["until_ms"],
    )


def _check_name(name: str) -> str:
    plain = " ".join(name.split())
    if not (0 < len(plain) <= LONGEST_NAME and plain.isprintable()):
        raise RegistrationError(f"a name has 1 to {LONGEST_NAME} signs that can be shown")
    return plain


def _check_iban(kind: PartnerKind, iban: str) -> str | None:
    if kind is not PartnerKind.MERCHANT:
        if iban:
            raise RegistrationError("only a merchant is paid: leave --iban out")
        return None
    try:
        return parse_iban(iban)
    except IbanError as cause:
        raise RegistrationError("a merchant is paid somewhere: give its account with --iban") from cause
