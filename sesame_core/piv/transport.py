"""Command APDUs of both lengths, command chaining and GET RESPONSE (ISO/IEC 7816-4:2013, 5.1 and 5.3; SP 800-73-5 part
2, 2.4). Strict and bounded: a length that does not fit its command is 6700, and nothing grows beyond `MAX_DATA`.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

from sesame_core.piv.consent import AskConsent
from sesame_core.piv.status import PivRefusedError, PivStatus, refuse_unless
from sesame_core.smartcard.apdu import Ins

MAX_DATA: Final = 4096
"""The longest command data, in bytes, however they come: the longest object, and room for the fields around it."""

SHORT_RESPONSE: Final = 256
"""What fits a response where Le is absent, or 00 in a short command."""
EXTENDED_RESPONSE: Final = 65536

CHAINED: Final = 0x10
SECURE_MESSAGING: Final = 0x0C
CHANNEL: Final = 0x03
PROPRIETARY: Final = 0x80
LARGER_CHANNEL: Final = 0x40

T = TypeVar("T")

Steps: TypeAlias = Generator[AskConsent, bool, T]
"""Asks whoever holds the device, is told whether they agree, and returns a T."""


@dataclass(frozen=True, slots=True)
class PivCommand:
    """One command: class, instruction, parameters, its data, and how many bytes its response may have."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(repr=False)
    longest: int

    @property
    def chained(self) -> bool:
        """True where more of its data follows."""
        return bool(self.cla & CHAINED)

    @property
    def parameters(self) -> int:
        """P1 and P2 as one number."""
        return self.p1 << 8 | self.p2


def read_command(raw: bytes) -> PivCommand:
    """Take an APDU apart. Raises PivRefusedError: its length, or its class."""
    refuse_unless(len(raw) >= 4, PivStatus.WRONG_LENGTH)
    _check_class(raw[0])
    data, longest = _extended_body(raw[4:]) if len(raw) > 6 and raw[4] == 0 else _short_body(raw[4:])
    return PivCommand(raw[0], raw[1], raw[2], raw[3], data, longest)


def _check_class(cla: int) -> None:
    """00, or 10 for a link of a chain: neither other channels nor secure messaging are here."""
    refuse_unless(not cla & PROPRIETARY, PivStatus.CLASS_NOT_SUPPORTED)
    refuse_unless(not cla & (CHANNEL | LARGER_CHANNEL), PivStatus.CHANNEL_NOT_SUPPORTED)
    refuse_unless(not cla & SECURE_MESSAGING, PivStatus.SECURE_MESSAGING_NOT_SUPPORTED)
    refuse_unless(cla in {0, CHAINED}, PivStatus.CLASS_NOT_SUPPORTED)


def _short_body(body: bytes) -> tuple[bytes, int]:
    """Cases 1 to 4 in their short form. An absent Le stands for all that fits: ykman leaves it away."""
    if len(body) < 2:
        return b"", (body[0] if body else 0) or SHORT_RESPONSE
    size = body[0]
    refuse_unless(size > 0 and len(body) - 1 in {size, size + 1}, PivStatus.WRONG_LENGTH)
    longest = body[size + 1] if len(body) > size + 1 else 0
    return body[1 : size + 1], longest or SHORT_RESPONSE


def _extended_body(body: bytes) -> tuple[bytes, int]:
    """Cases 2 to 4 in their extended form: 00, then two bytes a length."""
    first = body[1] << 8 | body[2]
    if len(body) == 3:
        return b"", first or EXTENDED_RESPONSE
    refuse_unless(first > 0 and len(body) - 3 in {first, first + 2}, PivStatus.WRONG_LENGTH)
    data, expected = body[3 : 3 + first], body[3 + first :]
    return data, (int.from_bytes(expected, "big") or EXTENDED_RESPONSE) if expected else SHORT_RESPONSE


class Chains:
    """What is half said: data of a command whose last link has not come, and a response not fetched whole."""

    def __init__(self) -> None:
        self._links: PivCommand | None = None
        self._rest = b""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def forget(self) -> None:
        """The power went, or the host did."""
        self._links, self._rest = None, b""

    def join_links(self, command: PivCommand) -> PivCommand | None:
        """The whole command; None while links are to come. Another command ends a chain that was begun: whoever began
        it is gone. Raises PivRefusedError where the data become too long."""
        before = self._links
        self._links = None
        data = (before.data if before is not None and _same(before, command) else b"") + command.data
        refuse_unless(len(data) <= MAX_DATA, PivStatus.WRONG_LENGTH)
        whole = PivCommand(command.cla, command.ins, command.p1, command.p2, data, command.longest)
        if command.chained:
            self._links = whole
            return None
        return whole

    def first_part(self, data: bytes, longest: int) -> bytes:
        """As much of a response as its command takes, with the status word that tells of more."""
        self._rest = data[longest:]
        status = PivStatus.MORE_DATA | min(len(self._rest), 0xFF) if self._rest else PivStatus.SUCCESS
        return data[:longest] + status.to_bytes(2, "big")

    def next_part(self, command: PivCommand) -> bytes:
        """GET RESPONSE. Raises PivRefusedError where nothing waits."""
        refuse_unless(command.parameters == 0 and not command.data, PivStatus.WRONG_P1_P2)
        refuse_unless(bool(self._rest), PivStatus.CONDITIONS_NOT_SATISFIED)
        return self.first_part(self._rest, command.longest)

    def drop_response(self) -> None:
        """Another command than GET RESPONSE came."""
        self._rest = b""


def _same(one: PivCommand, other: PivCommand) -> bool:
    return (one.ins, one.p1, one.p2) == (other.ins, other.p1, other.p2)


def is_get_response(command: PivCommand) -> bool:
    """True for the command that fetches more of a response."""
    return command.ins == Ins.GET_RESPONSE and not command.chained


def refusal_of(error: PivRefusedError) -> bytes:
    """The response that a refusal is."""
    return error.status.to_bytes(2, "big")
