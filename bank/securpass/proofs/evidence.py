"""Proofs of what a telephone decided, as a file that anybody can verify: nothing of the bank's is needed for it.

The bank's signature over the operation's octets says what was shown; the telephone's over its request, which has the
SHA-256 of these octets in it, says that it was decided, and how. The code's or the finger's signature is verified
against a key that the file holds only when it is asked for: whoever has that key *and* the telephone could try codes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from bank.books.schema import OPERATIONS
from bank.books.schema_securpass import PROOFS
from bank.errors import BankError
from bank.operations.octets import OctetsError, read_octets
from bank.securpass.frame import SecurPassFrame
from bank.securpass.proofs.keys import verify_device, verify_plain
from bank.securpass.proofs.octets import ProofKind, RequestError, read_request
from bank.securpass.shelf import find_device

FORMAT: Final = "securpass-proof-1"
OCTETS: Final = ("operation", "bank_signature", "bank_key", "request", "device_signature", "device_key", "second")


class ProofFileError(BankError):
    """The file is no proof, or it does not hold. The message says which part."""


@dataclass(frozen=True, slots=True)
class ProofVerdict:
    """What a proof says, every signature in it being right. `second`: whether code or finger were verified, too."""

    operation_id: str
    kind: str
    shown: tuple[tuple[str, str], ...]
    act: str
    by: str
    counter: int
    second: bool


def export_proof(frame: SecurPassFrame, operation_id: str, *, with_code_key: bool = False) -> dict[str, Any]:
    """The latest decision about that operation by a telephone. Raises ProofFileError where there is none."""
    query = select(PROOFS, OPERATIONS.c.payload).join(OPERATIONS, OPERATIONS.c.id == PROOFS.c.operation_id)
    with frame.operations.reading() as (connection, _):
        query = query.where(PROOFS.c.operation_id == operation_id, PROOFS.c.outcome == "done")
        row = connection.execute(query.order_by(PROOFS.c.id.desc()).limit(1)).mappings().first()
        device = find_device(connection, row["device_id"]) if row else None
    if row is None or device is None:
        raise ProofFileError("no telephone has decided such an operation")
    bank, octets = frame.bank_key, bytes(row["payload"])
    parts = (octets, bank.sign_octets(octets), bank.public, row["request"], row["device_signature"])
    plain = dict(zip(OCTETS, (*parts, device.device_key, row["second"]), strict=True))
    found: dict[str, Any] = {"format": FORMAT, **{name: bytes(value).hex() for name, value in plain.items()}}
    if with_code_key:
        found["code_key"] = frame.unseal_code_key(device).hex()
    return found


def verify_proof(plain: Mapping[str, Any]) -> ProofVerdict:
    """Every signature and digest of the file. Raises ProofFileError, which says what does not hold."""
    parts = _read(plain)
    octets, request_octets = parts["operation"], parts["request"]
    if not verify_plain(parts["bank_key"], octets, parts["bank_signature"]):
        raise ProofFileError("the bank did not sign this operation")
    if not verify_device(parts["device_key"], request_octets, parts["device_signature"]):
        raise ProofFileError("the telephone did not sign this request")
    try:
        content, request = read_octets(octets), read_request(request_octets)
    except (OctetsError, RequestError) as cause:
        raise ProofFileError("what was signed is no operation, or no request") from cause
    if request.about != sha256(octets).hexdigest():
        raise ProofFileError("the request is about another operation")
    second = _verify_second(plain, parts, request.by)
    return ProofVerdict(
        content.operation_id,
        content.kind.value,
        content.shown,
        request.act.value,
        request.by.value,
        request.counter,
        second,
    )


def write_pem(plain: Mapping[str, Any]) -> dict[str, bytes]:
    """Files for `openssl`: both texts, both signatures (the telephone's as DER), both keys as PEM."""
    parts = _read(plain)
    raw = parts["device_signature"]
    pem = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    device = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), parts["device_key"])
    return {
        "operation.json": parts["operation"],
        "operation.sig": parts["bank_signature"],
        "bank.pem": Ed25519PublicKey.from_public_bytes(parts["bank_key"]).public_bytes(*pem),
        "request.json": parts["request"],
        "request.sig": encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
        "device.pem": device.public_bytes(*pem),
    }


def read_proof(text: str) -> dict[str, Any]:
    """A file's text. Raises ProofFileError."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as cause:
        raise ProofFileError("no JSON") from cause
    if not isinstance(plain, dict):
        raise ProofFileError("no proof: not an object")
    return plain


def _read(plain: Mapping[str, Any]) -> dict[str, bytes]:
    if plain.get("format") != FORMAT:
        raise ProofFileError(f"no proof: format is not {FORMAT}")
    try:
        return {name: bytes.fromhex(plain[name]) for name in OCTETS}
    except (KeyError, TypeError, ValueError) as cause:
        raise ProofFileError("no proof: a part is missing or not hexadecimal") from cause


def _verify_second(plain: Mapping[str, Any], parts: Mapping[str, bytes], by: ProofKind) -> bool:
    """Where the file has the code key, its signature must hold."""
    if by is not ProofKind.CODE or "code_key" not in plain:
        return False
    try:
        key = bytes.fromhex(plain["code_key"])
    except (TypeError, ValueError) as cause:
        raise ProofFileError("no proof: code_key is not hexadecimal") from cause
    if not verify_plain(key, parts["request"], parts["second"]):
        raise ProofFileError("the code did not sign this request")
    return True
