"""Packing, turning and comparing frames, against the plainest way to say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.display.frame import MemoryAccess, find_changes, pack_pages, turn_picture
from drivers.ports import Picture
from sesame_core.errors import UsageError

WIDTH, HEIGHT = 24, 16

pictures = st.lists(st.integers(0, (1 << WIDTH) - 1), min_size=HEIGHT, max_size=HEIGHT).map(
    lambda rows: Picture(WIDTH, HEIGHT, tuple(rows))
)
frames = st.binary(min_size=64, max_size=64)


@given(picture=pictures)
def test_a_byte_is_a_column_of_eight_pixels_with_the_uppermost_as_its_lowest_bit(picture: Picture) -> None:
    frame = pack_pages(picture)
    assert len(frame) == WIDTH * HEIGHT // 8
    for y in range(HEIGHT):
        for x in range(WIDTH):
            assert bool(frame[y // 8 * WIDTH + x] >> y % 8 & 1) == picture.lit(x, y)


@pytest.mark.parametrize("size", [(12, 16), (16, 12)])
def test_sides_that_are_not_whole_bytes_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="not whole bytes"):
        pack_pages(Picture.dark(*size))


@given(picture=pictures)
def test_a_quarter_turn_is_clockwise(picture: Picture) -> None:
    quarter = turn_picture(picture, 90)
    assert (quarter.width, quarter.height) == (HEIGHT, WIDTH)
    for y in range(HEIGHT):
        for x in range(WIDTH):
            assert quarter.lit(HEIGHT - 1 - y, x) == picture.lit(x, y)


@given(picture=pictures, degrees=st.sampled_from([0, 90, 180, 270]))
def test_turning_back_is_turning_on(picture: Picture, degrees: int) -> None:
    assert turn_picture(turn_picture(picture, degrees), -degrees) == picture
    assert turn_picture(picture, 360 + degrees) == turn_picture(picture, degrees)


@given(old=frames, new=frames, overhead=st.integers(0, 12), across=st.booleans())
def test_sending_the_changes_makes_the_new_frame(old: bytes, new: bytes, overhead: int, across: bool) -> None:
    glass = bytearray(old)
    for window in find_changes(old, new, 16, MemoryAccess(overhead, across)):
        assert across or window.first == window.last
        data = iter(window.cut(new, 16))
        for page in range(window.first, window.last + 1):
            for column in range(window.left, window.right + 1):
                glass[page * 16 + column] = next(data)
        assert next(data, None) is None
    assert glass == new


@given(frame=frames)
def test_nothing_is_sent_where_nothing_changed(frame: bytes) -> None:
    assert find_changes(frame, frame, 16, MemoryAccess(10, across_pages=True)) == []


@given(old=frames, places=st.lists(st.integers(0, 63), min_size=1, max_size=4))
def test_few_changes_cost_no_more_than_one_rectangle_each(old: bytes, places: list[int]) -> None:
    new = bytearray(old)
    for place in places:
        new[place] ^= 0xFF
    windows = find_changes(old, new, 16, MemoryAccess(10, across_pages=True))
    changed = sum(before != after for before, after in zip(old, new, strict=True))
    assert sum(window.area + 10 for window in windows) <= 11 * changed
