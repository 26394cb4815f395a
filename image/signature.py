"""SHA256SUMS beside a card, and its signature: Ed25519 (RFC 8032) by openssl, with the key that the user gives.

dm-verity cannot say who made a card: its root hash lies on the partition that nobody signs. This can.
"""

import hashlib
from pathlib import Path

from image.shell import ImageError, run_program

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"


def write_sums(folder: Path, names: list[str]) -> Path:
    """SHA256SUMS of these files of a folder, in sha256sum's form."""
    sums = folder / SUMS
    sums.write_text("".join(f"{digest_of(folder / name)}  {name}\n" for name in sorted(names)), encoding="ascii")
    return sums


def sign_sums(folder: Path, key: Path) -> None:
    """`key`: an Ed25519 private key in PEM (openssl genpkey -algorithm ed25519)."""
    files = ["-inkey", str(key), "-in", str(folder / SUMS), "-out", str(folder / SIGNATURE)]
    try:
        run_program(["openssl", "pkeyutl", "-sign", "-rawin", *files])
    except ImageError:
        raise ImageError(
            f"{key} is no Ed25519 private key. To make one: openssl genpkey -algorithm ed25519 -out {key}"
        ) from None


def verify_folder(folder: Path, key: Path) -> None:
    """Raises ImageError unless SHA256SUMS is signed by this public key (PEM) and every file is what it says."""
    for name in (SUMS, SIGNATURE):
        if not (folder / name).is_file():
            raise ImageError(f"{folder / name} is missing: this card cannot be judged.")
    signed = ["-in", str(folder / SUMS), "-sigfile", str(folder / SIGNATURE)]
    try:
        run_program(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, *signed])
    except ImageError:
        raise ImageError(f"{folder / SUMS} is not signed by {key}. Do not write this card.") from None
    for line in (folder / SUMS).read_text(encoding="ascii").splitlines():
        digest, _, name = line.partition("  ")
        if "/" in name or not (folder / name).is_file() or digest_of(folder / name) != digest:
            raise ImageError(f"{folder / name} is not what {SUMS} says. Do not write this card.")


def digest_of(file: Path) -> str:
    """A file's SHA-256, hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
