"""A reader that lives on a thread of its own while a test looks at its page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bank.books.store_sql import SqlStore
from bank.verification import Verifier
from bank.web.coopanet.sign_in import Desk
from device.config import Config
from simulator.web.bench import PageBench

LIMIT_S = 60
"""How long the reader's thread may take to end."""


@contextmanager
def living(state_dir: Path, latency: int = 0, config: Config | None = None) -> Iterator[PageBench]:
    """The bench, its thread running."""
    bench = PageBench(config or Config(), state_dir, latency)
    thread = threading.Thread(target=bench.run, name="reader")
    thread.start()
    try:
        yield bench
    finally:
        bench.submit(bench.halt)
        thread.join(LIMIT_S)
        assert not thread.is_alive()


def desk_of(store: SqlStore) -> Desk:
    """A desk whose refusals take no time."""

    async def at_once(_seconds: float) -> None:
        pass

    return Desk(Verifier(store), pause=at_once)
