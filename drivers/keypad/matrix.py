"""A matrix of keys: rows are pulled-up inputs, columns are outputs of which one at a time is low while scanning.

The other columns let go meanwhile instead of being driven high: two keys of one row join their columns, and a low and
a high output against each other through 1 k each would leave the row halfway, at 1.65 V, where an input reads either
(VIL max 0.8 V, VIH min 2.0 V; BCM2711 peripherals, 5.1). At rest all columns are low, so that any key pulls its row
down: an edge.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from drivers.debounce import TIMING, Timing
from drivers.errors import KeypadError
from drivers.gpio.pins import InputLine, OutputLine, Pins
from drivers.header import KEYPAD_COLUMNS, KEYPAD_ROWS
from drivers.keypad.scan import ScannedKeypad
from sesame_core.events import Key

Legends: TypeAlias = tuple[tuple[Key | None, ...], ...]
"""Row by row, what each place means; None where the pad has no key."""

LEGENDS: Legends = (
    (Key.DIGIT_1, Key.DIGIT_2, Key.DIGIT_3, Key.CODE),
    (Key.DIGIT_4, Key.DIGIT_5, Key.DIGIT_6, Key.CHALLENGE),
    (Key.DIGIT_7, Key.DIGIT_8, Key.DIGIT_9, Key.SIGN),
    (Key.CLEAR, Key.DIGIT_0, Key.OK, Key.OFF),
)

MAX_LINES = 8
"""More rows or columns than any pad has, and than a scan of 5 ms has room for."""

SURE_WITHOUT_DIODES = 2
"""Any two keys show as themselves; of three, one in four triples on a 4x4 pad closes a fourth place."""

Settle: TypeAlias = Callable[[], None]
"""Waits until the rows have followed the columns."""


def settle_briefly() -> None:
    """50 µs: over ten times what a 10 k pull-up needs for the 100 pF of a long flat cable."""
    time.sleep(50e-6)


@dataclass(frozen=True, slots=True)
class Layout:
    """A pad and how it is wired: GPIO numbers from the top row and the left column. Raises KeypadError if it cannot be.

    `diodes`: one in series with every key, so that any number of keys at once is read truly.
    """

    rows: tuple[int, ...] = KEYPAD_ROWS
    columns: tuple[int, ...] = KEYPAD_COLUMNS
    legends: Legends = LEGENDS
    diodes: bool = False

    def __post_init__(self) -> None:
        self._check_shape()
        pins, keys = (*self.rows, *self.columns), list(self.keys.values())
        if len(set(pins)) < len(pins):
            raise KeypadError("keypad: two rows or columns are on the same GPIO; give each its own")
        if len(set(keys)) < len(keys):
            raise KeypadError("keypad: the same key stands at two places; name each once, and leave other places empty")

    @property
    def keys(self) -> Mapping[int, Key]:
        """Place -> key; places are numbered row by row from the top left."""
        flat = [key for row in self.legends for key in row]
        return {place: key for place, key in enumerate(flat) if key is not None}

    def lines(self, key: Key) -> tuple[int, int]:
        """The GPIO numbers of a key's row and column. Raises KeypadError for a key that the pad has not."""
        for place, each in self.keys.items():
            if each is key:
                row, column = divmod(place, len(self.columns))
                return self.rows[row], self.columns[column]
        raise KeypadError("keypad: no such key on this pad")

    def _check_shape(self) -> None:
        if not (1 <= len(self.rows) <= MAX_LINES and 1 <= len(self.columns) <= MAX_LINES):
            raise KeypadError(f"keypad: it needs 1 to {MAX_LINES} rows and 1 to {MAX_LINES} columns")
        if [len(row) for row in self.legends] != [len(self.columns)] * len(self.rows):
            raise KeypadError(
                f"keypad: {len(self.rows)} rows of {len(self.columns)} legends are needed, as many as rows and columns"
            )


class MatrixContacts:
    """The `Contacts` of a matrix on GPIO pins."""

    def __init__(self, pins: Pins, layout: Layout, settle: Settle = settle_briefly) -> None:
        self._pins = pins
        self._layout = layout
        self._settle = settle
        self._rows: list[InputLine] = []
        self._columns: list[OutputLine] = []

    @property
    def max_trusted(self) -> int:
        """The most closed places that a scan tells truly."""
        return len(self._layout.keys) if self._layout.diodes else SURE_WITHOUT_DIODES

    def start(self, changed: Callable[[], None]) -> None:
        """Claim columns, then rows, and watch the rows."""
        for number, gpio in enumerate(self._layout.columns, 1):
            self._columns.append(self._pins.output(gpio, f"keypad column {number}"))
        for number, gpio in enumerate(self._layout.rows, 1):
            self._rows.append(self._pins.input(gpio, f"keypad row {number}"))
        for row in self._rows:
            row.watch(changed)

    def scan_keys(self) -> frozenset[int]:
        """Read every place, one low column after the other. Leaves the columns let go."""
        for column in self._columns:
            column.release()
        return frozenset(place for index in range(len(self._columns)) for place in self._read_column(index))

    def let_rest(self) -> None:
        """All columns low: any key gives an edge."""
        for column in self._columns:
            column.drive(False)
        self._settle()

    def edge_lines(self) -> frozenset[int]:
        """The low rows, from the top."""
        return frozenset(number for number, row in enumerate(self._rows) if row.low())

    def expect_edges(self, closed: frozenset[int]) -> frozenset[int]:
        """The rows of the closed places."""
        return frozenset(place // len(self._columns) for place in closed)

    def close(self) -> None:
        """Let go of rows and columns."""
        lines: list[InputLine | OutputLine] = [*self._rows, *self._columns]
        for line in lines:
            line.close()
        self._rows, self._columns = [], []

    def _read_column(self, index: int) -> list[int]:
        column = self._columns[index]
        column.drive(False)
        self._settle()
        places = [row * len(self._columns) + index for row in self.edge_lines()]
        column.release()
        return places


def matrix_keypad(
    pins: Pins, layout: Layout | None = None, timing: Timing = TIMING, settle: Settle = settle_briefly
) -> ScannedKeypad:
    """The keypad of a matrix. Raises nothing: the pins are claimed by its `start`."""
    layout = layout or Layout()
    return ScannedKeypad(MatrixContacts(pins, layout, settle), layout.keys, timing)
