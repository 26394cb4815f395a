"""The shops that may ask for card payments: each with the one origin that its pages, and its 3DS server, have.

That origin is the allow list for all that goes to a shop: the result of an authentication, the way back of a browser,
and the page that may show the bank's in a frame. A shop's key is known to the shop; the books keep its digest.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, RowMapping, insert, select, update

from bank.books.schema import MERCHANTS
from bank.errors import BankError
from web.addresses import is_loopback

ACTIVE: Final = "active"
CLOSED: Final = "closed"
HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?")
"""As a browser writes the name of one: whatever else urlsplit lets pass is an origin that no page will ever have."""
CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,34}")
CATEGORY: Final = re.compile(r"[0-9]{4}")
LONGEST_NAME: Final = 40
LONGEST_ORIGIN: Final = 200
KEY_BYTES: Final = 32
USUAL_CATEGORY: Final = "5943"
"""ISO 18245: stationery, office and school supply shops."""
CASH_MACHINE: Final = "6011"
"""The same: money from machines."""
WALLET: Final = "6540"
"""The same: stored value. It has no category for wallets that hold cards."""
OTHER_THAN_SHOPS: Final = frozenset({CASH_MACHINE, WALLET})
"""They have keys as shops have, and ask for something else."""


class MerchantError(BankError):
    """The books do not take that about a shop. The message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Merchant:
    """A shop. `code`: its acquirerMerchantID; `origin`: scheme, host and port, without a path."""

    merchant_id: int
    code: str
    name: str
    category: str
    origin: str
    state: str
    since_ms: int

    def owns(self, url: str) -> bool:
        """Whether an address is the shop's own: this very scheme, host and port."""
        return _origin_of(url) == self.origin


@dataclass(frozen=True, slots=True)
class MerchantEntry:
    """A shop as it is taken in."""

    code: str
    name: str
    origin: str
    category: str = USUAL_CATEGORY

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            raise MerchantError("a shop's code has 1 to 35 small letters, digits and hyphens")
        if not (0 < len(self.name) <= LONGEST_NAME and self.name.isprintable()):
            raise MerchantError(f"a shop's name has 1 to {LONGEST_NAME} signs that can be shown")
        if not CATEGORY.fullmatch(self.category):
            raise MerchantError("a shop's category has four digits (ISO 18245), as 5943")
        if len(self.origin) > LONGEST_ORIGIN or not is_allowed_origin(self.origin):
            raise MerchantError(
                "a shop's origin is https://host or, on this machine alone, http://127.0.0.1:port, without a path; "
                "letters beyond ASCII as browsers write them, xn--..."
            )


def is_allowed_origin(origin: str) -> bool:
    """An origin with TLS, or one of this machine: nothing else is connected to."""
    if _origin_of(origin) != origin:
        return False
    parts = urlsplit(origin)
    return parts.scheme == "https" or _is_here(parts.hostname or "")


def _is_here(host: str) -> bool:
    return host == "localhost" or is_loopback(host)


def _origin_of(url: str) -> str:
    """As a browser writes it (RFC 6454, 6.2); nothing for what has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc or "\\" in url:
        return ""
    if not (HOST.fullmatch(host) or ":" in host):
        return ""
    usual = {"http": 80, "https": 443}[parts.scheme]
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + ("" if port in (None, usual) else f":{port}")


def make_merchant_key() -> str:
    """A new key for a shop: 256 bits."""
    return secrets.token_urlsafe(KEY_BYTES)


def put_merchant(connection: Connection, entry: MerchantEntry, key: str, now_ms: int) -> Merchant:
    """Take a shop in; one of that code gets this name, origin and key, and may ask again."""
    values = {
        "name": entry.name,
        "category": entry.category,
        "origin": entry.origin,
        "key_hash": _hashed(key),
        "state": ACTIVE,
        "since_ms": now_ms,
    }
    own = MERCHANTS.c.merchant_code == entry.code
    changed = update(MERCHANTS).where(own).values(values).returning(MERCHANTS)
    row = connection.execute(changed).mappings().first()
    if row is None:
        made = insert(MERCHANTS).values(merchant_code=entry.code, **values).returning(MERCHANTS)
        row = connection.execute(made).mappings().one()
    return _merchant(row)


def close_merchant(connection: Connection, code: str) -> bool:
    """It may ask no longer; False where it could not before."""
    open_now = update(MERCHANTS).where(MERCHANTS.c.merchant_code == code, MERCHANTS.c.state == ACTIVE)
    return connection.execute(open_now.values(state=CLOSED)).rowcount == 1


def list_merchants(connection: Connection) -> Sequence[Merchant]:
    """All of them, by code."""
    return [
        _merchant(row) for row in connection.execute(select(MERCHANTS).order_by(MERCHANTS.c.merchant_code)).mappings()
    ]


def find_merchant(connection: Connection, merchant_id: int) -> Merchant | None:
    """The shop with that number."""
    row = connection.execute(select(MERCHANTS).where(MERCHANTS.c.id == merchant_id)).mappings().first()
    return _merchant(row) if row else None


def recognise_merchant(connection: Connection, key: str) -> Merchant | None:
    """The shop with that key, if it may ask. A digest is compared with a digest: time tells nothing of the key."""
    query = select(MERCHANTS).where(MERCHANTS.c.key_hash == _hashed(key), MERCHANTS.c.state == ACTIVE)
    row = connection.execute(query).mappings().first()
    same = row is not None and hmac.compare_digest(row["key_hash"], _hashed(key))
    return _merchant(row) if row is not None and same else None


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _merchant(row: RowMapping) -> Merchant:
    return Merchant(
        row["id"],
        row["merchant_code"],
        row["name"],
        row["category"],
        row["origin"],
        row["state"],
        row["since_ms"],
    )
