"""The key's store, held while the key lives. One that cannot be opened makes a defective key, and not a dark one."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from device.config import Config
from device.errors import ConfigError
from device.esecure.manner import PinMode
from drivers.errors import DriverError
from drivers.updates.disk import UpdateDisk
from drivers.vault.defective import DefectiveVault
from drivers.vault.first_values import write_letter
from drivers.vault.medium import Folder, KeyHeldError, Medium
from drivers.vault.sealed import open_vault
from drivers.vault.secret_sealer import FileSealer, SecretMedium, SecretSealer
from drivers.vault.tpm_sealer import TpmAwayError, TpmSealer
from sesame_core.piv.vault import Vault, VaultError

CHIP_LOOKS: Final = 20
"""How often a TPM is looked for that is not there: the kernel may find it after the key's program has begun."""

CHIP_PAUSE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class KeyStore:
    """`vault`: what is in it, or what stands in for it; `medium`: where it lies, None where it cannot be opened."""

    vault: Vault
    medium: Medium | None = None

    @property
    def defect(self) -> VaultError | None:
        """Why it cannot be opened; None where it was."""
        return self.vault.why if isinstance(self.vault, DefectiveVault) else None


@contextmanager
def hold_store(config: Config, place: Path, rest: Callable[[float], None] = time.sleep) -> Iterator[KeyStore]:
    """The store in this folder, which no other program has meanwhile; made where there is none. `rest`: lets so many
    seconds pass. Raises KeyHeldError: another program has it; ConfigError."""
    sealer = choose_sealer(config)
    with ExitStack() as stack:
        yield _open_store(config, stack, place, sealer, rest)


def _open_store(
    config: Config, stack: ExitStack, place: Path, sealer: SecretSealer, rest: Callable[[float], None]
) -> KeyStore:
    try:
        folder = stack.enter_context(closing(Folder(place)))
        medium = SecretMedium(folder, sealer)
        pinless = config.key.pin == PinMode.NONE.value
        vault = _await_chip(partial(open_vault, medium, write_letter(folder), pinless=pinless), rest)
    except KeyHeldError:
        raise
    except VaultError as why:
        return KeyStore(DefectiveVault(why))
    return KeyStore(vault, medium)


def _await_chip(opening: Callable[[], Vault], rest: Callable[[float], None]) -> Vault:
    """Raises VaultError."""
    for _ in range(CHIP_LOOKS - 1):
        try:
            return opening()
        except TpmAwayError:
            rest(CHIP_PAUSE_S)
    return opening()


def is_on_trial(release: Path) -> bool:
    """Whether the program in this folder is one that the key has not run yet: where such a one cannot open the store,
    the fault may be its own, and the one before it is to run again."""
    from drivers.updates.releases import PENDING, ProgramReleases  # noqa: PLC0415 - few starts ask for it

    try:
        return ProgramReleases(release.parent.parent, UpdateDisk()).find_name(PENDING) == release.name
    except DriverError:
        return False


def choose_sealer(config: Config) -> SecretSealer:
    """What seals the device secret: nothing, or the TPM. Raises ConfigError."""
    return FileSealer() if config.key.sealing == "file" else make_tpm_sealer(config)


def make_tpm_sealer(config: Config) -> SecretSealer:
    """The configured TPM, whether or not it is what seals now. Raises ConfigError: it has no name."""
    from drivers.vault.tpm_tools import TpmTools  # noqa: PLC0415 - few keys have one

    if not config.key.tpm:
        raise ConfigError('key.tpm is "": set it to where the TPM is, /dev/tpmrm0 on a Raspberry Pi')
    return TpmSealer(TpmTools(Path(config.key.tpm)), config.key.tpm_pcrs)
