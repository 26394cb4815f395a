"""What only the bank can make: the value that proves an authentication, and the token that stands for a card.

The value is bound to the payment, the shop, the amount and the card: with any other of them it is another one. It is
20 bytes long, as card schemes have their CAVV and AAV; how it is made is each issuer's own affair.
"""

import base64
import hmac
import json
import os
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bank.base64url import decode_base64url, encode_base64url
from bank.threeds.shelf import CardPayment

VALUE_BYTES: Final = 20
NONCE_BYTES: Final = 12
LONGEST_TOKEN: Final = 400
VALUE_KEY: Final = "3-D Secure: authentication value"
TOKEN_KEY: Final = "3-D Secure: card token"  # noqa: S105
TICKET_KEY: Final = "3-D Secure: challenge ticket"


def make_authentication_value(key: bytes, payment: CardPayment, currency: str) -> str:
    """In base64: 28 signs."""
    parts = payment.acs_id, payment.ds_id, payment.merchant_id, payment.cents, currency, payment.payment_card_id
    digest = hmac.digest(key, json.dumps(parts).encode(), sha256)
    return base64.b64encode(digest[:VALUE_BYTES]).decode()


def make_approval(key: bytes, payment: CardPayment) -> str:
    """The six digits of an authorisation, the same however often it is asked for."""
    digest = hmac.digest(key, b"approval" + payment.acs_id.encode(), sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 10**6:06d}"


def make_ticket_mark(key: bytes, acs_id: str) -> str:
    """What the address of a challenge's page has besides the identifier: nobody else can make it."""
    return encode_base64url(hmac.digest(key, acs_id.encode(), sha256))


@dataclass(frozen=True, slots=True)
class TokenContent:
    """What a token says: which payment card, for which shop, until when (ms)."""

    payment_card_id: int
    merchant_id: int
    until_ms: int


def seal_token(key: bytes, content: TokenContent) -> str:
    """A token for a card: it tells nothing, and only the bank can open it (AES-256-GCM)."""
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps([content.payment_card_id, content.merchant_id, content.until_ms]).encode()
    return encode_base64url(nonce + AESGCM(key).encrypt(nonce, plain, None))


def open_token(key: bytes, token: str) -> TokenContent | None:
    """What it says; None for what is none."""
    if not 0 < len(token) <= LONGEST_TOKEN:
        return None
    try:
        sealed = decode_base64url(token)
        plain = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except (ValueError, InvalidTag):
        return None
    return TokenContent(*json.loads(plain))
