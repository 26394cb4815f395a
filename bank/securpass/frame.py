"""What every part of Sécur'Pass works in: the bank's books with their time, the policy, the keys that follow from the
vault's."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from bank.books.store_sql import SqlStore
from bank.operations.frame import OperationFrame
from bank.securpass.policy import SECURPASS_POLICY, SecurPassPolicy
from bank.securpass.ports import PhoneDevice, PhoneWaker
from bank.securpass.proofs.keys import PURPOSE, BankKey

CODE_DIGITS: Final = 8
"""Of a code in a text message or an e-mail."""


@dataclass(frozen=True)
class SecurPassFrame:
    """The operations' frame, what is Sécur'Pass's own, and who wakes telephones, where somebody does."""

    operations: OperationFrame
    policy: SecurPassPolicy = SECURPASS_POLICY
    waker: PhoneWaker | None = None

    @property
    def store(self) -> SqlStore:
        """The books."""
        return self.operations.store

    @property
    def bank_key(self) -> BankKey:
        """With which the bank signs what a telephone shows."""
        return BankKey(self.store.derive_key(PURPOSE))

    @property
    def match_key(self) -> bytes:
        """Of the numbers to match."""
        return self.store.derive_key("securpass: match")

    @property
    def challenge_key(self) -> bytes:
        """Of challenges, and of the mark of a telephone that has proved its key."""
        return self.store.derive_key("securpass: challenge")

    def seal_code(self, step_id: str, purpose: str, code: str) -> str:
        """What is kept of a code that was sent: it fits this step and this purpose only."""
        key = self.store.derive_key("securpass: codes")
        return hmac.digest(key, f"{step_id}/{purpose}/{code}".encode(), sha256).hex()

    def seal_code_key(self, device_id: str, key: bytes) -> bytes:
        """A code key as the books keep it."""
        return self.store.seal_secret(_name(device_id), key)

    def unseal_code_key(self, device: PhoneDevice) -> bytes:
        """It again. Raises StateError."""
        return self.store.unseal_secret(_name(device.device_id), device.code_key)


def _name(device_id: str) -> str:
    return f"code key of {device_id}"
