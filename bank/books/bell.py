"""Who waits in this process for a change in the books is woken by whoever makes it, and need not look again and again.

Other processes are not reached: PostgreSQL tells them (NOTIFY); on SQLite they look twice a second.
"""

import threading
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

CHANGED: Final = "operations changed"
"""What a transaction notes of itself: only one that is committed rings."""


class ChangeBell:
    """Rung after each commit that changed an operation."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rung = 0

    def ring(self) -> None:
        """Wake whoever waits, and whoever is about to."""
        with self._condition:
            self._rung += 1
            self._condition.notify_all()

    def listen(self) -> Callable[[float], object]:
        """A wait of at most so many seconds for the next ring; one since the last wait, or since now, ends it at
        once."""
        with self._condition:
            heard = self._rung

        def wait(seconds: float) -> None:
            nonlocal heard
            with self._condition:
                self._condition.wait_for(lambda: self._rung != heard, seconds)
                heard = self._rung

        return wait


def note_change(connection: Connection) -> None:
    """This transaction changes an operation."""
    connection.info[CHANGED] = True


def take_change(connection: Connection) -> bool:
    """Whether it did; it begins anew after that, for the connection is used again."""
    return bool(connection.info.pop(CHANGED, False))
