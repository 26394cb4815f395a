"""What goes on with time while the bank is served, and nobody asks for it: card payments, transfers of a later day."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from bank.errors import StateError

log = logging.getLogger(__name__)

LOOK_S: Final = 30.0
"""Between two looks for transfers that are due: a day that begins is noticed soon enough."""


@contextmanager
def going_on(what: str, work: Callable[[], object], look_s: float, *, at_once: bool = False) -> Iterator[None]:
    """While the context lasts, `work` is done every `look_s` seconds on a thread of its own, with `at_once` also at the
    start. Books that are away are looked for again. `what`: said in the log then."""
    ended = threading.Event()

    def go_on() -> None:
        due = at_once or not ended.wait(look_s)
        while due:
            try:
                work()
            except StateError as error:
                log.warning("%s wait: %s", what, type(error).__name__)
            due = not ended.wait(look_s)

    thread = threading.Thread(target=go_on, name=what, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
