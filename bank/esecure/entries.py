"""The virtual keyboard: digits in an order of chance, each key with a value that is good for one press.

No digit is in a request, and no script is needed: the browser sends the value of the key, and only the bank knows which
digit it stood for. That beats whoever listens to a keyboard or to requests, and not whoever sees the screen.
"""

import hmac
import json
import secrets
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from bank.books.schema_keys import NUMBER_ENTRIES
from bank.books.sessions import hash_token
from bank.esecure.frame import EsecureFrame
from bank.esecure.numbers import DIGITS

ENTRIES = NUMBER_ENTRIES
TOKEN_BYTES: Final = 32
SEED_BYTES: Final = 32
VALUE_DIGITS: Final = 32
"""Hexadecimal, of a key's value: 128 bits."""
ERASE, CONFIRM = 10, 11
"""The places behind the ten digits."""
SWEPT: Final = 100


class EntryPurpose(Enum):
    """What is typed. `parts`: how many numbers, one after the other."""

    LOG_ON = "log-on"
    PERSONALISE = "personalise"

    @property
    def parts(self) -> int:
        """The posted number, a new one, and that once more; or one alone."""
        return 3 if self is EntryPurpose.PERSONALISE else 1


class KeyPress(Enum):
    """What came of a press. STALE: no key of this keyboard as it stands now. SHORT: there are not six digits yet."""

    TYPED = "typed"
    STALE = "stale"
    SHORT = "short"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class KeyboardEntry:
    """A keyboard, and what was typed. `layout`: the ten digits in the order that they are shown in."""

    customer_id: int
    certificate_id: int
    purpose: EntryPurpose
    step: int
    seed: bytes = field(repr=False)
    layout: str = field(repr=False)
    typed: tuple[str, ...] = field(repr=False)

    @property
    def part(self) -> int:
        """Which number is being typed, from 0."""
        return len(self.typed) - 1

    @property
    def count(self) -> int:
        """How many digits of it there are."""
        return len(self.typed[-1])

    def value_of(self, place: int) -> str:
        """What the key at that place sends: another one after each press."""
        return hmac.digest(self.seed, f"{self.step}/{place}".encode(), sha256).hex()[:VALUE_DIGITS]

    def list_keys(self) -> list[tuple[str, str]]:
        """The ten digits as they are shown, each with what its key sends."""
        return [(digit, self.value_of(place)) for place, digit in enumerate(self.layout)]

    def find_place(self, value: str) -> int | None:
        """Where the key is that sends this; None for none of this moment."""
        given = value.encode("utf-8", "replace")
        places = [place for place in range(12) if hmac.compare_digest(self.value_of(place).encode(), given)]
        return places[0] if places else None

    def pressed(self, place: int) -> tuple["KeyboardEntry", KeyPress]:
        """After that key."""
        typed, outcome = self.typed, KeyPress.TYPED
        if place == CONFIRM and self.count < DIGITS:
            outcome = KeyPress.SHORT
        elif place == CONFIRM and len(typed) == self.purpose.parts:
            outcome = KeyPress.COMPLETE
        elif place == CONFIRM:
            typed = (*typed, "")
        elif place == ERASE:
            typed = (*typed[:-1], "")
        elif self.count < DIGITS:
            typed = (*typed[:-1], typed[-1] + self.layout[place])
        return replace(self, typed=typed, step=self.step + 1), outcome


def open_entry(
    frame: EsecureFrame, connection: Connection, whose: tuple[int, int], purpose: EntryPurpose, now_ms: int
) -> str:
    """A keyboard for that customer with that certificate: the token by which the browser finds it again."""
    old = select(ENTRIES.c.token_hash).where(ENTRIES.c.until_ms <= now_ms).limit(SWEPT)
    connection.execute(delete(ENTRIES).where(ENTRIES.c.token_hash.in_(old)))
    layout = list("0123456789")
    secrets.SystemRandom().shuffle(layout)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    entry = KeyboardEntry(*whose, purpose, 0, secrets.token_bytes(SEED_BYTES), "".join(layout), ("",))
    row = {
        "token_hash": hash_token(token),
        "customer_id": entry.customer_id,
        "certificate_id": entry.certificate_id,
        "purpose": purpose.value,
        "sealed": _seal(frame, token, entry),
        "step": 0,
        "until_ms": now_ms + frame.policy.entry_life_ms,
    }
    connection.execute(insert(ENTRIES).values(row))
    return token


def read_entry(frame: EsecureFrame, connection: Connection, token: str, now_ms: int) -> KeyboardEntry | None:
    """The keyboard with that token; None where its time is over."""
    query = select(ENTRIES).where(ENTRIES.c.token_hash == hash_token(token), ENTRIES.c.until_ms > now_ms)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    plain = json.loads(frame.store.unseal_secret(_name(token), row["sealed"]))
    return KeyboardEntry(
        row["customer_id"],
        row["certificate_id"],
        EntryPurpose(row["purpose"]),
        row["step"],
        bytes.fromhex(plain["seed"]),
        plain["layout"],
        tuple(plain["typed"]),
    )


def press_key(
    frame: EsecureFrame, connection: Connection, token: str, entry: KeyboardEntry, value: str
) -> tuple[KeyboardEntry, KeyPress]:
    """Press the key that sends `value`: of two at once, one counts. A keyboard that is complete is gone."""
    place = entry.find_place(value)
    if place is None:
        return entry, KeyPress.STALE
    after, outcome = entry.pressed(place)
    own = (ENTRIES.c.token_hash == hash_token(token), ENTRIES.c.step == entry.step)
    if outcome is KeyPress.COMPLETE:
        counted = connection.execute(delete(ENTRIES).where(*own)).rowcount
    else:
        changed = {"step": after.step, "sealed": _seal(frame, token, after)}
        counted = connection.execute(update(ENTRIES).where(*own).values(changed)).rowcount
    return (after, outcome) if counted else (entry, KeyPress.STALE)


def _seal(frame: EsecureFrame, token: str, entry: KeyboardEntry) -> bytes:
    plain = {"seed": entry.seed.hex(), "layout": entry.layout, "typed": list(entry.typed)}
    return frame.store.seal_secret(_name(token), json.dumps(plain).encode())


def _name(token: str) -> str:
    return f"keyboard {hash_token(token)}"
