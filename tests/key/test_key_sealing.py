"""How the vault's parts are sealed: by an account of it that uses Python's own scrypt and HMAC, so that a key of today
opens with the program of tomorrow; and what of it lies in memory, and when."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pytest_mock import MockerFixture

from drivers.vault.first_values import PUBLISHED, FirstValues, draw_values, give_published
from drivers.vault.sealed import SealedVault
from drivers.vault.sealing import SCRYPT_N, DeviceSeal, Wrapping, draw_root, guard_secret
from drivers.vault.twin import MemoryMedium
from sesame_core.piv.names import BlockAlgorithm, KeyAlgorithm, KeyReference, KeyRules, PinPolicy, TouchPolicy
from sesame_core.piv.vault import VaultError
from tests.key.made import CHEAP, vault_on

PIN, PUK = KeyReference.PIN, KeyReference.PUK
RULES = KeyRules(KeyAlgorithm.P256, PinPolicy.ONCE, TouchPolicy.NEVER)
SECRET = bytes(range(32))
NONCE = 12


def derived(key: bytes, purpose: str) -> bytes:
    """HKDF of one block (RFC 5869, 2): no salt, SHA-256."""
    drawn = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(drawn, f"sesame key {purpose}".encode() + b"\x01", "sha256")


def stretched(digits: bytes, wrapping: Wrapping) -> bytes:
    slow = hashlib.scrypt(digits, salt=wrapping.salt, n=wrapping.cost, r=8, p=1, dklen=32, maxmem=1 << 26)
    return derived(slow + derived(SECRET, "digits"), "root")


@pytest.mark.parametrize("cost", [CHEAP, SCRYPT_N])
def test_the_root_lies_under_the_digits_stretched_and_mixed_with_the_device_secret(cost: int) -> None:
    wrapping = DeviceSeal(SECRET, cost).wrap_root(b"the private root", b"123456")
    assert wrapping.cost == cost
    opened = AESGCM(stretched(b"123456", wrapping)).decrypt(bytes(NONCE), wrapping.sealed, b"root")
    assert opened == b"the private root"


def test_a_part_lies_under_the_device_secret_and_its_name() -> None:
    sealed = DeviceSeal(SECRET).seal_part("keys", b"plain")
    key = AESGCM(derived(SECRET, "parts"))
    assert key.decrypt(sealed[:NONCE], sealed[NONCE:], b"keys") == b"plain"


def test_a_guarded_key_lies_under_a_secret_that_two_key_pairs_share() -> None:
    private, public = draw_root()
    sealed = guard_secret(public, b"beside", b"scalar")
    point = sealed[:32]
    shared = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(point))
    key = AESGCM(derived(shared + point, "guard"))
    assert key.decrypt(bytes(NONCE), sealed[32:], b"beside") == b"scalar"


def test_nothing_is_sealed_twice_alike() -> None:
    """A nonce or a salt that comes again gives away what two parts have in common."""
    seal = DeviceSeal(SECRET, CHEAP)
    assert len({seal.seal_part("keys", b"plain")[:NONCE] for _ in range(8)}) == 8
    assert len({seal.wrap_root(b"root", b"123456").salt for _ in range(8)}) == 8
    assert len({guard_secret(draw_root()[1], b"", b"scalar")[:32] for _ in range(8)}) == 8


# In what order, and what is left in memory


class Watched(MemoryMedium, DeviceSeal):
    """A medium and a seal that say in one list what they did."""

    def __init__(self) -> None:
        MemoryMedium.__init__(self)
        DeviceSeal.__init__(self, SECRET, CHEAP)
        self.done: list[str] = []

    def replace_part(self, name: str, content: bytes) -> None:
        MemoryMedium.replace_part(self, name, content)
        self.done.append(f"{name} written")

    def unwrap_root(self, wrapping: Wrapping, digits: bytes) -> bytes | None:
        self.done.append("compared")
        return DeviceSeal.unwrap_root(self, wrapping, digits)


@pytest.mark.parametrize("digits", [b"123456", b"000000"])
def test_the_try_is_on_the_medium_before_anything_is_compared(digits: bytes) -> None:
    watched = Watched()
    vault = SealedVault(watched, watched, give_published)
    watched.done.clear()
    right = vault.check_pin(digits)
    assert watched.done == ["digits written", "compared", *(["digits written"] if right else [])]


def test_what_the_medium_refused_is_not_so_in_memory_either() -> None:
    medium = MemoryMedium()
    vault = vault_on(medium)
    medium.full = True
    for act in (
        lambda: vault.check_pin(b"000000"),
        lambda: vault.make_key(0x9A, RULES),
        lambda: vault.write_object(0x5FC105, b"certificate"),
        lambda: vault.set_management(BlockAlgorithm.AES_128, bytes(16), TouchPolicy.NEVER),
    ):
        with pytest.raises(VaultError, match="no space"):
            act()
    assert vault.describe_tries(PIN).left == 3
    assert vault.describe_key(0x9A) is None
    assert vault.read_object(0x5FC105) is None
    assert vault.describe_management().published


def test_a_right_puk_has_its_tries_again() -> None:
    vault = vault_on(MemoryMedium())
    assert not vault.unblock_pin(b"00000000", b"222222")
    assert vault.describe_tries(PUK).left == 2
    assert vault.unblock_pin(b"12345678", b"222222")
    assert vault.describe_tries(PUK).left == 3


class Emptied(bytearray):
    """Remembers what was in it when it was emptied."""

    last: bytes = b""

    def clear(self) -> None:
        self.last = bytes(self)
        super().clear()


def test_the_root_is_overwritten_before_it_is_let_go() -> None:
    vault = vault_on(MemoryMedium())
    assert vault.check_pin(b"123456")
    vault._root = root = Emptied(vault._root)
    assert any(root)
    vault.lock_keys()
    assert (len(root), root.last) == (0, bytes(32))


def test_a_new_beginning_locks_the_keys() -> None:
    vault = vault_on(MemoryMedium())
    assert vault.check_pin(b"123456")
    vault.start_anew()
    vault.make_key(0x9A, RULES)
    with pytest.raises(VaultError, match="this key wants the PIN"):
        vault.sign_number(0x9A, bytes(32))


# First values


def test_a_drawn_pin_is_never_the_published_one(mocker: MockerFixture) -> None:
    drawn = [PUBLISHED.pin, PUBLISHED.pin, b"654321", b"87654321"]
    mocker.patch("drivers.vault.first_values._draw_digits", side_effect=drawn)
    values = draw_values()
    assert isinstance(values, FirstValues)
    assert (values.pin, values.puk) == (b"654321", b"87654321")


@pytest.mark.parametrize(("drawn", "digit"), [(lambda _most: 0, b"0"), (lambda most: most - 1, b"9")])
def test_every_digit_can_be_drawn(drawn: object, digit: bytes, mocker: MockerFixture) -> None:
    mocker.patch("drivers.vault.first_values.secrets.randbelow", side_effect=drawn)
    values = draw_values()
    assert (values.pin, values.puk) == (digit * 6, digit * 8)
