"""A recorded session as a virtual card: it answers what was asked then with what was answered then.

The recording is followed from where it was last met, so that one command may have several answers, one after the other.
A recorded card cannot compute: where it is asked to start or to make a cryptogram with other data than were recorded it
gives the recorded answer, and says so in `deviations`. The PIN is not in a recording: any complete one gets the answer
that the right or wrong one got. What was never asked is answered as by a card that does not have it.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from sesame.card.trace.recording import Trace, whole_answers, whole_data
from sesame_core.cap.codes import MAX_AMOUNT_DIGITS, MAX_CHALLENGE_DIGITS, Function, Request
from sesame_core.errors import CardError
from sesame_core.smartcard.apdu import Ins
from sesame_core.smartcard.masking import HIDDEN
from sesame_core.smartcard.tlv import find_value, parse_dol, parse_objects

COMPUTED = {Ins.GET_PROCESSING_OPTIONS: "GET PROCESSING OPTIONS", Ins.GENERATE_AC: "GENERATE AC"}
"""What a recorded card cannot work out for itself, by the name that a person knows."""

FIRST_GENERATE_AC = f"80{Ins.GENERATE_AC:02X}8000"

SUCCESS = bytes.fromhex("9000")
ABSENT: Mapping[int, str] = {
    Ins.SELECT: "6A82",
    Ins.READ_RECORD: "6A83",
    Ins.GET_DATA: "6A88",
    Ins.GET_RESPONSE: "6985",
    Ins.GET_PROCESSING_OPTIONS: "6985",
    Ins.GENERATE_AC: "6985",
}
"""The status word of what was never asked, by instruction."""

PROPRIETARY = "80"
"""The class byte of EMV's own commands."""

NOT_SUPPORTED = "6D00"
WRONG_LENGTH = bytes.fromhex("6700")
PIN_COMMAND = 13
LEAST_ATR = "3B00"


@dataclass(frozen=True, slots=True)
class _RecordedCommand:
    """A command without what its protocol added: header and data, hexadecimal."""

    header: str
    data: str

    @classmethod
    def of(cls, command: str) -> "_RecordedCommand":
        """Lc, Le and P3 left out; a VERIFY without its data."""
        header, length, rest = command[:8], command[8:10], command[10:]
        data = rest[: 2 * int(length, 16)] if rest and HIDDEN not in length else ""
        return cls(header, "" if int(header[2:4], 16) == Ins.VERIFY else data)

    def fits(self, other: "_RecordedCommand") -> bool:
        """The same but for digits that the recording hides."""
        pairs = zip(self.data, other.data, strict=False)
        same = all(one == two or HIDDEN in (one, two) for one, two in pairs)
        return self.header == other.header and len(self.data) == len(other.data) and same

    @property
    def instruction(self) -> int:
        """The instruction byte."""
        return int(self.header[2:4], 16)


class ReplayCard:
    """The card of a trace, with the shape of `drivers.slot.twin.SlotCard`. Hidden digits are answered as zeros."""

    def __init__(self, trace: Trace) -> None:
        self.protocol = trace.protocol
        self.deviations: list[str] = []
        self._trace = trace
        self._asked = [_RecordedCommand.of(turn.command) for turn in trace.turns]
        self._next = 0

    def power_on(self) -> bytes:
        """Cold reset: the recording from its start."""
        self._next = 0
        return bytes.fromhex(self._trace.cold_atr or self._trace.atr or LEAST_ATR)

    def reset_card(self) -> bytes:
        """Warm reset: the recording from its start."""
        self._next = 0
        return bytes.fromhex(self._trace.atr or LEAST_ATR)

    def power_off(self) -> None:
        """Nothing is kept but the recording."""
        self._next = 0

    def transmit(self, apdu: bytes) -> bytes:
        """The recorded answer."""
        if len(apdu) < 4:
            return WRONG_LENGTH
        if apdu[1] == Ins.VERIFY and len(apdu) != PIN_COMMAND:
            return WRONG_LENGTH
        asked = _RecordedCommand.of(apdu.hex().upper())
        place = self._place(asked)
        if place is None:
            return self._unrecorded(asked)
        self._next = place + 1
        return bytes.fromhex(self._trace.turns[place].response.replace(HIDDEN, "0"))

    def _place(self, asked: _RecordedCommand) -> int | None:
        exact = next((at for at in self._ahead() if self._asked[at].fits(asked)), None)
        if exact is not None or not (asked.header.startswith(PROPRIETARY) and asked.instruction in COMPUTED):
            return exact
        alike = next((at for at in self._ahead() if self._asked[at].header == asked.header), None)
        if alike is not None:
            name = COMPUTED[Ins(asked.instruction)]
            self.deviations.append(f"{name} was recorded with other data: the recorded answer is given")
        return alike

    def _ahead(self) -> Iterator[int]:
        """The places of the recording, from where it stands and round to there again."""
        count = len(self._asked)
        return ((self._next + step) % count for step in range(count))

    def _unrecorded(self, asked: _RecordedCommand) -> bytes:
        if asked.instruction == Ins.VERIFY:
            return SUCCESS
        return bytes.fromhex(ABSENT.get(asked.instruction, NOT_SUPPORTED))


def recorded_request(trace: Trace) -> Request:
    """What the first cryptogram of a recording was asked for, told from the data in its CDOL1.

    A plain code where nothing is recorded, or nothing that decimal digits could have made.
    """
    asked = (_RecordedCommand.of(turn.command) for turn in trace.turns)
    data = next((one.data for one in asked if one.header == FIRST_GENERATE_AC), "")
    values = _cut(_cdol1(trace), data)
    challenge = _decimal(values.get(0x9F37, ""), MAX_CHALLENGE_DIGITS)
    amount = _decimal(values.get(0x9F02, ""), MAX_AMOUNT_DIGITS)
    if amount:
        return Request(Function.SIGN, challenge=challenge, amount=amount)
    return Request(Function.CHALLENGE, challenge=challenge) if challenge else Request()


def _cdol1(trace: Trace) -> bytes:
    """The CDOL1 among the recorded answers; empty when there is none."""
    for group in whole_answers(trace.turns):
        with suppress(CardError):
            found = find_value(parse_objects(bytes.fromhex(whole_data(group).replace(HIDDEN, "0"))), 0x8C)
            if found:
                return found
    return b""


def _cut(dol: bytes, data: str) -> dict[int, str]:
    values = {}
    for entry in parse_dol(dol):
        values[entry.tag], data = data[: 2 * entry.length], data[2 * entry.length :]
    return values


def _decimal(digits: str, most: int) -> str:
    number = digits.lstrip("0")
    return number if number.isdecimal() and len(number) <= most else ""
