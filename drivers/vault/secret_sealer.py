"""How the device secret lies on the medium: as it is, or sealed by a chip that the medium does not have in it.

Whoever wants the secret asks `SecretMedium` for its part, and need not know which. The part is one, whatever seals it,
so that it changes from one sealing to the other at once: a power cut leaves the old one or the new one.
"""

from typing import Final, Protocol

from drivers.vault.medium import Medium
from drivers.vault.parts import DEVICE_PART
from drivers.vault.sealing import DeviceSeal
from sesame_core.piv.vault import VaultError

TPM_MARK: Final = b'{"sealed":"tpm"'
"""What a part begins with that a TPM has sealed (drivers/vault/tpm_sealer.py). A secret begins so once in 2^120."""

SEALED_BY_TPM: Final = (
    'the key\'s device secret is sealed by a TPM, and key.sealing is "file": set it to "tpm", or take the secret out of'
    " the TPM with: sesame key seal file"
)


class SecretSealer(Protocol):
    """Seals the device secret. Each method raises VaultError; none of the messages tells a byte of it."""

    def seal_secret(self, secret: bytes) -> bytes:
        """What is to lie on the medium."""
        ...

    def open_secret(self, kept: bytes) -> bytes:
        """The secret again, from what lies there."""
        ...


class FileSealer:
    """The medium is believed: the secret lies there as it is, and whoever copies the medium has it."""

    def seal_secret(self, secret: bytes) -> bytes:
        """See SecretSealer."""
        return secret

    def open_secret(self, kept: bytes) -> bytes:
        """See SecretSealer."""
        if is_tpm_sealed(kept):
            raise VaultError(SEALED_BY_TPM)
        return kept


class SecretMedium:
    """A medium whose device secret is sealed; every other part goes through as it is. See Medium."""

    def __init__(self, medium: Medium, sealer: SecretSealer) -> None:
        self._medium = medium
        self._sealer = sealer

    def read_part(self, name: str) -> bytes | None:
        """See Medium."""
        kept = self._medium.read_part(name)
        return kept if kept is None or name != DEVICE_PART else self._sealer.open_secret(kept)

    def replace_part(self, name: str, content: bytes) -> None:
        """See Medium."""
        self._medium.replace_part(name, _seal_surely(self._sealer, content) if name == DEVICE_PART else content)


def is_tpm_sealed(kept: bytes) -> bool:
    """Whether a TPM has sealed the secret that lies there."""
    return kept.startswith(TPM_MARK)


def reseal_secret(medium: Medium, source: SecretSealer, target: SecretSealer) -> None:
    """Seal the secret that lies there another way. Raises VaultError, and nothing has changed."""
    kept = medium.read_part(DEVICE_PART)
    if kept is None:
        raise VaultError("there is no key yet: set key.sealing, and the first start makes one that is sealed so")
    secret = source.open_secret(kept)
    DeviceSeal(secret)  # of the right size, or it is not ours to write anew
    medium.replace_part(DEVICE_PART, _seal_surely(target, secret))


def _seal_surely(sealer: SecretSealer, secret: bytes) -> bytes:
    """Sealed, and opened once: without the secret the key is lost, so what does not open is never written."""
    kept = sealer.seal_secret(secret)
    if sealer.open_secret(kept) != secret:
        raise VaultError("what was sealed does not open to the same secret: nothing was written; try again")
    return kept
