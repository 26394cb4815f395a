"""Web Push's cryptography: the standards' own examples, and two other programs as judges."""

import base64
import json
import os

import http_ece  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from py_vapid import Vapid02  # type: ignore[import-untyped]
from pywebpush import WebPusher  # type: ignore[import-untyped]

from bank.base64url import decode_base64url
from bank.push.encryption import PADDED, RECORD_SIZE, encrypt_message, encrypt_record
from bank.push.ports import PushSubscription, SubscriptionError, WakeUp
from bank.push.vapid import LASTS_S, ORDER, VapidKey, derive_vapid_key
from bank.push.webpush import say

NOW_MS = 1_780_000_000_000
AUTH = bytes(range(16))


def key_of(text: str) -> EllipticCurvePrivateKey:
    return derive_private_key(int.from_bytes(decode_base64url(text), "big"), SECP256R1())


def point(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def test_the_example_of_rfc_8291_comes_out_octet_for_octet() -> None:
    """Appendix A."""
    phone = key_of("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")
    subscription = PushSubscription(
        1, "https://push.example.net/", point(phone.public_key()), decode_base64url("BTBZMqHH6r4Tts7J_aSIgg")
    )
    assert subscription.public_key == decode_base64url(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    body = encrypt_message(
        subscription,
        b"When I grow up, I want to be a watermelon",
        0,
        decode_base64url("DGv6ra1nlYgDCS1FRnbzlw"),
        key_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
    )
    assert body == decode_base64url(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_example_of_rfc_8188_comes_out_octet_for_octet() -> None:
    """3.1."""
    secret, salt = decode_base64url("yqdlZ-tYemfogSmv7Ws5PQ"), decode_base64url("I1BsxtFttlv3u_Oo94xnmw")
    assert encrypt_record(secret, salt, b"", b"I am the walrus\x02") == decode_base64url(
        "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg"
    )


@given(st.binary(max_size=PADDED - 1))
def test_another_program_opens_every_message_with_the_phones_key(plain: bytes) -> None:
    phone = generate_private_key(SECP256R1())
    body = encrypt_message(PushSubscription(1, "", point(phone.public_key()), AUTH), plain)
    assert http_ece.decrypt(body, private_key=phone, auth_secret=AUTH, version="aes128gcm") == plain


def test_every_message_is_as_long_as_every_other_and_never_the_same() -> None:
    phone = point(generate_private_key(SECP256R1()).public_key())
    bodies = {encrypt_message(PushSubscription(1, "", phone, AUTH), plain) for plain in (b"", b"a", b"a", b"a" * 100)}
    assert len(bodies) == 4
    assert {len(body) for body in bodies} == {16 + 4 + 1 + 65 + PADDED + 16}


def test_our_message_is_made_like_that_of_another_sender() -> None:
    """The same parts in the same places: salt, record size, sender's point."""
    phone = generate_private_key(SECP256R1())
    subscription = PushSubscription(1, "https://fcm.googleapis.com/x", point(phone.public_key()), AUTH)
    keys = {"p256dh": base64url(subscription.public_key), "auth": base64url(AUTH)}
    theirs = WebPusher({"endpoint": subscription.endpoint, "keys": keys}).encode(b"hello", "aes128gcm")["body"]
    ours = encrypt_message(subscription, b"hello")
    assert (theirs[16:20], theirs[20], theirs[21]) == (ours[16:20], ours[20], ours[21])
    assert int.from_bytes(ours[16:20], "big") == RECORD_SIZE


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def test_a_message_says_which_operation_waits_and_nothing_else() -> None:
    assert json.loads(say(WakeUp("0" * 32, 60))) == {"operation": "0" * 32}
    assert len(say(WakeUp("0" * 32, 60))) < PADDED


def test_what_would_be_longer_than_every_other_message_is_refused() -> None:
    phone = point(generate_private_key(SECP256R1()).public_key())
    with pytest.raises(ValueError, match="nothing longer"):
        encrypt_message(PushSubscription(1, "", phone, AUTH), b"x" * PADDED)


@pytest.mark.parametrize(
    ("public_key", "auth", "complaint"),
    [
        (b"\x04" + bytes(63), AUTH, "p256dh: 65 octets"),
        (b"\x03" + bytes(64), AUTH, "p256dh: 65 octets"),
        (b"\x04" + bytes(64), AUTH[:15], "auth: 16 octets"),
        (b"\x04" + bytes(64), AUTH, "no point of P-256"),
    ],
)
def test_keys_that_are_none_are_refused(public_key: bytes, auth: bytes, complaint: str) -> None:
    with pytest.raises(SubscriptionError, match=complaint):
        encrypt_message(PushSubscription(1, "", public_key, auth), b"")


def test_no_subscription_shows_its_keys_or_its_address() -> None:
    shown = repr(PushSubscription(7, "https://push.example.net/secret", b"\x04" + bytes(64), AUTH))
    assert shown == "PushSubscription(number=7)"
    assert "private" not in repr(derive_vapid_key(AUTH, "mailto:a@example.net"))


# Who sends


def check_token(value: str) -> dict[str, object]:
    """The claims of a vapid Authorization header, its signature checked by its own key."""
    scheme, _, rest = value.partition(" ")
    given = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    signed, _, signature = given["t"].rpartition(".")
    raw = decode_base64url(signature)
    encoded = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decode_base64url(given["k"]))
    key.verify(encoded, signed.encode(), ECDSA(SHA256()))
    head, claims = (json.loads(decode_base64url(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert isinstance(claims, dict)
    return claims


RFC_8292_EXAMPLE = (
    "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3"
    "NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysaz"
    "NjjvW2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
)


def test_our_judge_takes_the_example_of_rfc_8292() -> None:
    """2.4: so that it is worth something below."""
    assert check_token(RFC_8292_EXAMPLE)["aud"] == "https://push.example.net"


@given(st.binary(min_size=32, max_size=32))
def test_every_secret_makes_a_key_that_signs_for_one_service_and_half_a_day(secret: bytes) -> None:
    key = derive_vapid_key(secret, "mailto:banque@example.net")
    value = key.authorise("https://fcm.googleapis.com", NOW_MS)
    claims = check_token(value)
    assert claims == {
        "aud": "https://fcm.googleapis.com",
        "exp": NOW_MS // 1000 + LASTS_S,
        "sub": "mailto:banque@example.net",
    }
    assert Vapid02.verify(value.replace(", ", ","))  # which splits at the last space
    assert value.endswith(f"k={key.public_text}")


def test_a_secret_that_would_be_no_key_is_one_all_the_same() -> None:
    for number in (0, ORDER - 1, ORDER, 2**256 - 1):
        assert isinstance(derive_vapid_key(number.to_bytes(32, "big"), "mailto:a@example.net"), VapidKey)


def test_what_is_not_exactly_base64url_is_refused() -> None:
    assert decode_base64url(base64url(os.urandom(65)))
    with pytest.raises(ValueError, match="base64url"):
        decode_base64url("AB==CD!!")
