"""The vault: what the card needs to have kept, counted and computed, and nothing about how it is done.

Everything secret is in it and stays there: no method gives a private key, a PIN, a PUK or a management key away. What a
method has changed is on the medium when it returns; where it raises VaultError, it is as it was before or as it was to
become, never between. `drivers.vault` has one in files; a security chip would be another.
"""

from dataclasses import dataclass, field
from typing import Protocol

from sesame_core.errors import SesameError
from sesame_core.piv.names import BlockAlgorithm, KeyReference, KeyRules, TouchPolicy


class VaultError(SesameError):
    """The vault cannot be read or written. The message says what to do, and quotes nothing of what is in it."""


@dataclass(frozen=True, slots=True)
class TriesState:
    """Of PIN or PUK: tries in all, tries left, and whether its value is the published one."""

    total: int
    left: int
    published: bool


@dataclass(frozen=True, slots=True)
class ManagementState:
    """Of the management key: what it is, whether it wants a touch, and whether its value is the published one."""

    algorithm: BlockAlgorithm
    touch: TouchPolicy
    published: bool


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """Of a key pair: its rules, and the public key in the fields of PIV (SP 800-73-5 part 2, table 11): 81 modulus and
    82 exponent, or 86 point."""

    rules: KeyRules
    public: bytes = field(repr=False)


class Vault(Protocol):
    """Each method raises VaultError."""

    @property
    def serial(self) -> int:
        """The card's number, 1 to 2^31 - 1; it never changes."""
        ...

    def draw_random(self, size: int) -> bytes:
        """Bytes that nobody can guess."""
        ...

    # Data objects

    def read_object(self, tag: int) -> bytes | None:
        """The value, None when it was never written."""
        ...

    def write_object(self, tag: int, value: bytes) -> None:
        """Replace the value; an empty one takes it away."""
        ...

    # PIN and PUK

    def describe_tries(self, reference: KeyReference) -> TriesState:
        """How many tries are left."""
        ...

    def check_pin(self, digits: bytes) -> bool:
        """True for the PIN: what it guards can be used until `lock_keys`, and all tries are there again. A try is gone
        from the medium before anything is compared; without one left nothing is compared, and it is False."""
        ...

    def change_digits(self, reference: KeyReference, old: bytes, new: bytes) -> bool:
        """Change PIN or PUK where `old` is right; counted like `check_pin`. A right PIN is used for this alone."""
        ...

    def unblock_pin(self, puk: bytes, new: bytes) -> bool:
        """Give the PIN a new value and all its tries where `puk` is right; counted like `check_pin`."""
        ...

    def lock_keys(self) -> None:
        """What the PIN guards wants the PIN again. Never raises."""
        ...

    # The management key

    def describe_management(self) -> ManagementState:
        """What it is."""
        ...

    def encrypt_block(self, block: bytes) -> bytes:
        """One block under the management key, as it is."""
        ...

    def set_management(self, algorithm: BlockAlgorithm, key: bytes, touch: TouchPolicy) -> None:
        """Replace the management key. `key` has the algorithm's size."""
        ...

    # Key pairs

    def describe_key(self, slot: int) -> KeyFacts | None:
        """The key in a slot; None when there is none."""
        ...

    def make_key(self, slot: int, rules: KeyRules) -> KeyFacts:
        """Make a key pair and put it into the slot, in place of the one that is there."""
        ...

    def move_key(self, source: int, destination: int | None) -> None:
        """Put the key of one slot, with its rules, into another one; None: destroy it."""
        ...

    def sign_number(self, slot: int, number: bytes) -> bytes:
        """P-256: the ECDSA signature (DER) of a digest of 32 bytes. RSA: the raw private operation on as many bytes as
        the modulus has, whose value is below it. A guarded key wants the PIN to have been right."""
        ...

    def agree_secret(self, slot: int, point: bytes) -> bytes | None:
        """P-256: the x of the point that both keys lead to (SP 800-56A, 5.7.1.2); None for no point of the curve."""
        ...

    def attest_key(self, slot: int) -> bytes:
        """A certificate (DER) by the attestation key: this key was made here, with these rules."""
        ...

    def start_anew(self) -> None:
        """Take away every key and object, and give PIN, PUK and management key new first values. Serial and attestation
        key stay."""
        ...
