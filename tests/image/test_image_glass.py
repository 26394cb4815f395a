"""The eye of tests/image/run: the trace of QEMU's bus, through the display's model, beside the golden pictures."""

import struct
from pathlib import Path

import pytest

from image.card import MIB
from tests.golden_plugin import unpng
from tests.image.board import flip_root, place_of_root
from tests.image.glass import decode_messages, read_trace
from tests.image.proofs import GOLDEN, KEY_READY, READY, read_golden

ON = [bytes([0x00, 0x8D, 0x14]), bytes([0x00, 0x20, 0x00]), bytes([0x00, 0xAF])]
WHOLE = bytes([0x00, 0x21, 0, 127, 0x22, 0, 7])
DARK = [WHOLE, *[bytes([0x40]) + b"\x00" * 128] * 8]
LIT = [WHOLE, *[bytes([0x40]) + b"\xff" * 128] * 8]


def write_trace(file: Path, messages: list[bytes], address: int = 0x3C) -> Path:
    """As QEMU 10 writes it."""
    lines = []
    for message in messages:
        lines.append(f"i2c_event start(addr:0x{address:02x})")
        lines += [f"i2c_send send(addr:0x{address:02x}) data:0x{byte:02x}" for byte in message]
        lines.append(f"i2c_event finish(addr:0x{address:02x})")
    file.write_text("\n".join(lines))
    return file


def test_a_trace_is_read_into_messages_to_the_display_alone(tmp_path: Path) -> None:
    assert read_trace(write_trace(tmp_path / "wire", ON)) == ON
    assert read_trace(write_trace(tmp_path / "other", ON, 0x36)) == []
    assert read_trace(tmp_path / "absent") == []


def test_pictures_are_what_stands_there_between_frames() -> None:
    seen = decode_messages([*ON[:2], *DARK, ON[2], *LIT])
    assert [sum(row.bit_count() for row in picture.rows) for picture in seen.pictures] == [0, 128 * 64]
    assert seen.first == seen.last
    assert seen.refused == ()


def test_a_message_that_no_display_takes_is_refused_and_counted() -> None:
    seen = decode_messages([*ON[:2], *DARK, ON[2], bytes([0x00, 0x20, 0x07]), *LIT])
    assert len(seen.refused) == 1
    assert seen.refused[0].startswith("message 13: ")


def test_without_a_message_the_glass_is_dark() -> None:
    seen = decode_messages([])
    assert not any(seen.first.rows)
    assert not any(seen.last.rows)


@pytest.mark.parametrize("name", [READY, KEY_READY])
def test_golden_pictures_are_read_without_the_suite(name: str) -> None:
    assert read_golden(name) == unpng((GOLDEN / name).read_bytes())


def test_bits_are_flipped_in_the_root_alone(tmp_path: Path) -> None:
    card = tmp_path / "card"
    entry = struct.pack("<4xB3xII", 0x83, 3 * MIB // 512, 9 * MIB // 512)
    before = (bytes(446 + 16) + entry).ljust(16 * MIB, b"\0")
    card.write_bytes(before)
    flip_root(card)
    changed = [at for at, (one, other) in enumerate(zip(before, card.read_bytes(), strict=True)) if one != other]
    start, size = place_of_root(card)
    assert (start, size) == (3 * MIB, 9 * MIB)
    assert [at // MIB for at in changed] == [3, 4, 5, 6, 7]
