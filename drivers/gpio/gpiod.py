"""The GPIO layer on the kernel's own bindings, gpiod 2 (libgpiod's documentation, "Python bindings").

Edges come on file descriptors, which one thread waits for: nothing wakes while nothing happens. lgpio looks every half
millisecond instead (lgpio 0.2.2, lgPthAlerts.c). The module is an argument, as in `drivers.gpio.rpi`: on metal
`drivers.gpio.factory` loads it, elsewhere it is `drivers.gpio.gpiod_twin.GpiodTwin`.
"""

import logging
import os
import select
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

from drivers.gpio.lines import FAILURES, ClaimedOutput, DrivableLine
from drivers.gpio.pins import Changed, InputLine, OutputLine, Pins

LOG: Final = logging.getLogger(__name__)

CONSUMER: Final = "sesame"
"""Who holds a line, as gpioinfo(1) lists it."""

Settings: TypeAlias = Any
"""gpiod.LineSettings, made by the module itself."""


class GpiodRequest(Protocol):
    """What is used of gpiod.LineRequest, here always one line. Methods raise as in `FAILURES`."""

    @property
    def fd(self) -> int:
        """Readable when an edge waits to be taken."""
        ...

    def get_value(self, line: int) -> Any:  # noqa: ANN401 - gpiod.line.Value
        """Read it."""
        ...

    def set_value(self, line: int, value: Any) -> None:  # noqa: ANN401 - gpiod.line.Value
        """Drive it."""
        ...

    def reconfigure_lines(self, config: dict[Any, Settings]) -> None:
        """Change direction, pull or edges; the line is ours all the time."""
        ...

    def read_edge_events(self) -> Any:  # noqa: ANN401 - what they were does not matter
        """Take what waits; waits itself when nothing does."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


class GpiodChip(Protocol):
    """What is used of gpiod.Chip."""

    def request_lines(self, config: dict[Any, Settings], consumer: str | None = None) -> Any:  # noqa: ANN401
        """Claim lines: a LineRequest. Raises OSError when another holds one."""
        ...

    def close(self) -> None:
        """Let go of the chip."""
        ...


class Gpiod(Protocol):
    """What is used of the module gpiod, by the module's own names."""

    @property
    def Chip(self) -> Callable[[str], Any]: ...  # noqa: D102, N802
    @property
    def LineSettings(self) -> Callable[..., Settings]: ...  # noqa: D102, N802
    @property
    def line(self) -> Any: ...  # noqa: D102, ANN401 - the submodule with the enumerations


@dataclass(frozen=True, slots=True)
class Roles:
    """What a line can be, in the module's words."""

    module: Gpiod

    def row(self, *, watched: bool = False) -> Settings:
        """A pulled-up input, with every edge told when it is watched."""
        line = self.module.line
        edges = line.Edge.BOTH if watched else line.Edge.NONE
        return self.module.LineSettings(direction=line.Direction.INPUT, bias=line.Bias.PULL_UP, edge_detection=edges)

    def driven(self, high: bool) -> Settings:
        """A push-pull output at this level from the start."""
        return self.module.LineSettings(direction=self.module.line.Direction.OUTPUT, output_value=self.value(high))

    def floating(self) -> Settings:
        """An input that nothing holds."""
        line = self.module.line
        return self.module.LineSettings(direction=line.Direction.INPUT, bias=line.Bias.DISABLED)

    def value(self, high: bool) -> Any:  # noqa: ANN401 - gpiod.line.Value
        """The level."""
        return self.module.line.Value.ACTIVE if high else self.module.line.Value.INACTIVE


class GpiodPins(Pins):
    """The header as the lines of one chip, `path` (/dev/gpiochipN). Raises OSError when it cannot be opened."""

    def __init__(self, module: Gpiod, path: str, edges: "Watch | None" = None) -> None:
        super().__init__()
        self._roles = Roles(module)
        self._chip: GpiodChip = module.Chip(path)
        self._edges = edges or Edges()
        self._lines: dict[int, GpiodLine] = {}

    def close(self) -> None:
        """Give back every line, and the chip."""
        self._edges.stop()
        for line in list(self._lines.values()):
            line.close()
        with suppress(*FAILURES):
            self._chip.close()

    def _open_input(self, gpio: int, name: str) -> InputLine:
        return GpiodInput(self._claim_line(gpio, name, self._roles.row()), self._edges)

    def _open_output(self, gpio: int, name: str, high: bool) -> OutputLine:
        return ClaimedOutput(self._claim_line(gpio, name, self._roles.driven(high)))

    def _claim_line(self, gpio: int, name: str, settings: Settings) -> "GpiodLine":
        line = GpiodLine(gpio, name, self._roles, self._forget_line)
        line.claim(self._chip, settings)
        self._lines[gpio] = line
        return line

    def _forget_line(self, gpio: int) -> None:
        self._lines.pop(gpio, None)
        self._let_go(gpio)


class Watch(Protocol):
    """Who waits for edges. `Edges` does, in a thread; simulated time has a way of its own (`EdgesAtOnce`)."""

    def add(self, fd: int, take: Callable[[], None]) -> None:
        """Call `take`, which takes what waits there, whenever `fd` is readable."""
        ...

    def remove(self, fd: int) -> None:
        """Once this returns, no call is under way and none comes. Nothing to do for what is not watched."""
        ...

    def stop(self) -> None:
        """Watch nothing any more. May be called twice."""
        ...


class Edges:
    """One thread for the edges of all watched lines. It begins with the first of them and wakes for nothing else."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[int, Callable[[], None]] = {}
        self._thread: threading.Thread | None = None

    def add(self, fd: int, take: Callable[[], None]) -> None:
        """Call `take`, which takes what waits there, whenever `fd` is readable."""
        if self._thread is None:
            self._begin_watching()
        with self._lock:
            self._watched[fd] = take
            self._ready.register(fd, select.EPOLLIN)

    def remove(self, fd: int) -> None:
        """Once this returns, no call is under way and none comes. Nothing to do for what is not watched."""
        with self._lock:
            if self._watched.pop(fd, None) is not None:
                self._ready.unregister(fd)

    def stop(self) -> None:
        """End the thread. May be called twice."""
        if self._thread is not None:
            os.eventfd_write(self._end, 1)
            self._thread.join()
            self._watched.clear()
            self._ready.close()
            os.close(self._end)
            self._thread = None

    def _begin_watching(self) -> None:
        self._end = os.eventfd(0, os.EFD_CLOEXEC)
        self._ready = select.epoll()
        self._ready.register(self._end, select.EPOLLIN)
        self._thread = threading.Thread(target=self._wait_for_edges, name="sesame-gpio", daemon=True)
        self._thread.start()

    def _wait_for_edges(self) -> None:
        while True:
            ready = [fd for fd, _ in self._ready.poll()]
            if self._end in ready:
                return
            for fd in ready:
                self._take_edges(fd)

    def _take_edges(self, fd: int) -> None:
        with self._lock:
            take = self._watched.get(fd)
            if take is None:
                return  # it was let go of meanwhile
            try:
                take()
            except FAILURES as failure:  # the chip is gone: a line that stays readable must not be asked for ever
                LOG.error("pins: an input is watched no longer: %s", failure)
                del self._watched[fd]
                self._ready.unregister(fd)


class GpiodLine(DrivableLine):
    """One line request of gpiod's."""

    request: GpiodRequest

    def __init__(self, gpio: int, name: str, roles: Roles, let_go: Callable[[int], None]) -> None:
        super().__init__(gpio, name, let_go)
        self.roles = roles

    def claim(self, chip: GpiodChip, settings: Settings) -> None:
        """Request it. Raises DriverError."""
        self.request = self.attempt(lambda: chip.request_lines({self.gpio: settings}, consumer=CONSUMER))

    def become(self, settings: Settings) -> None:
        """Change what it is; it is ours all the time. Raises DriverError."""
        self.attempt(lambda: self.request.reconfigure_lines({self.gpio: settings}))

    def steps_back(self) -> tuple[Callable[[], object], ...]:
        """An output that is given back may go on driving: it is made an input first."""
        return (
            lambda: self.request.reconfigure_lines({self.gpio: self.roles.floating()}),
            self.request.release,
        )

    def begin_driving(self, high: bool) -> None:
        """See DrivableLine."""
        self.become(self.roles.driven(high))

    def set_level(self, high: bool) -> None:
        """See DrivableLine."""
        self.attempt(lambda: self.request.set_value(self.gpio, self.roles.value(high)))

    def stop_driving(self) -> None:
        """See DrivableLine."""
        self.become(self.roles.floating())


class GpiodInput:
    """An `InputLine` on a line request."""

    def __init__(self, line: GpiodLine, edges: Watch) -> None:
        self._line = line
        self._edges = edges
        self._watched: int | None = None

    def low(self) -> bool:
        """True when something pulls it to ground."""
        value = self._line.attempt(lambda: self._line.request.get_value(self._line.gpio))
        return bool(value == self._line.roles.value(False))

    def watch(self, changed: Changed) -> None:
        """Call `changed` at every edge until `close`."""

        def take() -> None:
            self._line.request.read_edge_events()
            changed()

        self._line.become(self._line.roles.row(watched=True))
        self._watched = self._line.request.fd
        self._edges.add(self._watched, take)

    def close(self) -> None:
        """Watched no more, then let go."""
        if self._watched is not None:
            self._edges.remove(self._watched)
            self._watched = None
        self._line.close()
