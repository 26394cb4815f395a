"""What the lines of a log say: commands, answers, an ATR, a protocol, each with its hexadecimal, and where it goes on.

The forms are those that the tools print: opensc-tool 0.23 and scriptor 1.6 were run for it (tests/card/logs), the
others are as their authors publish them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sesame_core.smartcard.apdu import Ins
from sesame_core.smartcard.masking import HIDDEN

SKIPPED = "skipped"
MARKS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("cold", r"cold-atr\b\s?[:=]?(.*)"),
        ("atr", r"(?:using )?atr\b\s?[:=]?(.*)"),
        ("protocol", r"(?:protocol|t)\s?[:=]?\s?(?:t\s?=)?\s?([01])"),
        ("protocol", r"using t=([01]) protocol"),
        ("command", r"A>>(.*)"),
        ("response", r"A<<(.*)"),
        ("command", r"(?:C-?APDU|APDU|command|sending|send|tx|outgoing APDU)\b\s?(?:\([^()]*\))?\s?[:=](.*)"),
        ("response", r"R-?APDU\s?\((?P<sw>[0-9a-f ]+)\)\s?:(.*)"),
        ("response", r"received\s?\(SW1=0x(?P<sw1>[0-9a-f]{2}), SW2=0x(?P<sw2>[0-9a-f]{2})\)\s?:?(?P<data>.*)"),
        ("response", r"rx\s?:\s?(?P<data>.*?),\s?SW1:\s?(?P<sw1>\w\w),\s?SW2:\s?(?P<sw2>\w\w)"),
        ("response", r"(?:R-?APDU|SW|response|received|receive|rx|incoming APDU)\b\s?(?:\([^()]*\))?\s?[:=](.*)"),
        (SKIPPED, r"(>)\s?RESET"),
        ("atr", r"<\s?OK:(.*)"),
        ("command", r"(?:=>|->|-->|→|>+)\s?(.*)"),
        ("response", r"(?:<=|<-|<--|←|<+)\s?(.*)"),
    )
)
"""How a line says what it is, the first that fits. What follows the mark is hexadecimal."""

PREFIX = re.compile(r"^(?:\d+ )?(?:\[[^\]]*\] ?)*(?:DEBUG|INFO)?[: ]*(?:emv\.transmission[: ]+)?", re.IGNORECASE)
"""What loggers put in front."""

SPOKEN = " : "
"""Behind it scriptor says in words what the status word means."""

ASIDE = re.compile(r"#.*|;.*|\([^()]*\)|\bT=[01]\b|\b0x", re.IGNORECASE)
GLUE = re.compile(r"[\s:,'\"\[\]|.-]")
HEXADECIMAL = re.compile(r"(?:[0-9A-F*]{2})*")
DUMPED = re.compile(r"(?:[0-9A-F]{2} ){1,16}", re.IGNORECASE)
CUT = re.compile(r"[0-9A-F*]*")
LINE = 16
"""Bytes in a whole line of the tools that fold their answers."""


@dataclass(slots=True)
class Entry:
    """One thing that a log says. `tail` follows the hexadecimal of all its lines."""

    number: int
    kind: str
    pieces: list[str] = field(default_factory=list)
    tail: str = ""
    dumps: bool = False
    folds: bool = False

    @property
    def text(self) -> str:
        """All of its lines."""
        return " ".join((*self.pieces, self.tail))


def entries(lines: Iterable[tuple[int, str]]) -> list[Entry]:
    """What the lines say that say what they are; empty where none is a command or an answer."""
    found: list[Entry] = []
    for number, line in lines:
        if found and _goes_on(found[-1], line):
            continue
        entry = _entry(number, " ".join(line.split()))
        if entry:
            found.append(entry)
    told = [entry for entry in found if entry.kind != SKIPPED]
    return told if any(entry.kind in ("command", "response") for entry in told) else []


def digits_of(text: str) -> str | None:
    """The hexadecimal of a line, aside from remarks; None where it is not whole bytes."""
    digits = GLUE.sub("", ASIDE.sub(" ", text).upper())
    if digits.startswith(f"00{Ins.VERIFY:02X}") and HIDDEN in digits and CUT.fullmatch(digits):
        return digits  # cut short by the tool that hid it: made whole by who reads it
    return digits if HEXADECIMAL.fullmatch(digits) else None


def _goes_on(entry: Entry, line: str) -> bool:
    """Whether a line belongs to the entry before, which takes it then: indented, folded after 16 bytes, or dumped."""
    if entry.dumps:
        dumped = _dumped(line)
        if dumped:
            entry.pieces.append(dumped)
        return bool(dumped)
    text = _unspoken(line)
    if not HEXADECIMAL.fullmatch(GLUE.sub("", text.upper())) or not text.strip():
        return False
    if entry.folds:
        entry.folds = _is_whole_line(line)
    elif not line[:1].isspace():
        return False
    entry.pieces.append(text)
    return True


def _entry(number: int, line: str) -> Entry | None:
    """What a line says, its blanks single ones; None where it is nothing of ours."""
    if line.startswith("#"):
        return None
    for candidate in (line, PREFIX.sub("", line)):
        for kind, pattern in MARKS:
            found = pattern.fullmatch(candidate)
            if found:
                return _made(number, kind, found)
    return None


def _made(number: int, kind: str, found: re.Match[str]) -> Entry:
    named = found.groupdict()
    if "data" in named:
        data, status = str(named["data"]), f"{named['sw1']} {named['sw2']}"
        return Entry(number, kind, [data], status, dumps=not data.strip())
    if "sw" in named:
        return Entry(number, kind, [str(found[2])], str(named["sw"]))
    text = str(found[1])
    return Entry(number, kind, [_unspoken(text)], folds=kind == "response" and _is_whole_line(text))


def _unspoken(text: str) -> str:
    head, _, words = text.partition(SPOKEN)
    return head if words and HEXADECIMAL.fullmatch(GLUE.sub("", head.upper())) else text


def _is_whole_line(text: str) -> bool:
    """True for 16 bytes, each apart, and nothing else: what a tool prints before it folds."""
    parts = text.split()
    return len(parts) == LINE and all(len(part) == 2 and HEXADECIMAL.fullmatch(part.upper()) for part in parts)


def _dumped(line: str) -> str:
    """The bytes of a line of opensc-tool's, which has them once more as characters; empty for any other line."""
    found = DUMPED.match(line)
    for count in range(len(found[0]) // 3 if found else 0, 0, -1):
        raw = bytes.fromhex(line[: 3 * count])
        shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in raw)
        rest = line[3 * count :]
        if rest.rstrip() in (shown.rstrip(), (" " * 3 * (LINE - count) + shown).rstrip()):
            return raw.hex()
    return ""
