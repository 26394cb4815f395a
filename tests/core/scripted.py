"""Cards made of a script: for each command, by its first bytes, the answer. They remember what was sent to them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sesame_core.cap.session import CardSession, Step
from sesame_core.pin import Pin
from sesame_core.smartcard.apdu import Command, Conversation, Protocol, Response

T = TypeVar("T")

OK = b"\x90\x00"
DPA = "A0000000038002"
CAP = "A0000000048002"
BELGIAN = "D056000666111010"
VISA = "A0000000031010"
MAESTRO = "A0000000043060"
FRENCH_BITMAP = bytes.fromhex("8001FFFFFF000000000000000000000000")
FRENCH_AC = "800010CF17CD2F3F36904406780A03A48000"
"""CID, ATC, AC and IAD of the French card in protocol.md; its code is 34656023."""
CDOL1 = "9F02069F03069F1A0295055F2A029A039C019F37049F34039F35019F3303"
CDOL2 = "8A02" + CDOL1

Answer = bytes | Sequence[bytes]


def tlv(tag: int, *parts: bytes) -> bytes:
    """One data object, written independently of the parser that is tested."""
    value = b"".join(parts)
    size = len(value)
    length = bytes((size,)) if size < 0x80 else b"\x81" + bytes((size,)) if size < 0x100 else b"\x82" + size.to_bytes(2)
    return tag.to_bytes((tag.bit_length() + 7) // 8) + length + value


def fci(aid: str, *proprietary: bytes) -> bytes:
    """The answer to SELECT, without its status word."""
    return tlv(0x6F, tlv(0x84, bytes.fromhex(aid)), tlv(0xA5, *proprietary))


def packed(content: str) -> bytes:
    """Format 80."""
    return tlv(0x80, bytes.fromhex(content))


@dataclass
class ScriptedCard:
    """Answers by the longest key that a command begins with. A list of answers is used up, its last one stays."""

    answers: dict[str, Answer]
    sent: list[str] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)

    def __call__(self, raw: bytes | bytearray) -> bytes:
        """The card's side of one exchange."""
        command = bytes(raw).hex().upper()
        self.sent.append(command)
        key = max((key for key in self.answers if command.startswith(key)), key=len, default="")
        answer = self.answers.get(key, b"\x6a\x82")
        if isinstance(answer, bytes):
            return answer
        turn = self.used.get(key, 0)
        self.used[key] = turn + 1
        return answer[min(turn, len(answer) - 1)]

    def kinds(self) -> list[str]:
        """The instructions that were sent, as hex of INS."""
        return [command[2:4] for command in self.sent]


def card_with(changes: Mapping[str, Answer] | None = None, aid: str = DPA, record: bytes = b"") -> ScriptedCard:
    """A card with one application and one record; `changes` override single answers, `record` adds data objects."""
    content = tlv(0x8C, bytes.fromhex(CDOL1)) + tlv(0x8D, bytes.fromhex(CDOL2)) + record
    plain: dict[str, Answer] = {
        f"00A40400{len(aid) // 2:02X}{aid}": fci(aid, tlv(0x50, b"DPA"), tlv(0x5F2D, b"fren")) + OK,
        "80A8": packed("1000" + "08010100") + OK,
        "00B2010C": tlv(0x70, content) + OK,
        "80CA9F17": tlv(0x9F17, b"\x03") + OK,
        "0020": OK,
        "80AE80": packed(FRENCH_AC) + OK,
        "80AE00": packed("00" + FRENCH_AC[2:]) + OK,
    }
    return ScriptedCard(plain | dict(changes or {}))


def french_card(changes: Mapping[str, Answer] | None = None, record: bytes = b"") -> ScriptedCard:
    """The French DPA card with its bitmap."""
    return card_with(changes, record=tlv(0x9F56, FRENCH_BITMAP) + record)


def run(conversation: Conversation[T], card: ScriptedCard) -> T:
    """Hold a conversation to its end."""
    try:
        command: Command = next(conversation)
        while True:
            command = conversation.send(Response.decode(card(command.encode(Protocol.T0))))
    except StopIteration as stop:
        result: T = stop.value
        return result


def drive(session: CardSession, step: Step, card: Callable[[bytes], bytes]) -> Step:
    """Carry a session's bytes to the card until it says what has come of it."""
    while isinstance(step, bytearray):
        step = session.answer(7, card(bytes(step)))
    return step


def pin_of(digits: str) -> Pin:
    """A PIN as if it had been typed."""
    pin = Pin()
    for digit in digits:
        pin.append(int(digit))
    return pin
