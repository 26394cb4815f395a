"""What the simulated telephone signs, taken apart as docs/dev/securpass-api.md has it, by no line of the bank's."""

import hmac
import json
import time
from base64 import urlsafe_b64decode
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from bank.securpass.proofs.octets import PhoneAct, ProofKind
from simulator.phone.keys import CODE, PhoneKeys, check_bank, tell_envelope


def check_device(keys: PhoneKeys, octets: bytes, signature: bytes) -> None:
    """r and s side by side (WebCrypto's ECDSA). Raises InvalidSignature."""
    assert len(signature) == 64
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.device_key)
    point.verify(encode_dss_signature(r, s), octets, ec.ECDSA(SHA256()))


def test_the_device_key_is_a_point_and_signs() -> None:
    keys = PhoneKeys()
    assert (len(keys.device_key), keys.device_key[0]) == (65, 4)
    check_device(keys, b"octets", keys.sign(b"octets"))
    with pytest.raises(InvalidSignature):
        check_device(keys, b"others", keys.sign(b"octets"))


def test_the_codes_key_follows_from_code_salt_and_pepper_alone() -> None:
    """HMAC-SHA-256 under the pepper, of `securpass code`, the salt and the code, is the seed of Ed25519 (RFC 8032)."""
    keys = PhoneKeys(pepper=bytes(range(32)), salt=bytes(16))
    seed = hmac.new(bytes(range(32)), b"securpass code" + bytes(16) + b"2580", sha256).digest()
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert keys.code_public() == keys.code_public("2580") == public
    assert keys.code_public("2581") != public
    assert CODE == "2580"
    assert (len(PhoneKeys().pepper), len(PhoneKeys().salt)) == (32, 16)
    assert PhoneKeys().pepper != PhoneKeys().pepper


def test_a_request_says_what_it_is_about_and_counts() -> None:
    keys = PhoneKeys(device_id="device")
    request = json.loads(keys.write(PhoneAct.APPROVE, b"octets", ProofKind.CODE, "42"))
    assert abs(request.pop("at") - time.time_ns() // 1_000_000) < 3_600_000, "milliseconds"
    assert request == {
        "version": 1,
        "act": PhoneAct.APPROVE.value,
        "about": sha256(b"octets").hexdigest(),
        "match": "42",
        "device": "device",
        "counter": 1,
        "by": ProofKind.CODE.value,
    }
    again = json.loads(keys.write(PhoneAct.REFUSE, b"", ProofKind.DEVICE))
    assert (again["counter"], again["match"], again["by"]) == (2, "", ProofKind.DEVICE.value)
    assert json.loads(keys.write(PhoneAct.OPEN, b"", ProofKind.DEVICE, counter=9))["counter"] == 9
    assert keys.counter == 9


@pytest.mark.parametrize("by", [ProofKind.CODE, ProofKind.DEVICE])
def test_a_request_is_signed_by_the_device_and_by_the_code_where_that_is_the_proof(by: ProofKind) -> None:
    keys = PhoneKeys()
    envelope = keys.seal(b"request", by, "1379")
    told = tell_envelope(envelope)
    assert set(told) == {"request", "device_signature"} | ({"code_signature"} if by is ProofKind.CODE else set())
    read = {name: urlsafe_b64decode(text + "==") for name, text in told.items()}
    assert read["request"] == b"request"
    check_device(keys, b"request", read["device_signature"])
    if by is ProofKind.CODE:
        Ed25519PublicKey.from_public_bytes(keys.code_public("1379")).verify(read["code_signature"], b"request")


def test_the_banks_signature_is_checked_over_these_very_octets() -> None:
    bank = Ed25519PrivateKey.generate()
    key = bank.public_key().public_bytes_raw()
    check_bank(key, b"octets", bank.sign(b"octets"))
    with pytest.raises(InvalidSignature):
        check_bank(key, b"others", bank.sign(b"octets"))
