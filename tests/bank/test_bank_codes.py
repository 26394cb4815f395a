"""Digits from the card's answer: real cards' values, and the way back to the counter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank.emv.codes import Answer, BelgianRule, BitmapRule, mix_data, normalise_code, rule_for
from bank.errors import IssuingError

REAL = [
    ("80", "0010", "CF17CD2F3F369044", "06780A03A48000", "8001FFFFFF000000000000000000000000", "34656023"),
    ("80", "095F", "0F9D3798E93F129A", "060A0A03A49000", "8000FF000000000001FFFF00000000000000", "46076570"),
    ("80", "0016", "299CC8F10B9BC830", "060B0A03A49000", "8000FF000000000001FFFF00000000000000", "36554800"),
]


def answer_of(cid: str, atc: str, ac: str, iad: str = "") -> Answer:
    return Answer(int(cid, 16), int(atc, 16), bytes.fromhex(ac), bytes.fromhex(iad))


@pytest.mark.parametrize("trace", REAL)
def test_real_cards_codes(trace: tuple[str, str, str, str, str, str]) -> None:
    *values, bitmap, code = trace
    rule = BitmapRule(bytes.fromhex(bitmap))
    answer = answer_of(*values)
    assert rule.make_digits(answer) == code
    clue = rule.read_clue(code, answer)
    assert clue is not None
    assert answer.atc & clue.mask == clue.value


def test_real_code_with_transaction_data() -> None:
    ac = mix_data(bytes.fromhex("633FCCC4883A1C1F"), ("1234", "3101234567"))
    assert BitmapRule(bytes.fromhex("0000FF000000000003FFFF")).make_digits(Answer(0x80, 0x2A, ac, b"")) == "11200903"


def test_no_transaction_data_leaves_the_cryptogram_alone() -> None:
    assert mix_data(b"cryptogr", ()) == b"cryptogr"


def test_the_french_bitmap_tells_nine_bits_of_the_counter() -> None:
    rule = BitmapRule(bytes.fromhex(REAL[0][4]))
    sample = answer_of(*REAL[0][:4])
    clue = rule.read_clue("34656023", sample)
    assert clue is not None
    assert clue.mask == 0x01FF
    assert clue.value == 0x10
    assert rule.cryptogram_bits(sample) == 16


@pytest.mark.parametrize("code", ["00000001", "33554431", "67108864", "99999999", "9" * 30])
def test_codes_that_no_french_card_can_show_have_no_clue(code: str) -> None:
    """The CID's bit makes every code 33554432 to 67108863."""
    assert BitmapRule(bytes.fromhex(REAL[0][4])).read_clue(code, answer_of(*REAL[0][:4])) is None


@settings(deadline=None)
@given(st.data())
def test_the_clue_always_admits_the_counter_that_made_the_code(data: st.DataObject) -> None:
    psn = data.draw(st.sampled_from([b"", b"\x01"]))
    iad = data.draw(st.binary(max_size=32))
    answer = Answer(0x80, data.draw(st.integers(0, 0xFFFF)), data.draw(st.binary(min_size=8, max_size=8)), iad, psn)
    rule = BitmapRule(data.draw(st.binary(max_size=40)))
    code = rule.make_digits(answer)
    clue = rule.read_clue(code, Answer(0x80, 0, bytes(8), iad, psn))
    assert clue is not None
    assert answer.atc & clue.mask == clue.value
    assert clue.mask.bit_count() + rule.cryptogram_bits(answer) <= sum(byte.bit_count() for byte in rule.ipb)


@settings(deadline=None)
@given(st.integers(0, 0xFFFF), st.binary(min_size=8, max_size=8))
def test_the_belgian_check_can_be_taken_off_again(atc: int, ac: bytes) -> None:
    answer = Answer(0x80, atc, ac, b"")
    clue = BelgianRule().read_clue(BelgianRule().make_digits(answer), answer)
    assert clue is not None
    assert clue.mask == 0xFF
    assert clue.value == atc & 0xFF


def test_the_belgian_rule_worked_by_hand() -> None:
    """0x3FF << 16 | 0x34 << 8 | 0x07 = 67056647; its units digit 7 adds 70 million; modulo 100 million."""
    answer = Answer(0x80, 0x1234, bytes.fromhex("0000000000FFFF07"), b"")
    assert BelgianRule().make_digits(answer) == "37056647"
    assert BelgianRule().read_clue("99999990", answer) is None
    assert BelgianRule().read_clue("137056647", answer) is None


def test_which_rule_serves_which_card() -> None:
    assert rule_for(bytes.fromhex("A0000000041010"), b"\xff", belgian=True) == BitmapRule(b"\xff")
    assert rule_for(bytes.fromhex("D056000666111010"), b"\xff", belgian=True) == BelgianRule()
    assert rule_for(bytes.fromhex("D056000666111010"), b"\xff", belgian=False) == BitmapRule(b"\xff")
    assert rule_for(bytes.fromhex("A0000000031010"), None, belgian=True) == BelgianRule()
    assert isinstance(rule_for(bytes.fromhex("A0000000031010"), None, belgian=False), BitmapRule)
    assert rule_for(bytes.fromhex("A0000000043060"), None, belgian=True) == BelgianRule()
    with pytest.raises(IssuingError):
        rule_for(bytes.fromhex("A0000000043060"), None, belgian=False)


@pytest.mark.parametrize("text", ["3465 6023", "34656023", " 34656023 ", "34\u00a065 60\u202f23"])
def test_codes_are_taken_as_people_type_them(text: str) -> None:
    assert normalise_code(text) == "34656023"


@pytest.mark.parametrize("text", ["", "1234567", "1234567a", "-1234567", "١٢٣٤٥٦٧٨", "1" * 81, "1234 567"])
def test_what_is_no_code_is_told_at_once(text: str) -> None:
    assert normalise_code(text) is None
