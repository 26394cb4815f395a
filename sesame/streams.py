"""The three standard streams: there in any case, read as text of any kind of machine, and with nothing on them that a
terminal would obey.

What is printed was often written by somebody else: a card's label and languages, a customer's name, a reader's name, a
key of a file that is refused. An escape sequence among it would clear a screen, change a title or hide a line; so it is
made visible where everything is printed, and no command needs to think of it.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any, Final, TextIO, cast

OBEYED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters but for tab and line feed, what turns or hides text (bidirectional marks, invisible characters,
tags: Unicode Technical Report 36), and lone surrogates, which stand for bytes that were no text (PEP 383)."""

ESCAPED_BYTE: Final = 0xDC00
"""Added to a byte that is no text by Python's `surrogateescape`."""


def make_visible(text: str) -> str:
    """The text with everything that a terminal would obey written out: \\x1b, \\u202e."""
    return OBEYED.sub(_written_out, text)


def as_json(value: object) -> str:
    """Readable JSON, accents as they are; what a terminal would obey is escaped as JSON does it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    # Beside the line feeds between its parts, JSON has such characters in its strings only.
    return OBEYED.sub(lambda found: json.dumps(found[0])[1:-1], text)


class OutputError(OSError):
    """What was printed cannot be written: a full disk, a quota, a descriptor that is only read."""


class Visible:
    """A text stream on which nothing is obeyed. Everything else is the stream's own. Who reads no longer is a
    BrokenPipeError, any other failure an OutputError: a file of the command's own fails in other ways."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write it, visible."""
        with _output_failing():
            self.stream.write(make_visible(text))
        return len(text)

    def flush(self) -> None:
        """Hand on what is buffered."""
        with _output_failing():
            self.stream.flush()

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self.stream, name)


class Remarks(Visible):
    """Standard error: where it cannot be written to there is nobody to tell, and the exit code still says what came of
    the command."""

    def write(self, text: str) -> int:
        """Write it, visible, where that can be."""
        try:
            super().write(text)
        except OSError:
            drop_output(self.stream)
        return len(text)

    def flush(self) -> None:
        """Hand on what is buffered, where that can be."""
        try:
            super().flush()
        except OSError:
            drop_output(self.stream)


def drop_output(stream: TextIO) -> None:
    """What is still buffered goes nowhere: Python would complain about it at the end, with an exit code of its own."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def _output_failing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(error.errno, error.strerror) from error


@contextmanager
def hold_streams() -> Iterator[None]:
    """While the context lasts, all three streams are there and print visibly; what their encoding lacks is a "?"."""
    before = sys.stdin, sys.stdout, sys.stderr
    occupy_descriptors()
    sys.stdin = _open_reading(sys.stdin)
    sys.stdout = cast(TextIO, Visible(_open_printing(sys.stdout)))
    sys.stderr = cast(TextIO, Remarks(_open_printing(sys.stderr)))
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


def occupy_descriptors() -> None:
    """Give each of 0, 1 and 2 that was closed before we began to nothing: the next file or socket that is opened would
    become a standard stream else, and a PIN would be read from it, an error printed into it."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


def _open_reading(stream: TextIO | None) -> TextIO:
    """An answer or a key that is not text is a wrong one, as any other."""
    stream = stream or open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - open until the end
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream


def _open_printing(stream: TextIO | None) -> TextIO:
    stream = stream or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open until the end
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream


def _written_out(found: "re.Match[str]") -> str:
    code = ord(found[0])
    if 0x80 <= code - ESCAPED_BYTE <= 0xFF:
        code -= ESCAPED_BYTE
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def print_remark(text: str) -> None:
    """To standard error: what is no result."""
    sys.stderr.write(f"sesame: {text}\n")
