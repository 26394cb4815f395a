"""Digits that must not outlive their use: a buffer that can be wiped and never prints itself.

CPython cannot promise that a freed `str` or `bytes` is gone from memory, so a PIN and a code are kept in one
`bytearray` each, one digit a byte (its value 0..9, not its ASCII form), and are overwritten in place.
"""

from collections.abc import Iterator
from typing import NoReturn

from sesame_core.errors import UsageError

CODE_DIGITS = 8
"""The fewest digits a code is shown with: zeros are put in front (user guide: 8 digits)."""


class SecretDigits:
    """A wipeable run of decimal digits, at most `capacity` long. Its repr tells how many, never which."""

    __slots__ = ("_digits", "_length")

    def __init__(self, capacity: int) -> None:
        self._digits = bytearray(capacity)
        self._length = 0

    @property
    def capacity(self) -> int:
        """The most digits it can hold."""
        return len(self._digits)

    def append(self, digit: int) -> None:
        """Add one digit (0..9) on the right. Raises UsageError when full or not a digit."""
        if not 0 <= digit <= 9:
            raise UsageError("a digit is 0 to 9")
        if self._length == len(self._digits):
            raise UsageError("no room for another digit")
        self._digits[self._length] = digit
        self._length += 1

    def erase(self) -> None:
        """Take the last digit away, if there is one."""
        if self._length:
            self._length -= 1
            self._digits[self._length] = 0

    def wipe(self) -> None:
        """Overwrite every digit with zero and forget how many there were."""
        self._digits[:] = bytes(len(self._digits))
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[int]:
        """The digits' values, left to right."""
        return (self._digits[index] for index in range(self._length))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._length} digits>"

    __str__ = __repr__

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise UsageError("secret digits are not copied and not stored")
