"""The simulated telephone beside a reader, opened with the first statement about it: it needs the bank's libraries."""

import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from sesame.books import needing_extra

if TYPE_CHECKING:
    from bank.books.clock import WallClock
    from bank.books.store_sql import SqlStore
    from simulator.phone.hands import PhoneHands


class TelephoneBeside:
    """Gives the telephone, the same one each time. Safe from any thread. `open_books`: the bank's; `own`: nobody else
    has these books, and they begin anew with the telephone."""

    def __init__(
        self,
        open_books: "Callable[[], SqlStore]",
        language: str = "",
        wall: "WallClock | None" = None,
        *,
        own: bool = False,
    ) -> None:
        self._open = open_books
        self._own = own
        self._language = language
        self._wall = wall
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._hands: PhoneHands | None = None

    def __call__(self) -> "PhoneHands":
        """The telephone. Raises StateError, and CommandError where its libraries are not installed."""
        with self._lock:
            if self._hands is None:
                with needing_extra("web"):
                    from bank.books.clock import wall_ms  # noqa: PLC0415 - SQLAlchemy
                    from simulator.phone.opening import open_phone  # noqa: PLC0415 - a web server's libraries

                    store = self._stack.enter_context(closing(self._open()))
                self._hands = open_phone(store, self._language, self._wall or wall_ms)
            return self._hands

    def begin_anew(self) -> None:
        """The next customer's telephone. Raises StateError."""
        if self._hands is None:
            return
        self._hands.forget()
        if self._own:
            from bank.demo.people import begin_anew  # noqa: PLC0415 - it is there: there is a telephone

            begin_anew(self._hands.bank.store)

    def close(self) -> None:
        """Close what was opened."""
        self._stack.close()


def open_own_books() -> "SqlStore":
    """A demonstration's bank in memory, which ends with the program."""
    from bank.demo.database import open_in_memory  # noqa: PLC0415 - SQLAlchemy

    return open_in_memory(furnished=True)
