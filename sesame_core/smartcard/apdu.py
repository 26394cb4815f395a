"""Commands, responses and status words, and how T=0 and T=1 carry them (ISO/IEC 7816-3 and 7816-4; EMV Book 1, 9).

`deliver_command` turns a command into the exchanges its protocol needs. It is a generator: it yields the bytes to send
and receives the bytes that came back, so that it can run over any slot, in any test, without a thread or a clock.
"""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from typing import TypeAlias, TypeVar

from sesame_core.errors import CardError, Fault

MAX_COMMANDS = 64
"""The most commands but READ RECORD from power-on to a code, and from each function key after that, whatever the card
answers: enough for ten applications of which the last is the right one.

GET RESPONSE and a repeated Le are the transport's and bounded for themselves (`MAX_CHAIN`)."""

MAX_RECORDS = 512
"""The most READ RECORD in the same time. Which are read at all, the card's directory and its file locator (AFL) say."""

MAX_CHAIN = 8
"""The most GET RESPONSE in a row for one command: 2 KiB, where honest CAP cards need one."""

MAX_RESPONSE = 4096
"""The longest response put together from GET RESPONSE, in bytes: honest CAP cards stay below 256."""


INVERSE_CONVENTION = 0x3F


def wants_warm_reset(atr: bytes) -> bool:
    """True for an ATR in the inverse convention, first byte 3F: such a card is reset warm once and its new ATR taken
    (ISO/IEC 7816-3, 6.2.2)."""
    return atr[:1] == bytes((INVERSE_CONVENTION,))


class Protocol(Enum):
    """The transmission protocol of a connection."""

    T0 = 0
    T1 = 1


class Ins(IntEnum):
    """The instructions that reader, tools and twin know by name (ISO/IEC 7816-4:2013, table 4; EMV Book 3, 6.5)."""

    VERIFY = 0x20
    CHANGE_REFERENCE_DATA = 0x24
    RESET_RETRY_COUNTER = 0x2C
    SELECT = 0xA4
    GET_PROCESSING_OPTIONS = 0xA8
    GENERATE_AC = 0xAE
    READ_RECORD = 0xB2
    GET_RESPONSE = 0xC0
    GET_DATA = 0xCA


class StatusWord(Enum):
    """The status words this reader acts on (ISO/IEC 7816-4, table 6; EMV Book 3, 6.5)."""

    SUCCESS = 0x9000
    BLOCKED = 0x6983
    REFERENCE_DATA_BLOCKED = 0x6984
    CONDITIONS_NOT_SATISFIED = 0x6985
    VERIFICATION_FAILED = 0x6300
    FILE_INVALIDATED = 0x6283
    FILE_TERMINATED = 0x6285
    FUNCTION_NOT_SUPPORTED = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83


@dataclass(frozen=True, slots=True)
class Command:
    """A command APDU. `expects` says whether an answer with data is wanted (Le); `secret` keeps `data` from the repr.

    A secret command's `data` is a `bytearray` that is overwritten as soon as its bytes are handed to the slot.
    """

    cla: int
    ins: int
    p1: int = 0
    p2: int = 0
    data: bytes | bytearray = field(default=b"", repr=False)
    expects: bool = True
    secret: bool = False

    def encode(self, protocol: Protocol, length: int = 0) -> bytearray:
        """The bytes for the slot, `length` as Le. T=0: case 4 goes without Le, case 1 with P3 = 0 (ISO/IEC 7816-3,
        12.2)."""
        header = bytearray((self.cla, self.ins, self.p1, self.p2))
        if not self.data:
            return header + bytes((length,))
        body = header + bytes((len(self.data),)) + self.data
        return body + bytes((length,)) if self.expects and protocol is Protocol.T1 else body

    def repeats(self, protocol: Protocol) -> bool:
        """True where 6Cxx is answered by the same command with that Le: T=0 has none beside data, and a PIN is never
        sent twice."""
        return not self.secret and (not self.data or (self.expects and protocol is Protocol.T1))

    def wipe(self) -> None:
        """Overwrite the data of a secret command."""
        if isinstance(self.data, bytearray):
            self.data[:] = bytes(len(self.data))


@dataclass(frozen=True, slots=True)
class Response:
    """A response APDU: `data` and the status word `sw` (0..0xFFFF)."""

    data: bytes = field(repr=False)
    sw: int

    @property
    def ok(self) -> bool:
        """True for 9000."""
        return self.sw == StatusWord.SUCCESS.value

    def has(self, status: StatusWord) -> bool:
        """True when the status word is `status`."""
        return self.sw == status.value

    @property
    def tries_left(self) -> int | None:
        """The x of 63Cx; None for any other status word."""
        return self.sw & 0xF if self.sw & 0xFFF0 == 0x63C0 else None

    @classmethod
    def decode(cls, raw: bytes) -> "Response":
        """Split raw bytes. Raises CardError(MUTE) for nothing, CardError(GARBAGE) for a single byte or far too many."""
        if not raw:
            raise CardError(Fault.MUTE, "empty response")
        if len(raw) < 2 or len(raw) > MAX_RESPONSE:
            raise CardError(Fault.GARBAGE, "impossible response length")
        return cls(bytes(raw[:-2]), raw[-2] << 8 | raw[-1])


T = TypeVar("T")

Conversation: TypeAlias = Generator[Command, Response, T]
"""Yields commands, receives responses, returns a T."""

Exchanges: TypeAlias = Generator[bytearray, bytes, T]
"""Yields raw bytes for the slot, receives raw bytes from it, returns a T."""

MORE_DATA = 0x61
"""SW1: SW2 more bytes wait for GET RESPONSE."""
WRONG_LENGTH = 0x6C
"""SW1: the same command with Le = SW2."""


def deliver_command(command: Command, protocol: Protocol) -> Exchanges[Response]:
    """Carry one command over `protocol`: repeat with the right Le on 6Cxx, fetch and append the rest on 61xx.

    Raises CardError: MUTE, GARBAGE, and ENDLESS where the card always has more.
    """
    response = yield from _exchange_raw(command, command.encode(protocol))
    # Once only: a card that says 6Cxx again has not got the length that it asked for itself.
    if response.sw >> 8 == WRONG_LENGTH and command.repeats(protocol):
        response = yield from _exchange_raw(command, command.encode(protocol, response.sw & 0xFF))
    collected = response.data
    links = 0
    while response.sw >> 8 == MORE_DATA:
        links += 1
        # A card may answer 61xx for ever, a byte at a time: the size alone would let it go on for an hour.
        if links > MAX_CHAIN:
            raise CardError(Fault.ENDLESS, "response without end")
        response = yield from _fetch_rest(response.sw & 0xFF)
        collected += response.data
        if len(collected) > MAX_RESPONSE:
            raise CardError(Fault.ENDLESS, "response without end")
    return replace(response, data=collected)


class Budget:
    """How many commands may still be sent before the card is called endless."""

    def __init__(self, commands: int = MAX_COMMANDS, records: int = MAX_RECORDS) -> None:
        self._commands = commands
        self._records = records

    def spend_command(self, command: Command) -> None:
        """Take one of its kind. Raises CardError(ENDLESS) when none is left."""
        if command.ins == Ins.READ_RECORD:
            self._records -= 1
        else:
            self._commands -= 1
        if min(self._records, self._commands) < 0:
            raise CardError(Fault.ENDLESS, "more commands than a card needs")


def carry_conversation(conversation: Conversation[T], protocol: Protocol, budget: Budget) -> Exchanges[T]:
    """Carry a whole conversation over `protocol`, each of its commands taken from `budget`."""
    try:
        command = next(conversation)
        while True:
            budget.spend_command(command)
            response = yield from deliver_command(command, protocol)
            command = conversation.send(response)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        conversation.close()


def _exchange_raw(command: Command, raw: bytearray) -> Exchanges[Response]:
    try:
        answer = yield raw
    finally:
        if command.secret:
            # In place, and also when the generator is closed without an answer: the slot may hold this very buffer.
            raw[:] = bytes(len(raw))
            command.wipe()
    return Response.decode(answer)


def _fetch_rest(length: int) -> Exchanges[Response]:
    """GET RESPONSE (ISO/IEC 7816-4, 11.8.1), once more with the right length where the card says 6Cxx."""
    command = Command(0x00, Ins.GET_RESPONSE)
    response = yield from _exchange_raw(command, _with_length(command, length))
    if response.sw >> 8 == WRONG_LENGTH:
        response = yield from _exchange_raw(command, _with_length(command, response.sw & 0xFF))
    return response


def _with_length(command: Command, length: int) -> bytearray:
    return bytearray((command.cla, command.ins, command.p1, command.p2, length))
