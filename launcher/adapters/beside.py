"""Threads and time."""

import threading
from collections.abc import Callable


class ThreadTimer:
    """See Timer."""

    def call_after(self, milliseconds: int, call: Callable[[], None]) -> None:
        """See Timer."""
        timer = threading.Timer(milliseconds / 1000, call)
        timer.daemon = True
        timer.start()


def run_beside(job: Callable[[], None]) -> None:
    """In a thread of its own, which does not keep the launcher alive."""
    threading.Thread(target=job, daemon=True).start()
