"""Text that another program wrote, in a file or piped into a command, as any kind of machine writes it."""

import codecs
import sys
from pathlib import Path
from typing import Final

from device.regular_file import open_regular
from sesame.exits import CommandError, Exit

STANDARD_INPUT: Final = "-"
MOST_TEXT: Final = 8 << 20
"""Bytes. A recording has some kilobytes."""

MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # first: it begins like UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
UNMARKED: Final = {
    "utf-32-le": "UTF-32 (little end first)",
    "utf-32-be": "UTF-32 (big end first)",
    "utf-16-le": "UTF-16 (little end first)",
    "utf-16-be": "UTF-16 (big end first)",
}
"""What a text with NULs in it may be, and how it is called."""

LOOKED_AT: Final = 1024
"""Bytes, whole units of each of them."""


def read_text(path: Path) -> str:
    """What is in a file, `-` for standard input: UTF-8, or what its byte order mark says. What is neither is somebody's
    remark, for digits are the same in all encodings. Raises CommandError(USAGE)."""
    called = "standard input" if str(path) == STANDARD_INPUT else str(path)
    try:
        raw = _read(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or "no file can be called so"
        raise CommandError(Exit.USAGE, f"{called} cannot be read: {reason}") from error
    if len(raw) > MOST_TEXT:
        message = f"{called} is longer than any recording: more than {MOST_TEXT >> 20} MiB"
        raise CommandError(Exit.USAGE, message)
    encoding = next((name for mark, name in MARKS if raw.startswith(mark)), "")
    likely = "" if encoding else likely_encoding(raw)
    if likely:
        message = f"{called} looks like {likely} without a byte order mark: save it as UTF-8"
        raise CommandError(Exit.USAGE, message)
    return raw.decode(encoding or "utf-8-sig", "replace")


def read_input() -> str:
    """All of standard input. Raises CommandError(USAGE)."""
    return read_text(Path(STANDARD_INPUT))


def likely_encoding(raw: bytes) -> str:
    """What bytes with NULs among them read as, in words; empty where there are none, or they read as nothing."""
    head = raw[:LOOKED_AT]
    if b"\0" not in head:
        return ""
    whole = head[: len(head) // 4 * 4] or head
    return next((called for name, called in UNMARKED.items() if _reads_as(whole, name)), "")


def _reads_as(raw: bytes, encoding: str) -> bool:
    """Whether it decodes to a text most of whose letters are of ASCII, as those of every log are."""
    text = raw[: len(raw) // 2 * 2].decode(encoding, "replace")
    plain = sum(char.isascii() and (char.isprintable() or char.isspace()) for char in text)
    return bool(text) and 2 * plain > len(text)


def _read(path: Path) -> bytes:
    if str(path) == STANDARD_INPUT:
        return sys.stdin.buffer.read(MOST_TEXT + 1)
    with open_regular(path) as file:
        return file.read(MOST_TEXT + 1)
