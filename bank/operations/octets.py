"""The octets of an operation: made once by the bank, kept, shown and confirmed as they are.

One canonical JSON text in UTF-8: sorted names, no spaces. It holds the very lines that the customer sees (`shown`), the
machine's fields, from where it was asked for, until when it may be approved, and a nonce, so that no two operations
have the same octets. Whatever confirms an operation is made from them: a change of a single one makes another code.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from bank.operations.catalogue import AMOUNT, PAYEE_IBAN, OperationKind, TerminalKind

VERSION: Final = 1
CODE_DIGITS: Final = 8
"""Of a challenge on the reader (EMV CAP's unpredictable number, 9F37) and of a code in a text message."""
NONCE_BYTES: Final = 16

Value = str | int


class OctetsError(ValueError):
    """These octets are no operation of this version."""


@dataclass(frozen=True, slots=True)
class OperationContent:
    """All that an operation says. `shown`: label and value of each line; `nonce`: 32 hexadecimal digits."""

    operation_id: str
    kind: OperationKind
    customer_id: int
    terminal: TerminalKind
    language: str
    shown: tuple[tuple[str, str], ...] = field(repr=False)
    fields: Mapping[str, Value] = field(repr=False)
    nonce: str = field(repr=False)
    created_ms: int
    until_ms: int


def make_octets(content: OperationContent) -> bytes:
    """The canonical octets."""
    plain = {
        "version": VERSION,
        "id": content.operation_id,
        "kind": content.kind.value,
        "customer": content.customer_id,
        "terminal": content.terminal.value,
        "language": content.language,
        "shown": [list(line) for line in content.shown],
        "fields": dict(content.fields),
        "nonce": content.nonce,
        "created": content.created_ms,
        "until": content.until_ms,
    }
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_octets(octets: bytes) -> OperationContent:
    """What they say. Raises OctetsError, also when they are not canonical."""
    try:
        content = _read(json.loads(octets))
        same = make_octets(content) == octets
    except (ValueError, KeyError, TypeError, RecursionError) as cause:
        raise OctetsError("no operation") from cause
    if not same:
        raise OctetsError("not the canonical octets")
    return content


def _read(plain: dict[str, Any]) -> OperationContent:
    return OperationContent(
        operation_id=plain["id"],
        kind=OperationKind(plain["kind"]),
        customer_id=plain["customer"],
        terminal=TerminalKind(plain["terminal"]),
        language=plain["language"],
        shown=tuple((label, value) for label, value in plain["shown"]),
        fields=plain["fields"],
        nonce=plain["nonce"],
        created_ms=plain["created"],
        until_ms=plain["until"],
    )


def digest_octets(octets: bytes) -> str:
    """Their SHA-256, in hexadecimal."""
    return sha256(octets).hexdigest()


def make_challenge(key: bytes, octets: bytes) -> str:
    """The eight digits for the reader's *Défi*: HMAC-SHA-256 over the octets, under the bank's key."""
    return _digits(hmac.digest(key, b"challenge" + octets, sha256))


def _digits(mac: bytes) -> str:
    """The bias of 2^64 against 10^8 is below one in 10^11."""
    return f"{int.from_bytes(mac[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def seal_sms_code(key: bytes, octets: bytes, code: str) -> str:
    """What is kept of a code from a text message: it fits these octets only, and without the key it cannot be tried."""
    return hmac.digest(key, b"sms" + sha256(octets).digest() + code.encode(), sha256).hex()


@dataclass(frozen=True, slots=True)
class SignValues:
    """What is typed for the reader's *Signer*: the amount in cents, the last eight digits of the payee's account."""

    cents: int = field(repr=False)
    account: str = field(repr=False)


def read_sign_values(content: OperationContent) -> SignValues:
    """The values of an operation that pays somebody. Raises OctetsError for another one."""
    cents, iban = content.fields.get(AMOUNT), content.fields.get(PAYEE_IBAN)
    if not isinstance(cents, int) or not isinstance(iban, str):
        raise OctetsError("nobody is paid")
    return SignValues(cents, last_digits(iban))


def last_digits(iban: str) -> str:
    """The last eight digits of an account number, its letters passed over: a reader has keys for digits only."""
    return "".join(sign for sign in iban if sign.isascii() and sign.isdecimal())[-CODE_DIGITS:]
