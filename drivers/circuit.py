"""The physics of a board: which wire is high or low, given what drives it and which contacts are closed.

Wires are numbered by the GPIO they end on; `GROUND` is one more. A contact joins two wires both ways, or, with a
diode, lets current flow from the first to the second only. The twins of pin factories say what each pin does
(`apply`) and are told when a level changes (`listen`). Nothing here knows of keys or of time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

GROUND = -1


class Drive(Enum):
    """What holds a wire, from the weakest to the strongest."""

    FLOATING = "nothing"
    PULL_DOWN = "a resistor to ground"
    PULL_UP = "a resistor to 3.3 V"
    LOW = "an output at 0 V"
    HIGH = "an output at 3.3 V"


ALONE = {Drive.LOW: False, Drive.HIGH: True, Drive.PULL_UP: True}
"""The level of a wire that no contact joins to another, where its drive alone decides."""

STIFF = frozenset({Drive.LOW, Drive.HIGH})


@dataclass(frozen=True, slots=True)
class CircuitContact:
    """Two wires that can be joined. `diode`: current flows from `one` to `other` only."""

    one: int
    other: int
    diode: bool = False


LevelChanged: TypeAlias = Callable[[int, bool], None]
"""Told a wire and its new level (True = high)."""

Links: TypeAlias = dict[int, set[int]]
"""From each wire to those that a closed contact leads to."""

NOWHERE: frozenset[int] = frozenset()


class Circuit:
    """A board's wires. `pull_ups`: wires with a resistor to 3.3 V soldered on, whatever the Pi does."""

    def __init__(self, pull_ups: Iterable[int] = ()) -> None:
        self._pull_ups = frozenset(pull_ups)
        self._drives: dict[int, Drive] = {GROUND: Drive.LOW}
        self._levels: dict[int, bool] = {GROUND: False}
        self._closed: set[CircuitContact] = set()
        self._sinks: Links = {}
        self._sources: Links = {}
        self._joined: Links = {}
        self._listeners: list[LevelChanged] = []
        self.conflicts = 0

    def listen_to(self, changed: LevelChanged) -> None:
        """Tell `changed` each change of each wire, in the order it happens."""
        self._listeners.append(changed)

    def apply_levels(self, wire: int, drive: Drive) -> None:
        """What the Pi does with the pin from now on."""
        if self._drives.get(wire) is not drive:
            self._drives[wire] = drive
            self._update_levels({wire})

    def drive_wire(self, wire: int) -> Drive:
        """What the Pi does with the pin."""
        return self._drives.get(wire, Drive.FLOATING)

    def level_of(self, wire: int) -> bool:
        """True when the wire is high. A floating wire keeps the level it had last."""
        return self._levels.get(wire, wire in self._pull_ups)

    def close(self, contact: CircuitContact) -> None:
        """Join the contact's wires."""
        self._closed.add(contact)
        self._rewire_contact(contact)

    def open(self, contact: CircuitContact) -> None:
        """Part the contact's wires."""
        self._closed.discard(contact)
        self._rewire_contact(contact)

    def _rewire_contact(self, contact: CircuitContact) -> None:
        both_ways = [(each.other, each.one) for each in self._closed if not each.diode]
        forward = [(each.one, each.other) for each in self._closed]
        self._sinks = _link_pairs([*forward, *both_ways])
        self._sources = _link_pairs([(end, start) for start, end in [*forward, *both_ways]])
        self._joined = _link_pairs([*forward, *((end, start) for start, end in forward)])
        self._update_levels({contact.one, contact.other})

    def _update_levels(self, touched: set[int]) -> None:
        joined = set().union(
            *(self._reach_wires(wire, self._joined) if wire in self._joined else {wire} for wire in touched)
        )
        changes = [
            (wire, level) for wire in sorted(joined) if (level := self._resolve_level(wire)) != self.level_of(wire)
        ]
        self._levels.update(changes)
        for wire, level in changes:
            for changed in self._listeners:
                changed(wire, level)

    def _resolve_level(self, wire: int) -> bool:
        """The level that drives and contacts make of the wire."""
        if wire in self._joined:
            return self._joint_level(wire)
        alone = ALONE.get(self.drive_wire(wire))
        if alone is not None or wire in self._pull_ups:
            return alone is not False
        return self.drive_wire(wire) is not Drive.PULL_DOWN and self.level_of(wire)

    def _joint_level(self, wire: int) -> bool:
        """Two outputs against each other leave a wire halfway between, which counts as a conflict and reads high."""
        sinks = {self.drive_wire(at) for at in self._reach_wires(wire, self._sinks)}
        sources = {self.drive_wire(at) for at in self._reach_wires(wire, self._sources)}
        if Drive.LOW in sinks and Drive.HIGH in sources:
            self.conflicts += 1
            return self.drive_wire(wire) is not Drive.LOW
        if Drive.LOW in sinks or Drive.HIGH in sources:
            return Drive.HIGH in sources
        if Drive.PULL_UP in sources or not self._pull_ups.isdisjoint(self._reach_wires(wire, self._sources)):
            return True
        return Drive.PULL_DOWN not in sinks and self.level_of(wire)

    def _reach_wires(self, start: int, links: Links) -> set[int]:
        """The wires that closed contacts lead to. A wire that an output holds is an end, not a way through."""
        reached, fresh = {start}, [start]
        while fresh:
            new = links.get(fresh.pop(), NOWHERE) - reached
            reached |= new
            fresh += [wire for wire in new if self.drive_wire(wire) not in STIFF]
        return reached


def _link_pairs(pairs: Iterable[tuple[int, int]]) -> Links:
    links: Links = {}
    for start, end in pairs:
        links.setdefault(start, set()).add(end)
    return links
