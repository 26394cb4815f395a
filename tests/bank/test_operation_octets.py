"""Octets say what they say, and nothing that confirms them fits others."""

import json
import subprocess
from contextlib import suppress
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.octets import (
    OctetsError,
    OperationContent,
    digest_octets,
    last_digits,
    make_challenge,
    make_octets,
    read_octets,
    read_sign_values,
    seal_sms_code,
)

KEY = bytes(range(32))
SEPA = OperationContent(
    operation_id="0" * 32,
    kind=OperationKind.SEPA_TRANSFER,
    customer_id=7,
    terminal=TerminalKind.COMPUTER,
    language="fr",
    shown=(("Montant", "1 234,56 €"), ("Bénéficiaire", "Épicerie «du coin»")),
    fields={"amount": 123_456, "payee": "Épicerie", "payee_iban": "FR7630006000011234567890189", "account": "FR76"},
    nonce="ab" * 16,
    created_ms=1_000,
    until_ms=2_000,
)
OCTETS = make_octets(SEPA)

texts = st.text(st.characters(codec="utf-8"), max_size=30)
values = st.one_of(texts, st.integers(0, 10**12))
contents = st.builds(
    OperationContent,
    operation_id=texts,
    kind=st.sampled_from(OperationKind),
    customer_id=st.integers(1, 2**40),
    terminal=st.sampled_from(TerminalKind),
    language=st.sampled_from(["fr", "en"]),
    shown=st.lists(st.tuples(texts, texts), max_size=5).map(tuple),
    fields=st.dictionaries(texts, values, max_size=5),
    nonce=texts,
    created_ms=st.integers(0, 2**45),
    until_ms=st.integers(0, 2**45),
)


@given(contents)
def test_what_was_said_is_read(content: OperationContent) -> None:
    assert read_octets(make_octets(content)) == content


@given(contents, contents)
def test_other_contents_have_other_octets_digests_challenges_and_seals(
    one: OperationContent, other: OperationContent
) -> None:
    assume(one != other)
    first, second = make_octets(one), make_octets(other)
    assert first != second
    assert digest_octets(first) != digest_octets(second)
    assert seal_sms_code(KEY, first, "12345678") != seal_sms_code(KEY, second, "12345678")


OTHERS: dict[str, Any] = {
    "operation_id": "1" * 32,
    "kind": OperationKind.INSTANT_TRANSFER,
    "customer_id": 8,
    "terminal": TerminalKind.PHONE,
    "language": "en",
    "shown": (("Montant", "1 234,57 €"), *SEPA.shown[1:]),
    "fields": {**SEPA.fields, "amount": 123_457},
    "nonce": "ac" * 16,
    "created_ms": 1_001,
    "until_ms": 2_001,
}


@pytest.mark.parametrize("name", [field.name for field in fields(OperationContent)])
def test_any_changed_element_kills_every_code(name: str) -> None:
    changed = make_octets(replace(SEPA, **{name: OTHERS[name]}))
    assert make_challenge(KEY, changed) != make_challenge(KEY, OCTETS)
    assert seal_sms_code(KEY, changed, "12345678") != seal_sms_code(KEY, OCTETS, "12345678")


@pytest.mark.parametrize("position", range(len(OCTETS)))
def test_each_octet_flipped_is_no_operation_or_another(position: int) -> None:
    flipped = OCTETS[:position] + bytes((OCTETS[position] ^ 1,)) + OCTETS[position + 1 :]
    assert make_challenge(KEY, flipped) != make_challenge(KEY, OCTETS)
    with suppress(OctetsError):
        assert read_octets(flipped) != SEPA


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        OCTETS + b" ",
        OCTETS.replace(b'"version":1', b'"version":2'),
        OCTETS.replace(b'"language"', b' "language"'),
        OCTETS.replace(b'"kind":"sepa-transfer"', b'"kind":"theft"'),
        OCTETS[:-1] + b',"zz":1}',
        b"[" * 100_000,
    ],
)
def test_what_is_not_canonical_is_no_operation(octets: bytes) -> None:
    with pytest.raises(OctetsError):
        read_octets(octets)


def test_anybody_can_check_digest_and_challenge_with_openssl() -> None:
    assert digest_octets(OCTETS) == sha256(OCTETS).hexdigest()
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{KEY.hex()}", "-binary"]
    mac = subprocess.run(command, input=b"challenge" + OCTETS, capture_output=True, check=True, timeout=60).stdout
    assert make_challenge(KEY, OCTETS) == str(int.from_bytes(mac[:8], "big") % 10**8).zfill(8)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_a_challenge_has_eight_digits(key: bytes, octets: bytes) -> None:
    challenge = make_challenge(key, octets)
    assert len(challenge) == 8
    assert challenge.isascii()
    assert challenge.isdecimal()


def test_the_values_to_sign_are_the_amount_and_the_end_of_the_payees_account() -> None:
    signed = read_sign_values(SEPA)
    assert (signed.cents, signed.account) == (123_456, "67890189")
    assert "67890189" not in repr(signed)
    with pytest.raises(OctetsError, match="nobody is paid"):
        read_sign_values(replace(SEPA, kind=OperationKind.CHANGE_EMAIL, fields={"email": "a@example.org"}))


@pytest.mark.parametrize(
    ("iban", "digits"),
    [
        ("DE89370400440532013000", "32013000"),
        ("MT84MALT011000012345MTLCAST001S", "12345001"),
        ("FR7630006000011234567890A89", "56789089"),
        ("NO93", "93"),
    ],
)
def test_letters_of_an_account_are_passed_over(iban: str, digits: str) -> None:
    assert last_digits(iban) == digits


def test_the_octets_are_plain_json_that_an_app_can_show() -> None:
    assert json.loads(OCTETS)["shown"] == [list(line) for line in SEPA.shown]
