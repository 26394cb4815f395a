"""What people type into forms: amounts as French and English write them, lines, addresses."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bank.operations.words import LANGUAGES, notation_of
from web.forms import LONGEST_EMAIL, Slip, SlipError, is_ticket, make_ticket, parse_amount, parse_email, parse_line

AMOUNTS = [
    ("fr", "250", 25000),
    ("fr", "250,5", 25050),
    ("fr", "250,50", 25050),
    ("fr", "250.50", 25050),
    ("fr", "1 250,50", 125050),
    ("fr", "1\u202f250,50\u00a0€", 125050),
    ("fr", "1.250,50", 125050),
    ("fr", "1,250.50", 125050),
    ("fr", "1.234.567", 123456700),
    ("fr", "1 000 000,01 EUR", 100000001),
    ("fr", "€ 12", 1200),
    ("fr", "12,", 1200),
    ("fr", "0,01", 1),
    ("fr", "007", 700),
    ("en", "1,250.50", 125050),
    ("en", "1,250", 125000),
    ("en", "1,234,567.8", 123456780),
    ("en", "€1,250", 125000),
    ("en", "1250,50", 125050),
    ("en", "1.250,50", 125050),
    ("en", "1'250.50", 125050),
    ("en", "EUR 1 250 000.5", 125000050),
]


@pytest.mark.parametrize(("language", "typed", "cents"), AMOUNTS)
def test_an_amount_is_read_as_it_is_written(language: str, typed: str, cents: int) -> None:
    assert parse_amount(typed, notation_of(language).decimal) == cents


WRONG_AMOUNTS = [
    ("fr", "", Slip.MISSING),
    ("fr", " € ", Slip.MISSING),
    ("fr", "douze", Slip.SHAPE),
    ("fr", "-5", Slip.SHAPE),
    ("fr", "+5", Slip.SHAPE),
    ("fr", "1e3", Slip.SHAPE),
    ("fr", "٢٥٠", Slip.SHAPE),
    ("fr", "25²", Slip.SHAPE),
    ("fr", "€€5", Slip.SHAPE),
    ("fr", "1.2,3.4", Slip.SHAPE),
    ("fr", "1.23.456", Slip.SHAPE),
    ("fr", "1234.567,00", Slip.SHAPE),
    ("fr", "10€50", Slip.SHAPE),
    ("fr", "10 EUR 50", Slip.SHAPE),
    ("fr", "12 50", Slip.SHAPE),
    ("fr", "12'50", Slip.SHAPE),
    ("fr", "1 2 3", Slip.SHAPE),
    ("fr", "1 234.567,00", Slip.SHAPE),
    ("fr", "12, 5", Slip.SHAPE),
    ("fr", "1.250", Slip.AMBIGUOUS),
    ("fr", "1,250", Slip.DECIMALS),
    ("fr", "1,2505", Slip.DECIMALS),
    ("en", "1.250", Slip.DECIMALS),
    ("en", "1,23.456", Slip.DECIMALS),
    ("fr", "0", Slip.ZERO),
    ("fr", "0,00", Slip.ZERO),
    ("fr", "12345678901,00", Slip.LARGE),
    ("fr", "9" * 5000, Slip.LARGE),
]


@pytest.mark.parametrize(("language", "typed", "slip"), WRONG_AMOUNTS)
def test_what_is_no_amount_says_why(language: str, typed: str, slip: Slip) -> None:
    with pytest.raises(SlipError) as caught:
        parse_amount(typed, notation_of(language).decimal)
    assert caught.value.slip is slip
    assert typed not in str(caught.value) or not typed


def test_nothing_is_an_amount_where_nothing_may_be() -> None:
    assert parse_amount("0", ",", least=0) == 0


@given(st.integers(1, 10**12 - 1), st.sampled_from(list(LANGUAGES)))
def test_what_the_pages_write_can_be_typed(cents: int, language: str) -> None:
    assert parse_amount(notation_of(language).write_money(cents), notation_of(language).decimal) == cents


@given(st.text(), st.sampled_from(["fr", "en"]))
@example("1\x00", "fr")
def test_any_text_is_an_amount_or_a_slip(text: str, language: str) -> None:
    with suppress(SlipError):
        assert 0 < parse_amount(text, notation_of(language).decimal) < 10**12


@pytest.mark.parametrize(
    ("typed", "line"),
    [("  Camille   Moreau ", "Camille Moreau"), ("Cafe\u0301 du coin", "Café du coin"), ("L\u00a0:\u00a0M", "L : M")],
)
def test_a_line_is_read_as_it_is_seen(typed: str, line: str) -> None:
    assert parse_line(typed, 30) == line


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        (" ", Slip.MISSING),
        ("x" * 31, Slip.LONG),
        ("a\u202eb", Slip.SIGNS),
        ("a\u200bb", Slip.SIGNS),
        ("a\u0000b", Slip.SIGNS),
        ("a\u2066b", Slip.SIGNS),
        ("a\ufeffb", Slip.SIGNS),
    ],
)
def test_signs_that_cannot_be_seen_are_refused(typed: str, slip: Slip) -> None:
    with pytest.raises(SlipError) as caught:
        parse_line(typed, 30)
    assert caught.value.slip is slip


@pytest.mark.parametrize("typed", ["a@b.fr", " claude.durand+x@exemple.co.uk ", "o'neil@ex-ample.org"])
def test_an_email_address_is_taken(typed: str) -> None:
    assert parse_email(typed) == typed.strip()


@pytest.mark.parametrize(
    "typed",
    ["a", "a@b", "@b.fr", "a@b.", "a b@c.fr", "a@b c.fr", "a@@b.fr", "a@-b.fr", "a.@b.fr", "a@b.fr,c@d.fr", "a@b.f",
     "a@b.fr\r\nBcc: c@d.fr", "<a@b.fr>", "é@b.fr"],
)  # fmt: skip
def test_what_is_no_email_address_is_not(typed: str) -> None:
    with pytest.raises(SlipError) as caught:
        parse_email(typed)
    assert caught.value.slip is Slip.SHAPE


def test_an_email_address_is_not_too_long() -> None:
    with pytest.raises(SlipError) as caught:
        parse_email("a" * LONGEST_EMAIL + "@b.fr")
    assert caught.value.slip is Slip.LONG


def test_a_ticket_is_told_from_what_is_none() -> None:
    one, other = make_ticket(), make_ticket()
    assert one != other
    assert is_ticket(one)
    assert not is_ticket(one.upper() + "g")
    assert not is_ticket("")
