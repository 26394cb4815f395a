"""What keys that are read as others tell of the ribbon between pad and board: how it is turned, and the lines for it.

A matrix has two ends at every key, and either may be the row: a ribbon that is turned round brings the pad's rows to
the board's columns. So a reading is explained by an order of the rows and one of the columns, exchanged or not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from drivers.keypad.matrix import Layout
from sesame_core.events import Key

Reading: TypeAlias = Mapping[Key, Key | None]
"""Key that was asked for -> key that was read."""

TURN_IT: Final = "turn the ribbon: keys up, its left wire is row 1"
ORDER_IT: Final = "put the ribbon's wires in their order: keys up, from the left rows 1 to 4, then columns 1 to 4"

NAMES: Final = {
    (True, "reversed", "reversed"): ("the ribbon is turned round", TURN_IT),
    (True, "straight", "straight"): ("the ribbon is mirrored, columns and rows exchanged", ORDER_IT),
    (False, "straight", "reversed"): ("the ribbon is mirrored, its columns in reverse", ORDER_IT),
    (False, "reversed", "straight"): ("the ribbon is mirrored, its rows in reverse", ORDER_IT),
    (False, "reversed", "reversed"): ("the ribbon is mirrored, rows and columns in reverse", ORDER_IT),
}
OTHERWISE: Final = ("the ribbon's wires lie in another order", ORDER_IT)


@dataclass(frozen=True, slots=True)
class Ribbon:
    """How the ribbon lies, what to do with it, and the GPIOs of rows and columns that make the pad right as it is."""

    said: str
    cure: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]


def explain_ribbon(layout: Layout, readings: Reading) -> Ribbon | None:
    """The ribbon that explains every reading; None where there is none, or where too few keys were read to tell."""
    place = {key: divmod(at, len(layout.columns)) for at, key in layout.keys.items()}
    pairs = [(place[asked], place[read]) for asked, read in readings.items() if read is not None]
    for exchanged in (False, True):
        ends = [(asked, (read[1], read[0]) if exchanged else read) for asked, read in pairs]
        onto = (layout.columns, layout.rows) if exchanged else (layout.rows, layout.columns)
        rows = _line_order(((asked[0], end[0]) for asked, end in ends), len(layout.rows))
        columns = _line_order(((asked[1], end[1]) for asked, end in ends), len(layout.columns))
        if rows is not None and columns is not None:
            said, cure = NAMES.get((exchanged, _describe_order(rows), _describe_order(columns)), OTHERWISE)
            return Ribbon(said, cure, tuple(onto[0][at] for at in rows), tuple(onto[1][at] for at in columns))
    return None


def _line_order(pairs: Iterator[tuple[int, int]], count: int) -> tuple[int, ...] | None:
    """The line of the board that each of the pad's `count` lines is on, if every pair agrees and all are known."""
    found: dict[int, int] = {}
    for own, other in pairs:
        if found.setdefault(own, other) != other:
            return None
    if len(found) < count or len(set(found.values())) < count:
        return None
    return tuple(found[own] for own in range(count))


def _describe_order(order: Sequence[int]) -> str:
    if list(order) == sorted(order):
        return "straight"
    return "reversed" if list(order) == sorted(order, reverse=True) else "mixed"
