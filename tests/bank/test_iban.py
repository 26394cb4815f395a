"""Account numbers, judged beside two libraries that know nothing of ours."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import iban as stdnum_iban

from bank.iban import BANK, BRANCH, LENGTHS, IbanError, group_iban, is_iban, is_sepa, make_french_iban, parse_iban

PUBLISHED = (
    "FR14 2004 1010 0505 0001 3M02 606",
    "FR76 3000 6000 0112 3456 7890 189",
    "DE89 3704 0044 0532 0130 00",
    "GB29 NWBK 6016 1331 9268 19",
    "BE68 5390 0754 7034",
    "MC58 1122 2000 0101 2345 6789 030",
    "NO93 8601 1117 947",
    "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
)
"""The registry's own examples (SWIFT, IBAN registry, "IBAN print format example")."""

JOINED = {"AL", "ME", "MD", "MK", "RS"}
"""In SEPA since 2024 to 2026 (European Payments Council, EPC409-09); schwifty does not know it yet."""

TERRITORIES = {"AX", "BL", "GF", "GG", "GP", "IM", "JE", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"}
"""schwifty has them as countries; their numbers begin with FI, FR or GB (SWIFT, IBAN registry, "includes")."""

SIGNS = string.ascii_uppercase + string.digits


@pytest.mark.parametrize("text", PUBLISHED)
def test_the_registrys_examples_are_right(text: str) -> None:
    number = parse_iban(text)
    assert number == text.replace(" ", "")
    assert group_iban(number) == text
    assert parse_iban(text.lower()) == number


@pytest.mark.parametrize("text", PUBLISHED)
def test_any_one_sign_that_is_another_is_found(text: str) -> None:
    number = text.replace(" ", "")
    for place, sign in enumerate(number):
        other = "7" if sign != "7" else "4"
        assert not is_iban(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("text", PUBLISHED)
def test_two_neighbours_that_change_places_are_found(text: str) -> None:
    number = text.replace(" ", "")
    for place in range(4, len(number) - 1):
        turned = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert turned == number or not is_iban(turned)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "two letters"),
        ("FR", "two letters"),
        ("1234", "two letters"),
        ("FR76 3000 6000 0112 3456 7890 18", "27 signs, not 26"),
        ("FR76 3000 6000 0112 3456 7890 188", "check digits"),
        ("FR٧6 3000 6000 0112 3456 7890 189", "two letters"),
        ("FR76-3000-6000-0112-3456-7890-189", "two letters"),
    ],
)
def test_what_is_wrong_is_said_without_the_number(text: str, said: str) -> None:
    with pytest.raises(IbanError, match=said) as caught:
        parse_iban(text)
    assert "3000" not in str(caught.value)


def test_a_french_key_of_its_own_is_looked_at() -> None:
    """The check digits can be right for a RIB that is not: they are made of whatever stands there."""
    rib = "30006000011234567890188"
    check = 98 - int(rib + "152700") % 97
    with pytest.raises(IbanError, match="RIB key"):
        parse_iban(f"FR{check:02d}{rib}")


@given(
    st.text(string.digits, min_size=5, max_size=5),
    st.text(string.digits, min_size=5, max_size=5),
    st.text(SIGNS, min_size=11, max_size=11),
)
def test_what_is_made_is_right_for_both_libraries_too(bank: str, branch: str, account: str) -> None:
    number = make_french_iban(bank, branch, account)
    assert stdnum_iban.is_valid(number)
    assert IBAN(number, validate_bban=True).account_code == account


@given(st.sampled_from(sorted(LENGTHS)), st.text(SIGNS, min_size=11, max_size=27), st.booleans())
def test_whatever_we_take_schwifty_takes_and_its_french_ones_are_ours(country: str, rest: str, mended: bool) -> None:
    digits = "".join(str(int(sign, 36)) for sign in f"{rest}{country}00")
    number = f"{country}{98 - int(digits) % 97:02d}{rest}" if mended else f"{country}00{rest}"
    theirs = True
    try:
        IBAN(number)
    except SchwiftyException:
        theirs = False
    if theirs and country not in ("FR", "MC"):
        assert is_iban(number)
    if is_iban(number) and country in ("FR", "MC"):
        assert stdnum_iban.is_valid(number)


@pytest.mark.parametrize("country", sorted(LENGTHS))
def test_the_lengths_and_the_countries_of_sepa_are_the_registrys(country: str) -> None:
    bban = "1" * (LENGTHS[country] - 4)
    number = IBAN(f"{country}00{bban}", allow_invalid=True)
    assert number.spec.iban_length == LENGTHS[country]
    assert number.in_sepa_zone or country in JOINED


def in_sepa(country: str) -> bool:
    """What schwifty says; for a country that has no such numbers, no."""
    try:
        return bool(IBAN(f"{country}00", allow_invalid=True).spec.in_sepa_zone)
    except SchwiftyException:
        return False


def test_no_country_of_sepa_is_forgotten() -> None:
    countries = {first + second for first in string.ascii_uppercase for second in string.ascii_uppercase}
    assert {country for country in countries if is_sepa(country)} == JOINED | {
        country for country in countries - TERRITORIES if in_sepa(country)
    }


def test_sepa_ends_somewhere() -> None:
    assert is_sepa(make_french_iban(BANK, BRANCH, "00000000001"))
    assert not is_sepa(parse_iban("TR33 0006 1005 1978 6457 8413 26"))


@pytest.mark.parametrize("number", ["DE00370400440532013050", "DE01370400440532013032", "DE99370400440532013014"])
def test_check_digits_that_no_account_has_are_wrong(number: str) -> None:
    assert not is_iban(number)


@pytest.mark.parametrize("account", ["1", "1" * 12])
def test_parts_of_another_length_make_no_number(account: str) -> None:
    with pytest.raises(IbanError, match="11 signs"):
        make_french_iban(BANK, BRANCH, account)


@pytest.mark.parametrize(
    "number",
    [
        "FR\u0661\u0664 2004 1010 0505 0001 3M02 606",
        "FR14 2004 1010 0505 0001 3M02 60\uff16",
        "GB29 NWBK 6016 1331 9268 1\u0669",
        "L\u0131" + "21 0881 0000 2324 013A A",
        "E\u017f91 2100 0418 4502 0005 1332",
        "\uff26\uff32" + "14 2004 1010 0505 0001 3M02 606",
    ],
)
def test_only_the_signs_of_the_standard_count(number: str) -> None:
    """Digits of other scripts, and letters whose capitals are ours: a dotless i, a long s."""
    assert not is_iban(number)


@pytest.mark.parametrize(
    "parts",
    [
        ("\u00b29999", "00001", "00000000001"),
        ("\u0669\u0669\u0669\u0669\u0669", "00001", "00000000001"),
        ("1_000", "00001", "00000000001"),
        ("99999", "     ", "00000000001"),
        ("99999", "00001", "0000000000-"),
        ("99999", "00001", "000000000\u00e901"[:11]),
    ],
)
def test_parts_of_other_signs_make_no_account(parts: tuple[str, str, str]) -> None:
    with pytest.raises(IbanError):
        make_french_iban(*parts)
