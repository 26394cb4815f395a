"""The parts of a key opened together: which of them is damaged, one alone does not say."""

from typing import Final

from drivers.vault.medium import Medium
from drivers.vault.parts import DEVICE_PART, DIGITS_PART, KEYS_PART, DigitsPart, KeysPart, read_digits, read_keys
from drivers.vault.sealing import DeviceSeal
from sesame_core.piv.vault import VaultError

FOREIGN_SECRET: Final = (
    f"the key's part {DEVICE_PART} is damaged, or belongs to another device, since it opens no other part: put back the"
    " copy that belongs here"
)


def open_parts(seal: DeviceSeal, digits: bytes, keys: bytes) -> tuple[DigitsPart, KeysPart]:
    """Raises VaultError, which names the part that is damaged: where neither opens, it is the secret of both."""
    opened, refused = [], []
    for name, sealed in ((DIGITS_PART, digits), (KEYS_PART, keys)):
        try:
            opened.append(seal.open_part(name, sealed))
        except VaultError as error:
            refused.append(error)
    if refused:
        raise refused[0] if opened else VaultError(FOREIGN_SECRET)
    return read_digits(opened[0]), read_keys(opened[1])


def check_parts(medium: Medium, *more: str) -> None:
    """Opens the parts of a key that is there, and those of `more` that are; changes nothing, and keeps nothing. Raises
    VaultError: one is gone, cannot be read or is damaged."""
    secret, digits, keys = (_read_part(medium, name) for name in (DEVICE_PART, DIGITS_PART, KEYS_PART))
    seal = DeviceSeal(secret)
    open_parts(seal, digits, keys)
    for name in more:
        sealed = medium.read_part(name)
        if sealed is not None:
            seal.open_part(name, sealed)


def _read_part(medium: Medium, name: str) -> bytes:
    content = medium.read_part(name)
    if content is None:
        raise VaultError(f"the key's part {name} is gone: put it back")
    return content
