"""What stands in for a vault that cannot be opened, so that its key can say so: on its glass, and to its computer."""

from collections.abc import Callable
from typing import NoReturn

from drivers.vault.medium import KeyHeldError
from sesame_core.piv.names import BlockAlgorithm, KeyReference, KeyRules, TouchPolicy
from sesame_core.piv.vault import KeyFacts, ManagementState, TriesState, Vault, VaultError


class DefectiveStoreError(VaultError):
    """The store could not be opened when the key started: why, and what to do."""


def open_any_vault(opening: Callable[[], Vault]) -> Vault:
    """The vault, or what stands in for it. Raises KeyHeldError: it is another program's now, and as sound as it was."""
    try:
        return opening()
    except KeyHeldError:
        raise
    except VaultError as why:
        return DefectiveVault(why)


class DefectiveVault:
    """See Vault. Whatever is asked of it ends as the opening did, and nothing is written: a store that is mended works
    again at the next start. `why`: how the opening ended."""

    def __init__(self, why: VaultError) -> None:
        self.why = why

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def refuse(self) -> NoReturn:
        """Raises DefectiveStoreError."""
        raise DefectiveStoreError(str(self.why)) from self.why

    @property
    def serial(self) -> int:
        """See Vault."""
        self.refuse()

    def draw_random(self, size: int) -> bytes:
        """See Vault."""
        self.refuse()

    def read_object(self, tag: int) -> bytes | None:
        """See Vault."""
        self.refuse()

    def write_object(self, tag: int, value: bytes) -> None:
        """See Vault."""
        self.refuse()

    def describe_tries(self, reference: KeyReference) -> TriesState:
        """See Vault."""
        self.refuse()

    def check_pin(self, digits: bytes) -> bool:
        """See Vault."""
        self.refuse()

    def change_digits(self, reference: KeyReference, old: bytes, new: bytes) -> bool:
        """See Vault."""
        self.refuse()

    def unblock_pin(self, puk: bytes, new: bytes) -> bool:
        """See Vault."""
        self.refuse()

    def lock_keys(self) -> None:
        """See Vault: nothing was ever open."""

    def describe_management(self) -> ManagementState:
        """See Vault."""
        self.refuse()

    def encrypt_block(self, block: bytes) -> bytes:
        """See Vault."""
        self.refuse()

    def set_management(self, algorithm: BlockAlgorithm, key: bytes, touch: TouchPolicy) -> None:
        """See Vault."""
        self.refuse()

    def describe_key(self, slot: int) -> KeyFacts | None:
        """See Vault."""
        self.refuse()

    def make_key(self, slot: int, rules: KeyRules) -> KeyFacts:
        """See Vault."""
        self.refuse()

    def move_key(self, source: int, destination: int | None) -> None:
        """See Vault."""
        self.refuse()

    def sign_number(self, slot: int, number: bytes) -> bytes:
        """See Vault."""
        self.refuse()

    def agree_secret(self, slot: int, point: bytes) -> bytes | None:
        """See Vault."""
        self.refuse()

    def attest_key(self, slot: int) -> bytes:
        """See Vault."""
        self.refuse()

    def start_anew(self) -> None:
        """See Vault."""
        self.refuse()
