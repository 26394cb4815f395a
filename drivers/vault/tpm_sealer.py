"""The device secret sealed by a TPM 2.0: a blob on the medium that this chip alone opens.

The blob is an object below the primary key that the chip derives of its owner seed (TCG, TPM 2.0 Library Part 1, on
hierarchies and protected storage), so nothing is stored in the chip and nothing wears. TPM2_Clear draws that seed anew
and leaves the endorsement seed as it is (Part 3, TPM2_Clear): so the names of the two primary keys, kept beside the
blob, tell a cleared chip from another one.
"""

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol

from drivers.vault.secret_sealer import is_tpm_sealed
from sesame_core.piv.vault import VaultError

FORM: Final = 1

NOT_SEALED_YET: Final = (
    'the key\'s device secret lies in a file, and key.sealing is "tpm": seal it with: sesame key seal tpm, or set'
    ' key.sealing to "file"'
)


class Hierarchy(Enum):
    """Whose primary key: what tpm2-tools call them."""

    OWNER = "o"
    ENDORSEMENT = "e"


class ForeignBlobError(VaultError):
    """The chip does not know the blob: it belongs to another owner seed, or was touched."""


class TpmAwayError(VaultError):
    """There is no chip, or it is not open to this user: at a start, udev may still be about it."""


class PcrChangedError(VaultError):
    """The chip knows the blob and refuses: its PCRs are not those of the sealing."""


@dataclass(frozen=True, slots=True)
class TpmBlob:
    """TPM2B_PUBLIC and TPM2B_PRIVATE, as the chip gave them."""

    public: bytes = field(repr=False)
    private: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TpmFacts:
    """Which chip it is, as it says itself: `maker`: the letters of the TCG's vendor ID registry, without what fills
    them up; `model`: its vendor string; `firmware`: major and minor."""

    maker: str
    model: str
    firmware: str


class TpmChip(Protocol):
    """A TPM 2.0. Each method raises VaultError: it is not there, does not answer, refuses."""

    def describe_chip(self) -> TpmFacts:
        """Which one it is."""
        ...

    def name_primary(self, hierarchy: Hierarchy) -> bytes:
        """The name of the primary key: the same for the same seed, and for no other."""
        ...

    def seal_bytes(self, plain: bytes, pcrs: tuple[int, ...]) -> TpmBlob:
        """Sealed below the owner's primary key; with PCRs, to what is in them now (SHA-256 bank)."""
        ...

    def unseal_bytes(self, blob: TpmBlob, pcrs: tuple[int, ...]) -> bytes:
        """Open again. Raises ForeignBlobError, PcrChangedError."""
        ...


@dataclass(frozen=True, slots=True)
class _SealedPart:
    owner: bytes = field(repr=False)
    endorsement: bytes = field(repr=False)
    pcrs: tuple[int, ...]
    blob: TpmBlob


class TpmSealer:
    """See SecretSealer. `pcrs`: for what is sealed from now on; what lies there says its own."""

    def __init__(self, chip: TpmChip, pcrs: tuple[int, ...] = ()) -> None:
        self._chip = chip
        self._pcrs = tuple(sorted(set(pcrs)))

    def seal_secret(self, secret: bytes) -> bytes:
        """See SecretSealer."""
        owner, endorsement = (self._chip.name_primary(each) for each in (Hierarchy.OWNER, Hierarchy.ENDORSEMENT))
        return _write_part(_SealedPart(owner, endorsement, self._pcrs, self._chip.seal_bytes(secret, self._pcrs)))

    def open_secret(self, kept: bytes) -> bytes:
        """See SecretSealer."""
        if not is_tpm_sealed(kept):
            raise VaultError(NOT_SEALED_YET)
        part = _read_part(kept)
        try:
            return self._chip.unseal_bytes(part.blob, part.pcrs)
        except ForeignBlobError:
            raise VaultError(self._explain_foreign(part)) from None
        except PcrChangedError:
            measured = ", ".join(map(str, part.pcrs))
            raise VaultError(
                f"the TPM does not open the key: what this machine has measured at its start (PCR {measured}) is not"
                " what the key was sealed to. Start the system that it was sealed under, take the secret out with"
                " sesame key seal file, update, and seal it again"
            ) from None

    def _explain_foreign(self, part: _SealedPart) -> str:
        if self._chip.name_primary(Hierarchy.ENDORSEMENT) != part.endorsement:
            return "another TPM has sealed this key: put back the one that belongs to it, or the folder of this one"
        if self._chip.name_primary(Hierarchy.OWNER) != part.owner:
            return (
                "the TPM was cleared since it sealed this key, and nothing opens the key any more: move its folder"
                " away for a new key, and ask the bank to replace this one"
            )
        return "the key's part device is damaged: put back the copy that belongs here"


def _write_part(part: _SealedPart) -> bytes:
    written = {
        "sealed": "tpm",
        "form": FORM,
        "owner": part.owner.hex(),
        "endorsement": part.endorsement.hex(),
        "pcrs": part.pcrs,
        "public": part.blob.public.hex(),
        "private": part.blob.private.hex(),
    }
    return json.dumps(written, separators=(",", ":")).encode()


def _read_part(kept: bytes) -> _SealedPart:
    """Raises VaultError."""
    try:
        found = json.loads(kept)
        if found["form"] != FORM:
            raise ValueError("another form")
        owner, endorsement, public, private = (
            bytes.fromhex(found[name]) for name in ("owner", "endorsement", "public", "private")
        )
        pcrs = tuple(int(each) for each in found["pcrs"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise VaultError("the key's part device is damaged, or of another version: put back a copy") from None
    return _SealedPart(owner, endorsement, pcrs, TpmBlob(public, private))
