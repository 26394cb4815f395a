"""A session with a card, recorded: what was sent and what came back, as text that a person can read and edit.

The format is described in docs/trace-format.md. A PIN never gets in: it is hidden before the exchange is made. Card
numbers and names are hidden when the trace is written, unless they are asked for.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sesame_core.errors import SesameError
from sesame_core.smartcard.apdu import Ins
from sesame_core.smartcard.masking import write_masked

HEADING = "# sesame trace 1"
STATUS = 4
"""The status word, in hexadecimal digits."""

GET_RESPONSE = f"00{Ins.GET_RESPONSE:02X}"


class TraceError(SesameError):
    """A trace that cannot be read. The message names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange as hexadecimal text in capitals, `*` for a hidden digit. `micros`: how long the card took."""

    command: str = field(repr=False)
    response: str = field(repr=False)
    micros: int | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A recorded session. `cold_atr`: the ATR before the warm reset, where there was one. `protocol`: 0 or 1."""

    turns: tuple[Turn, ...]
    atr: str = ""
    protocol: int = 0
    cold_atr: str = ""
    notes: tuple[str, ...] = ()


class Recorder:
    """An exchange that keeps what passes through it. `micros` is the clock, in microseconds; without one, no times."""

    def __init__(self, exchange: Callable[[bytearray], bytes], micros: Callable[[], int] | None = None) -> None:
        self.turns: list[Turn] = []
        self._exchange = exchange
        self._micros = micros

    def __call__(self, apdu: bytearray) -> bytes:
        """Send, and remember. Raises what the exchange raises; such an exchange is not kept."""
        command = write_masked(apdu)
        began = self._micros() if self._micros else 0
        answer = self._exchange(apdu)
        took = self._micros() - began if self._micros else None
        self.turns.append(Turn(command, answer.hex().upper(), took))
        return answer


def whole_answers(turns: Sequence[Turn]) -> Iterator[list[Turn]]:
    """The turns, those that carry one answer in pieces (61xx, GET RESPONSE) together."""
    group: list[Turn] = []
    for turn in turns:
        if group and not turn.command.startswith(GET_RESPONSE):
            yield group
            group = []
        group.append(turn)
    if group:
        yield group


def whole_data(group: Iterable[Turn]) -> str:
    """The data of an answer, its pieces put together, without status words."""
    return "".join(turn.response[:-STATUS] for turn in group)


def write_trace(trace: Trace) -> str:
    """The text of a trace."""
    return "\n".join(_lines(trace)) + "\n"


def note_day() -> str:
    """The day, for a note. Not the hour: when a code was made is nobody's business."""
    return datetime.now(UTC).date().isoformat()


def _lines(trace: Trace) -> Iterator[str]:
    yield HEADING
    yield from (f"# {note}" for note in trace.notes)
    if trace.cold_atr:
        yield f"cold-atr {trace.cold_atr}"
    if trace.atr:
        yield f"atr {trace.atr}"
    yield f"protocol T={trace.protocol}"
    for turn in trace.turns:
        yield f"> {turn.command}"
        took = "" if turn.micros is None else f"  # {turn.micros / 1000:.1f} ms"
        yield f"< {turn.response}{took}"
