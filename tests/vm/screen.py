"""A virtual screen's memory (Xvfb -fbdir: a file in XWD's format, X11's XWDFile.h) as a picture."""

import struct
from pathlib import Path
from typing import Final

from PIL import Image

HEADER: Final = struct.Struct(">25I")
WIDTH, HEIGHT, BITS, LINE, COLOURS = 4, 5, 11, 12, 19
"""In the header: pixmap_width, pixmap_height, bits_per_pixel, bytes_per_line, ncolors. The first is header_size."""
COLOUR_SIZE: Final = 12


def write_png(octets: bytes, path: Path) -> None:
    """Write what stands on the screen. Raises ValueError for anything but 32 bits a pixel."""
    head = HEADER.unpack_from(octets)
    if head[BITS] != 32:
        raise ValueError(f"{head[BITS]} bits a pixel, not 32")
    begin = head[0] + head[COLOURS] * COLOUR_SIZE
    size, line = (head[WIDTH], head[HEIGHT]), head[LINE]
    pixels = octets[begin : begin + line * size[1]]
    Image.frombytes("RGB", size, pixels, "raw", "BGRX", line).save(path, optimize=True)
