"""The reader's R10 on the key: once an entry is over, its PIN is nowhere in the process's memory, in whatever form."""

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.vault.first_values import FirstValues
from drivers.vault.sealed import open_vault
from drivers.vault.twin import MemoryMedium
from sesame_core.piv.names import BlockAlgorithm

ROOT = Path(__file__).parents[2]
CHUNK = 1 << 20
KERNELS = ("[vvar]", "[vsyscall]", "[vvar_vclock]")


class KeyCanary:
    """A key in a process, and a PIN that only the test knows."""

    def __init__(self) -> None:
        dice = random.Random(os.urandom(8))
        self.pin, self.puk, self.new = ("".join(dice.choice("123456789") for _ in range(8)) for _ in range(3))
        values = FirstValues(self.pin.encode(), self.puk.encode(), BlockAlgorithm.AES_256, os.urandom(32))
        medium = MemoryMedium()
        open_vault(medium, lambda: values, cost=2)
        parts = json.dumps({name: content.hex() for name, content in medium.parts.items()})
        command = [sys.executable, "-m", "tests.key.key_canary", parts]
        self.child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def act(self, acts: str) -> str:
        """Do these, "pin", "puk" and "new" standing for eight digits; where the course stands then."""
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        for name in ("pin", "puk", "new"):
            acts = acts.replace(name, getattr(self, name))
        for byte in acts.replace(" ", "") + "?":
            self.child.stdin.write(byte.encode())
        return self.child.stdout.readline().decode().strip()

    def found_in_memory(self) -> list[str]:
        """Which of the three stands where, in what form."""
        return [found for place, part in self._memory() for found in self._forms_in(place, part)]

    def _forms_in(self, place: str, part: bytes) -> Iterator[str]:
        for name in ("pin", "puk", "new"):
            digits: str = getattr(self, name)
            forms = {"text": digits.encode(), "values": bytes(map(int, digits)), "wide": digits.encode("utf-32-le")}
            yield from (f"{name} as {form} in {place}" for form, pattern in forms.items() if pattern in part)

    def _memory(self) -> Iterator[tuple[str, bytes]]:
        process = Path(f"/proc/{self.child.pid}")
        with (process / "mem").open("rb", buffering=0) as memory:
            for line in (process / "maps").read_text().splitlines():
                match = re.match(r"([0-9a-f]+)-([0-9a-f]+) r\S* \S+ \S+ \S+\s*(.*)", line)
                if match and match[3] not in KERNELS:
                    start, end = int(match[1], 16), int(match[2], 16)
                    for at in range(start, end, CHUNK):
                        yield f"{match[3] or 'heap'} {at:x}", os.pread(memory.fileno(), min(CHUNK + 64, end - at), at)


@pytest.fixture
def canary() -> Iterator[KeyCanary]:
    """A key to look into."""
    key = KeyCanary()
    yield key
    with key.child:
        key.child.kill()


COURSES = (
    (("V new O", "wrong"), ("V pin O", "ready")),
    (("V pin A", "asleep"), ("V pin W", "asleep"), ("V pin P", "ready")),
    (("N pin O new O puk O W", "asleep"), ("N pin O new O new O", "ready"), ("U puk O pin O pin O", "ready")),
)
"""On one key: wrong and right; called off, left alone, pulled; repeated wrongly, changed, unblocked. A look after each
group, since one is a second."""


def test_what_is_typed_is_there_and_after_each_course_nothing_is(canary: KeyCanary) -> None:
    assert canary.act("V pin") == "pin"
    assert any(found.startswith("pin as values") for found in canary.found_in_memory()), "the search finds it"
    assert canary.act("A") == "asleep"
    for courses in COURSES:
        assert [canary.act(acts) for acts, _ in courses] == [phase for _, phase in courses]
        assert canary.found_in_memory() == [], courses
