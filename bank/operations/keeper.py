"""What comes with time while the bank is served: transfers whose day has come."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bank.errors import StateError
from bank.operations.ports import OperationDesk

log = logging.getLogger(__name__)

LOOK_S: Final = 30.0
"""Between two looks: a day that begins is noticed soon enough."""


@dataclass(frozen=True)
class ScheduleKeeper:
    """Looks as time passes. Every process may have one: a day is made once."""

    operations: OperationDesk
    look_s: float = LOOK_S

    @contextmanager
    def beside(self) -> Iterator[None]:
        """While the context lasts, on a thread of its own."""
        ended = threading.Event()
        thread = threading.Thread(target=self._go_on, args=(ended,), name="schedule", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _go_on(self, ended: threading.Event) -> None:
        """What came while the bank was off is made first. Books that are away are looked for again."""
        while True:
            try:
                self.operations.run_scheduled()
            except StateError as error:
                log.warning("scheduled transfers wait: %s", type(error).__name__)
            if ended.wait(self.look_s):
                return
