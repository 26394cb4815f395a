"""Several processes at one address: started, watched, started anew when one dies, and ended together.

They are spawned and not forked: a process that has threads or a database open must not be copied. Each holds one end of
a pipe whose other end dies with whoever started it, so that none is left over whatever kills that one.
"""

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final

from device.signals import EndingWait
from web.clock import elapsed

log = logging.getLogger(__name__)

LOOK_S: Final = 0.5
"""How often the end is asked for while nothing happens, in seconds."""

ENDING_S: Final = 10.0
"""How long all of them together may take to end, in seconds; then they are killed."""

HASTY_S: Final = 1.0
"""A worker that dies sooner than that after its start is given a pause before the next."""

Work = Callable[[Any, Connection], None]
"""What a worker does: a function of a module, its settings, and the pipe that ends it."""


@dataclass
class Workers:
    """`count` processes, each of which does `work(settings, pipe)`."""

    count: int
    work: Work
    settings: object
    died: Callable[[int], object] = lambda _pid: None
    """Told the process number of each that ended unasked."""
    _there: dict[int, tuple[SpawnProcess, float]] = field(default_factory=dict)

    def keep_alive(self, ended: EndingWait) -> None:
        """Start them, and start another for each that dies, until `ended` is set; then end all."""
        context = multiprocessing.get_context("spawn")
        theirs, ours = context.Pipe(duplex=False)
        try:
            while not ended.asked:
                while len(self._there) < self.count:
                    self._start(context, theirs)
                wait([process.sentinel for process, _ in self._there.values()], LOOK_S)
                self._bury(ended)
        finally:
            ours.close()
            theirs.close()
            self._end_all()

    def _start(self, context: Any, pipe: Connection) -> None:  # noqa: ANN401 - typeshed has no name for it
        process = context.Process(target=self.work, args=(self.settings, pipe))
        process.start()
        self._there[process.pid] = process, elapsed()
        log.info("worker started", extra={"fields": {"worker": process.pid}})

    def _bury(self, ended: EndingWait) -> None:
        for pid, (process, begun) in list(self._there.items()):
            if process.is_alive():
                continue
            del self._there[pid]
            self.died(pid)
            log.warning("worker died", extra={"fields": {"worker": pid, "exit": process.exitcode}})
            if elapsed() - begun < HASTY_S:
                ended.wait(HASTY_S)

    def _end_all(self) -> None:
        """They have seen the pipe close."""
        until = time.monotonic() + ENDING_S
        for process, _ in self._there.values():
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()


@contextmanager
def ended_by(pipe: Connection, ended: EndingWait) -> Iterator[None]:
    """While the context lasts, `ended` is set when the other end of the pipe is closed, by will or by death."""

    def listen() -> None:
        wait([pipe])
        ended.ask()

    threading.Thread(target=listen, name="lifeline", daemon=True).start()
    yield
