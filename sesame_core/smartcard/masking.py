"""Which commands carry a secret, and the same with it hidden: one rule for twin, recorder, page and log.

The data of VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER may be PINs or PUKs (ISO/IEC 7816-4:2013, 11.5.6,
11.5.7 and 11.5.10). SET MANAGEMENT KEY and IMPORT of an access key carry keys as they are. GENERAL AUTHENTICATE carries
none: what proves a management key are random blocks that are used once, and what is signed is no secret. PUT DATA
carries what anybody may read again, but for four objects that the card gives out after the PIN only; ykman keeps a
management key in one of them. Whoever keeps or shows a command takes it from here, so that no second rule can be
weaker.
"""

from typing import Final

from sesame_core.smartcard.apdu import Ins
from sesame_core.smartcard.piv_instructions import PivIns

SECRET_INSTRUCTIONS: Final = frozenset(
    {
        Ins.VERIFY,
        Ins.CHANGE_REFERENCE_DATA,
        Ins.RESET_RETRY_COUNTER,
        PivIns.SET_MANAGEMENT_KEY,
        PivIns.IMPORT_KEY,
    }
)

PRIVATE_OBJECTS: Final = tuple(bytes.fromhex(f"5C035FC1{last}") for last in ("03", "08", "09", "21"))
"""How the data of a PUT DATA begin that writes fingerprints, face, printed information or iris (SP 800-73-5 part 1,
table 3)."""

HIDDEN: Final = "*"
"""Stands for one hexadecimal digit that is not told."""

HEADER_AND_LC: Final = 5


def carries_secret(command: bytes | bytearray) -> bool:
    """True when a command's data may be a PIN, a PUK or a key. Length bytes alone are none."""
    if len(command) <= HEADER_AND_LC:
        return False
    return command[1] in SECRET_INSTRUCTIONS or _writes_private(command)


def blank_secret(command: bytes | bytearray) -> bytes:
    """The command as it may be kept: data that may be a PIN are zeros, header and length stay."""
    if carries_secret(command):
        return bytes(command[:HEADER_AND_LC]) + bytes(len(command) - HEADER_AND_LC)
    return bytes(command)


def write_masked(command: bytes | bytearray) -> str:
    """The command in hexadecimal capitals, `*` for each digit of data that may be a PIN."""
    if carries_secret(command):
        return command[:HEADER_AND_LC].hex().upper() + HIDDEN * 2 * (len(command) - HEADER_AND_LC)
    return command.hex().upper()


def _writes_private(command: bytes | bytearray) -> bool:
    """Short data begin behind a length of one byte, extended ones behind three. The later links of a chain cannot be
    told from others: what fits one command is hidden."""
    beginnings = (bytes(command[at:]) for at in (HEADER_AND_LC, HEADER_AND_LC + 2))
    return command[1] == PivIns.PUT_DATA and any(each.startswith(PRIVATE_OBJECTS) for each in beginnings)
