"""Which commands carry a secret, and the same with it hidden: one rule for twin, recorder, page and log.

The data of VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER may be PINs or PUKs (ISO/IEC 7816-4:2013, 11.5.6,
11.5.7 and 11.5.10). SET MANAGEMENT KEY and IMPORT of an access key carry keys as they are. GENERAL AUTHENTICATE carries
none: what proves a management key are random blocks that are used once, and what is signed is no secret; PUT DATA
carries what anybody may read again. Whoever keeps or shows a command takes it from here, so that no second rule can be
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

HIDDEN: Final = "*"
"""Stands for one hexadecimal digit that is not told."""

HEADER_AND_LC: Final = 5


def carries_secret(command: bytes | bytearray) -> bool:
    """True when a command's data may be a PIN, a PUK or a key. Length bytes alone are none."""
    return len(command) > HEADER_AND_LC and command[1] in SECRET_INSTRUCTIONS


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
