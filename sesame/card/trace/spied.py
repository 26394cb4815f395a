"""What pcsc-spy (pcsc-lite 1.9) prints of calls to PC/SC: each exchange as a dump of what went in and one of what came
out, among the lines of the other calls. Coloured, unless it was told otherwise."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

COLOUR: Final = re.compile("\x1b\\[[0-9;]*m")
TRANSMIT: Final = "SCardTransmit"
CALL: Final = re.compile(r"SCard?[A-Z]\w+")
"""The line that a call begins with; pcsc-spy writes SCarControl."""

DUMP: Final = re.compile(r"([io])  [0-9A-F]{4} (.{47}) ")
"""Which way, the place, sixteen bytes or blanks for those that are missing; then the same as characters."""

KNOWN: Final = (
    (re.compile(r"o dwActiveProtocol: T=([01]) .*"), "protocol T="),
    (re.compile(r"o bAtr ((?:[0-9A-F]{2} ?)+)"), "atr "),
)
"""What a trace has besides its exchanges."""


def uncolour(line: str) -> str:
    """The line without what makes a terminal colour it: tools do so whether a terminal is there or not."""
    return COLOUR.sub("", line)


def unfold_spied(lines: Sequence[tuple[int, str]]) -> Iterable[tuple[int, str]]:
    """The lines as they are; of pcsc-spy's log the exchanges alone, and what tells of the card."""
    return _unfold(lines) if any(line.strip() == TRANSMIT for _, line in lines) else lines


def _unfold(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    call, dumped = "", {"i": "", "o": ""}
    for number, line in lines:
        said = line.strip()
        if CALL.fullmatch(said):
            call, dumped = said, {"i": "", "o": ""}
        elif call == TRANSMIT and (found := DUMP.match(f"{said} ")):
            dumped[found[1]] += f"{found[2].strip()} "
        elif call == TRANSMIT and said.startswith("=>"):
            yield number, f"> {dumped['i']}"
            yield number, f"< {dumped['o']}"
            call = ""
        else:
            yield from ((number, f"{mark}{told[1]}") for form, mark in KNOWN if (told := form.fullmatch(said)))
