"""Changes as a stream of server-sent events (HTML standard, 9.2)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict
from typing import Final

from device.mirror import pixels
from drivers.ports import Picture
from simulator.web.bench import Change, Ended, Look, Numbered, PageBench

MOST_WAITING: Final = 500
"""A listener that has fallen so far behind is let go; browsers come back by themselves and are told anew."""

KEEP_ALIVE_S: Final = 15.0
RETRY_MS: Final = 1000


def event(change: Look | Numbered | Picture) -> str:
    """One change as an event: `glass`, `state` or `exchange`."""
    match change:
        case Picture():
            return sse("glass", pixels(change))
        case Look():
            return sse("state", asdict(change))
        case Numbered():
            return sse("exchange", asdict(change))


async def events(bench: PageBench) -> AsyncIterator[str]:
    """Everything that changes, from how things are now on, until the reader's life ends."""
    here = asyncio.get_running_loop()
    waiting: asyncio.Queue[Change] = asyncio.Queue()

    def tell(change: Change) -> None:
        with suppress(RuntimeError):  # this event loop has ended before the reader
            here.call_soon_threadsafe(waiting.put_nowait, change)

    bench.submit(lambda: bench.listen(tell))
    try:
        yield f"retry: {RETRY_MS}\n\n"
        while waiting.qsize() < MOST_WAITING:
            try:
                change = await asyncio.wait_for(waiting.get(), KEEP_ALIVE_S)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if isinstance(change, Ended):
                return
            yield event(change)
    finally:
        bench.submit(lambda: bench.leave(tell))


def sse(name: str, data: object) -> str:
    """An event with its data, as it goes over the line."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
