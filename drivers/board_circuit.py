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


STIFF = frozenset({Drive.LOW, Drive.HIGH})


@dataclass(frozen=True, slots=True)
class Contact:
    """Two wires that can be joined. `diode`: current flows from `one` to `other` only."""

    one: int
    other: int
    diode: bool = False


LevelChanged: TypeAlias = Callable[[int, bool], None]
"""Told a wire and its new level (True = high)."""

Carries: TypeAlias = Callable[[Contact, set[int]], set[int]]
"""Given a closed contact and the wires reached so far, the wires that it leads to."""


class Circuit:
    """A board's wires. `pull_ups`: wires with a resistor to 3.3 V soldered on, whatever the Pi does."""

    def __init__(self, pull_ups: Iterable[int] = ()) -> None:
        self._pull_ups = frozenset(pull_ups)
        self._drives: dict[int, Drive] = {GROUND: Drive.LOW}
        self._levels: dict[int, bool] = {GROUND: False}
        self._closed: set[Contact] = set()
        self._listeners: list[LevelChanged] = []
        self.conflicts = 0

    def listen(self, changed: LevelChanged) -> None:
        """Tell `changed` each change of each wire, in the order it happens."""
        self._listeners.append(changed)

    def apply(self, wire: int, drive: Drive) -> None:
        """What the Pi does with the pin from now on."""
        self._drives[wire] = drive
        self._update({wire})

    def drive(self, wire: int) -> Drive:
        """What the Pi does with the pin."""
        return self._drives.get(wire, Drive.FLOATING)

    def level(self, wire: int) -> bool:
        """True when the wire is high. A floating wire keeps the level it had last."""
        return self._levels.get(wire, wire in self._pull_ups)

    def close(self, contact: Contact) -> None:
        """Join the contact's wires."""
        self._closed.add(contact)
        self._update({contact.one, contact.other})

    def open(self, contact: Contact) -> None:
        """Part the contact's wires."""
        self._closed.discard(contact)
        self._update({contact.one, contact.other})

    def _update(self, touched: set[int]) -> None:
        joined = set().union(*(self._reach(wire, _either) for wire in touched))
        changes = [(wire, level) for wire in sorted(joined) if (level := self._resolve(wire)) != self.level(wire)]
        self._levels.update(changes)
        for wire, level in changes:
            for changed in self._listeners:
                changed(wire, level)

    def _resolve(self, wire: int) -> bool:
        """Two outputs against each other leave a wire halfway between, which counts as a conflict and reads high."""
        sinks = self._reach(wire, _leaves)
        sources = self._reach(wire, _comes)
        sunk = any(self.drive(at) is Drive.LOW for at in sinks)
        fed = any(self.drive(at) is Drive.HIGH for at in sources)
        if sunk and fed:
            self.conflicts += 1
            return self.drive(wire) is not Drive.LOW
        if sunk or fed:
            return fed
        return self._resting(wire, sinks, sources)

    def _resting(self, wire: int, sinks: set[int], sources: set[int]) -> bool:
        if sources & self._pull_ups or any(self.drive(at) is Drive.PULL_UP for at in sources):
            return True
        if any(self.drive(at) is Drive.PULL_DOWN for at in sinks):
            return False
        return self.level(wire)

    def _reach(self, start: int, carries: Carries) -> set[int]:
        """The wires that closed contacts join to `start`. A wire that an output holds is an end, not a way through."""
        reached, fresh = {start}, {start}
        while fresh:
            through = {contact: carries(contact, fresh) for contact in self._closed}
            fresh = set().union(*through.values()) - reached
            reached |= fresh
            fresh = {wire for wire in fresh if self.drive(wire) not in STIFF}
        return reached


def _leaves(contact: Contact, wires: set[int]) -> set[int]:
    """Where current that leaves `wires` through the contact gets to."""
    forward = {contact.other} if contact.one in wires else set()
    return forward if contact.diode or contact.other not in wires else forward | {contact.one}


def _comes(contact: Contact, wires: set[int]) -> set[int]:
    """Where current that comes to `wires` through the contact is from."""
    backward = {contact.one} if contact.other in wires else set()
    return backward if contact.diode or contact.one not in wires else backward | {contact.other}


def _either(contact: Contact, wires: set[int]) -> set[int]:
    """Every wire on the contact, whichever way current may flow."""
    return {contact.one, contact.other} if contact.one in wires or contact.other in wires else set()
