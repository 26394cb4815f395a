"""Fuzzed sessions: any card, any keys, any answers, any moment. Nothing may come of it but the reader's own screens.

    python -m tests.promises.fuzz --sessions 1000000 [--seed 0]

Each session is made from its number alone, so that a finding is repeated with --seed N --sessions 1. The exit status is
1 as soon as a promise is broken.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence

from bank.cards.gallery import GALLERY
from sesame_core.reader.state import Phase, Rules
from sesame_core.smartcard.apdu import MAX_COMMANDS, MAX_RECORDS
from tests.promises.bad_answers import BENDS
from tests.promises.courses import FUNCTIONS, keys_of
from tests.promises.rig import Rig

CARDS = tuple(GALLERY)
KEYS = ("Code", "Défi", "Signer", "C", "OK", "Arrêt", *"0123456789")
INTERESTING = (0x00, 0x01, 0x7F, 0x80, 0x81, 0x82, 0xFF, 0x70, 0x77, 0x6F, 0x8C, 0x9F, 0x61, 0x6C)


class Plan:
    """What happens in the session of this number."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        self.seed = seed
        self.card = dice.choice(CARDS)
        self.keys = self._keys(dice)
        self.rate = dice.choice((0.0, 0.02, 0.1, 0.3, 1.0))
        self.latency = dice.choice((0, 0, 0, 100, 400))
        self.dice = dice

    def _keys(self, dice: random.Random) -> list[str]:
        keys = keys_of(dice.choice(tuple(FUNCTIONS)), self.card).split()
        for _ in range(dice.choice((0, 0, 1, 3, 8))):
            keys.insert(dice.randrange(len(keys) + 1), dice.choice(KEYS))
        return keys

    def tamper(self, _number: int, answer: bytes) -> bytes | None:
        """The true answer, or something else."""
        if self.dice.random() >= self.rate:
            return answer
        return self.dice.choice((self._bent, self._flipped, self._cut, self._spliced, self._noise, self._pulled))(
            answer
        )

    def _bent(self, answer: bytes) -> bytes:
        return BENDS[self.dice.choice(tuple(BENDS))](answer)

    def _flipped(self, answer: bytes) -> bytes:
        """One to four bytes changed, the status word seldom among them."""
        flipped = bytearray(answer)
        for _ in range(self.dice.randint(1, 4)):
            if flipped:
                at = self.dice.randrange(len(flipped) if self.dice.random() < 0.1 else max(1, len(flipped) - 2))
                flipped[at] = self.dice.choice((*INTERESTING, self.dice.randrange(256)))
        return bytes(flipped)

    def _cut(self, answer: bytes) -> bytes:
        return answer[: self.dice.randrange(len(answer) + 1)]

    def _spliced(self, answer: bytes) -> bytes:
        at = self.dice.randrange(len(answer) + 1)
        return answer[:at] + self.dice.randbytes(self.dice.randint(1, 8)) + answer[at:]

    def _noise(self, answer: bytes) -> bytes:
        return self.dice.randbytes(self.dice.choice((1, 2, 16, 256, 5000))) + b"\x90\x00"

    def _pulled(self, _answer: bytes) -> None:
        return None


def judge(plan: Plan) -> None:
    """Play a session. Raises AssertionError where a promise is broken, and whatever escapes from the reader."""
    rig = Rig(Rules(4, 12), latency=lambda _command: plan.latency)
    rig.slot.tamper = plan.tamper
    rig.insert(plan.card)
    complete = 0
    for key in plan.keys:
        state, commands = rig.loop.state, rig.commands
        complete += key == "OK" and state.phase is Phase.PIN and state.typed >= state.rules.pin_least
        rig.press(key)
        if plan.latency and plan.dice.random() < 0.3:
            rig.wait(plan.dice.choice((50, 500, 5000)))
        assert rig.commands <= commands + MAX_COMMANDS + MAX_RECORDS, "a card without end"
    rig.wait(3000)
    _hold(rig, complete)
    if rig.slot.card is not None:
        rig.pull()
        assert rig.dark
        assert not rig.secrets_left


def _hold(rig: Rig, complete: int) -> None:
    """What must be true whatever happened."""
    assert rig.verifies <= complete, "a PIN was sent that nobody confirmed"
    assert (rig.loop.state.code is not None) is (rig.phase is Phase.CODE)
    assert rig.dark is (not rig.loop.state.awake) or rig.phase is Phase.READING
    if rig.phase in (Phase.FAULT, Phase.ASLEEP):
        assert not rig.secrets_left


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser("python -m tests.promises.fuzz")
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the number of the first session")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    for number in range(options.seed, options.seed + options.sessions):
        try:
            judge(Plan(number))
        except Exception as error:
            sys.stdout.write(f"session {number}: {type(error).__name__}: {error}\n")
            raise
        if (number + 1) % 10_000 == 0:
            sys.stdout.write(f"{number + 1 - options.seed} sessions, {time.monotonic() - began:.0f} s, nothing found\n")
            sys.stdout.flush()
    sys.stdout.write(f"{options.sessions} sessions, {time.monotonic() - began:.0f} s, nothing found\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
