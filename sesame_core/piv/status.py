"""The status words of the access key's card, and the refusal that carries one to the end of a command."""

from enum import IntEnum

from sesame_core.errors import SesameError


class PivStatus(IntEnum):
    """What the card ends a command with (NIST SP 800-73-5 part 2, table 9; ISO/IEC 7816-4:2013, table 6)."""

    SUCCESS = 0x9000
    MORE_DATA = 0x6100  # and in its second byte how much of it, at most 255
    TRIES_LEFT = 0x63C0  # and in its last digit how many
    MEMORY_FAILURE = 0x6581
    WRONG_LENGTH = 0x6700
    CHANNEL_NOT_SUPPORTED = 0x6881
    SECURE_MESSAGING_NOT_SUPPORTED = 0x6882
    SECURITY_NOT_SATISFIED = 0x6982
    BLOCKED = 0x6983
    CONDITIONS_NOT_SATISFIED = 0x6985
    WRONG_DATA = 0x6A80
    FUNCTION_NOT_SUPPORTED = 0x6A81
    NOT_FOUND = 0x6A82
    NOT_ENOUGH_MEMORY = 0x6A84
    WRONG_P1_P2 = 0x6A86
    REFERENCE_NOT_FOUND = 0x6A88
    INSTRUCTION_NOT_SUPPORTED = 0x6D00
    CLASS_NOT_SUPPORTED = 0x6E00


class PivRefusedError(SesameError):
    """The command ends here with this status word. It never quotes what was sent."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status word {status:04X}")
        self.status = int(status)


def refuse_unless(holds: bool, status: int) -> None:
    """Raises PivRefusedError with this status word unless the condition holds."""
    if not holds:
        raise PivRefusedError(status)
