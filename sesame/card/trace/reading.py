"""Reads traces: ours, and what other tools print or people paste, as long as every command and answer is there.

Understood: our own format; lines marked `>` and `<`; the logs of EMV-CAP, python-emv, pcscd, OpenSC, GlobalPlatformPro;
lines of hexadecimal alone, command and answer in turn; JSON or a Python literal, as an object of commands and answers
or a list of pairs.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from sesame.card.trace.recording import Trace, TraceError, Turn
from sesame_core.smartcard.masking import HEADER_AND_LC, HIDDEN, SECRET_INSTRUCTIONS

MARKS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("cold", r"cold-atr\b\s*[:=]?(.*)"),
        ("atr", r"(?:using )?atr\b\s*[:=]?(.*)"),
        ("protocol", r"(?:protocol|t)\s*[:=]?\s*(?:t\s*=)?\s*([01])\s*$"),
        ("command", r"A>>(.*)"),
        ("response", r"A<<(.*)"),
        ("command", r"(?:C-?APDU|APDU|command|sending|send|tx|outgoing APDU)\b\s*(?:\([^)]*\))?\s*[:=](.*)"),
        ("response", r"R-?APDU\s*\((?P<sw>[0-9a-f ]+)\)\s*:(.*)"),
        ("response", r"rx\s*:\s*(?P<data>.*?),\s*SW1:\s*(?P<sw1>\w\w),\s*SW2:\s*(?P<sw2>\w\w)"),
        ("response", r"(?:R-?APDU|SW|response|received|receive|rx|incoming APDU)\b\s*(?:\([^)]*\))?\s*[:=](.*)"),
        ("command", r"(?:=>|->|-->|→|>+)\s*(.*)"),
        ("response", r"(?:<=|<-|<--|←|<+)\s*(.*)"),
    )
)
"""How a line says what it is, the first that fits. What follows the mark is hexadecimal."""

PREFIX = re.compile(r"^(?:\d+\s+)?(?:\[[^\]]*\]\s*)?(?:DEBUG|INFO)?[:\s]*(?:emv\.transmission[:\s]+)?", re.IGNORECASE)
"""What loggers put in front."""

TIME = re.compile(r"([\d.]+)\s*ms\b")
ASIDE = re.compile(r"#.*|;.*|\([^)]*\)|\bT=[01]\b|\b0x", re.IGNORECASE)
GLUE = re.compile(r"[\s:,'\"\[\]|.-]")
HEXADECIMAL = re.compile(r"(?:[0-9A-F*]{2})*")
VERIFY_DATA = 8

ASSIGNED = re.compile(r"^\w+\s*=\s*(?=[{\[])")
JOINED = re.compile(r"'\s*\+\s*\\?\s*'")
HEADER_NAMES = {"atr": "atr", "cold-atr": "cold", "t": "protocol", "protocol": "protocol"}


@dataclass
class _Draft:
    """A trace while it is read."""

    turns: list[Turn] = field(default_factory=list)
    command: str = ""
    header: dict[str, str] = field(default_factory=dict)

    def take(self, kind: str, value: str, micros: int | None, where: str) -> None:
        """One line that was understood."""
        if kind == "command":
            if self.command:
                raise TraceError(f"{where}: the command before has no answer")
            self.command = _command(value, where)
        elif kind == "response":
            if not self.command:
                raise TraceError(f"{where}: an answer without a command")
            self.turns.append(Turn(self.command, value, micros))
            self.command = ""
        else:
            self.header[kind] = value

    def trace(self) -> Trace:
        """The whole. Raises TraceError when there is nothing in it."""
        if not self.turns:
            raise TraceError("no exchange was found: a trace has lines such as > 00A40400... and < 6F...9000")
        protocol = int(self.header.get("protocol", "0"))
        return Trace(tuple(self.turns), self.header.get("atr", ""), protocol, self.header.get("cold", ""))


def read_trace(text: str) -> Trace:
    """The trace in a text. Raises TraceError, which names the line."""
    literal = ASSIGNED.sub("", text.strip())
    if literal[:1] in ("{", "["):
        return _from_literal(literal)
    draft = _Draft()
    lines = list(enumerate(text.splitlines(), 1))
    for number, kind, rest in _marked(lines) or _alternating(lines):
        took = TIME.search(rest)
        where = f"line {number}"
        if kind == "protocol":
            draft.header[kind] = rest
            continue
        draft.take(kind, _digits(rest, where), round(float(took[1]) * 1000) if took else None, where)
    return draft.trace()


def _marked(lines: Iterable[tuple[int, str]]) -> list[tuple[int, str, str]]:
    """The lines that say what they are, with their hexadecimal; long ones may go on in indented lines."""
    found: list[tuple[int, str, str]] = []
    for number, line in lines:
        kind, rest = _kind(line)
        if kind:
            found.append((number, kind, rest))
        elif found and line[:1].isspace() and line.strip() and HEXADECIMAL.fullmatch(GLUE.sub("", line.upper())):
            before, what, start = found[-1]
            found[-1] = before, what, start + line
    return found if any(kind in ("command", "response") for _, kind, _ in found) else []


def _alternating(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str, str]]:
    """Lines of nothing but hexadecimal: command, answer, command, answer."""
    kind = "command"
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        yield number, kind, line
        kind = "response" if kind == "command" else "command"


def _kind(line: str) -> tuple[str, str]:
    """What a line is, and its hexadecimal; empty for a line that is nothing of ours."""
    text = line.strip()
    if text.startswith("#"):
        return "", ""
    for candidate in (text, PREFIX.sub("", text)):
        for kind, pattern in MARKS:
            found = pattern.fullmatch(candidate)
            if found:
                return kind, _rest(found)
    return "", ""


def _rest(found: "re.Match[str]") -> str:
    named = found.groupdict()
    if "data" in named:
        return f"{named['data']} {named['sw1']} {named['sw2']}"
    return f"{found[2]} {named['sw']}" if "sw" in named else str(found[1])


def _digits(text: str, where: str) -> str:
    """The hexadecimal of a line, aside from remarks. Raises TraceError."""
    took_apart = ASIDE.sub(" ", text).upper()
    digits = GLUE.sub("", took_apart)
    if digits.startswith("0020") and HIDDEN in digits:
        return digits  # cut short by the tool that hid it: made whole by `_command`
    if not HEXADECIMAL.fullmatch(digits):
        raise TraceError(f"{where}: not whole bytes of hexadecimal")
    return digits


def _command(digits: str, where: str) -> str:
    """A command, the PIN in it hidden whatever the tool did about it."""
    if len(digits) < 8:
        raise TraceError(f"{where}: a command has four bytes at least")
    if int(digits[2:4], 16) not in SECRET_INSTRUCTIONS or len(digits) <= 2 * HEADER_AND_LC:
        return digits
    size = int(digits[8:10], 16) if HIDDEN not in digits[8:10] else VERIFY_DATA
    return f"{digits[:8]}{size:02X}{HIDDEN * 2 * size}"


def _from_literal(text: str) -> Trace:
    draft = _Draft()
    for place, (key, value) in enumerate(_pairs(_literal(text)), 1):
        where = f"entry {place}"
        kind = HEADER_NAMES.get(str(key).lower(), "")
        if kind == "protocol":
            draft.header[kind] = str(value)[-1:]
        elif kind:
            draft.header[kind] = _digits(str(value), where)
        else:
            draft.take("command", _digits(str(key), where), None, where)
            draft.take("response", _digits(str(value), where), None, where)
    return draft.trace()


def _literal(text: str) -> object:
    """JSON, JSON lines, or a Python literal whose strings may be joined by plus signs."""
    with suppress(ValueError):
        return json.loads(text)
    with suppress(ValueError):
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    try:
        return ast.literal_eval(JOINED.sub("", text))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise TraceError("it begins like JSON and is neither JSON, JSON lines nor a Python literal") from None


def _pairs(found: object) -> Iterator[tuple[object, object]]:
    """Commands and answers, and the header's entries, in their order."""
    if isinstance(found, dict):
        turns = found.get("turns", found.get("exchanges"))
        yield from ((key, value) for key, value in found.items() if not isinstance(value, (list, dict)))
        if turns is not None:
            yield from _pairs(turns)
        return
    for entry in found if isinstance(found, list) else []:
        if isinstance(entry, dict) and {"command", "response"} <= set(entry):
            yield entry["command"], entry["response"]
        elif isinstance(entry, dict):
            yield from _pairs(entry)
        elif isinstance(entry, list) and len(entry) == 2:
            yield entry[0], entry[1]
        else:
            raise TraceError("JSON: an exchange is a pair, or an object with command and response")
