"""What a key leaves the factory with: PIN, PUK and management key, its own or the published ones."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from drivers.vault.medium import Medium
from sesame_core.piv.names import BlockAlgorithm

PIN_SIZE: Final = 6
PUK_SIZE: Final = 8
LETTER: Final = "letter.txt"


@dataclass(frozen=True, slots=True)
class FirstValues:
    """Nothing of them is in the repr."""

    pin: bytes = field(repr=False)
    puk: bytes = field(repr=False)
    algorithm: BlockAlgorithm
    management: bytes = field(repr=False)


Factory: TypeAlias = Callable[[], FirstValues]
"""Makes the first values of a key, when it is made and when it starts anew. Raises VaultError."""

PUBLISHED: Final = FirstValues(b"123456", b"12345678", BlockAlgorithm.TRIPLE_DES, bytes.fromhex("0102030405060708" * 3))
"""Those that everybody knows (docs.yubico.com, PIV: PIN, PUK and management key)."""


def give_published() -> FirstValues:
    """For demonstrations and for other people's test suites."""
    return PUBLISHED


def draw_values() -> FirstValues:
    """Of one key alone: a PIN of six digits, a PUK of eight, an AES-256 key."""
    algorithm = BlockAlgorithm.AES_256
    pin = PUBLISHED.pin
    while pin == PUBLISHED.pin:
        pin = _draw_digits(PIN_SIZE)
    return FirstValues(pin, _draw_digits(PUK_SIZE), algorithm, secrets.token_bytes(algorithm.key_size))


def write_letter(medium: Medium) -> Factory:
    """A factory that draws values and leaves them in a letter to the owner, beside the sealed parts: the one place
    where they can be read, until the owner takes it away."""

    def make() -> FirstValues:
        values = draw_values()
        medium.replace_part(LETTER, _letter_of(values).encode())
        return values

    return make


def _letter_of(values: FirstValues) -> str:
    return (
        "The first values of this key. Read them, keep them elsewhere, delete this file.\n"
        f"PIN: {values.pin.decode()}\n"
        f"PUK: {values.puk.decode()}\n"
        f"Management key (AES-256): {values.management.hex().upper()}\n"
    )


def _draw_digits(size: int) -> bytes:
    return "".join(str(secrets.randbelow(10)) for _ in range(size)).encode()
