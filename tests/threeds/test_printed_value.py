"""The verification value printed on a card, beside the example that the schemes' documentation has."""

import pytest

from bank.emv.printed import make_verification_value
from bank.errors import IssuingError


def test_the_published_example() -> None:
    """Number, expiry, service code and key of the example that vendors of security modules publish."""
    assert make_verification_value("4123456789012345", "8701", "101") == "561"


def test_every_part_counts() -> None:
    values = {
        make_verification_value(pan, expires, service)
        for pan in ("9999000000000012", "9999000000000020")
        for expires in ("3112", "3201")
        for service in ("000", "101")
    }
    assert len(values) > 6
    assert all(len(value) == 3 and value.isdecimal() for value in values)


@pytest.mark.parametrize(
    "wrong", [("12x", "3112", "000"), ("1" * 20, "3112", "000"), ("12", "311", "000"), ("12", "3112", "1")]
)
def test_what_is_no_card(wrong: tuple[str, str, str]) -> None:
    with pytest.raises(IssuingError):
        make_verification_value(*wrong)
