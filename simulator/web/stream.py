"""Changes as a stream of server-sent events (HTML standard, 9.2)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import asdict
from threading import Lock
from typing import Final

from device.mirror import encode_pixels
from drivers.ports import Picture
from simulator.web.bench import Anew, Change, Ended, Look, Numbered, PageBench

MOST_WAITING: Final = 500
"""A listener that has fallen so far behind is let go; browsers come back by themselves and are told anew."""

KEEP_ALIVE_S: Final = 5.0
"""A page that has heard nothing for 12 s takes the server for hung, and darkens its glass."""

HERE: Final = "event: here\ndata: {}\n\n"
"""Said when nothing else was to be said. A page never sees a comment of the stream."""

RETRY_MS: Final = 1000


def encode_change(change: Look | Numbered | Picture | Anew) -> str:
    """One change as an event: `glass`, `state`, `exchange` or `anew`."""
    match change:
        case Picture():
            return encode_event("glass", encode_pixels(change))
        case Look():
            return encode_event("state", asdict(change))
        case Numbered():
            return encode_event("exchange", asdict(change))
        case Anew():
            return encode_event("anew", {})


class Waiting:
    """What one listener was not sent yet. The reader's thread puts in, the listener's event loop takes out; `wake` is
    called on the reader's thread when there is something to take.

    Of pictures and states only the newest waits: one of a code does not outlive the next one here, however long the
    listener leaves it.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = Lock()
        self._changes: dict[object, Change] = {}
        self._called = False
        self.lost = False

    def put(self, change: Change) -> bool:
        """One more. False when the listener is lost: nothing is kept for it any more."""
        kind = change.number if isinstance(change, Numbered) else type(change)
        with self._lock:
            self._changes.pop(kind, None)  # in the order of the last ones: a state comes after its picture
            self._changes[kind] = change
            if len(self._changes) > MOST_WAITING:
                self.lost = True
            if self.lost:
                self._changes.clear()
            call, self._called = not self._called, True
        if call:
            self._wake()
        return not self.lost

    def take_oldest(self) -> Change | None:
        """The oldest; None when nothing waits."""
        with self._lock:
            self._called = False
            return self._changes.pop(next(iter(self._changes))) if self._changes else None


async def stream_events(bench: PageBench) -> AsyncIterator[str]:
    """Everything that changes, from how things are now on, until the reader's life ends."""
    here = asyncio.get_running_loop()
    news = asyncio.Event()

    def wake() -> None:
        with suppress(RuntimeError):  # this event loop has ended before the reader
            here.call_soon_threadsafe(news.set)

    waiting = Waiting(wake)

    def tell(change: Change) -> None:
        if not waiting.put(change):
            bench.leave_page(tell)

    began = bench.submit(lambda: bench.listen_to(tell))
    began.add_done_callback(lambda future: waiting.put(Ended()) if future.exception() else None)
    try:
        yield f"retry: {RETRY_MS}\n\n"
        while not waiting.lost:
            news.clear()  # before the look, so that what comes after it is not missed
            change = waiting.take_oldest()
            if isinstance(change, Ended):
                return
            if change is not None:
                yield encode_change(change)
            elif not await _told(news):
                yield HERE
    finally:
        bench.submit(lambda: bench.leave_page(tell))


async def _told(news: asyncio.Event) -> bool:
    """Wait for news. False when there were none for so long that the page would take
    the server for hung."""
    try:
        await asyncio.wait_for(news.wait(), KEEP_ALIVE_S)
    except TimeoutError:
        return False
    return True


def encode_event(name: str, data: object) -> str:
    """An event with its data, as it goes over the line."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
