"""The vault in sealed parts on a medium: in a folder of files, or in the twin's memory.

A try is taken from the medium before anything is compared, and comes back only with the comparison that was right; so
no power cut gives one back. Each change is one part, replaced at once. Nothing of it is in a repr.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from drivers.vault.attesting import attest_key, certify_itself
from drivers.vault.computing import (
    agree_secret,
    draw_pair,
    encrypt_block,
    read_public,
    read_scalar,
    sign_digest,
    sign_raw,
)
from drivers.vault.first_values import PUBLISHED, Factory, FirstValues
from drivers.vault.medium import Medium
from drivers.vault.opening import open_parts
from drivers.vault.parts import (
    DEVICE_PART,
    DIGITS_PART,
    KEYS_PART,
    DigitsEntry,
    DigitsPart,
    KeyEntry,
    KeysPart,
    ManagementEntry,
    write_digits,
    write_keys,
)
from drivers.vault.sealing import SCRYPT_N, SECRET_SIZE, DeviceSeal, draw_root, guard_secret, open_guarded
from sesame_core.piv.names import (
    ATTESTATION_CERTIFICATE,
    CAPABILITIES,
    HOLDER_ID,
    BlockAlgorithm,
    KeyAlgorithm,
    KeyReference,
    KeyRules,
    PinPolicy,
    Slot,
    TouchPolicy,
    usual_rules,
)
from sesame_core.piv.objects import card_capabilities, certificate_container, holder_id, protected_management
from sesame_core.piv.vault import KeyFacts, ManagementState, TriesState, VaultError

PIN_TRIES: Final = 3
PUK_TRIES: Final = 3
LARGEST_SERIAL: Final = (1 << 31) - 1


def open_vault(medium: Medium, factory: Factory, *, cost: int = SCRYPT_N, pinless: bool = False) -> "SealedVault":
    """The vault on this medium, made if there is none. `factory` gives PIN, PUK and management key their first values;
    `cost` is the N of scrypt for a PIN that is set from now on. `pinless`: keys that are made from now on want no PIN,
    whatever is asked. Raises VaultError."""
    return SealedVault(medium, open_seal(medium, cost), factory, pinless=pinless)


def open_seal(medium: Medium, cost: int = SCRYPT_N) -> DeviceSeal:
    """What seals the parts on this medium. Raises VaultError."""
    return DeviceSeal(_device_secret(medium), cost)


def _device_secret(medium: Medium) -> bytes:
    """The device secret, drawn if there is none. How it lies on the medium is the medium's (secret_sealer)."""
    secret = medium.read_part(DEVICE_PART)
    if secret is None:
        if medium.read_part(DIGITS_PART) is not None:
            raise VaultError("the key's device secret is gone, and nothing opens the key without it: put it back")
        secret = os.urandom(SECRET_SIZE)
        medium.replace_part(DEVICE_PART, secret)
    return secret


class SealedVault:
    """See Vault."""

    def __init__(self, medium: Medium, seal: DeviceSeal, factory: Factory, *, pinless: bool = False) -> None:
        """Opens what is there, or makes it. Raises VaultError."""
        self._pinless = pinless
        self._medium = medium
        self._seal = seal
        self._factory = factory
        self._root = bytearray()
        self._opened: dict[int, tuple[KeyEntry, ec.EllipticCurvePrivateKey]] = {}
        digits, keys = medium.read_part(DIGITS_PART), medium.read_part(KEYS_PART)
        if digits is None:
            # `digits` come last, so without them there is no key yet: the power may have gone while one was made.
            self._make()
        elif keys is None:
            raise VaultError("the key's part keys is gone: put it back, or move the other parts away for a new key")
        else:
            self._digits, self._keys = open_parts(seal, digits, keys)

    def __repr__(self) -> str:
        keys = getattr(self, "_keys", None)  # a traceback holds one that could not be opened, too
        return f"<{type(self).__name__} {'not open' if keys is None else keys.serial}>"

    @property
    def serial(self) -> int:
        """See Vault."""
        return self._keys.serial

    def draw_random(self, size: int) -> bytes:
        """See Vault."""
        return os.urandom(size)

    # Data objects

    def read_object(self, tag: int) -> bytes | None:
        """See Vault."""
        return self._keys.objects.get(tag)

    def write_object(self, tag: int, value: bytes) -> None:
        """See Vault."""
        others = {known: old for known, old in self._keys.objects.items() if known != tag}
        self._keep_keys(replace(self._keys, objects={**others, tag: value} if value else others))

    # PIN and PUK

    def describe_tries(self, reference: KeyReference) -> TriesState:
        """See Vault."""
        entry = self._digits.entry(reference)
        return TriesState(entry.total, entry.left, entry.published)

    def check_pin(self, digits: bytes) -> bool:
        """See Vault."""
        self.lock_keys()
        root = self._compare(KeyReference.PIN, digits)
        if root is None:
            return False
        self._keep_digits(self._restored(self._digits, KeyReference.PIN))
        self._root[:] = root
        return True

    def change_digits(self, reference: KeyReference, old: bytes, new: bytes) -> bool:
        """See Vault."""
        root = self._compare(reference, old)
        if root is None:
            return False
        self._keep_digits(self._rewrapped(self._digits, reference, root, new))
        return True

    def unblock_pin(self, puk: bytes, new: bytes) -> bool:
        """See Vault."""
        root = self._compare(KeyReference.PUK, puk)
        if root is None:
            return False
        opened = self._restored(self._digits, KeyReference.PUK)
        self._keep_digits(self._rewrapped(opened, KeyReference.PIN, root, new))
        return True

    def lock_keys(self) -> None:
        """See Vault."""
        self._root[:] = bytes(len(self._root))
        self._root.clear()
        self._opened.clear()

    # The management key

    def describe_management(self) -> ManagementState:
        """See Vault."""
        entry = self._keys.management
        return ManagementState(entry.algorithm, entry.touch, entry.published)

    def encrypt_block(self, block: bytes) -> bytes:
        """See Vault."""
        return encrypt_block(self._keys.management.algorithm, self._keys.management.key, block)

    def set_management(self, algorithm: BlockAlgorithm, key: bytes, touch: TouchPolicy) -> None:
        """See Vault."""
        self._keep_keys(replace(self._keys, management=_management(algorithm, key, touch)))

    # Key pairs

    def describe_key(self, slot: int) -> KeyFacts | None:
        """See Vault."""
        entry = self._keys.keys.get(slot)
        return KeyFacts(entry.rules, entry.public) if entry else None

    def make_key(self, slot: int, rules: KeyRules) -> KeyFacts:
        """See Vault."""
        rules = replace(rules, pin=PinPolicy.NEVER) if self._pinless else rules
        private, public = draw_pair(rules.algorithm)
        guarded = rules.pin is not PinPolicy.NEVER
        kept = guard_secret(self._digits.root, public, private) if guarded else private
        entry = KeyEntry(rules, public, guarded, kept)
        self._keep_keys(replace(self._keys, keys={**self._keys.keys, slot: entry}))
        return KeyFacts(rules, public)

    def move_key(self, source: int, destination: int | None) -> None:
        """See Vault."""
        keys = {slot: entry for slot, entry in self._keys.keys.items() if slot != source}
        if destination is not None:
            keys[destination] = self._keys.keys[source]
        self._keep_keys(replace(self._keys, keys=keys))

    def sign_number(self, slot: int, number: bytes) -> bytes:
        """See Vault."""
        if self._keys.keys[slot].rules.algorithm is KeyAlgorithm.P256:
            return sign_digest(self._open_scalar(slot), number)
        return sign_raw(self._private(slot), number)

    def agree_secret(self, slot: int, point: bytes) -> bytes | None:
        """See Vault."""
        return agree_secret(self._open_scalar(slot), point)

    def attest_key(self, slot: int) -> bytes:
        """See Vault."""
        entry = self._keys.keys[slot]
        signer = read_scalar(self._private(Slot.ATTESTATION))
        return attest_key(signer, read_public(entry.public), slot, entry.rules, self.serial)

    def start_anew(self) -> None:
        """See Vault."""
        self.lock_keys()
        self._make(self._keys)

    # Behind them

    def _make(self, before: KeysPart | None = None) -> None:
        """A new key's parts: `keys` first, since without `digits` nothing is there at all."""
        values = self._factory()
        self._keep_keys(_first_keys(values, before))
        self._keep_digits(self._first_digits(values))

    def _first_digits(self, values: FirstValues) -> DigitsPart:
        private, public = draw_root()
        pin = DigitsEntry(PIN_TRIES, PIN_TRIES, self._seal.wrap_root(private, values.pin), values.pin == PUBLISHED.pin)
        puk = DigitsEntry(PUK_TRIES, PUK_TRIES, self._seal.wrap_root(private, values.puk), values.puk == PUBLISHED.puk)
        return DigitsPart(public, pin, puk)

    def _compare(self, reference: KeyReference, digits: bytes) -> bytes | None:
        """The private root where the digits are right. Takes the try first."""
        entry = self._digits.entry(reference)
        if not entry.left:
            return None
        self._keep_digits(self._digits.with_entry(reference, replace(entry, left=entry.left - 1)))
        return self._seal.unwrap_root(entry.wrapping, digits)

    def _restored(self, part: DigitsPart, reference: KeyReference) -> DigitsPart:
        entry = part.entry(reference)
        return part.with_entry(reference, replace(entry, left=entry.total))

    def _rewrapped(self, part: DigitsPart, reference: KeyReference, root: bytes, new: bytes) -> DigitsPart:
        total = part.entry(reference).total
        published = new == (PUBLISHED.pin if reference is KeyReference.PIN else PUBLISHED.puk)
        return part.with_entry(reference, DigitsEntry(total, total, self._seal.wrap_root(root, new), published))

    def _private(self, slot: int) -> bytes:
        """Raises VaultError for a guarded key without the PIN: the card asks for it before."""
        entry = self._keys.keys[slot]
        if not entry.guarded:
            return entry.private
        if not self._root:
            raise VaultError("this key wants the PIN")
        return open_guarded(bytes(self._root), entry.public, entry.private)

    def _open_scalar(self, slot: int) -> ec.EllipticCurvePrivateKey:
        """The P-256 key in this slot, opened once: a browser signs for several connections in a row, and to open a key
        costs five times what a signature does. It is kept no longer than the root, whose holder could open it anyway.
        Raises VaultError as `_private`."""
        entry = self._keys.keys[slot]
        known = self._opened.get(slot)
        if known is None or known[0] is not entry or (entry.guarded and not self._root):
            known = self._opened[slot] = entry, read_scalar(self._private(slot))
        return known[1]

    def _keep_digits(self, part: DigitsPart) -> None:
        self._write(DIGITS_PART, write_digits(part))
        self._digits = part

    def _keep_keys(self, part: KeysPart) -> None:
        self._write(KEYS_PART, write_keys(part))
        self._keys = part

    def _write(self, name: str, plain: bytes) -> None:
        self._medium.replace_part(name, self._seal.seal_part(name, plain))


def _first_keys(values: FirstValues, before: KeysPart | None) -> KeysPart:
    """No key but the attestation key; its certificate, and what every card must have (SP 800-73-5 part 1, table 3)."""
    serial = before.serial if before else secrets.randbelow(LARGEST_SERIAL) + 1
    attestation = before.keys[Slot.ATTESTATION] if before else _attestation_key()
    certificate = before.objects.get(ATTESTATION_CERTIFICATE) if before else None
    objects: Mapping[int, bytes] = {
        HOLDER_ID: holder_id(os.urandom(16)),
        CAPABILITIES: card_capabilities(os.urandom(14)),
        ATTESTATION_CERTIFICATE: certificate
        or certificate_container(certify_itself(read_scalar(attestation.private), serial)),
    }
    management = _management(values.algorithm, values.management, TouchPolicy.NEVER)
    if not management.published:
        objects = {**objects, **protected_management(values.management)}
    return KeysPart(serial, management, objects, {Slot.ATTESTATION: attestation})


def _attestation_key() -> KeyEntry:
    private, public = draw_pair(KeyAlgorithm.P256)
    rules = replace(usual_rules(Slot.ATTESTATION, KeyAlgorithm.P256), pin=PinPolicy.NEVER)
    return KeyEntry(rules, public, guarded=False, private=private)


def _management(algorithm: BlockAlgorithm, key: bytes, touch: TouchPolicy) -> ManagementEntry:
    published = (algorithm, key) == (PUBLISHED.algorithm, PUBLISHED.management)
    return ManagementEntry(algorithm, key, touch, published)
