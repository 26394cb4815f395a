"""The PC's side of PIV (SP 800-73-5 part 2): a few commands of a browser's module, written as short APDUs."""

from collections.abc import Callable
from typing import Final

from sesame_core.errors import SesameError

SELECT_PIV: Final = bytes.fromhex("00A404000BA00000030800001000010000")
STATUS_OK: Final = b"\x90\x00"
STATUS_NO_PIN: Final = b"\x69\x82"
STATUS_REFUSED: Final = b"\x69\x85"
MORE: Final = 0x61
P256: Final = 0x11

Transmit = Callable[[bytes], bytes]


class HostStatusError(SesameError):
    """The card answers something else than was hoped for."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(f"the key's card answers {answer[-2:].hex().upper()}")


def chain_command(transmit: Transmit, command: bytes) -> bytes:
    """A command and its whole answer, fetched part by part where the card says that there is more (GET RESPONSE)."""
    answer = transmit(command)
    body = answer[:-2]
    while len(answer) >= 2 and answer[-2] == MORE:
        answer = transmit(bytes.fromhex("00C00000") + answer[-1:])
        body += answer[:-2]
    return body + answer[-2:]


def write_signing(slot: int, digest: bytes) -> bytes:
    """GENERAL AUTHENTICATE: sign a digest (3.2.4), by a key of P-256."""
    inner = b"\x82\x00\x81" + bytes((len(digest),)) + digest
    body = b"\x7c" + bytes((len(inner),)) + inner
    return bytes((0x00, 0x87, P256, slot, len(body))) + body + b"\0"


def read_signature(answer: bytes) -> bytes:
    """The DER in `7C L 82 L ...`: a P-256 signature has fewer than 128 bytes with all its headers."""
    if len(answer) < 6 or answer[0] != 0x7C or answer[2] != 0x82 or len(answer) != 4 + answer[3]:
        raise HostStatusError(b"\0\0")
    return answer[4:]
