"""Access keys and certificates in the books. Every function works in the caller's transaction.

What must happen once is one statement with its condition in it.
"""

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select, update

from bank.books.schema_keys import ACCESS_KEYS, CERTIFICATES
from bank.pki.foreign import digest_certificate
from bank.pki.making import moment_of, ms_of
from bank.pki.records import MOST_SERIAL, REASONS, AccessKey, AccessKeyState, CertificateState, ClientCertificate
from bank.pki.revocation import Revoked, Standing

LIVING = CERTIFICATES.c.state != CertificateState.REVOKED.value


def add_key(connection: Connection, serial: int, certificate: x509.Certificate, now_ms: int) -> AccessKey:
    """Take a key that was made into the books. Raises IntegrityError where one of that serial is there."""
    row = {
        "serial": serial,
        "certificate": certificate.public_bytes(Encoding.DER),
        "state": AccessKeyState.MADE.value,
        "made_ms": now_ms,
        "changed_ms": now_ms,
    }
    return _key(connection.execute(insert(ACCESS_KEYS).values(row).returning(ACCESS_KEYS)).mappings().one())


def find_key(connection: Connection, serial: int) -> AccessKey | None:
    """The key with that serial, whatever number that is: an attestation may say one that no column holds."""
    return _first_key(connection, ACCESS_KEYS.c.serial == serial) if 0 < serial <= MOST_SERIAL else None


def find_key_numbered(connection: Connection, key_id: int) -> AccessKey | None:
    """The key with that number of the books."""
    return _first_key(connection, ACCESS_KEYS.c.id == key_id)


def list_keys(connection: Connection, customer_id: int | None = None) -> Sequence[AccessKey]:
    """All keys, or one customer's, oldest first."""
    query = select(ACCESS_KEYS).order_by(ACCESS_KEYS.c.id)
    if customer_id is not None:
        query = query.where(ACCESS_KEYS.c.customer_id == customer_id)
    return [_key(row) for row in connection.execute(query).mappings()]


def give_key(connection: Connection, key_id: int, customer_id: int, now_ms: int) -> bool:
    """It is that customer's from now on; False when it is not in stock."""
    stock = update(ACCESS_KEYS).where(ACCESS_KEYS.c.id == key_id, ACCESS_KEYS.c.state == AccessKeyState.MADE.value)
    values = {"state": AccessKeyState.ISSUED.value, "customer_id": customer_id, "changed_ms": now_ms}
    return connection.execute(stock.values(values)).rowcount == 1


def end_key(connection: Connection, key_id: int, state: AccessKeyState, now_ms: int) -> bool:
    """It is lost or taken back; False when it was so before."""
    live = (AccessKeyState.MADE.value, AccessKeyState.ISSUED.value)
    ended = update(ACCESS_KEYS).where(ACCESS_KEYS.c.id == key_id, ACCESS_KEYS.c.state.in_(live))
    return connection.execute(ended.values(state=state.value, changed_ms=now_ms)).rowcount == 1


def keep_signing_key(connection: Connection, key_id: int, octets: bytes) -> None:
    """From now on it is this one that signs payments."""
    connection.execute(update(ACCESS_KEYS).where(ACCESS_KEYS.c.id == key_id).values(signing_key=octets))


def keep_details(connection: Connection, key_id: int, details: tuple[str, str, str], now_ms: int) -> None:
    """Whose hands it is in: name, e-mail, telephone."""
    named = dict(zip(("holder", "email", "telephone"), details, strict=True))
    connection.execute(update(ACCESS_KEYS).where(ACCESS_KEYS.c.id == key_id).values(registered_ms=now_ms, **named))


def add_certificate(
    connection: Connection, certificate: x509.Certificate, key: AccessKey, now_ms: int
) -> ClientCertificate:
    """Write down what was issued for that key to its customer."""
    row = {
        "serial": write_serial(certificate.serial_number),
        "key_id": key.key_id,
        "customer_id": key.customer_id,
        "fingerprint": digest_certificate(certificate),
        "certificate": certificate.public_bytes(Encoding.DER),
        "state": CertificateState.ISSUED.value,
        "since_ms": now_ms,
        "until_ms": ms_of(certificate.not_valid_after_utc),
    }
    made = insert(CERTIFICATES).values(row).returning(CERTIFICATES)
    return _certificate(connection.execute(made).mappings().one())


def find_certificate(connection: Connection, certificate: x509.Certificate) -> ClientCertificate | None:
    """This very certificate."""
    query = select(CERTIFICATES).where(
        CERTIFICATES.c.serial == write_serial(certificate.serial_number),
        CERTIFICATES.c.fingerprint == digest_certificate(certificate),
    )
    row = connection.execute(query).mappings().first()
    return _certificate(row) if row else None


def find_certificate_numbered(connection: Connection, certificate_id: int) -> ClientCertificate | None:
    """The one with that number of the books."""
    row = connection.execute(select(CERTIFICATES).where(CERTIFICATES.c.id == certificate_id)).mappings().first()
    return _certificate(row) if row else None


def list_certificates(connection: Connection, key_id: int) -> Sequence[ClientCertificate]:
    """A key's, oldest first."""
    query = select(CERTIFICATES).where(CERTIFICATES.c.key_id == key_id).order_by(CERTIFICATES.c.id)
    return [_certificate(row) for row in connection.execute(query).mappings()]


def list_living(connection: Connection, key_id: int) -> Sequence[ClientCertificate]:
    """A key's that are neither revoked nor over by their state in the books, oldest first."""
    return [each for each in list_certificates(connection, key_id) if each.lives]


def activate_certificate(connection: Connection, certificate_id: int, now_ms: int) -> bool:
    """Somebody has signed in with it: whether that was the first time."""
    first = update(CERTIFICATES).where(
        CERTIFICATES.c.id == certificate_id, CERTIFICATES.c.state == CertificateState.ISSUED.value
    )
    active = first.values(state=CertificateState.ACTIVE.value, first_used_ms=now_ms)
    return connection.execute(active).rowcount == 1


def revoke_certificate(connection: Connection, certificate_id: int, reason: str, now_ms: int) -> bool:
    """It opens nothing from now on; False when it was revoked before."""
    values = {"state": CertificateState.REVOKED.value, "revoked_ms": now_ms, "reason": reason}
    changed = update(CERTIFICATES).where(CERTIFICATES.c.id == certificate_id, LIVING)
    return connection.execute(changed.values(values)).rowcount == 1


def list_revoked(connection: Connection, now_ms: int) -> Sequence[Revoked]:
    """Those whose time is not over: what belongs into the list (RFC 5280, 3.3)."""
    columns = select(CERTIFICATES.c.serial, CERTIFICATES.c.revoked_ms, CERTIFICATES.c.reason)
    query = columns.where(CERTIFICATES.c.state == CertificateState.REVOKED.value, CERTIFICATES.c.until_ms >= now_ms)
    rows = connection.execute(query.order_by(CERTIFICATES.c.id))
    return [_revoked(serial, at_ms, reason) for serial, at_ms, reason in rows]


def find_standing(connection: Connection, serial: int) -> Standing | None:
    """How it stands with the certificate of that serial; None where the bank issued none."""
    query = select(CERTIFICATES).where(CERTIFICATES.c.serial == write_serial(serial))
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    revoked = _revoked(row["serial"], row["revoked_ms"], row["reason"]) if row["revoked_ms"] is not None else None
    return Standing(x509.load_der_x509_certificate(row["certificate"]), revoked)


def write_serial(number: int) -> str:
    """As openssl writes it."""
    text = f"{number:X}"
    return text if len(text) % 2 == 0 else f"0{text}"


def _revoked(serial: str, at_ms: int, reason: str | None) -> Revoked:
    return Revoked(int(serial, 16), moment_of(at_ms), REASONS[reason or "unspecified"])


def _first_key(connection: Connection, condition: ColumnElement[bool]) -> AccessKey | None:
    row = connection.execute(select(ACCESS_KEYS).where(condition)).mappings().first()
    return _key(row) if row else None


def _key(row: RowMapping) -> AccessKey:
    names = ("serial", "certificate", "customer_id", "signing_key", "holder", "email", "telephone")
    moments = ("made_ms", "changed_ms", "registered_ms")
    return AccessKey(
        key_id=row["id"], state=AccessKeyState(row["state"]), **{name: row[name] for name in (*names, *moments)}
    )


def _certificate(row: RowMapping) -> ClientCertificate:
    names = ("serial", "key_id", "customer_id", "certificate", "reason")
    moments = ("since_ms", "until_ms", "first_used_ms", "revoked_ms")
    return ClientCertificate(
        certificate_id=row["id"],
        state=CertificateState(row["state"]),
        **{name: row[name] for name in (*names, *moments)},
    )
