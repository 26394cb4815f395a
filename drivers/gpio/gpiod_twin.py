"""The twin of the module gpiod 2 on a `Circuit`: the same calls, values and errors, and edges on real descriptors.

It is an object to be passed where the module would be.
"""

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import SimpleNamespace
from typing import Final

from drivers.circuit import Circuit, Drive
from drivers.header import HEADER


class LineDirection(Enum):
    """gpiod.line.Direction."""

    AS_IS = 1
    INPUT = 2
    OUTPUT = 3


class Bias(Enum):
    """gpiod.line.Bias."""

    AS_IS = 1
    DISABLED = 3
    PULL_UP = 4
    PULL_DOWN = 5


class Edge(Enum):
    """gpiod.line.Edge."""

    NONE = 1
    RISING = 2
    FALLING = 3
    BOTH = 4


class Value(Enum):
    """gpiod.line.Value."""

    INACTIVE = 0
    ACTIVE = 1


PULLS: Final = {Bias.PULL_UP: Drive.PULL_UP, Bias.PULL_DOWN: Drive.PULL_DOWN}


@dataclass(frozen=True, slots=True)
class LineSettings:
    """gpiod.LineSettings, as far as it is used. Raises ValueError for edges of an output, as the kernel would."""

    direction: LineDirection = LineDirection.AS_IS
    edge_detection: Edge = Edge.NONE
    bias: Bias = Bias.AS_IS
    output_value: Value = Value.INACTIVE

    def __post_init__(self) -> None:
        if self.direction is LineDirection.OUTPUT and self.edge_detection is not Edge.NONE:
            raise ValueError("edges are watched on inputs only")

    @property
    def drive(self) -> Drive:
        """What the pin does with its wire."""
        if self.direction is LineDirection.OUTPUT:
            return Drive.HIGH if self.output_value is Value.ACTIVE else Drive.LOW
        return PULLS.get(self.bias, Drive.FLOATING)


class RequestReleasedError(Exception):
    """gpiod.RequestReleasedError."""


class ChipClosedError(Exception):
    """gpiod.ChipClosedError."""


class GpiodTwin:
    """The module as an object, with one chip of 54 lines at each of `paths`."""

    LineSettings = LineSettings

    def __init__(self, circuit: Circuit, paths: tuple[str, ...] = ("/dev/gpiochip0",)) -> None:
        self._circuit = circuit
        self._paths = paths
        self._held: dict[int, LineRequest] = {}
        self.at_once = EdgesAtOnce()
        self.line = SimpleNamespace(Direction=LineDirection, Bias=Bias, Edge=Edge, Value=Value)
        circuit.listen_to(self._heard)

    def Chip(self, path: str) -> "Chip":  # noqa: N802 - the module's name
        """Open a chip. Raises FileNotFoundError."""
        if path not in self._paths:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return Chip(self._circuit, self._held)

    def _heard(self, wire: int, level: bool) -> None:
        request = self._held.get(wire)
        if request is not None and request.edge(level):
            self.at_once.tell(request.fd)


class EdgesAtOnce:
    """A `drivers.gpio.gpiod.Watch` without a thread: what waits is taken at the edge itself, in simulated time."""

    def __init__(self) -> None:
        self._watched: dict[int, Callable[[], None]] = {}

    def add(self, fd: int, take: Callable[[], None]) -> None:
        """From now on."""
        self._watched[fd] = take

    def remove(self, fd: int) -> None:
        """No more."""
        self._watched.pop(fd, None)

    def stop(self) -> None:
        """Nothing any more."""
        self._watched.clear()

    def tell(self, fd: int) -> None:
        """An edge waits there."""
        if fd in self._watched:
            self._watched[fd]()


@dataclass
class Chip:
    """gpiod.Chip."""

    circuit: Circuit
    held: "dict[int, LineRequest]"
    open: bool = True

    def request_lines(self, config: Mapping[int, LineSettings], consumer: str | None = None) -> "LineRequest":
        """Claim a line. Raises OSError(EBUSY) for one that is held, ValueError for one that there is not."""
        if not self.open:
            raise ChipClosedError("I/O operation on closed chip")
        ((line, settings),) = config.items()
        if line not in HEADER:
            raise ValueError("unable to request a line that the chip does not have")
        if line in self.held:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        self.held[line] = request = LineRequest(self.circuit, line, self.held, settings, consumer or "?")
        return request

    def close(self) -> None:
        """Let go of the chip; requests go on. Raises ChipClosedError the second time."""
        if not self.open:
            raise ChipClosedError("I/O operation on closed chip")
        self.open = False


@dataclass
class LineRequest:
    """gpiod.LineRequest of one line. Edges wait in a pipe, one byte each, until they are read."""

    circuit: Circuit
    line: int
    held: "dict[int, LineRequest]"
    settings: LineSettings
    consumer: str
    _ends: tuple[int, int] = field(default_factory=os.pipe)

    def __post_init__(self) -> None:
        self.circuit.apply_levels(self.line, self.settings.drive)

    @property
    def fd(self) -> int:
        """Readable while an edge waits."""
        self._check()
        return self._ends[0]

    def get_value(self, line: int) -> Value:
        """The wire's level."""
        self._check(line)
        return Value.ACTIVE if self.circuit.level_of(line) else Value.INACTIVE

    def set_value(self, line: int, value: Value) -> None:
        """Drive it. Raises OSError(EPERM) for an input, as the kernel does."""
        self._check(line)
        if self.settings.direction is not LineDirection.OUTPUT:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        self.circuit.apply_levels(line, Drive.HIGH if value is Value.ACTIVE else Drive.LOW)

    def reconfigure_lines(self, config: Mapping[int, LineSettings]) -> None:
        """Other settings for the same line."""
        ((line, self.settings),) = config.items()
        self._check(line)
        self.circuit.apply_levels(line, self.settings.drive)

    def read_edge_events(self) -> list[int]:
        """Take every edge that waits; waits for one when there is none."""
        self._check()
        return list(os.read(self._ends[0], 1024))

    def release(self) -> None:
        """Give the line back. It stays as it was: what is driven goes on until somebody else claims it."""
        self._check()
        del self.held[self.line]
        for end in self._ends:
            os.close(end)

    def edge(self, level: bool) -> bool:
        """The wire changed. True when that is an edge that somebody wanted to know."""
        wanted = self.settings.edge_detection in ((Edge.RISING, Edge.BOTH) if level else (Edge.FALLING, Edge.BOTH))
        if wanted:
            os.write(self._ends[1], bytes((level,)))
        return wanted

    def _check(self, line: int | None = None) -> None:
        if self.held.get(self.line) is not self:
            raise RequestReleasedError("GPIO lines have been released")
        if line not in (None, self.line):
            raise ValueError("this line is not part of the request")
