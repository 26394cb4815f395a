"""Reads traces: ours, and what other tools print or people paste, as long as every command and answer is there.

Understood: our own format; lines marked `>` and `<`; the logs of EMV-CAP, python-emv, pcscd, OpenSC, pcsc-tools,
GlobalPlatformPro (see `lines`) and pcsc-spy (see `spied`); tables of commands and answers (see `tables`); lines of
hexadecimal alone, command and answer in turn; JSON or a Python literal, as an object of commands and answers or a list
of pairs.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from sesame.card.trace.lines import Entry, digits_of, entries
from sesame.card.trace.recording import Trace, TraceError, Turn
from sesame.card.trace.spied import uncolour, unfold_spied
from sesame.card.trace.tables import unfold_tables
from sesame_core.smartcard.masking import HEADER_AND_LC, HIDDEN, SECRET_INSTRUCTIONS

TIME = re.compile(r"(?<![\d.])([0-9]{1,9}(?:\.[0-9]{1,9})?) ?ms\b")
VERIFY_DATA = 8
HEADER = 8
WHOLE = re.compile(r"[0-9A-F]*")
BYTE_ORDER_MARK = "\ufeff"

ASSIGNED = re.compile(r"^\w+\s*=\s*(?=[{\[])")
JOINED = re.compile(r"'\s*\+\s*(?:\\\s*)?'")
PROTOCOLS = {"0": 0, "1": 1}
HEADER_NAMES = {"atr": "atr", "cold-atr": "cold", "t": "protocol", "protocol": "protocol"}


class NoLiteralError(TraceError):
    """It is neither JSON nor a Python literal."""


@dataclass
class _Draft:
    """A trace while it is read."""

    turns: list[Turn] = field(default_factory=list)
    command: str = ""
    header: dict[str, str] = field(default_factory=dict)

    def note(self, entry: Entry) -> None:
        """One thing that a log says. Raises TraceError."""
        where = f"line {entry.number}"
        if entry.kind == "protocol":
            self.header[entry.kind] = entry.text.strip()
            return
        took = TIME.search(entry.text)
        micros = round(float(took[1]) * 1000) if took else None
        self.take_line(entry.kind, _digits(entry.text, where), micros, where)

    def take_line(self, kind: str, value: str, micros: int | None, where: str) -> None:
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
        protocol = PROTOCOLS.get(self.header.get("protocol", "0"))
        if protocol is None:
            raise TraceError("the protocol is 0 or 1, as T=0 and T=1 are written")
        atr, cold = (self.header.get(kind, "") for kind in ("atr", "cold"))
        if HIDDEN in atr + cold:
            raise TraceError("an ATR has no digits to hide: it is the same for many cards")
        return Trace(tuple(self.turns), atr, protocol, cold)


def read_trace(text: str) -> Trace:
    """The trace in a text. Raises TraceError, which names the line."""
    text = text.removeprefix(BYTE_ORDER_MARK)
    try:
        return _from_text(text)
    except RecursionError:
        raise TraceError("it is nested deeper than any trace") from None


def _from_text(text: str) -> Trace:
    numbered = [(number, uncolour(line)) for number, line in enumerate(text.splitlines(), 1)]
    lines = list(unfold_tables(unfold_spied(numbered)))
    literal = ASSIGNED.sub("", text.strip())
    found = entries(lines)
    if literal[:1] in ("{", "["):
        try:
            return _from_literal(_literal(literal))
        except NoLiteralError:
            if not found:  # a log may begin with a bracket as well
                raise
    draft = _Draft()
    for entry in found or _alternating(lines):
        draft.note(entry)
    return draft.trace()


def _alternating(lines: Iterable[tuple[int, str]]) -> Iterator[Entry]:
    """Lines of nothing but hexadecimal: command, answer, command, answer."""
    kind = "command"
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        yield Entry(number, kind, [line])
        kind = "response" if kind == "command" else "command"


def _digits(text: str, where: str) -> str:
    """The hexadecimal of a line, aside from remarks. Raises TraceError."""
    digits = digits_of(text)
    if digits is None:
        raise TraceError(f"{where}: not whole bytes of hexadecimal")
    return digits


def _command(digits: str, where: str) -> str:
    """A command, the PIN in it hidden whatever the tool did about it."""
    if len(digits) < 8:
        raise TraceError(f"{where}: a command has four bytes at least")
    if not WHOLE.fullmatch(digits[:HEADER]):
        raise TraceError(f"{where}: of a command no part but its data can be hidden")
    if int(digits[2:4], 16) not in SECRET_INSTRUCTIONS or len(digits) <= 2 * HEADER_AND_LC:
        return digits
    size = int(digits[8:10], 16) if HIDDEN not in digits[8:10] else VERIFY_DATA
    return f"{digits[:8]}{size:02X}{HIDDEN * 2 * size}"


def _from_literal(found: object) -> Trace:
    draft = _Draft()
    for place, (key, value) in enumerate(_pairs(found), 1):
        where = f"entry {place}"
        kind = HEADER_NAMES.get(str(key).lower(), "")
        if kind == "protocol":
            draft.header[kind] = str(value)[-1:]
        elif kind:
            draft.header[kind] = _digits(str(value), where)
        else:
            draft.take_line("command", _digits(str(key), where), None, where)
            draft.take_line("response", _digits(str(value), where), None, where)
    return draft.trace()


def _literal(text: str) -> object:
    """JSON, JSON lines, or a Python literal whose strings may be joined by plus signs."""
    with suppress(ValueError):
        return json.loads(text)
    with suppress(ValueError):
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    try:
        return ast.literal_eval(JOINED.sub("", text))
    except (
        Exception
    ):  # also TypeError for a key that can be none; what else Python may raise is not the caller's business
        raise NoLiteralError("it begins like JSON and is neither JSON, JSON lines nor a Python literal") from None


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
