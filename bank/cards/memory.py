"""What a card remembers without power: its transaction counter and its PIN tries."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from bank.decoding import decode_foreign, is_whole
from bank.emv.codes import MAX_ATC
from bank.files import lock_file, read_private, write_private


@dataclass(frozen=True, slots=True)
class Counters:
    """`atc`: the last value used, 0..65535. `tries`: PIN tries left, 0..15."""

    atc: int
    tries: int

    def __post_init__(self) -> None:
        if not (is_whole(self.atc, MAX_ATC) and is_whole(self.tries, 0xF)):
            raise ValueError("counter out of range")


Change = Callable[[Counters], Counters]


class CardMemory(Protocol):
    """Where counters live."""

    def update(self, change: Change) -> Counters:
        """Apply `change` to what is stored, as one indivisible step, and return the result once it is safe.

        Raises StateError when it cannot be stored: then nothing has changed.
        """
        ...


class VolatileMemory:
    """Counters that die with the process. Safe between threads."""

    def __init__(self, start: Counters) -> None:
        self._counters = start
        self._lock = threading.Lock()

    def update(self, change: Change) -> Counters:
        """See CardMemory."""
        with self._lock:
            self._counters = change(self._counters)
            return self._counters


class FileMemory:
    """Counters in one small file. Safe between threads and processes, and over a power cut at any moment."""

    def __init__(self, path: Path, start: Counters) -> None:
        self._path = path
        self._start = start

    def update(self, change: Change) -> Counters:
        """See CardMemory. The file appears with the first change."""
        with lock_file(self._path):
            before = self._load()
            after = change(before)
            if after != before:
                write_private(self._path, json.dumps(asdict(after)).encode())
            return after

    def _load(self) -> Counters:
        raw = read_private(self._path)
        if raw is None:
            return self._start
        with decode_foreign(f"{self._path} is not a card's state; delete it to have the card made anew"):
            return counters_from(raw)


def counters_from(raw: bytes) -> Counters:
    """The counters that `FileMemory` wrote. Put `decoding` around it: whatever it raises, the bytes are no card's."""
    found = json.loads(raw)
    if set(found) != {"atc", "tries"}:
        raise ValueError("not a card's state")
    return Counters(found["atc"], found["tries"])


def keep_counters(counters: Counters) -> Counters:
    """The change that only looks."""
    return counters
