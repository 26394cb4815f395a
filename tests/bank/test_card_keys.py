"""Keys and cryptograms against pyemv, which computes them its own way."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyemv import ac, cvn, kd

from bank.emv.issuer import (
    CryptogramKind,
    CryptogramVersion,
    Outcome,
    PinResult,
    Transaction,
    application_cryptogram,
    check_digit,
    demo_pan,
    expected_cvr,
    issuer_application_data,
)
from bank.emv.keys import IssuerKey, card_key, common_session_key, pad_80, pad_zeros, retail_mac, single_des_mac
from bank.errors import IssuingError

pytestmark = pytest.mark.filterwarnings("ignore:.*TripleDES")

KEYS = st.binary(min_size=16, max_size=16)
PANS = st.text("0123456789", min_size=12, max_size=19)
PSNS = st.integers(0, 99).map(lambda number: f"{number:02d}")
ORACLES: dict[CryptogramVersion, Any] = {
    CryptogramVersion.CVN10: cvn.VisaCVN10,
    CryptogramVersion.CVN16: cvn.MasterCardCVN16,
    CryptogramVersion.CVN18: cvn.VisaCVN18,
}
INPUT = {0x9F02: 6, 0x9F03: 6, 0x9F1A: 2, 0x95: 5, 0x5F2A: 2, 0x9A: 3, 0x9C: 1, 0x9F37: 4}
"""What the terminal gives to a cryptogram, in this order, and how long it is (EMV Book 2, table 26): amounts, country,
TVR, currency, date, type, unpredictable number."""
RIGHT = Outcome(PinResult.RIGHT, 3, CryptogramKind.ARQC)


@settings(deadline=None)
@given(KEYS, PANS, PSNS)
def test_card_keys_are_those_of_option_a_and_b(key: bytes, pan: str, psn: str) -> None:
    derive = kd.derive_icc_mk_a if len(pan) <= 16 else kd.derive_icc_mk_b
    assert card_key(IssuerKey("K", key), pan, psn) == derive(key, pan, psn)


@settings(deadline=None)
@given(KEYS, st.binary(min_size=8, max_size=8))
def test_session_keys_are_the_common_ones(key: bytes, diversifier: bytes) -> None:
    assert common_session_key(key, diversifier) == kd.derive_common_sk(key, diversifier)


@settings(deadline=None)
@given(KEYS, st.binary(min_size=1, max_size=80))
def test_the_mac_is_iso_9797_algorithm_3_with_both_paddings(key: bytes, data: bytes) -> None:
    assert retail_mac(key, pad_zeros(data)) == ac.generate_ac(key, data, ac.PaddingType.VISA)
    assert retail_mac(key, pad_80(data)) == ac.generate_ac(key, data, ac.PaddingType.EMV)


def test_the_published_option_b_example() -> None:
    issuer = IssuerKey("K", bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    assert card_key(issuer, "12345678901234567", "01").hex().upper() == "AD406D7F6D7570916D75E5DCAB8CF737"


def test_transaction_data_mac_of_the_published_example() -> None:
    """MISC 56: the numbers 1234 and 3101234567 under the cryptogram."""
    mac = single_des_mac(bytes.fromhex("633FCCC4883A1C1F"), bytes.fromhex("1234F3101234567F8000000000000000"))
    assert mac.hex() == "d042871670cee987"


@settings(deadline=None)
@given(KEYS, PANS, PSNS, st.data())
def test_every_version_is_the_one_pyemv_knows(key: bytes, pan: str, psn: str, data: st.DataObject) -> None:
    version = data.draw(st.sampled_from(CryptogramVersion))
    values = {tag: data.draw(st.binary(min_size=length, max_size=length)) for tag, length in INPUT.items()}
    aip, atc = data.draw(st.binary(min_size=2, max_size=2)), data.draw(st.integers(0, 0xFFFF))
    if version is not CryptogramVersion.CVN18:
        pan = pan[:16]
    results = expected_cvr(version, RIGHT)
    iad = issuer_application_data(version, 0x78, results, data.draw(st.binary(max_size=12)))
    last = iad if version is CryptogramVersion.CVN18 else results
    expected = ORACLES[version](key, key, key, pan, psn).generate_ac(
        *values.values(), aip, atc.to_bytes(2, "big"), last
    )
    transaction = Transaction(values, aip, atc, results, iad)
    assert application_cryptogram(version, card_key(IssuerKey("K", key), pan, psn), transaction) == expected


@pytest.mark.parametrize("version", CryptogramVersion)
def test_what_the_card_was_not_given_counts_as_zeros(version: CryptogramVersion) -> None:
    key, zeros = bytes(range(16)), {tag: bytes(length) for tag, length in INPUT.items()}
    absent, given = (Transaction(values, b"\x10\x00", 7, bytes(4), bytes(7)) for values in ({}, zeros))
    assert application_cryptogram(version, key, absent) == application_cryptogram(version, key, given)


def test_the_verification_results_are_those_of_real_cards() -> None:
    new = Outcome(PinResult.RIGHT, 3, CryptogramKind.ARQC, new_card=True)
    assert (
        issuer_application_data(CryptogramVersion.CVN10, 0x78, expected_cvr(CryptogramVersion.CVN10, RIGHT))
        .hex()
        .upper()
        == "06780A03A48000"
    )
    assert (
        issuer_application_data(CryptogramVersion.CVN10, 0x0A, expected_cvr(CryptogramVersion.CVN10, new)).hex().upper()
        == "060A0A03A49000"
    )


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (CryptogramVersion.CVN10, "06780A03A48000"),
        (CryptogramVersion.CVN16, "7810A50003040000"),
        (CryptogramVersion.CVN18, "06781203A48000"),
    ],
)
def test_the_issuers_data_say_which_version_it_is(version: CryptogramVersion, data: str) -> None:
    """VIS: its length, key index, version, results; M/Chip: key index, version, results."""
    assert issuer_application_data(version, 0x78, expected_cvr(version, RIGHT)).hex().upper() == data
    assert issuer_application_data(version, 0x78, b"", b"\xab\xcd").hex().upper()[-4:] == "ABCD"


TC, AAC, ARQC = CryptogramKind.TC, CryptogramKind.AAC, CryptogramKind.ARQC


@pytest.mark.parametrize(
    ("outcome", "visa", "mchip"),
    [
        (Outcome(PinResult.RIGHT, 3, ARQC), "03A48000", "A50003040000"),
        (Outcome(PinResult.WRONG, 2, ARQC), "03A68000", "A40002140000"),
        (Outcome(PinResult.NOT_DONE, 3, ARQC), "03A08000", "A00003240000"),
        (Outcome(PinResult.RIGHT, 15, ARQC), "03A48000", "A5000F040000"),
        (Outcome(PinResult.WRONG, 0, ARQC), "03A6C000", "A400001C0000"),
        (Outcome(PinResult.NOT_DONE, 0, ARQC), "03A0C000", "A000002C0000"),
        (Outcome(PinResult.RIGHT, 3, AAC), "03848000", "850003040000"),
        (Outcome(PinResult.RIGHT, 3, ARQC, AAC), "03248000", "250003040000"),
        (Outcome(PinResult.RIGHT, 3, ARQC, TC), "03648000", "650003040000"),
    ],
)
def test_the_verification_results_bit_by_bit(outcome: Outcome, visa: str, mchip: str) -> None:
    """VIS 1.4, appendix A; M/Chip 4: cryptograms and PIN, tries, what went wrong."""
    assert expected_cvr(CryptogramVersion.CVN10, outcome).hex().upper() == visa
    assert expected_cvr(CryptogramVersion.CVN18, outcome).hex().upper() == visa
    assert expected_cvr(CryptogramVersion.CVN16, outcome).hex().upper() == mchip


@pytest.mark.parametrize("version", list(CryptogramVersion))
def test_the_verification_results_tell_pin_tries_and_both_cryptograms_apart(version: CryptogramVersion) -> None:
    outcomes = [
        Outcome(pin, tries, first, second)
        for pin in PinResult
        for tries in (0, 3)
        for first, second in (
            (CryptogramKind.ARQC, None),
            (CryptogramKind.AAC, None),
            (CryptogramKind.ARQC, CryptogramKind.AAC),
            (CryptogramKind.ARQC, CryptogramKind.TC),
        )
    ]
    assert len({expected_cvr(version, outcome) for outcome in outcomes}) == len(outcomes)


def test_demonstration_card_numbers_pass_luhn_and_belong_to_no_country() -> None:
    assert check_digit("7992739871") == "3"
    for serial in (0, 1, 99, 12345):
        for length in (16, 19):
            number = demo_pan(serial, length)
            assert number.startswith("9999")
            assert len(number) == length
            assert check_digit(number[:-1]) == number[-1]


@pytest.mark.parametrize(
    "number", ["4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "3530111333300000"]
)
def test_card_numbers_that_everybody_tests_with_pass(number: str) -> None:
    """ISO/IEC 7812-1, annex B: doubled digits above nine count as the sum of their two digits."""
    assert check_digit(number[:-1]) == number[-1]


@pytest.mark.parametrize(("pan", "psn"), [("12a4", "00"), ("1234", "0"), ("", "")])
def test_what_is_no_card_number_is_refused(pan: str, psn: str) -> None:
    with pytest.raises(IssuingError):
        card_key(IssuerKey("K", bytes(16)), pan, psn)


def test_keys_stay_out_of_reprs() -> None:
    key = IssuerKey("NAME", bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    assert "NAME" in repr(key)
    assert "\\x01#Eg" not in repr(key)
    with pytest.raises(IssuingError):
        IssuerKey("SHORT", bytes(8))
