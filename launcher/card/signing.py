"""What a PIV card is given to sign a SHA-256, by the algorithm of its key (SP 800-73-5 part 2, 3.2.4; SP 800-78-5)."""

from collections.abc import Mapping
from typing import Final

from launcher.troubles import LaunchError, LaunchTrouble

P256: Final = 0x11
RSA_2048: Final = 0x07

RSA_BYTES: Final = 256
DIGEST_INFO: Final = bytes.fromhex("3031300D060960864801650304020105000420")
"""Before a SHA-256, in the block that RSA signs (RFC 8017, 9.2, note 1)."""

NAMES: Final[Mapping[int, bytes]] = {
    P256: bytes.fromhex("300A06082A8648CE3D040302"),
    RSA_2048: bytes.fromhex("300D06092A864886F70D01010B0500"),
}
"""AlgorithmIdentifier of the signature: ecdsa-with-SHA256 (RFC 5758, 3.2), sha256WithRSAEncryption (RFC 4055, 5)."""


def make_block(algorithm: int, digest: bytes) -> tuple[bytes, bytes]:
    """What the card signs, which pads nothing, and the signature's AlgorithmIdentifier, DER. Raises LaunchError
    (INSTALLATION) for an algorithm that the bank certifies no key of."""
    if algorithm == P256:
        return digest, NAMES[P256]
    if algorithm == RSA_2048:
        return pad_digest(digest), NAMES[RSA_2048]
    raise LaunchError(LaunchTrouble.INSTALLATION, f"a key of algorithm {algorithm:02X}, which no certificate is for")


def pad_digest(digest: bytes) -> bytes:
    """EMSA-PKCS1-v1_5 of a SHA-256, as long as the modulus (RFC 8017, 9.2)."""
    told = DIGEST_INFO + digest
    return b"\0\x01" + b"\xff" * (RSA_BYTES - 3 - len(told)) + b"\0" + told
