"""What the access key's card does with keys, the other half of contract.py."""

import hashlib
import os

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate

from tests.key import host as piv
from tests.key.host import Host, inner, padded, parts, tlv

DIGEST = hashlib.sha256(b"what is signed").digest()
POINT = Encoding.X962, PublicFormat.UncompressedPoint


# The management key


@pytest.mark.parametrize("algorithm", [piv.TRIPLE_DES, piv.AES_128, piv.AES_192, piv.AES_256])
def test_the_management_key_is_replaced_by_one_of_each_kind(host: Host, algorithm: int) -> None:
    key = os.urandom({piv.AES_128: 16, piv.AES_256: 32}.get(algorithm, 24))
    sent = bytes((algorithm, 0x9B, len(key))) + key
    assert host.status("00FFFFFF", sent) == "6982"
    assert host.metadata(0x9B) == {1: b"\x03", 2: b"\0\x01", 5: b"\x01"}
    host.manage()
    wrong_ones = (
        b"",
        sent[:1],
        sent[:2],
        sent[:3],
        sent[:-1],
        sent + b"x",
        b"\x07" + sent[1:],
        sent[:1] + b"\x9a" + sent[2:],
    )
    assert [host.status("00FFFFFF", wrong) for wrong in wrong_ones] == ["6A80"] * 8
    assert host.status("00FFFFFD", sent) == "6A86"
    assert host.status("00FFFFFF", sent) == "9000"
    assert host.metadata(0x9B) == {1: bytes((algorithm,)), 2: b"\0\x01", 5: b"\0"}
    assert host.manage(key, algorithm) == "9000"
    wrong = bytes(len(key))
    assert host.manage(wrong, algorithm) == "6982"
    assert host.put("5FC105", b"x") == "6982", "who fails is no longer trusted"


def test_the_host_alone_may_prove_it_by_a_challenge(host: Host) -> None:
    cipher = piv.block_cipher(piv.PUBLISHED_KEY, piv.TRIPLE_DES)
    challenge = inner(host.done("0087009B", tlv(0x7C, tlv(0x81))), 0x7C, 0x81)
    answer = tlv(0x7C, tlv(0x82, piv.encrypt(cipher, challenge)))
    assert host.status("0087039B", answer) == "9000"
    assert host.put("5FC105", b"x") == "9000"
    assert host.status("0087039B", answer) == "6982", "a challenge is good once"
    assert host.put("5FC105", b"x") == "6982"


def test_a_challenge_is_good_for_the_next_command_only(host: Host) -> None:
    cipher = piv.block_cipher(piv.PUBLISHED_KEY, piv.TRIPLE_DES)
    challenge = inner(host.done("0087039B", tlv(0x7C, tlv(0x81))), 0x7C, 0x81)
    host.raw("00FD000000")
    assert host.status("0087039B", tlv(0x7C, tlv(0x82, piv.encrypt(cipher, challenge)))) == "6982"


@pytest.mark.parametrize("template", ["7C0482008100", "7C00", "7C028300", "7C0A800800",
                                      "7C0E80010081083132333435363738", "7C0781053132333435", "", "7C0280007C00",
                                      "8000"])  # fmt: skip
def test_what_proves_nothing_is_refused(host: Host, template: str) -> None:
    assert host.status("0087039B", bytes.fromhex(template)) in {"6A80", "6982"}
    assert host.put("5FC105", b"x") == "6982"


def test_an_empty_proof_of_a_challenge_that_was_never_given_is_none(host: Host) -> None:
    assert host.status("0087039B", tlv(0x7C, tlv(0x82, b""))) == "6A80"
    assert host.status("0087039B", tlv(0x7C, tlv(0x80, b"") + tlv(0x81, bytes(8)))) == "6A80"
    assert host.put("5FC105", b"x") == "6982"


# Keys


@pytest.mark.parametrize("slot", [0x9A, 0x9C, 0x9D, 0x9E, 0x82, 0x95])
def test_a_p256_key_is_made_here_and_signs(host: Host, slot: int) -> None:
    assert host.status(f"004700{slot:02X}", tlv(0xAC, tlv(0x80, b"\x11"))) == "6982"
    host.manage()
    public = piv.p256_key(host.generate(slot))
    assert host.use(slot, DIGEST)[1] == (0x9000 if slot == 0x9E else 0x6982), "the PIN first"
    host.verify()
    signature, status = host.use(slot, DIGEST)
    assert status == 0x9000
    public.verify(signature, DIGEST, ec.ECDSA(Prehashed(SHA256())))
    host.verify()
    short, _ = host.use(slot, b"\x07")
    public.verify(short, b"\x07".rjust(32, b"\0"), ec.ECDSA(Prehashed(SHA256())))


def test_an_rsa_key_is_made_here_and_signs(host: Host) -> None:
    host.manage()
    public = piv.rsa_key(host.generate(0x9A, piv.RSA_2048))
    assert public.key_size == 2048
    host.verify()
    block = b"\0\1" + b"\xff" * 202 + b"\0" + bytes.fromhex("3031300D060960864801650304020105000420") + DIGEST
    signature, status = host.use(0x9A, block, piv.RSA_2048)
    assert status == 0x9000
    public.verify(signature, b"what is signed", padding.PKCS1v15(), SHA256())
    assert host.use(0x9A, b"\xff" * 256, piv.RSA_2048)[1] == 0x6A80, "not below the modulus"
    assert host.use(0x9A, block[1:], piv.RSA_2048)[1] == 0x6A80
    assert host.use(0x9A, block, piv.RSA_2048, 0x85)[1] == 0x6A80
    hidden = public.encrypt(b"secret", padding.PKCS1v15())
    assert host.use(0x9A, hidden, piv.RSA_2048)[0].endswith(b"\0secret")


def test_two_sides_agree_on_a_secret(host: Host) -> None:
    host.manage()
    public = piv.p256_key(host.generate(0x9D))
    host.verify()
    mine = ec.generate_private_key(ec.SECP256R1())
    whole = mine.public_key().public_bytes(*POINT)
    assert host.use(0x9D, whole, tag=0x85) == (mine.exchange(ec.ECDH(), public), 0x9000)
    assert host.use(0x9D, b"\x04" + bytes(64), tag=0x85)[1] == 0x6A80, "no point of the curve"
    assert host.use(0x9D, whole[:33], tag=0x85)[1] == 0x6A80


def test_the_signature_key_wants_the_pin_each_time(host: Host) -> None:
    host.manage()
    host.generate(0x9A)
    host.generate(0x9C)
    host.verify()
    assert [host.use(slot, DIGEST)[1] for slot in (0x9A, 0x9A, 0x9C, 0x9C, 0x9A)] == [
        0x9000, 0x9000, 0x9000, 0x6982, 0x9000,
    ]  # fmt: skip
    host.verify()
    assert host.use(0x9C, DIGEST)[1] == 0x9000


@pytest.mark.parametrize(
    ("slot", "policies", "told"),
    [
        (0x9A, (), "0203"),
        (0x9C, (), "0302"),
        (0x9E, (), "0101"),
        (0x83, (), "0203"),
        (0x9A, ((0xAA, 0), (0xAB, 0)), "0203"),
        (0x9A, ((0xAA, 3), (0xAB, 1)), "0301"),
        (0x9C, ((0xAA, 1), (0xAB, 3)), "0103"),
    ],
)
def test_policies_are_as_asked_or_usual_and_the_metadata_tell_them(
    host: Host, slot: int, policies: tuple[tuple[int, int], ...], told: str
) -> None:
    host.manage()
    public = host.generate(slot, piv.P256, *policies)
    assert host.metadata(slot) == {1: b"\x11", 2: bytes.fromhex(told), 3: b"\x01", 4: public}
    allowed = 0x9000 if told.startswith("01") else 0x6982
    assert host.use(slot, DIGEST)[1] == allowed


@pytest.mark.parametrize("asked", ["AC00", "AC0380010E", "AC038001FF", "AC06800111AA0104", "AC06800111AB0104",
                                   "AC06800111AA0200", "AC06800111810100", "AC06800111800111", "800111", "AC038001",
                                   "AC04800111", "AC0380011100", "AC0180"])  # fmt: skip
def test_a_key_that_cannot_be_made_is_refused(host: Host, asked: str) -> None:
    host.manage()
    assert host.status("0047009A", bytes.fromhex(asked)) == "6A80"
    assert host.status("00F7009A") == "6A88"


def test_there_are_keys_in_no_other_slot_and_none_comes_from_outside(host: Host) -> None:
    host.manage()
    for slot in (0x9B, 0xF9, 0x80, 0x81, 0x96, 0x00):
        assert host.status(f"004700{slot:02X}", tlv(0xAC, tlv(0x80, b"\x11"))) == "6A86"
    assert host.status("00FE119A", tlv(0x06, os.urandom(32))) == "6D00"
    assert host.status("0087119A", tlv(0x7C, tlv(0x82) + tlv(0x81, DIGEST))) == "6A88"
    host.generate(0x9A)
    assert host.status("0087079A", tlv(0x7C, tlv(0x82) + tlv(0x81, DIGEST))) == "6A86"
    assert host.status("008711F9", tlv(0x7C, tlv(0x82) + tlv(0x81, DIGEST))) == "6A86"


def test_a_new_key_takes_the_old_ones_place(host: Host) -> None:
    host.manage()
    first, second = (piv.p256_key(host.generate(0x9E)) for _ in range(2))
    assert first.public_numbers() != second.public_numbers()
    second.verify(host.use(0x9E, DIGEST)[0], DIGEST, ec.ECDSA(Prehashed(SHA256())))


def test_a_key_is_moved_into_a_retired_slot_and_signs_there(host: Host) -> None:
    """As when a certificate is renewed: the former key stays usable, its slot is free for the new one."""
    host.manage()
    public = host.generate(0x9A)
    facts = host.metadata(0x9A)
    assert host.raw("00F6829A00") == "9000"
    assert host.status("00F7009A") == "6A88"
    assert host.metadata(0x82) == facts
    host.verify()
    signature, _ = host.use(0x82, DIGEST)
    piv.p256_key(public).verify(signature, DIGEST, ec.ECDSA(Prehashed(SHA256())))
    assert host.generate(0x9A) != public
    assert host.raw("00F6829A00") == "6985", "that slot is taken"
    assert host.raw("00F6FF8200") == "9000", "destroyed"
    assert host.use(0x82, DIGEST)[1] == 0x6A88


def test_what_cannot_be_moved(host: Host) -> None:
    assert host.raw("00F6829A00") == "6982"
    host.manage()
    assert host.raw("00F6829A00") == "6A88"
    assert [host.raw(text) for text in ("00F682F900", "00F6F99A00", "00F69B9A00", "00F6829B00")] == ["6A86"] * 4
    assert host.raw("00F6829A01AA") == "6A80"


@pytest.mark.parametrize("algorithm", [piv.P256, piv.RSA_2048])
def test_a_key_is_attested_with_its_rules(host: Host, algorithm: int) -> None:
    host.manage()
    public = host.generate(0x9C, algorithm)
    container = list(parts(inner(host.get("5FFF01")[0], 0x53)))
    assert [(tag, value) for tag, value in container[1:]] == [(0x71, b"\0"), (0xFE, b"")]
    issuer = load_der_x509_certificate(container[0][1])
    issuer.verify_directly_issued_by(issuer)
    assert host.metadata(0xF9)[4] == tlv(0x86, issuer.public_key().public_bytes(*POINT))
    attested = load_der_x509_certificate(host.done("00F99C00"))
    attested.verify_directly_issued_by(issuer)
    of_key = piv.p256_key(public) if algorithm == piv.P256 else piv.rsa_key(public)
    assert attested.public_key() == of_key
    told = {each.oid.dotted_string.rpartition(".")[2]: each.value.public_bytes() for each in attested.extensions}
    serial = host.done("00F80000").lstrip(b"\0")
    assert told["3"].hex() == "050403"
    assert told["7"][2:].lstrip(b"\0") == serial
    assert told["8"].hex() == "0302"
    assert host.status("00F99A00") == "6A88"
    assert host.status("00F9F900") == "6A86"


def test_what_a_host_writes_over_the_attestation_certificate_harms_nothing(host: Host) -> None:
    host.manage()
    host.generate(0x9E)
    issuer = load_der_x509_certificate(inner(host.get("5FFF01")[0], 0x53, 0x70))
    for written in (b"no certificate", b""):
        assert host.put("5FFF01", written) == "9000"
        load_der_x509_certificate(host.done("00F99E00")).verify_directly_issued_by(issuer)
    for _ in range(3):
        host.verify(b"000000")
        host.status("002C0080", b"00000000" + padded(b"222222"))
    assert host.raw("00FB0000") == "9000"
    again = load_der_x509_certificate(inner(host.get("5FFF01")[0], 0x53, 0x70))
    assert (again.subject, again.public_key()) == (issuer.subject, issuer.public_key())


def test_the_key_history_counts_retired_keys_with_certificates(host: Host) -> None:
    assert host.get("5FC10C")[1] == 0x6A82
    host.manage()
    for slot in (0x82, 0x83):
        host.generate(slot)
    host.put("5FC10D", b"certificate")
    assert host.get("5FC10C")[0].hex().upper() == "530AC10101C20100F300FE00"
    host.put("5FC10E", b"certificate")
    assert host.get("5FC10C")[0].hex().upper() == "530AC10102C20100F300FE00"
    host.put("5FC10C", b"\xc1\x01\x00")
    assert host.get("5FC10C")[0].hex().upper() == "5303C10100", "what a host has written stays"


def test_it_starts_anew_only_when_both_are_blocked(host: Host) -> None:
    host.manage()
    host.generate(0x9A)
    host.put("5FC105", b"certificate")
    serial = host.done("00F80000")
    attestation = host.get("5FFF01")
    host.status("00240080", padded(piv.PIN) + padded(b"654321"))
    for _ in range(3):
        assert host.raw("00FB0000") == "6985"
        host.verify(b"000000")
    assert host.raw("00FB0000") == "6985"
    for _ in range(3):
        host.status("002C0080", b"00000000" + padded(b"222222"))
    assert [host.raw("00FB0100"), host.raw("00FB000001AA")] == ["6A86", "6A86"]
    assert host.raw("00FB0000") == "9000"
    assert host.verify() == "9000", "the first PIN again"
    assert host.put("5FC105", b"x") == "6982"
    assert (host.get("5FC105")[1], host.status("00F7009A")) == (0x6A82, "6A88")
    assert (host.done("00F80000"), host.get("5FFF01")) == (serial, attestation)
