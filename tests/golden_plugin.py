"""Golden pictures: what a screen looked like when somebody last looked at it and found it good.

A test says `golden(picture, "name")`; the picture is compared, pixel by pixel, with tests/golden/name.png. After a
wanted change, `pytest --golden-record` writes what the tests draw; the difference is looked at before it is committed.
"""

import difflib
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.painter.raster import encode_png
from drivers.ports import Picture

FOLDER = Path(__file__).parent / "golden"
SCALE = 4

Golden = Callable[[Picture, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-record", action="store_true", help="write the golden pictures instead of comparing them")


GoldenText = Callable[[str, str], None]


@pytest.fixture
def golden_text(request: pytest.FixtureRequest) -> GoldenText:
    """Compares a text with the golden one of that name, tests/golden/told/name.txt: recorded as pictures are."""

    def compare(text: str, name: str) -> None:
        path = FOLDER / "told" / f"{name}.txt"
        if request.config.getoption("--golden-record"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        if not path.exists():
            pytest.fail(f"there is no golden text {name!r}: look at it once with --golden-record")
        if differing := tell_difference(path.read_text(encoding="utf-8"), text):
            told = f"tests/golden/{path.relative_to(FOLDER)} (-) is not what there is (+):\n{differing}"
            pytest.fail(f"{told}\nIf that is wanted: python -m pytest --golden-record {request.node.nodeid}", False)

    return compare


def tell_difference(wanted: str, seen: str) -> str:
    """The lines that were (-) and are (+), with one around them; nothing where there is no difference."""
    lines = difflib.unified_diff(wanted.splitlines(), seen.splitlines(), n=1, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))


@pytest.fixture
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Golden:
    """Compares a picture with the golden one of that name; names may hold folders: "128x64/fr/code"."""

    def compare(picture: Picture, name: str) -> None:
        path = FOLDER / f"{name}.png"
        if request.config.getoption("--golden-record"):
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or unpng(path.read_bytes()) != picture:
                path.write_bytes(encode_png(picture, SCALE))
            return
        if not path.exists():
            pytest.fail(f"there is no golden picture {name!r}: look at it once with --golden-record")
        wanted = unpng(path.read_bytes())
        if picture != wanted:
            seen = tmp_path / "seen.png"
            seen.write_bytes(encode_png(picture, SCALE))
            pytest.fail(f"{name}: {difference(picture, wanted)}; what was drawn is in {seen}")

    return compare


def difference(picture: Picture, wanted: Picture) -> str:
    if (picture.width, picture.height) != (wanted.width, wanted.height):
        return f"{picture.width} x {picture.height} pixels in place of {wanted.width} x {wanted.height}"
    changed = [(y, one ^ other) for y, (one, other) in enumerate(zip(picture.rows, wanted.rows, strict=True))]
    rows = [y for y, bits in changed if bits]
    return f"{sum(bits.bit_count() for _, bits in changed)} pixels differ, in rows {rows[0]} to {rows[-1]}"


def unpng(file: bytes) -> Picture:
    """Back from `png`: only files as that function writes them (two colours, no filter)."""
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(file):
        (size,) = struct.unpack_from(">I", file, at)
        chunks[file[at + 4 : at + 8]] = file[at + 8 : at + 8 + size]
        at += 12 + size
    width, height = (side // SCALE for side in struct.unpack_from(">II", chunks[b"IHDR"]))
    lines = zlib.decompress(chunks[b"IDAT"])
    stride = len(lines) // (height * SCALE)
    rows = [lines[y * SCALE * stride + 1 : (y * SCALE + 1) * stride] for y in range(height)]
    return Picture(width, height, tuple(_shrunk(int.from_bytes(row), stride * 8 - 8, width) for row in rows))


def _shrunk(bits: int, length: int, width: int) -> int:
    row = 0
    for x in range(width):
        row = row << 1 | bits >> (length - 1 - x * SCALE) & 1
    return row
