"""The codes of real cards, and every rule between a cryptogram and its digits."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesame_core.cap.codes import (
    VISA_BITMAP,
    Cryptogram,
    Filter,
    FilterRule,
    Function,
    Request,
    choose_filter,
    encode_bcd,
    encode_numbers,
    filter_bits,
    make_code,
    mix_data,
)
from sesame_core.errors import CardError, Fault, UsageError

FRENCH = "8001FFFFFF000000000000000000000000"
BARCLAYS = "8000FF000000000001FFFF00000000000000"
MISC = "0000FF000000000003FFFF"


def cryptogram(cid: str, atc: str, ac: str, iad: str, psn: str = "") -> Cryptogram:
    return Cryptogram(int(cid, 16), *(bytes.fromhex(part) for part in (atc, ac, iad, psn)))


def digits(made: Cryptogram, bitmap: str) -> str:
    return "".join(map(str, make_code(made, Filter(FilterRule.BITMAP, bytes.fromhex(bitmap)))))


@pytest.mark.parametrize(
    ("card", "bitmap", "code"),
    [
        (("80", "0010", "CF17CD2F3F369044", "06780A03A48000"), FRENCH, "34656023"),
        (("80", "095F", "0F9D3798E93F129A", "060A0A03A49000"), BARCLAYS, "46076570"),
        (("80", "0016", "299CC8F10B9BC830", "060B0A03A49000"), BARCLAYS, "36554800"),
    ],
)
def test_the_codes_of_real_cards(card: tuple[str, str, str, str], bitmap: str, code: str) -> None:
    assert digits(cryptogram(*card), bitmap) == code


def test_transaction_data_as_misc_56_prints_them() -> None:
    card = cryptogram("80", "002A", "633FCCC4883A1C1F", "06770A03A48000")
    signed = mix_data(card, ["1234", "3101234567"])
    assert signed == cryptogram("80", "002A", "d042871670cee987", "06770A03A48000")
    assert digits(signed, MISC) == "11200903"


def test_transaction_data_of_several_blocks() -> None:
    """Computed with `openssl enc -des-ede-cbc`, the AC as both halves of the key, a zero IV, no padding of its own."""
    card = cryptogram("80", "002A", "633FCCC4883A1C1F", "06", "01")
    signed = mix_data(card, ["1234567890", "1234567890", "12"])
    assert signed == cryptogram("80", "002A", "b2f873688ad3658c", "06", "01"), "and the sequence number is kept"


@pytest.mark.parametrize(
    ("numbers", "encoded"),
    [
        (["1234", "3101234567"], "1234f3101234567f8000000000000000"),
        (["1"], "1f80000000000000"),
        (["12"], "1280000000000000"),
        (["1234567890", "123"], "1234567890f12380"),
        (["1234567890", "1234"], "1234567890f1234f8000000000000000"),
    ],
)
def test_numbers_are_joined_by_f_and_padded(numbers: list[str], encoded: str) -> None:
    assert encode_numbers(numbers).hex() == encoded


@pytest.mark.parametrize("numbers", [[], ["1"] * 11, [""], ["12345678901"], ["1", ""], ["1a"], ["-1"], ["١"]])
def test_numbers_out_of_bounds_are_our_fault(numbers: list[str]) -> None:
    with pytest.raises(UsageError, match="transaction"):
        encode_numbers(numbers)


def test_ten_numbers_of_ten_digits_are_taken() -> None:
    assert len(encode_numbers(["1234567890"] * 10)) == 56


@pytest.mark.parametrize(
    ("atc", "ac", "code"),
    [
        ("0102", "0000000000000000", "20000512"),  # 02 << 8 = 512, and 2 times ten million
        ("1234", "0000000000FFFFFF", "17056895"),  # 67043328 + 13312 + 255 = 67056895; + 50000000; modulo 10^8
        (
            "FF00",
            "FFFFFFFFFFFC0009",
            "90000009",
        ),  # one byte of the ATC, ten bits of AC[5..6]
        ("0000", "0000000000000000", "00000000"),
    ],
)
def test_the_belgian_rule(atc: str, ac: str, code: str) -> None:
    made = make_code(cryptogram("80", atc, ac, "06770A"), Filter(FilterRule.BELGIAN))
    assert "".join(map(str, made)) == code


def test_the_bitmap_of_the_card_comes_first() -> None:
    own = bytes.fromhex(FRENCH)
    assert choose_filter(own, bytes.fromhex("A0000000031010"), True) == Filter(FilterRule.BITMAP, own)


def test_a_visa_application_without_a_bitmap_has_the_default_one() -> None:
    assert choose_filter(None, bytes.fromhex("A0000000031010"), False) == Filter(FilterRule.BITMAP, VISA_BITMAP)
    assert VISA_BITMAP.hex() == "0000ffffff0000000000000000000020b938"


@pytest.mark.parametrize("aid", ["A0000000043060", "A0000000031010", "D056000666111010"])
def test_a_belgian_card_without_a_bitmap_has_its_rule(aid: str) -> None:
    assert choose_filter(None, bytes.fromhex(aid), True) == Filter(FilterRule.BELGIAN, b"")


def test_a_bancontact_application_has_the_belgian_rule_even_beside_a_bitmap() -> None:
    own, bancontact = bytes.fromhex(FRENCH), bytes.fromhex("D056000666111010")
    assert choose_filter(own, bancontact, True) == Filter(FilterRule.BELGIAN)
    assert choose_filter(own, bancontact, False) == Filter(FilterRule.BITMAP, own)


def test_any_other_card_without_a_bitmap_is_not_supported() -> None:
    with pytest.raises(CardError, match="bitmap") as caught:
        choose_filter(None, bytes.fromhex("A0000000041010"), False)
    assert caught.value.fault is Fault.UNSUPPORTED


def test_the_default_bitmap_can_give_ten_digits() -> None:
    assert len(digits(cryptogram("80", "FFFF", "FFFFFFFFFFFFFFFF", "FF" * 32), VISA_BITMAP.hex())) == 10


@pytest.mark.parametrize(
    ("ac", "code"),
    [("0000000000000000", "00000000"), ("05F5E0FF00000000", "99999999"), ("05F5E10000000000", "100000000")],
)
def test_eight_digits_at_least_and_more_where_the_bits_give_more(ac: str, code: str) -> None:
    assert digits(cryptogram("80", "0000", ac, ""), "000000FFFFFFFF") == code


def test_a_bitmap_that_keeps_more_than_a_code() -> None:
    assert digits(cryptogram("80", "0000", "002386F26FC0FFFF", ""), "000000" + "FF" * 8) == "9999999999999999"
    with pytest.raises(CardError, match="bitmap") as caught:
        digits(cryptogram("80", "0000", "002386F26FC10000", ""), "000000" + "FF" * 8)
    assert caught.value.fault is Fault.UNSUPPORTED


def test_the_sequence_number_stands_in_front() -> None:
    assert cryptogram("80", "0102", "0304050607080910", "11", "AA").data.hex() == "aa800102030405060708091011"


def test_the_french_code_stays_between_its_bounds() -> None:
    low = digits(cryptogram("80", "0000", "00" * 8, ""), FRENCH)
    high = digits(cryptogram("80", "FFFF", "FF" * 8, ""), FRENCH)
    assert (low, high) == ("33554432", "67108863")


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_the_bits_are_those_of_the_plain_strings(data: bytes, bitmap: bytes) -> None:
    bits, mask = ("".join(f"{byte:08b}" for byte in each) for each in (data, bitmap))
    kept = "".join(bit for bit, wanted in zip(bits, mask, strict=False) if wanted == "1")
    assert filter_bits(data, bitmap) == int(kept or "0", 2)


@pytest.mark.parametrize(("text", "packed"), [("", ""), ("1", "01"), ("12", "12"), ("123", "0123")])
def test_bcd(text: str, packed: str) -> None:
    assert encode_bcd(text).hex() == packed


@pytest.mark.parametrize(
    ("challenge", "amount"), [("123456789", ""), ("", "1234567890123"), ("12a", ""), ("", "1.5"), ("²", ""), ("", "-1")]
)
def test_a_request_out_of_bounds_is_our_fault(challenge: str, amount: str) -> None:
    with pytest.raises(UsageError, match="decimal digits"):
        Request(Function.SIGN, challenge, amount)


def test_the_longest_request() -> None:
    request = Request(Function.SIGN, "12345678", "123456789012")
    assert (request.challenge, request.amount) == ("12345678", "123456789012")
    assert Request() == Request(Function.CODE, "", "")


def test_no_cryptogram_in_a_repr() -> None:
    shown = repr(cryptogram("80", "0010", "4141414141414141", "4242424242", "01"))
    assert "A" * 8 not in shown
    assert "B" * 5 not in shown


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Request(challenge="123456789"), "a challenge or an account has 0 to 8 decimal digits"),
        (lambda: Request(amount="1234567890123"), "an amount in cents has 0 to 12 decimal digits"),
        (lambda: encode_numbers([""]), "a transaction number has 1 to 10 decimal digits"),
        (lambda: encode_numbers([]), "transaction data are 1 to 10 numbers"),
    ],
)
def test_our_own_faults_say_what_is_allowed(make: Callable[[], object], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        make()
    assert str(caught.value) == said


def test_functions_and_rules_keep_their_names() -> None:
    """Command lines, recordings and pages use them."""
    assert [function.value for function in Function] == ["code", "challenge", "sign", "data"]
    assert [rule.value for rule in FilterRule] == ["bitmap", "belgian"]
