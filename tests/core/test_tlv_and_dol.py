"""BER-TLV and DOLs: what is right is read, everything else is CardError(GARBAGE) and never anything worse."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sesame_core.errors import CardError, Fault
from sesame_core.smartcard.tlv import (
    MAX_DEPTH,
    MAX_DOL_BYTES,
    DolEntry,
    Tlv,
    fill_dol,
    find_value,
    parse_dol,
    parse_objects,
)
from tests.core.scripted import tlv

PRIMITIVE_TAGS = st.sampled_from([0x50, 0x84, 0x88, 0x8C, 0x5F2D, 0x5F34, 0x9F56, 0x9F38, 0xDF07, 0x9F8101])
CONSTRUCTED_TAGS = st.sampled_from([0x6F, 0x70, 0x77, 0xA5, 0xBF0C, 0x61])


def leaf(tag: int, value: bytes) -> Tlv:
    return Tlv(tag, value)


def node(tag: int, parts: list[Tlv]) -> Tlv:
    return Tlv(tag, b"".join(map(encode, parts)), tuple(parts))


def encode(item: Tlv) -> bytes:
    return tlv(item.tag, item.value)


def depth(item: Tlv) -> int:
    return 1 + max(map(depth, item.parts), default=0)


TREES = st.recursive(
    st.builds(leaf, PRIMITIVE_TAGS, st.binary(max_size=300)),
    lambda inner: st.builds(node, CONSTRUCTED_TAGS, st.lists(inner, max_size=3)),
    max_leaves=8,
)


def garbage(data: bytes) -> None:
    with pytest.raises(CardError) as caught:
        parse_objects(data)
    assert caught.value.fault is Fault.GARBAGE


@given(st.lists(TREES, max_size=3))
def test_what_is_written_is_read_again(trees: list[Tlv]) -> None:
    assume(all(depth(tree) <= MAX_DEPTH for tree in trees))
    assert parse_objects(b"".join(map(encode, trees))) == tuple(trees)


@given(
    st.lists(st.builds(leaf, PRIMITIVE_TAGS, st.binary(max_size=300)), max_size=5),
    st.lists(st.sampled_from((0x00, 0xFF)), max_size=3).map(bytes),
)
def test_padding_between_objects_and_in_their_template_is_passed_over(leaves: list[Tlv], padding: bytes) -> None:
    """EMV Book 3, annex B1: 00 and FF, before, between and behind."""
    padded = padding + padding.join(map(encode, leaves)) + padding
    assert parse_objects(padded) == tuple(leaves)
    (record,) = parse_objects(padding + encode(Tlv(0x70, padded)) + padding)
    assert record.parts == tuple(leaves)


def test_a_record_of_a_visa_acceptance_card() -> None:
    (record,) = parse_objects(bytes.fromhex("700C5F340101FFFFFF9F57020840"))
    assert record.parts == (Tlv(0x5F34, b"\x01"), Tlv(0x9F57, bytes.fromhex("0840")))


@given(st.binary(max_size=600))
def test_anything_at_all_is_read_or_is_garbage(data: bytes) -> None:
    for reads in (parse_objects, parse_dol):
        try:
            reads(data)
        except CardError as error:
            assert error.fault is Fault.GARBAGE


@given(TREES, st.data())
def test_every_cut_in_an_object_is_noticed(tree: Tlv, data: st.DataObject) -> None:
    whole = encode(tree)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(CardError):
        parse_objects(whole[:cut])


@pytest.mark.parametrize(
    "data",
    [
        "9F",  # a tag cut short
        "50",  # no length
        "5002AA",  # a value cut short
        "5080",  # indefinite length
        "508301000000",  # a length of three bytes
        "5081",  # a length cut short
        "5080" + "AA" * 128,  # an indefinite length that is no length of 128
        "5083000001AA",  # a length of three bytes, though there is as much
        "508201",
        "9F8181810101AA",  # a tag of five bytes
        "6F035002AA",  # an object longer than its template
        "6F0150",
    ],
)
def test_what_emv_does_not_allow(data: str) -> None:
    garbage(bytes.fromhex(data))


@pytest.mark.parametrize(
    ("data", "tag", "value"),
    [
        ("5000", 0x50, b""),
        ("5F2D0466726E6C", 0x5F2D, b"frnl"),
        ("508101AA", 0x50, b"\xaa"),
        ("50820001AA", 0x50, b"\xaa"),
        ("9F810101AA", 0x9F8101, b"\xaa"),
        ("9F81810101AA", 0x9F818101, b"\xaa"),
        ("1F0101AA", 0x1F01, b"\xaa"),
    ],
)
def test_tags_and_lengths(data: str, tag: int, value: bytes) -> None:
    assert parse_objects(bytes.fromhex(data)) == (Tlv(tag, value),)


def test_a_long_length() -> None:
    value = bytes(range(256)) + b"\x01\x02"
    assert parse_objects(bytes.fromhex("50820102") + value) == (Tlv(0x50, value),)
    garbage(bytes.fromhex("50820103") + value)


def nested(depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        data = tlv(0x70, data)
    return data


def test_nesting_is_bounded() -> None:
    assert len(list(parse_objects(nested(8))[0].walk())) == MAX_DEPTH == 8
    with pytest.raises(CardError, match="deep"):
        parse_objects(nested(9))


def test_the_number_of_objects_is_bounded() -> None:
    assert len(parse_objects(b"\x50\x00" * 512)) == 512
    with pytest.raises(CardError, match="too many"):
        parse_objects(b"\x50\x00" * 513)
    with pytest.raises(CardError, match="too many"):
        parse_objects(tlv(0x70, b"\x50\x00" * 512))


def test_the_first_object_with_a_tag_is_found_at_any_depth() -> None:
    objects = parse_objects(tlv(0x6F, tlv(0xA5, tlv(0x50, b"first"))) + tlv(0x50, b"second"))
    assert find_value(objects, 0x50) == b"first"
    assert find_value(objects, 0x9F38) is None
    assert [item.tag for item in objects[0].walk()] == [0x6F, 0xA5, 0x50]


def test_no_value_in_a_repr() -> None:
    assert "secret" not in repr(parse_objects(tlv(0x57, b"secret")))


# Data object lists


def test_a_dol_is_read_in_its_order() -> None:
    assert parse_dol(bytes.fromhex("9F02069A039F8101029C00")) == (
        DolEntry(0x9F02, 6),
        DolEntry(0x9A, 3),
        DolEntry(0x9F8101, 2),
        DolEntry(0x9C, 0),
    )
    assert parse_dol(b"") == ()


def test_a_dols_data_must_fit_one_command() -> None:
    assert MAX_DOL_BYTES == 255
    assert parse_dol(bytes.fromhex("5081FF")) == (DolEntry(0x50, 255),)
    with pytest.raises(CardError, match="too much") as caught:
        parse_dol(bytes.fromhex("5081FF9A01"))
    assert caught.value.fault is Fault.GARBAGE


@pytest.mark.parametrize("dol", ["9F", "9F02", "9F0281"])
def test_a_dol_cut_short(dol: str) -> None:
    with pytest.raises(CardError, match="cut short"):
        parse_dol(bytes.fromhex(dol))


NUMERIC = (0x9A, 0x9C, 0x5F2A, 0x5F36, 0x9F02, 0x9F03, 0x9F15, 0x9F1A, 0x9F21, 0x9F35, 0x9F37, 0x9F41)


@pytest.mark.parametrize("tag", NUMERIC)
@pytest.mark.parametrize(("length", "filled"), [(1, "34"), (2, "1234"), (4, "00001234"), (0, "")])
def test_numbers_stand_on_the_right(tag: int, length: int, filled: str) -> None:
    assert fill_dol([DolEntry(tag, length)], {tag: b"\x12\x34"}).hex() == filled


@pytest.mark.parametrize("tag", [0x95, 0x9F34, 0x9F33, 0x8A, 0x9F45, 0x9F40])
@pytest.mark.parametrize(("length", "filled"), [(1, "12"), (2, "1234"), (4, "12340000"), (0, "")])
def test_everything_else_stands_on_the_left(tag: int, length: int, filled: str) -> None:
    assert fill_dol([DolEntry(tag, length)], {tag: b"\x12\x34"}).hex() == filled


@given(st.lists(st.builds(DolEntry, PRIMITIVE_TAGS, st.integers(0, 12)), max_size=20))
def test_unknown_tags_are_zeros_and_the_length_is_the_dols(dol: list[DolEntry]) -> None:
    assert fill_dol(dol, {}) == bytes(sum(entry.length for entry in dol))
