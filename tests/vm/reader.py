"""A hand and an eye for the reader in the machine: keys go in as closed contacts, the glass comes out as I2C bytes."""

import base64
import time
from collections.abc import Callable, Iterator

from drivers.display.model import OledModel
from drivers.display.panels import find_panel
from drivers.keypad.matrix import Layout
from drivers.painter.raster import paint_screen
from drivers.ports import Picture
from sesame_core.events import Key
from sesame_core.reader.words.fr import FRENCH
from sesame_core.screens import Bar, Masked, Screen
from sesame_core.secrets import SecretDigits
from simulator.glyphs import half_blocks
from tests.vm.qemu import Machine, MachineError

BOARD = "/sys/devices/platform/sesame-board"
STATE = "/run/vm-cards"
SIZE = (128, 64)
LAYOUT = Layout()

DARK = Picture.dark(*SIZE)

HELD = 0.15
"""Seconds that a key is down, and up again: an emulated machine is slow."""

FULL_BAR = Bar(70, 70)
BAR_ROWS = 5
"""The lowest rows, where the bar shrinks while the code is shown."""


def picture(*lines: str) -> Picture:
    """What the glass shows for these sentences."""
    return paint_screen(Screen(lines=lines), SIZE)


def asked_for_pin(typed: int) -> Screen:
    """The PIN's screen with so many marks."""
    return Screen(lines=(FRENCH.pin,), field=Masked(typed, 4))


class Reader:
    """The reader of one power-on."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._model = OledModel(find_panel("ssd1306", *SIZE))
        self._taken = 0
        self._rest = b""

    # Hands

    def press(self, names: str) -> None:
        """Press keys one after the other: `Code 1 2 3 4 OK`."""
        masks = [self._mask(Key(name)) for name in names.split()]
        strokes = (f"echo {mask} >keys; sleep {HELD}; echo 0 >keys; sleep {HELD}" for mask in masks)
        self._machine.must(f"cd {BOARD}; " + "; ".join(strokes))

    def type_pin(self, digits: str) -> None:
        """The Code key and digits, each once its predecessor is seen: a busy emulator may be late by seconds."""
        self.press("Code")
        for typed, digit in enumerate(digits):
            self.wait_screen(asked_for_pin(typed))
            self.press(digit)
        self.wait_screen(asked_for_pin(len(digits)))

    def insert(self, card: str) -> None:
        """Put a card of the gallery into the virtual slot."""
        sesame = f"sesame virtual-card --state {STATE} {card}"
        self._machine.must(f"systemd-run --quiet --collect --unit=card {sesame}")

    def pull(self) -> None:
        """Pull it."""
        self._machine.must("systemctl stop card")

    # Eyes

    def glass(self) -> Picture:
        """What is to be seen now."""
        for _ in self._frames():
            pass
        return self._model.glass()

    def _frames(self) -> Iterator[Picture]:
        """What was to be seen after each message since the last look."""
        text = self._machine.must(f"tail -c +{self._taken + 1} {BOARD}/wire | base64 -w 0")
        fresh = base64.b64decode(text)
        self._taken += len(fresh)
        self._rest += fresh
        while len(self._rest) >= 2 and len(self._rest) >= 2 + (size := int.from_bytes(self._rest[:2], "little")):
            self._feed(self._rest[2 : 2 + size])
            self._rest = self._rest[2 + size :]
            yield self._model.glass()

    def wait_shown(self, *lines: str, limit: float = 60) -> float:
        """Seconds until these sentences have been shown since the last look, be they gone by now: a glass goes dark
        while a busy emulator looks elsewhere. Raises MachineError."""
        wanted, began = picture(*lines), time.monotonic()
        while self._model.glass() != wanted and wanted not in list(self._frames()):
            if time.monotonic() - began > limit:
                raise MachineError(f"the glass has never shown {' '.join(lines)}, but:\n{drawn(self.glass())}")
            time.sleep(0.2)
        return time.monotonic() - began

    def wait_for(self, *lines: str, limit: float = 60) -> float:
        """Seconds until these sentences, and nothing else, are shown. Raises MachineError."""
        return self.wait_screen(Screen(lines=lines), limit)

    def wait_screen(self, screen: Screen, limit: float = 60) -> float:
        """Seconds until exactly this is shown. Raises MachineError."""
        wanted = paint_screen(screen, SIZE)
        return self._wait(lambda shown: shown == wanted, screen.text, limit)

    def wait_dark(self, limit: float = 60) -> float:
        """Seconds until no pixel is lit. Raises MachineError."""
        return self._wait(lambda shown: shown == DARK, "a dark glass", limit)

    def wait_code(self, limit: float = 60) -> str:
        """The eight digits, read from the glass. Raises MachineError."""
        self._wait(lambda shown: read_code(shown) is not None, "a code", limit)
        code = read_code(self.glass())
        if code is None:
            raise MachineError("the code went away while it was read")
        return code

    def _wait(self, right: Callable[[Picture], bool], what: str, limit: float) -> float:
        began = time.monotonic()
        while not right(shown := self.glass()):
            if time.monotonic() - began > limit:
                raise MachineError(f"the glass never showed {what}, but:\n{drawn(shown)}")
            time.sleep(0.2)
        return time.monotonic() - began

    def _feed(self, message: bytes) -> None:
        """One I2C message: a control byte, then commands or data (SSD1306, 8.1.5.2)."""
        if message and message[0] == 0x00:
            self._model.command(message[1:])
        elif message and message[0] == 0x40:
            self._model.data(message[1:])

    @staticmethod
    def _mask(key: Key) -> int:
        row, column = LAYOUT.lines(key)
        return 1 << 4 * LAYOUT.rows.index(row) + LAYOUT.columns.index(column)


def read_code(shown: Picture) -> str | None:
    """The eight digits on the glass, None when it does not show a code: digit by digit, by what paints nearest."""
    digits = [0] * 8
    for place in range(8):
        tries = {digit: _distance(shown, [*digits[:place], digit, *digits[place + 1 :]]) for digit in range(10)}
        digits[place] = min(tries, key=lambda digit: tries[digit])
    return "".join(map(str, digits)) if _distance(shown, digits) == 0 else None


def _distance(shown: Picture, digits: list[int]) -> int:
    """How many pixels differ from this code's picture, the bar left out."""
    code = SecretDigits(8)
    for digit in digits:
        code.append(digit)
    painted = paint_screen(Screen(code=code, bar=FULL_BAR), SIZE)
    rows = zip(shown.rows[:-BAR_ROWS], painted.rows[:-BAR_ROWS], strict=True)
    return sum((one ^ other).bit_count() for one, other in rows)


def drawn(shown: Picture) -> str:
    """The picture for a report or a message."""
    return "\n".join(half_blocks(shown))
