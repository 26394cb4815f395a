"""The launcher runs on the PC's own Python libraries: Debian 12 has cryptography 38, which lacks what 43 has."""

import runpy

import pytest
from cryptography.hazmat.decrepit.ciphers import algorithms as later
from cryptography.hazmat.primitives.ciphers import algorithms as earlier

from launcher.card import blocks

KEY, BLOCK = bytes(range(24)), bytes(range(8))


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_blocks_of_an_older_cryptography(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cipher is where it stood before 43."""
    with monkeypatch.context() as before:
        before.setattr(earlier, "TripleDES", later.TripleDES, raising=False)
        before.delattr(later, "TripleDES")
        older = runpy.run_path(blocks.__file__)
    assert older["encrypt_block"](0x03, KEY, BLOCK) == blocks.encrypt_block(0x03, KEY, BLOCK)
    assert older["decrypt_block"](0x0C, KEY, BLOCK * 2) == blocks.decrypt_block(0x0C, KEY, BLOCK * 2)
