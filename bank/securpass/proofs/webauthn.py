"""Finger or face: a WebAuthn credential of the telephone itself, whose assertion is bound to one request.

The challenge is the SHA-256 of what is signed. It proves inherence only: a passkey may be copied to other telephones
(its backup flags say so, and are kept), so that the device key must sign, too.
"""

import hmac
import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.webauthn import AttestationObject, AuthenticatorData, CollectedClientData

from bank.errors import BankError

ES256: Final = -7
"""COSE's number of ECDSA with SHA-256 (RFC 9053, 2.1)."""
LONGEST: Final = 2048
"""Octets of each part."""
LONGEST_ID: Final = 1023
"""WebAuthn level 3, 4: of a credential's identifier."""


class CredentialError(BankError):
    """What the browser made is no credential of this bank."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the app is served from: the browser's origin, and its host as the relying party's identifier."""

    origin: str
    rp_id: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """What `navigator.credentials.get` gives."""

    credential: bytes = field(repr=False)
    authenticator_data: bytes = field(repr=False)
    client_data: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def as_json(self) -> bytes:
        """For the evidence."""
        return json.dumps({name: getattr(self, name).hex() for name in self.__slots__}, sort_keys=True).encode()


@dataclass(frozen=True, slots=True)
class PhoneCredential:
    """What is kept of a credential. `key`: a COSE_Key; `backed_up`: it may be on other telephones, too."""

    credential_id: bytes = field(repr=False)
    key: bytes = field(repr=False)
    rp_id: str
    sign_count: int
    backed_up: bool


def read_credential(attestation: bytes, client_data: bytes, challenge: bytes, place: Origin) -> PhoneCredential:
    """A credential that was made for this place and that challenge, with its user verified. Raises CredentialError."""
    if max(len(attestation), len(client_data)) > LONGEST:
        raise CredentialError("credential: too long")
    try:
        data = AttestationObject(attestation).auth_data
        made = data.credential_data
        whole = _is_for(data, client_data, "webauthn.create", challenge, place) and made is not None
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as cause:
        raise CredentialError("credential: not as WebAuthn has it") from cause
    if not whole or made is None or made.public_key.get(3) != ES256 or len(made.credential_id) > LONGEST_ID:
        raise CredentialError("credential: made for another place, or without its user")
    key = cbor.encode(dict(made.public_key))
    return PhoneCredential(made.credential_id, key, place.rp_id, data.counter, data.is_backup_eligible())


def verify_assertion(known: PhoneCredential, assertion: Assertion, signed: bytes, place: Origin) -> int | None:
    """The credential's new counter where its user, verified, signed about exactly these octets here; else None."""
    if max(len(assertion.authenticator_data), len(assertion.client_data), len(assertion.signature)) > LONGEST:
        return None
    same = hmac.compare_digest(assertion.credential, known.credential_id) and place.rp_id == known.rp_id
    try:
        data = AuthenticatorData(assertion.authenticator_data)
        right = _is_for(data, assertion.client_data, "webauthn.get", sha256(signed).digest(), place)
        about = assertion.authenticator_data + sha256(assertion.client_data).digest()
        CoseKey.parse(_mapping(cbor.decode(known.key))).verify(about, assertion.signature)
    except (InvalidSignature, ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None
    moved = data.counter > known.sign_count or data.counter == known.sign_count == 0
    return data.counter if same and right and moved else None


def _is_for(data: AuthenticatorData, client_data: bytes, kind: str, challenge: bytes, place: Origin) -> bool:
    told = CollectedClientData(client_data)
    return (
        told.type == kind
        and hmac.compare_digest(told.challenge, challenge)
        and told.origin == place.origin
        and not told.cross_origin
        and hmac.compare_digest(data.rp_id_hash, sha256(place.rp_id.encode()).digest())
        and data.is_user_present()
        and data.is_user_verified()
    )


def _mapping(value: Any) -> dict[int, Any]:  # noqa: ANN401 - CBOR
    if not isinstance(value, dict):
        raise TypeError("no COSE_Key")
    return value
