"""What the vault keeps, as values, and as the JSON that its parts are before they are sealed.

Two parts, each replaced at once: `digits` has what changes with every PIN, `keys` all the rest. Only one of them
changes in a command, but when the card starts anew: then `keys` are emptied first.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from drivers.vault.sealing import Wrapping
from sesame_core.piv.names import BlockAlgorithm, KeyAlgorithm, KeyReference, KeyRules, PinPolicy, TouchPolicy
from sesame_core.piv.vault import VaultError

DEVICE_PART: Final = "device"
"""The secret that seals the two others: not sealed itself, but where a chip does (secret_sealer)."""

DIGITS_PART: Final = "digits"
KEYS_PART: Final = "keys"
FORM: Final = 1
"""The version of both parts' form."""

MAX_TRIES: Final = 15
"""What the last digit of 63Cx can say."""


@dataclass(frozen=True, slots=True)
class DigitsEntry:
    """Of PIN or PUK: tries in all and left, the root sealed under it, whether it is the published one."""

    total: int
    left: int
    wrapping: Wrapping = field(repr=False)
    published: bool

    def __post_init__(self) -> None:
        if not 0 <= self.left <= self.total <= MAX_TRIES:
            raise ValueError("tries out of range")


@dataclass(frozen=True, slots=True)
class DigitsPart:
    """PIN, PUK and the root's public half."""

    root: bytes = field(repr=False)
    pin: DigitsEntry
    puk: DigitsEntry

    def entry(self, reference: KeyReference) -> DigitsEntry:
        """PIN's or PUK's."""
        return self.pin if reference is KeyReference.PIN else self.puk

    def with_entry(self, reference: KeyReference, entry: DigitsEntry) -> "DigitsPart":
        """The same with another PIN's or PUK's."""
        return replace(self, pin=entry) if reference is KeyReference.PIN else replace(self, puk=entry)


@dataclass(frozen=True, slots=True)
class ManagementEntry:
    """The management key."""

    algorithm: BlockAlgorithm
    key: bytes = field(repr=False)
    touch: TouchPolicy
    published: bool


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key pair. `guarded`: the private half is sealed to the root, and otherwise by its part alone."""

    rules: KeyRules
    public: bytes = field(repr=False)
    guarded: bool
    private: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeysPart:
    """All that does not change with a PIN."""

    serial: int
    management: ManagementEntry
    objects: Mapping[int, bytes] = field(repr=False)
    keys: Mapping[int, KeyEntry] = field(repr=False)


def write_digits(part: DigitsPart) -> bytes:
    """The part as JSON."""
    entries = {name: _write_entry(entry) for name, entry in (("pin", part.pin), ("puk", part.puk))}
    return _as_json({"root": part.root.hex(), **entries})


def read_digits(text: bytes) -> DigitsPart:
    """Raises VaultError: it is no such part."""
    with _decoding(DIGITS_PART):
        told = _from_json(text)
        return DigitsPart(bytes.fromhex(told["root"]), _read_entry(told["pin"]), _read_entry(told["puk"]))


def write_keys(part: KeysPart) -> bytes:
    """The part as JSON."""
    management = part.management
    return _as_json(
        {
            "serial": part.serial,
            "management": {
                "algorithm": management.algorithm,
                "key": management.key.hex(),
                "touch": management.touch,
                "published": management.published,
            },
            "objects": {f"{tag:06X}": value.hex() for tag, value in part.objects.items()},
            "keys": {f"{slot:02X}": _write_key(entry) for slot, entry in part.keys.items()},
        }
    )


def read_keys(text: bytes) -> KeysPart:
    """Raises VaultError: it is no such part."""
    with _decoding(KEYS_PART):
        told = _from_json(text)
        management = told["management"]
        return KeysPart(
            int(told["serial"]),
            ManagementEntry(
                BlockAlgorithm(management["algorithm"]),
                bytes.fromhex(management["key"]),
                TouchPolicy(management["touch"]),
                bool(management["published"]),
            ),
            {int(tag, 16): bytes.fromhex(value) for tag, value in told["objects"].items()},
            {int(slot, 16): _read_key(entry) for slot, entry in told["keys"].items()},
        )


def _write_entry(entry: DigitsEntry) -> dict[str, object]:
    return {
        "total": entry.total,
        "left": entry.left,
        "cost": entry.wrapping.cost,
        "salt": entry.wrapping.salt.hex(),
        "sealed": entry.wrapping.sealed.hex(),
        "published": entry.published,
    }


def _read_entry(told: Mapping[str, Any]) -> DigitsEntry:
    wrapping = Wrapping(int(told["cost"]), bytes.fromhex(told["salt"]), bytes.fromhex(told["sealed"]))
    return DigitsEntry(int(told["total"]), int(told["left"]), wrapping, bool(told["published"]))


def _write_key(entry: KeyEntry) -> dict[str, object]:
    return {
        "algorithm": entry.rules.algorithm,
        "pin": entry.rules.pin,
        "touch": entry.rules.touch,
        "public": entry.public.hex(),
        "guarded": entry.guarded,
        "private": entry.private.hex(),
    }


def _read_key(told: Mapping[str, Any]) -> KeyEntry:
    rules = KeyRules(KeyAlgorithm(told["algorithm"]), PinPolicy(told["pin"]), TouchPolicy(told["touch"]))
    return KeyEntry(rules, bytes.fromhex(told["public"]), bool(told["guarded"]), bytes.fromhex(told["private"]))


def _as_json(facts: Mapping[str, object]) -> bytes:
    return json.dumps({"form": FORM, **facts}, separators=(",", ":")).encode()


def _from_json(text: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(text)
    if told["form"] != FORM:
        raise ValueError("another form")
    return told


@contextmanager
def _decoding(name: str) -> Iterator[None]:
    """Whatever a part's text is wrong in is a VaultError, which quotes nothing of it."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise VaultError(f"the key's part {name} is of another version: use the one that wrote it") from None
