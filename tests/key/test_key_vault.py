"""The vault: the power cut at every write, a damaged part, and what lies on the medium."""

import hashlib
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from pytest_mock import MockerFixture

from drivers.vault import sealed
from drivers.vault.computing import raise_raw, read_public
from drivers.vault.first_values import LETTER, give_published, write_letter
from drivers.vault.medium import LONGEST_PART
from drivers.vault.parts import DEVICE_PART, DIGITS_PART, KEYS_PART, read_digits, read_keys
from drivers.vault.sealed import SealedVault, open_vault
from drivers.vault.sealing import DeviceSeal, guard_secret, open_guarded
from drivers.vault.twin import MemoryMedium, PowerCutError
from sesame_core.piv.names import (
    KEY_SLOTS,
    MAX_OBJECT,
    BlockAlgorithm,
    KeyAlgorithm,
    KeyReference,
    KeyRules,
    PinPolicy,
    TouchPolicy,
    is_object,
)
from sesame_core.piv.vault import VaultError
from tests.key.made import CHEAP, vault_on

PIN, PUK, AES = KeyReference.PIN, KeyReference.PUK, BlockAlgorithm.AES_128
RULES = KeyRules(KeyAlgorithm.P256, PinPolicy.ONCE, TouchPolicy.NEVER)
DIGEST = hashlib.sha256(b"what is signed").digest()
CERTIFICATE = 0x5FC105
PINS = (b"123456", b"654321", b"222222")
"""Every PIN of the life below."""

LIFE: tuple[tuple[str, Callable[[SealedVault], object]], ...] = (
    ("a key is made", lambda vault: vault.make_key(0x9A, RULES)),
    ("a certificate is written", lambda vault: vault.write_object(CERTIFICATE, b"certificate")),
    ("a wrong PIN", lambda vault: vault.check_pin(b"000000")),
    ("a right PIN", lambda vault: vault.check_pin(b"123456")),
    ("a wrong PUK", lambda vault: vault.unblock_pin(b"00000000", b"222222")),
    ("a PIN changed with a wrong one", lambda vault: vault.change_digits(PIN, b"000000", b"654321")),
    ("a PIN changed", lambda vault: vault.change_digits(PIN, b"123456", b"654321")),
    ("a PIN unblocked", lambda vault: vault.unblock_pin(b"12345678", b"222222")),
    ("a PUK changed", lambda vault: vault.change_digits(PUK, b"12345678", b"87654321")),
    (
        "another management key",
        lambda vault: vault.set_management(AES, bytes(16), TouchPolicy.NEVER),
    ),
    ("another key in the slot", lambda vault: vault.make_key(0x9A, RULES)),
    ("the key moved into a retired slot", lambda vault: vault.move_key(0x9A, 0x82)),
    ("and back", lambda vault: vault.move_key(0x82, 0x9A)),
    ("a certificate taken away", lambda vault: vault.write_object(CERTIFICATE, b"")),
    ("a new beginning", lambda vault: vault.start_anew()),
)


def lived(until: int) -> MemoryMedium:
    """The medium as it is before the act of that number."""
    medium = MemoryMedium()
    vault = vault_on(medium)
    for _, act in LIFE[:until]:
        act(vault)
    return medium


def cuts(medium: MemoryMedium, act: Callable[[SealedVault], object]) -> Iterator[MemoryMedium]:
    """The medium after the power went at each step of the act."""
    whole = MemoryMedium(medium.parts)
    vault = vault_on(whole)
    before = whole.steps
    act(vault)
    for step in range(before, whole.steps):
        cut = MemoryMedium(medium.parts)
        vault = vault_on(cut)
        cut.cut_at = step
        with pytest.raises(PowerCutError):
            act(vault)
        yield MemoryMedium(cut.parts)


def public_of(vault: SealedVault) -> bytes | None:
    facts = vault.describe_key(0x9A)
    return facts.public if facts else None


def tries(vault: SealedVault) -> tuple[int, int]:
    return vault.describe_tries(PIN).left, vault.describe_tries(PUK).left


def opening(medium: MemoryMedium) -> list[bytes]:
    """The PINs that open it."""
    return [pin for pin in PINS if vault_on(MemoryMedium(medium.parts)).check_pin(pin)]


@pytest.mark.parametrize("number", range(len(LIFE)), ids=[name for name, _ in LIFE])
def test_a_power_cut_leaves_the_old_or_the_new_and_never_a_try_more(number: int) -> None:
    medium = lived(number)
    before = vault_on(MemoryMedium(medium.parts))
    after_medium = MemoryMedium(medium.parts)
    after = vault_on(after_medium)
    LIFE[number][1](after)
    states = list(cuts(medium, LIFE[number][1]))
    assert len(states) >= 2
    for cut in states:
        vault = vault_on(MemoryMedium(cut.parts))
        for reference, left, then, at_end in zip(KeyReference, tries(vault), tries(before), tries(after), strict=True):
            assert left <= max(then, at_end), f"a {reference.name} try came back"
            assert left >= min(then - 1, at_end)
        certificates = before.read_object(CERTIFICATE), after.read_object(CERTIFICATE)
        assert vault.read_object(CERTIFICATE) in certificates
        assert (vault.serial, vault.describe_management().algorithm) in {
            (each.serial, each.describe_management().algorithm) for each in (before, after)
        }
        (pin,) = opening(cut)
        assert pin in opening(medium) + opening(after_medium)
        signs_or_has_no_key(vault, pin)


@pytest.mark.parametrize("number", range(len(LIFE)), ids=[name for name, _ in LIFE])
def test_a_disk_that_fails_at_a_step_leaves_the_old_or_the_new_to_a_program_that_goes_on(number: int) -> None:
    """EIO from the write, or from syncing the folder when the new part is there already."""
    before, act = lived(number), LIFE[number][1]
    after = MemoryMedium(before.parts)
    act(vault_on(after))
    pins = opening(before) + opening(after)
    for step in count():
        medium = MemoryMedium(before.parts)
        vault = vault_on(medium)
        medium.cut_at, medium.cut = step, VaultError("cannot write: Input/output error; check rights and space")
        try:
            act(vault)
        except VaultError:
            medium.cut_at = None
        else:
            break
        (pin,) = opening(medium)
        assert pin in pins
        signs_or_has_no_key(vault_on(MemoryMedium(medium.parts)), pin)
        left = tries(vault_on(MemoryMedium(medium.parts)))[0]
        assert not vault.check_pin(b"999999")
        assert tries(vault_on(MemoryMedium(medium.parts)))[0] <= left, "a try came back"
    assert step >= 2


def signs_or_has_no_key(vault: SealedVault, pin: bytes) -> None:
    public = public_of(vault)
    assert vault.check_pin(pin)
    if public is not None:
        key = read_public(public)
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(vault.sign_number(0x9A, DIGEST), DIGEST, ec.ECDSA(Prehashed(SHA256())))


def test_a_wrong_pin_is_counted_before_it_is_compared() -> None:
    """Whoever cuts the power as soon as the card does not say yes has lost the try already."""
    medium = MemoryMedium()
    vault = vault_on(medium)
    for left in (2, 1, 0):
        medium.cut_at = medium.steps + 1  # the first replacement is done, and nothing after it
        with pytest.raises(PowerCutError):
            vault.check_pin(b"000000")
        medium.cut_at = None
        vault = vault_on(medium)
        assert tries(vault)[0] == left
    assert not vault.check_pin(b"123456")
    assert vault_on(medium).unblock_pin(b"12345678", b"222222")


def test_a_cut_while_a_key_is_made_the_first_time_leaves_none_or_a_whole_one() -> None:
    whole = MemoryMedium()
    vault_on(whole)
    for step in range(whole.steps):
        medium = MemoryMedium()
        medium.cut_at = step
        with pytest.raises(PowerCutError):
            vault_on(medium)
        medium.cut_at = None
        vault = vault_on(medium)
        assert vault.check_pin(b"123456")
        vault.make_key(0x9A, RULES)
        assert vault.attest_key(0x9A)


def test_an_act_that_a_full_medium_refuses_has_not_happened() -> None:
    for number, (name, act) in enumerate(LIFE):
        medium = lived(number)
        vault = vault_on(medium)
        parts = dict(medium.parts)
        medium.full = True
        with pytest.raises(VaultError):
            act(vault)
        assert medium.parts == parts, name


@pytest.mark.parametrize("name", [DIGITS_PART, KEYS_PART, DEVICE_PART])
def test_a_bit_that_flips_is_noticed(name: str) -> None:
    medium = lived(2)
    part = bytearray(medium.parts[name])
    part[len(part) // 2] ^= 1
    medium.parts[name] = bytes(part)
    with pytest.raises(VaultError, match=f"part {name} is damaged, or belongs to another device"):
        vault_on(medium)


def test_parts_do_not_stand_for_each_other() -> None:
    medium = lived(2)
    medium.parts[KEYS_PART], medium.parts[DIGITS_PART] = medium.parts[DIGITS_PART], medium.parts[KEYS_PART]
    with pytest.raises(VaultError, match="damaged"):
        vault_on(medium)


@pytest.mark.parametrize(("gone", "said"), [(DEVICE_PART, "device secret is gone"), (KEYS_PART, "part keys is gone")])
def test_a_part_that_is_gone_makes_no_new_key(gone: str, said: str) -> None:
    medium = lived(2)
    del medium.parts[gone]
    with pytest.raises(VaultError, match=said):
        vault_on(medium)


def test_a_secret_of_another_size_is_refused() -> None:
    with pytest.raises(VaultError, match="32 bytes"):
        DeviceSeal(bytes(31))


@pytest.mark.parametrize(
    "text", [b"", b"{}", b'{"form":2}', b'{"form":1}', b"[]", b'{"form":1,"root":1}', b"\xff", b"[" * 9999]
)
def test_a_part_of_another_form_is_refused_without_a_word_of_it(text: bytes) -> None:
    for read in (read_digits, read_keys):
        with pytest.raises(VaultError, match="of another version"):
            read(text)


def test_impossible_tries_are_refused() -> None:
    medium = lived(0)
    seal = DeviceSeal(medium.parts[DEVICE_PART])
    text = seal.open_part(DIGITS_PART, medium.parts[DIGITS_PART])
    for wrong in (b'"left":4', b'"left":-1', b'"left":16'):
        with pytest.raises(VaultError):
            read_digits(text.replace(b'"left":3', wrong, 1))


# What lies on the medium


def test_a_pin_opens_at_the_cost_that_it_was_set_at() -> None:
    medium = lived(1)
    dearer = open_vault(medium, give_published, cost=1 << 10)
    assert dearer.check_pin(b"123456")
    assert dearer.change_digits(PIN, b"123456", b"654321")
    vault = vault_on(medium)
    assert vault.check_pin(b"654321")
    assert vault._digits.pin.wrapping.cost == 1 << 10
    assert vault._digits.puk.wrapping.cost == CHEAP


@pytest.mark.parametrize("cost", [0, 1, 3, 1 << 19, -2])
def test_a_cost_that_cannot_be_paid_is_refused(cost: int) -> None:
    medium = lived(0)
    seal = DeviceSeal(medium.parts[DEVICE_PART])
    text = seal.open_part(DIGITS_PART, medium.parts[DIGITS_PART])
    with pytest.raises(VaultError, match="of another version"):
        read_digits(text.replace(b'"cost":2', f'"cost":{cost}'.encode(), 1))


def test_neither_pin_nor_key_lies_on_the_medium() -> None:
    medium = MemoryMedium()
    vault = vault_on(medium)
    vault.change_digits(PIN, b"123456", b"90817263")
    vault.make_key(0x9A, RULES)
    vault.make_key(0x9E, KeyRules(KeyAlgorithm.P256, PinPolicy.NEVER, TouchPolicy.NEVER))
    vault.check_pin(b"90817263")
    secrets = [b"90817263", b"12345678", bytes(vault._root), vault._private(0x9A), vault._private(0x9E)]
    secrets.append(vault._keys.management.key)
    seal = DeviceSeal(medium.parts[DEVICE_PART])
    for name in (DIGITS_PART, KEYS_PART):
        opened = seal.open_part(name, medium.parts[name])
        for secret in secrets:
            assert secret not in medium.parts[name]
        for guarded in (secrets[0], secrets[1], secrets[2], secrets[3]):
            assert guarded not in opened, "not even with the device secret"
            assert guarded.hex().encode() not in opened


def test_a_guarded_key_wants_the_pin_of_the_vault_itself() -> None:
    vault = vault_on(MemoryMedium())
    vault.make_key(0x9A, RULES)
    with pytest.raises(VaultError, match="wants the PIN"):
        vault.sign_number(0x9A, DIGEST)
    vault.check_pin(b"123456")
    assert vault.sign_number(0x9A, DIGEST)
    vault.check_pin(b"000000")
    with pytest.raises(VaultError, match="wants the PIN"):
        vault.sign_number(0x9A, DIGEST)


def test_a_key_is_opened_once_for_many_signatures_and_not_beyond_the_pin(mocker: MockerFixture) -> None:
    """To open it costs five times what a signature does, and a browser wants several in a row."""
    vault = vault_on(MemoryMedium())
    vault.make_key(0x9A, RULES)
    opened = mocker.spy(sealed, "read_scalar")
    for _ in range(2):
        assert vault.check_pin(b"123456")
        for _ in range(3):
            verify(vault, 0x9A, vault.sign_number(0x9A, DIGEST))
    assert opened.call_count == 2, "once after each PIN"
    vault.lock_keys()
    with pytest.raises(VaultError, match="wants the PIN"):
        vault.sign_number(0x9A, DIGEST)


def test_another_key_in_the_slot_signs_as_itself() -> None:
    """Whichever way it came there, and though the one before it was open."""
    vault = vault_on(MemoryMedium())
    for slot in (0x9A, 0x82):
        vault.make_key(slot, RULES)
    assert vault.check_pin(b"123456")
    for slot in (0x9A, 0x82):
        verify(vault, slot, vault.sign_number(slot, DIGEST))
    vault.make_key(0x9A, RULES)
    verify(vault, 0x9A, vault.sign_number(0x9A, DIGEST))
    vault.move_key(0x82, 0x9A)
    verify(vault, 0x9A, vault.sign_number(0x9A, DIGEST))


def verify(vault: SealedVault, slot: int, signature: bytes) -> None:
    """Raises InvalidSignature where the key that the card tells did not make it."""
    facts = vault.describe_key(slot)
    assert facts is not None
    public = read_public(facts.public)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(signature, DIGEST, ec.ECDSA(Prehashed(SHA256())))


def test_a_guarded_key_opens_beside_its_own_public_key_only() -> None:
    vault = vault_on(MemoryMedium())
    vault.check_pin(b"123456")
    sealed = guard_secret(vault._digits.root, b"public", b"scalar")
    assert open_guarded(bytes(vault._root), b"public", sealed) == b"scalar"
    for beside, touched in ((b"other", sealed), (b"public", sealed[:-1]), (b"public", b"")):
        with pytest.raises(VaultError, match="damaged"):
            open_guarded(bytes(vault._root), beside, touched)


def test_each_key_has_its_own_first_values_and_a_letter_tells_them() -> None:
    letters = []
    for _ in range(2):
        medium = MemoryMedium()
        vault = vault_on(medium, write_letter(medium))
        letter = medium.parts[LETTER].decode()
        told = dict(line.split(": ") for line in letter.splitlines() if ": " in line)
        pin, puk = told["PIN"].encode(), told["PUK"].encode()
        assert (len(pin), len(puk), len(told["Management key (AES-256)"])) == (6, 8, 64)
        assert vault.unblock_pin(puk, pin)
        assert vault.check_pin(pin)
        assert not vault.describe_tries(PIN).published
        assert not vault.describe_management().published
        letters.append(letter)
    assert letters[0] != letters[1]


def test_a_new_beginning_writes_a_new_letter() -> None:
    medium = MemoryMedium()
    vault = vault_on(medium, write_letter(medium))
    first = medium.parts.pop(LETTER)
    vault.start_anew()
    assert medium.parts[LETTER] != first


def test_a_full_key_is_opened_again() -> None:
    medium = MemoryMedium()
    vault = vault_on(medium)
    tags = [tag for tag in range(0x5FC100, 0x5FFFFF) if is_object(tag)]
    for tag in tags:
        vault.write_object(tag, bytes(MAX_OBJECT))
    for slot in KEY_SLOTS:
        vault.make_key(slot, RULES)
    assert len(medium.parts[KEYS_PART]) * 2 < LONGEST_PART, "and as much again"
    again = vault_on(medium)
    assert {again.read_object(tag) for tag in tags} == {bytes(MAX_OBJECT)}
    assert all(again.describe_key(slot) for slot in KEY_SLOTS)


# What it computes


def test_a_fault_in_one_half_of_an_rsa_operation_does_not_leave() -> None:
    numbers = rsa.generate_private_key(65537, 1024).private_numbers()

    def faulty(base: int, exponent: int, modulus: int) -> int:
        right = pow(base, exponent, modulus)
        return right ^ 1 if modulus == numbers.p else right

    n = numbers.public_numbers.n
    assert raise_raw(numbers.p, numbers.q, 42) == pow(42, numbers.d, n)
    with pytest.raises(VaultError, match="went wrong"):
        raise_raw(numbers.p, numbers.q, 42, faulty)


@pytest.mark.parametrize("number", [0, 1])
def test_the_smallest_numbers_are_their_own_signature(number: int) -> None:
    numbers = rsa.generate_private_key(65537, 1024).private_numbers()
    assert raise_raw(numbers.p, numbers.q, number) == number


def test_a_vault_that_could_not_be_opened_has_a_repr_too() -> None:
    """A traceback's frame holds it as it was when the opening ended."""
    assert repr(SealedVault.__new__(SealedVault)) == "<SealedVault not open>"
