"""How a card carries commands and answers: T=0 with 61xx, 6Cxx and GET RESPONSE, T=1 at once (ISO/IEC 7816-3, 12)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

GET_RESPONSE = bytes.fromhex("00C0")
WRONG_LENGTH = 0x6700
NO_CONDITION = 0x6985
WRONG_P1_P2 = 0x6A86
FULL = 256


@dataclass(frozen=True, slots=True)
class Apdu:
    """A command as the card understands it."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, header: bytes, data: bytes = b"") -> "Apdu":
        """Out of the four bytes of the header and the data."""
        cla, ins, p1, p2 = header
        return cls(cla, ins, p1, p2, data)


@dataclass(frozen=True, slots=True)
class Reply:
    """Data and status word."""

    sw: int
    data: bytes = b""

    def encode(self) -> bytes:
        """As it goes over the wire."""
        return self.data + self.sw.to_bytes(2, "big")


Handler = Callable[[Apdu], Reply]


class CardChannel(Protocol):
    """A transmission protocol, seen from the card."""

    def exchange(self, raw: bytes, handler: Handler) -> Reply:
        """Answer one command. Never raises, whatever `raw` is."""
        ...


class _Pending:
    """An answer fetched in pieces by GET RESPONSE (ISO/IEC 7816-4, 11.8.1)."""

    def __init__(self, chunk: int) -> None:
        self._chunk = chunk
        self._rest = Reply(0x9000)

    def hold(self, reply: Reply) -> Reply:
        """Keep the answer and say how much of it can be fetched."""
        self._rest = reply
        return Reply(0x6100 | self._ready() & 0xFF)

    def clear(self) -> None:
        """Any other command drops what was not fetched."""
        self._rest = Reply(0x9000)

    def fetch(self, raw: bytes) -> Reply:
        """One GET RESPONSE."""
        if len(raw) != 5:
            return Reply(WRONG_LENGTH)
        if raw[2:4] != b"\0\0":
            return Reply(WRONG_P1_P2)
        if not self._rest.data:
            return Reply(NO_CONDITION)
        wanted = raw[4] or FULL
        if wanted > self._ready():
            return Reply(0x6C00 | self._ready() & 0xFF)
        return self._take(wanted)

    def _take(self, count: int) -> Reply:
        piece = self._rest.data[:count]
        self._rest = Reply(self._rest.sw, self._rest.data[count:])
        status = 0x6100 | self._ready() & 0xFF if self._rest.data else self._rest.sw
        return Reply(status, piece)

    def _ready(self) -> int:
        return min(len(self._rest.data), self._chunk)


class T0Channel:
    """T=0. `chunk`: the most bytes one GET RESPONSE brings, 1..256."""

    def __init__(self, chunk: int = FULL) -> None:
        self._pending = _Pending(chunk)
        self._asked: bytes = b""
        self._answer = Reply(NO_CONDITION)

    def exchange(self, raw: bytes, handler: Handler) -> Reply:
        """See Channel."""
        if raw[:2] == GET_RESPONSE:
            return self._pending.fetch(raw)
        self._pending.clear()
        if len(raw) < 4 or (len(raw) > 5 and len(raw) != 5 + raw[4]):
            return Reply(WRONG_LENGTH)
        if len(raw) > 5:
            return self._with_data(raw, handler)
        return self._without_data(raw, handler)

    def _with_data(self, raw: bytes, handler: Handler) -> Reply:
        """Cases 3 and 4: the answer's data wait for GET RESPONSE."""
        self._asked = b""
        reply = handler(Apdu.of(raw[:4], raw[5:]))
        return self._pending.hold(reply) if reply.data else reply

    def _without_data(self, raw: bytes, handler: Handler) -> Reply:
        """Cases 1 and 2. After 6Cxx the same header brings the same answer: the command is not done twice."""
        header, length = raw[:4], (raw[4] if len(raw) == 5 else 0) or FULL
        reply = self._answer if header == self._asked else handler(Apdu.of(header))
        if reply.data and len(reply.data) != length:
            self._asked, self._answer = header, reply
            return Reply(0x6C00 | len(reply.data) & 0xFF)
        self._asked = b""
        return reply


class T1Channel:
    """T=1. A command without Le gets no data at once, but 61xx (ISO/IEC 7816-3, 12.1.1: case 1 and 3)."""

    def __init__(self, chunk: int = FULL) -> None:
        self._pending = _Pending(chunk)

    def exchange(self, raw: bytes, handler: Handler) -> Reply:
        """See Channel."""
        if raw[:2] == GET_RESPONSE:
            return self._pending.fetch(raw)
        self._pending.clear()
        parsed = _parse_short(raw)
        if parsed is None:
            return Reply(WRONG_LENGTH)
        apdu, wanted = parsed
        reply = handler(apdu)
        if not reply.data:
            return reply
        if wanted is None or len(reply.data) > wanted:
            return self._pending.hold(reply)
        return reply


def _parse_short(raw: bytes) -> tuple[Apdu, int | None] | None:
    """A short APDU and its Le (None when absent); None when the lengths do not fit."""
    if len(raw) < 4:
        return None
    header, body = raw[:4], raw[4:]
    if len(body) <= 1:
        return Apdu.of(header), (body[0] or FULL) if body else None
    data, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
    if not body[0] or len(data) != body[0] or len(rest) > 1:
        return None
    return Apdu.of(header, data), (rest[0] or FULL) if rest else None
