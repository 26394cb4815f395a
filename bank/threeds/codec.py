"""Messages of 3-D Secure from octets and to octets: strict, and bounded before anything is looked at.

An object of JSON in UTF-8 (RFC 8259); in the browser without padding in base64url (RFC 4648, 5). A name that stands
twice, an empty value, a null or a value out of its range is an error with the specification's code (table A.4).
"""

import json
from collections.abc import Sequence
from dataclasses import fields
from enum import Enum
from typing import Any, Final, TypeVar

from bank.base64url import decode_base64url, encode_base64url
from bank.errors import BankError
from bank.threeds.elements import UUID, ElementRule
from bank.threeds.messages import RULE, VERSIONS, Erro, Message3DS

MOST_BYTES: Final = 32_768
"""Of a message: the longest elements of an AReq together are some 13,000."""
MOST_ENCODED: Final = 4096
"""Of a CReq or CRes in base64url: five elements."""
MOST_DEPTH: Final = 8
MOST_ELEMENTS: Final = 256

M = TypeVar("M", bound=Message3DS)


class ErrorCode(Enum):
    """`errorCode`."""

    RECEIVED_INVALID = "101"
    VERSION = "102"
    ELEMENT_MISSING = "201"
    ELEMENT_FORMAT = "203"
    ELEMENT_TWICE = "204"
    UNKNOWN_TRANSACTION = "301"
    ACCESS_DENIED = "303"
    INVALID_DATA = "305"
    TIMED_OUT = "402"
    TRANSIENT_FAILURE = "403"


DESCRIPTIONS: Final = {
    ErrorCode.RECEIVED_INVALID: "Message is not recognised",
    ErrorCode.VERSION: "Message version is not supported",
    ErrorCode.ELEMENT_MISSING: "A required data element is missing",
    ErrorCode.ELEMENT_FORMAT: "The format or value of a data element is invalid",
    ErrorCode.ELEMENT_TWICE: "A data element stands twice",
    ErrorCode.UNKNOWN_TRANSACTION: "Transaction ID is not recognised",
    ErrorCode.ACCESS_DENIED: "Access denied, or an endpoint that is not allowed",
    ErrorCode.INVALID_DATA: "Transaction data is not valid",
    ErrorCode.TIMED_OUT: "Transaction timed out",
    ErrorCode.TRANSIENT_FAILURE: "Transient system failure",
}


class ProtocolError(BankError):
    """A message cannot be taken. `detail` names elements and never their values."""

    def __init__(self, code: ErrorCode, detail: str, message_type: str | None = None) -> None:
        super().__init__(f"{DESCRIPTIONS[code]}: {detail}")
        self.code = code
        self.detail = detail
        self.message_type = message_type


def decode_message(kind: type[M], octets: bytes) -> M:
    """The message of that kind. Raises ProtocolError, and nothing else, whatever the octets are."""
    return read_message(kind, read_object(octets))


def read_message(kind: type[M], plain: dict[str, Any]) -> M:
    """The same from what `read_object` gave."""
    named = kind.messageType
    if plain.get("messageType") != named:
        raise ProtocolError(ErrorCode.RECEIVED_INVALID, "messageType", named)
    _check_version(plain, named)
    values: dict[str, Any] = {}
    missing, wrong = [], []
    for one in fields(kind):
        rule: ElementRule = one.metadata[RULE]
        if one.name not in plain:
            missing += [one.name] * rule.required
        elif plain[one.name] in ("", None) or not rule.check(plain[one.name]):
            wrong.append(one.name)
        else:
            values[one.name] = plain[one.name]
    if missing:
        raise ProtocolError(ErrorCode.ELEMENT_MISSING, ",".join(missing), named)
    if wrong:
        raise ProtocolError(ErrorCode.ELEMENT_FORMAT, ",".join(wrong), named)
    return kind(**values)


def _check_version(plain: dict[str, Any], named: str) -> None:
    version = plain.get("messageVersion")
    if version is None:
        raise ProtocolError(ErrorCode.ELEMENT_MISSING, "messageVersion", named)
    if version not in VERSIONS and named != Erro.messageType:
        raise ProtocolError(ErrorCode.VERSION, ",".join(VERSIONS), named)


def read_object(octets: bytes) -> dict[str, Any]:
    """An object of JSON within the bounds. Raises ProtocolError."""
    if len(octets) > MOST_BYTES or _depth_of(octets) > MOST_DEPTH:
        raise ProtocolError(ErrorCode.RECEIVED_INVALID, "size")
    try:
        plain = json.loads(octets.decode(), object_pairs_hook=_each_once, parse_constant=_refuse_constant)
    except ProtocolError:
        raise
    except (ValueError, RecursionError):
        raise ProtocolError(ErrorCode.RECEIVED_INVALID, "JSON") from None
    if not isinstance(plain, dict):
        raise ProtocolError(ErrorCode.RECEIVED_INVALID, "JSON")
    return plain


def _depth_of(octets: bytes) -> int:
    """How deep brackets go, counted without building anything: those within strings count, which only refuses more."""
    deepest = depth = 0
    for octet in octets:
        if octet in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif octet in b"]}":
            depth -= 1
    return deepest


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1 and name.isascii() and name.isalnum()})
        raise ProtocolError(ErrorCode.ELEMENT_TWICE, ",".join(twice)[:256] or "name")
    if len(found) > MOST_ELEMENTS:
        raise ProtocolError(ErrorCode.RECEIVED_INVALID, "size")
    return found


def _refuse_constant(_name: str) -> object:
    raise ValueError("JSON has no such number")


def to_plain(message: Message3DS) -> dict[str, Any]:
    """The message as an object; what is absent is left out."""
    plain: dict[str, Any] = {"messageType": message.messageType}
    for one in fields(message):
        value = getattr(message, one.name)
        if value is not None:
            plain[one.name] = dict(value) if one.name == "acsRenderingType" else value
    return plain


def encode_message(message: Message3DS) -> bytes:
    """Its octets."""
    return json.dumps(to_plain(message), separators=(",", ":"), ensure_ascii=False).encode()


def encode_for_browser(message: Message3DS) -> str:
    """base64url without padding."""
    return encode_base64url(encode_message(message))


def decode_from_browser(kind: type[M], encoded: str) -> M:
    """The message that a browser brought. Raises ProtocolError, also for other alphabets, padding and loose bits."""
    if not 0 < len(encoded) <= MOST_ENCODED:
        raise ProtocolError(ErrorCode.RECEIVED_INVALID, "base64url", kind.messageType)
    try:
        octets = decode_base64url(encoded)
    except ValueError:
        raise ProtocolError(ErrorCode.RECEIVED_INVALID, "base64url", kind.messageType) from None
    return decode_message(kind, octets)


def answer_error(error: ProtocolError, plain: dict[str, Any] | None = None) -> Erro:
    """The Erro for it, from the bank, with the transaction's identifiers as far as they are such."""
    known = plain or {}

    def ours(name: str) -> str | None:
        value = known.get(name)
        return value if isinstance(value, str) and UUID.fullmatch(value) else None

    version = known.get("messageVersion")
    return Erro(
        messageVersion=version if version in VERSIONS else VERSIONS[-1],
        threeDSServerTransID=ours("threeDSServerTransID"),
        dsTransID=ours("dsTransID"),
        acsTransID=ours("acsTransID"),
        errorCode=error.code.value,
        errorComponent="A",
        errorDescription=DESCRIPTIONS[error.code],
        errorDetail=error.detail,
        errorMessageType=error.message_type,
    )
