"""The bank's authorities, in the books with their keys sealed: root -> issuing -> clients; and the maker's, beside it.

The root signs once, when the issuing authority is made, and is not opened again: `open_authorities` unseals issuing and
maker alone. In a bank it would lie in a safe; in the demonstration the vault's seal stands for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from sqlalchemy import Connection, insert, select

from bank.books.clock import WallClock, pass_time, wall_ms
from bank.books.database import lock_books
from bank.books.schema_keys import AUTHORITIES
from bank.books.store_sql import SqlStore
from bank.decoding import decode_foreign
from bank.errors import StateError
from bank.pki.making import CertificateWish, Signer, make_certificate, make_name, moment_of
from bank.pki.profiles import ProfileName

AUTHORITY_LOCK: Final = 0x5E5A42
"""PostgreSQL's: of several processes that open new books at once, one makes the authorities."""

SLOW_CLOCKS: Final = timedelta(hours=1)
"""Another machine's clock may be behind ours."""

ROOT, ISSUING, SENTENCE, MAKER = ProfileName.ROOT, ProfileName.ISSUING, ProfileName.SENTENCE, ProfileName.MAKER

COMMON_NAMES: Final[Mapping[ProfileName, str]] = {
    ROOT: "Coop@net demonstration root",
    ISSUING: "Coop@net demonstration access keys",
    SENTENCE: "Coop@net demonstration sentences",
    MAKER: "e-secure demonstration maker",
}


@dataclass(frozen=True)
class Authority:
    """One that signs."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def signer(self) -> Signer:
        """As it signs."""
        return Signer(self.key, self.certificate)


@dataclass(frozen=True)
class Authorities:
    """Those that work every day, and the root's certificate. `sentence`: what signs the text of a payment."""

    root: x509.Certificate
    issuing: Authority
    sentence: Authority
    maker: Authority

    @property
    def chain(self) -> tuple[x509.Certificate, x509.Certificate]:
        """What a client is given to trust."""
        return self.issuing.certificate, self.root


def open_authorities(store: SqlStore, wall: WallClock = wall_ms) -> Authorities:
    """The authorities of these books, made at the first use. Raises StateError."""
    with store.reading() as connection:
        found = _read_all(connection)
    if len(found) < len(COMMON_NAMES):
        with store.writing() as connection:
            lock_books(connection, AUTHORITY_LOCK)
            if not _read_all(connection):
                _make_all(store, connection, pass_time(connection, wall()))
            found = _read_all(connection)
    if len(found) < len(COMMON_NAMES):
        raise StateError("one of the bank's authorities is gone from the books: put a backup back")
    root = _load_certificate(found[ROOT.value][0])
    return Authorities(root, *(_load(store, name, found[name.value]) for name in (ISSUING, SENTENCE, MAKER)))


def read_issuing(store: SqlStore, wall: WallClock = wall_ms) -> x509.Certificate:
    """The issuing authority's certificate alone: what judges, at every request, needs no key. Raises StateError."""
    query = select(AUTHORITIES.c.certificate).where(AUTHORITIES.c.name == ISSUING.value)
    with store.reading() as connection:
        octets = connection.execute(query).scalar()
    return _load_certificate(octets) if octets else open_authorities(store, wall).issuing.certificate


def read_chain(store: SqlStore, wall: WallClock = wall_ms) -> tuple[x509.Certificate, x509.Certificate]:
    """What a client is given to trust, as the books have it now. Needs no key. Raises StateError."""
    with store.reading() as connection:
        found = _read_all(connection)
    if len(found) < len(COMMON_NAMES):
        return open_authorities(store, wall).chain
    return _load_certificate(found[ISSUING.value][0]), _load_certificate(found[ROOT.value][0])


def _read_all(connection: Connection) -> dict[str, tuple[bytes, bytes]]:
    rows = connection.execute(select(AUTHORITIES.c.name, AUTHORITIES.c.certificate, AUTHORITIES.c.sealed))
    return {name: (certificate, sealed) for name, certificate, sealed in rows}


def _make_all(store: SqlStore, connection: Connection, now_ms: int) -> None:
    begin = moment_of(now_ms) - SLOW_CLOCKS
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in COMMON_NAMES}
    made: dict[ProfileName, x509.Certificate] = {}
    for name, above in ((ROOT, None), (ISSUING, ROOT), (SENTENCE, ISSUING), (MAKER, None)):
        wish = CertificateWish(name, make_name(COMMON_NAMES[name]), keys[name].public_key(), begin)
        signer = Signer(keys[above], made[above]) if above else Signer(keys[name])
        made[name] = make_certificate(wish, signer)
        plain = keys[name].private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        row = {
            "name": name.value,
            "certificate": made[name].public_bytes(Encoding.DER),
            "sealed": store.seal_secret(_sealed_name(name), plain),
            "since_ms": now_ms,
        }
        connection.execute(insert(AUTHORITIES).values(row))


def _load(store: SqlStore, name: ProfileName, row: tuple[bytes, bytes]) -> Authority:
    certificate = _load_certificate(row[0])
    with decode_foreign(f"the key of the bank's authority {name.value} is damaged: put a backup back"):
        key = load_der_private_key(store.unseal_secret(_sealed_name(name), row[1]), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise ValueError("not its key")
    return Authority(certificate, key)


def _load_certificate(octets: bytes) -> x509.Certificate:
    with decode_foreign("a certificate of the bank's authorities is damaged: put a backup back"):
        return x509.load_der_x509_certificate(octets)


def _sealed_name(name: ProfileName) -> str:
    return f"authority {name.value}"
