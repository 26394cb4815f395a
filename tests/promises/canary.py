"""The reader in a process of its own, to be looked into from outside. Run by test_r10_pin_leaks.

It never knows the PIN as a whole: keys come over standard input one byte at a time, and the card knows a digest only.
Everything is logged, at the most verbose level, to standard error.

    digits     press that key            I, P   put the card in, pull it
    C, O, A    press Code, OK, Arrêt     W      let 35 s pass
    R          print the repr of everything of ours that is alive
    X          let a part fail with an error nobody thought of, print its traceback, go on
    ?          print "ready", when everything before is done
"""

import gc
import hashlib
import json
import logging
import os
import sys
import traceback
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from device.config import Config, ReaderConfig
from device.pace import Stepper
from device.reader.appliance import ReaderLoop
from device.reader.compose import fit_reader
from device.simulated import simulate_board
from drivers.board_twin import BoardTwin
from drivers.clock import SteppedClock
from drivers.ports import Notify
from sesame_core.events import CardAbsent, CardAnswered, CardPowered, CardPresent, Event, Key, Millis
from sesame_core.smartcard.apdu import Protocol

OURS = ("sesame_core", "drivers", "device", "tests")
KEYS = {b"C": Key.CODE, b"O": Key.OK, b"A": Key.OFF} | {
    b"%d" % key.digit_value: key for key in Key if key.digit_value is not None
}
VERIFY = 0x20


class SomeError(Exception):
    """Something nobody thought of."""


class ForgetfulSlot:
    """A slot with a card that compares a PIN's digest and keeps nothing of it."""

    def __init__(self, digest: str, answers: dict[str, str]) -> None:
        self._digest = digest
        self._answers = {bytes.fromhex(command): bytes.fromhex(answer) for command, answer in answers.items()}
        self._events: deque[Event] = deque()
        self._inside = False
        self.fails = False
        self.tries = 3

    def start(self, notify: Notify) -> None:
        """Empty at first."""
        self.change(False)

    def change(self, inside: bool) -> None:
        """Put the card in, or pull it."""
        self._inside = inside
        self._events.clear()
        self._events.append(CardPresent(0) if inside else CardAbsent(0))

    @property
    def card_in(self) -> bool:
        """As told."""
        return self._inside

    def next_due(self) -> Millis | None:
        """At once, when there is something to tell."""
        return 0 if self._events else None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """What there is to tell."""
        told = [replace(event, at=now) for event in self._events]
        self._events.clear()
        return told

    def close(self) -> None:
        """Nothing to let go of."""

    def power_on(self, ticket: int) -> None:
        """Answered at the next poll."""
        if self._inside:
            self._events.append(CardPowered(0, ticket, b"\x3b\x00", Protocol.T1))

    def power_next(self, ticket: int) -> bool:
        """There is no other card."""
        return False

    def power_off(self) -> None:
        """Nothing to remember."""

    def transmit(self, ticket: int, apdu: bytearray) -> None:
        """Answered at the next poll."""
        if self.fails:
            raise SomeError
        if apdu[1] == VERIFY:
            right = hashlib.sha256(memoryview(apdu)[5:13]).hexdigest() == self._digest
            self.tries = 3 if right else self.tries - 1
            answer = b"\x90\x00" if right else bytes((0x63, 0xC0 | self.tries))
        else:
            answer = next((self._answers[key] for key in self._answers if apdu.startswith(key)), b"\x6a\x82")
        self._events.append(CardAnswered(0, ticket, answer))


def main() -> None:
    """Until standard input ends."""
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    clock = SteppedClock()
    config = Config(reader=ReaderConfig(pin_digits=(12, 12)))
    parts = simulate_board(config, clock)
    slot = ForgetfulSlot(sys.argv[1], json.loads(sys.argv[2]))
    loop = fit_reader(config, parts.board, slot)
    stepper = Stepper(loop, clock)
    loop.start(lambda: None)
    stepper.settle()
    while byte := os.read(0, 1):
        try:
            _act(byte, loop, stepper, slot, parts.hardware)
        except SomeError:
            sys.stderr.write(traceback.format_exc())
            slot.fails = False
    loop.close()


def _act(byte: bytes, loop: ReaderLoop, stepper: Stepper, slot: ForgetfulSlot, hardware: BoardTwin) -> None:
    if byte in KEYS:
        hardware.press_key(KEYS[byte])
        stepper.advance(80)
        hardware.release_key(KEYS[byte])
        stepper.advance(80)
    elif byte in b"IP":
        slot.change(byte == b"I")
        stepper.settle()
    elif byte == b"W":
        stepper.advance(35_000)
    elif byte == b"X":
        slot.fails = True
    elif byte == b"R":
        alive = [each for each in gc.get_objects() if type(each).__module__.partition(".")[0] in OURS]
        sys.stderr.write("\n".join(map(repr, alive)) + "\n")
    elif byte == b"?":
        sys.stdout.write(f"ready {loop.state.phase.value}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
