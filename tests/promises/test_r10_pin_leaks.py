"""R10: a PIN of twelve digits goes through every path, crashes included, and is found nowhere: not in a log at the most
verbose level, a traceback, the repr of anything, the output, nor, once the session is over, in the process's memory."""

import hashlib
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.scripted import FRENCH_AC, french_card

ROOT = Path(__file__).parents[2]
CODE = "34656023"
CHUNK = 1 << 20


class Canary:
    """A reader in a process, and a PIN that only the test knows."""

    def __init__(self, log: Path) -> None:
        dice = random.Random(os.urandom(8))
        self.pin = "".join(dice.choice("123456789") for _ in range(12))
        block = bytes.fromhex(f"2C{self.pin}FF")
        answers = {key: answer.hex() for key, answer in french_card().answers.items() if isinstance(answer, bytes)}
        assert FRENCH_AC.lower() in answers["80AE80"]
        self.log = log
        command = [
            sys.executable,
            "-m",
            "tests.promises.canary",
            hashlib.sha256(block).hexdigest(),
            json.dumps(answers),
        ]
        with log.open("wb") as errors:
            self.child = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, bufsize=0
            )

    def act(self, acts: str) -> str:
        """Do these, "pin" and "wrong" standing for twelve digits; where the course stands then."""
        wrong = self.pin[1:] + self.pin[:1] if self.pin[1:] + self.pin[:1] != self.pin else self.pin[::-1]
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        for byte in acts.replace("pin", self.pin).replace("wrong", wrong).replace(" ", "") + "?":
            self.child.stdin.write(byte.encode())
        return self.child.stdout.readline().decode().removeprefix("ready ").strip()

    def end(self) -> str:
        """Let it end; everything it has ever written."""
        output, _ = self.child.communicate(timeout=60)
        assert self.child.returncode == 0
        return self.log.read_text(encoding="utf-8") + output.decode()

    def found_in_memory(self) -> list[str]:
        """Where the PIN, or the code, stands in the process's memory, in any of the forms it could have."""
        return [f"{form} in {place}" for place, part in self._memory() for form in self._forms_in(part)]

    def _forms_in(self, part: bytes) -> Iterator[str]:
        for what, digits in (("PIN", self.pin), ("code", CODE)):
            for form, pattern in forms(digits).items():
                if pattern in part:
                    yield f"{what} as {form}"

    def _memory(self) -> Iterator[tuple[str, bytes]]:
        """Every page that can be read, in overlapping pieces."""
        process = Path(f"/proc/{self.child.pid}")
        with (process / "mem").open("rb", buffering=0) as memory:
            for line in (process / "maps").read_text().splitlines():
                match = re.match(r"([0-9a-f]+)-([0-9a-f]+) r\S* \S+ \S+ \S+\s*(.*)", line)
                if match and match[3] not in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
                    yield from _pieces(memory.fileno(), int(match[1], 16), int(match[2], 16), match[3])


def _pieces(memory: int, start: int, end: int, name: str) -> Iterator[tuple[str, bytes]]:
    for at in range(start, end, CHUNK):
        yield f"{name or 'heap'} {at:x}", os.pread(memory, min(CHUNK + 64, end - at), at)


def forms(digits: str) -> dict[str, bytes]:
    """How digits may lie in memory."""
    return {
        "text": digits.encode(),
        "grouped text": f"{digits[:4]} {digits[4:]}".encode(),
        "values": bytes(map(int, digits)),
        "BCD": bytes.fromhex(digits),
        "wide text": digits.encode("utf-32-le"),
    }


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    """A reader to look into."""
    reader = Canary(tmp_path / "log")
    yield reader
    with reader.child:
        reader.child.kill()


def test_the_search_finds_what_is_there(canary: Canary) -> None:
    """While the PIN is typed it must be somewhere, and while a code is shown, that too."""
    assert canary.act("I C pin") == "pin"
    assert any(hit.startswith("PIN as values") for hit in canary.found_in_memory())
    assert canary.act("O") == "code"
    assert any(hit.startswith("code as values") for hit in canary.found_in_memory())


COURSES = {
    "a code, and 35 s": ("I C pin O W", "asleep"),
    "a code, and Arrêt": ("I C pin O A", "asleep"),
    "a code, and the card pulled": ("I C pin O P", "asleep"),
    "a wrong PIN, then the right one": ("I C wrong O pin O W", "asleep"),
    "three wrong PINs": ("I C wrong O wrong O wrong O", "fault"),
    "typed, and Arrêt": ("I C pin A", "asleep"),
    "typed, and the card pulled": ("I C pin P", "asleep"),
    "typed, and 35 s": ("I C pin W", "asleep"),
    "typed, and Code again": ("I C pin C", "pin"),
    "a crash at VERIFY": ("I C pin X O A", "asleep"),
    "a crash, and the card pulled": ("I C pin X O P", "asleep"),
}


@pytest.mark.parametrize("course", COURSES)
def test_nothing_is_left_in_memory(canary: Canary, course: str) -> None:
    acts, phase = COURSES[course]
    assert canary.act(acts) == phase
    assert canary.found_in_memory() == []


def test_nothing_is_written_or_printed(canary: Canary) -> None:
    for acts, _ in COURSES.values():
        canary.act("P R " + acts.replace("pin", "pin R") + " R")
    written = canary.end()
    assert "SomeError" in written, "the crashes left their tracebacks"
    assert "<Pin: 12 digits>" in written, "the representation of everything was printed"
    assert "-> code" in written, "what the reader does was logged"
    searched = written.replace(" ", "")
    for digits in (canary.pin, CODE):
        assert digits not in searched
        assert digits[:6] not in searched
        assert repr(bytes(map(int, digits)))[2:-1] not in written
        assert ", ".join(digits) not in written
    assert repr(bytes.fromhex(canary.pin))[2:-1] not in written
