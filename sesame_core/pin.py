"""The PIN: typed digit by digit, encoded once, wiped."""

from sesame_core.errors import UsageError
from sesame_core.secrets import SecretDigits

MIN_LENGTH = 4
MAX_LENGTH = 12


class Pin(SecretDigits):
    """A cardholder's PIN of 4 to 12 digits (ISO 9564-1), held only from the first digit to the card's answer."""

    __slots__ = ()

    def __init__(self, capacity: int = MAX_LENGTH) -> None:
        super().__init__(capacity)

    def block(self) -> bytearray:
        """The plaintext PIN block of VERIFY, 8 bytes (EMV Book 3, 6.5.12.2, table 24), to be wiped by who sends it.

        Raises UsageError when there are fewer than 4 digits.
        """
        if not MIN_LENGTH <= len(self) <= MAX_LENGTH:
            raise UsageError("a PIN has 4 to 12 digits")
        block = bytearray(b"\xff" * 8)
        block[0] = 0x20 | len(self)
        for index, digit in enumerate(self):
            byte, low = 1 + index // 2, index % 2
            block[byte] = (block[byte] & 0xF0 | digit) if low else (digit << 4 | 0x0F)
        return block
