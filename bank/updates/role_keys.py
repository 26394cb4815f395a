"""The private keys of a repository's roles, in one sealed file that is never served.

Threshold: two of three keys sign a root, since a key takes whatever its root says; the other roles have one each. The
demonstration keeps all of them in one file. A bank that means it takes the root's keys away after each use: nothing
but `root` and `rotate` needs them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from bank.decoding import decode_foreign
from bank.errors import StateError
from bank.files import read_private, refuse_if_shared, write_private

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

SEALED_AS: Final = "update keys"
COUNTS: Final = {"root": 3, "targets": 1, "snapshot": 1, "timestamp": 1}
ROOT_THRESHOLD: Final = 2


class Sealer(Protocol):
    """What seals the books' secrets (`BooksVault`)."""

    def seal_secret(self, name: str, plain: bytes) -> bytes:
        """Sealed under that name."""
        ...

    def unseal_secret(self, name: str, sealed: bytes) -> bytes:
        """Raises StateError."""
        ...


@dataclass(frozen=True, slots=True)
class RoleKeys:
    """Each role's signers. Nothing of them is in the repr."""

    signers: "Mapping[str, Sequence[CryptoSigner]]" = field(repr=False)


def draw_signers(role: str) -> "list[CryptoSigner]":
    """New keys for a role: Ed25519."""
    from securesystemslib.signer import CryptoSigner  # noqa: PLC0415 - heavy

    return [CryptoSigner.generate_ed25519() for _ in range(COUNTS[role])]


def keep_role_keys(path: Path, sealer: Sealer, keys: RoleKeys) -> None:
    """Replace the file at once. Raises StateError."""
    told = {role: [_write_signer(each) for each in signers] for role, signers in keys.signers.items()}
    write_private(path, sealer.seal_secret(SEALED_AS, json.dumps(told).encode()))


def open_role_keys(path: Path, sealer: Sealer) -> RoleKeys:
    """Raises StateError: there are none, or they are sealed by another key."""
    sealed = read_private(path)
    if sealed is None:
        raise StateError(f"there is no repository at {path.parent}: sesame bank updates make")
    refuse_if_shared(path)
    plain = sealer.unseal_secret(SEALED_AS, sealed)
    with decode_foreign(f"{path} is of another version: use the one that wrote it"):
        told = json.loads(plain)
        return RoleKeys({role: [_read_signer(bytes.fromhex(each)) for each in told[role]] for role in COUNTS})


def _read_signer(private: bytes) -> "CryptoSigner":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from securesystemslib.signer import CryptoSigner  # noqa: PLC0415

    return CryptoSigner(Ed25519PrivateKey.from_private_bytes(private))


def _write_signer(signer: "CryptoSigner") -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    key = load_pem_private_key(signer.private_bytes, None)
    assert isinstance(key, Ed25519PrivateKey)
    return key.private_bytes_raw().hex()
