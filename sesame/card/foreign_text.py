"""Text that another program wrote: recordings and hexadecimal, from a file or from standard input.

It stands alone, so that `sesame card tlv`, which wants text and no card, loads nothing that speaks to one.
"""

import codecs
import sys
from pathlib import Path
from typing import Final

from sesame.exits import CommandError, Exit

STANDARD_INPUT: Final = "-"
MOST_TEXT: Final = 8 << 20
"""Bytes of a recording. A session has some kilobytes."""


def read_foreign_text(path: Path) -> str:
    """A text that another program wrote, `-` for standard input: UTF-8, or UTF-16 as its byte order mark says; what is
    neither is a remark of somebody's, for hexadecimal is the same in all of them. Raises CommandError(USAGE)."""
    try:
        if str(path) == STANDARD_INPUT:
            raw = sys.stdin.buffer.read(MOST_TEXT + 1)
        else:
            with path.open("rb") as file:
                raw = file.read(MOST_TEXT + 1)
    except OSError as error:
        raise CommandError(Exit.USAGE, f"{path} cannot be read: {error}") from error
    if len(raw) > MOST_TEXT:
        raise CommandError(Exit.USAGE, f"{path} is longer than any recording: more than {MOST_TEXT >> 20} MiB")
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return raw.decode("utf-16" if wide else "utf-8-sig", "replace")
