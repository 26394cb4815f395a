"""The TPM's twin: seeds, PCRs and blobs as a chip has them, in memory; it can be cleared, restarted, taken away."""

import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from drivers.vault.tpm_sealer import ForeignBlobError, Hierarchy, PcrChangedError, TpmBlob, TpmFacts
from sesame_core.piv.vault import VaultError

NONCE_SIZE: Final = 12
PCR_SIZE: Final = 32
SEED_SIZE: Final = 32
NO_POLICY: Final = b""


class TpmTwin:
    """See TpmChip."""

    def __init__(self) -> None:
        self._seeds = {each: os.urandom(SEED_SIZE) for each in Hierarchy}
        self._pcrs: dict[int, bytes] = {}
        self.fitted = True
        self.facts = TpmFacts("IFX", "SLB9670", "7.85")

    def describe_chip(self) -> TpmFacts:
        """See TpmChip."""
        self._check_fitted()
        return self.facts

    def name_primary(self, hierarchy: Hierarchy) -> bytes:
        """See TpmChip."""
        self._check_fitted()
        return hashlib.sha256(b"name" + self._seeds[hierarchy]).digest()

    def seal_bytes(self, plain: bytes, pcrs: tuple[int, ...]) -> TpmBlob:
        """See TpmChip."""
        self._check_fitted()
        public, nonce = self._policy_of(pcrs), os.urandom(NONCE_SIZE)
        return TpmBlob(public, nonce + self._wrapping().encrypt(nonce, plain, public))

    def unseal_bytes(self, blob: TpmBlob, pcrs: tuple[int, ...]) -> bytes:
        """See TpmChip."""
        self._check_fitted()
        try:
            plain = self._wrapping().decrypt(blob.private[:NONCE_SIZE], blob.private[NONCE_SIZE:], blob.public)
        except (InvalidTag, ValueError):
            raise ForeignBlobError("the TPM does not know this blob") from None
        if self._policy_of(pcrs) != blob.public:
            raise PcrChangedError("the TPM's PCRs are not those of the sealing")
        return plain

    def clear_owner(self) -> None:
        """As TPM2_Clear: another owner seed, the endorsement seed as it was."""
        self._seeds[Hierarchy.OWNER] = os.urandom(SEED_SIZE)

    def extend_pcr(self, pcr: int, digest: bytes) -> None:
        """As TPM2_PCR_Extend: a PCR takes what is measured, and does not go back."""
        self._pcrs[pcr] = hashlib.sha256(self._read_pcr(pcr) + digest).digest()

    def restart(self) -> None:
        """As a machine that starts: every PCR anew."""
        self._pcrs.clear()

    def _read_pcr(self, pcr: int) -> bytes:
        return self._pcrs.get(pcr, bytes(PCR_SIZE))

    def _policy_of(self, pcrs: tuple[int, ...]) -> bytes:
        if not pcrs:
            return NO_POLICY
        return hashlib.sha256(bytes(pcrs) + b"".join(map(self._read_pcr, pcrs))).digest()

    def _wrapping(self) -> AESGCM:
        return AESGCM(hmac.digest(self._seeds[Hierarchy.OWNER], b"wrapping", "sha256"))

    def _check_fitted(self) -> None:
        if not self.fitted:
            raise VaultError("there is no TPM: fit the one that belongs to this key")
