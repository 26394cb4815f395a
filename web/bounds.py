"""How much a server of ours gives to whoever connects: so many connections, so long for a request, so much log.

Every program of the machine reaches a page on loopback, and uvicorn bounds none of this: some thousand idle connections
took every descriptor of the process, and asyncio then wrote a trace for each connection that it could not accept.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.clock import elapsed

FRESH = (h11.IDLE, h11.SEND_RESPONSE)
"""States of a server whose answer is not begun."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """`connections` at once. `request_s`: seconds for a request to come whole, from the connection or the last answer
    on. `stalled_s`: seconds for which nobody reads an answer. `head_bytes`: the longest head of a request."""

    connections: int = 100
    request_s: float = 10.0
    stalled_s: float = 20.0
    head_bytes: int = 16_384


class Room:
    """The connections of one server. Where it is full, a newcomer takes the place of the one that waits longest.

    One whose request is still to come goes before one that is being answered: so whoever asks at once is heard, however
    many are there that ask nothing.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._waiting: dict[BoundedConnection, None] = {}
        self._answered: dict[BoundedConnection, None] = {}

    def enter(self, newcomer: "BoundedConnection") -> None:
        """Take it in, and let another go where there is no room for both."""
        if len(self._waiting) + len(self._answered) >= self.bounds.connections:
            next(iter(self._waiting or self._answered)).drop()
        self.wait(newcomer)

    def wait(self, one: "BoundedConnection") -> None:
        """Its next request is to come."""
        self._answered.pop(one, None)
        self._waiting.setdefault(one)

    def answer(self, one: "BoundedConnection") -> None:
        """Its request is with the application."""
        self._waiting.pop(one, None)
        self._answered.setdefault(one)

    def leave(self, one: "BoundedConnection") -> None:
        """It is gone."""
        self._waiting.pop(one, None)
        self._answered.pop(one, None)


class BoundedConnection(H11Protocol):
    """uvicorn's connection, which is dropped when its time is over or its place is needed."""

    def __init__(self, room: Room, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **named)
        self._room = room
        self._request_end: asyncio.TimerHandle | None = None
        self._stall_end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """asyncio: it is there."""
        super().connection_made(transport)
        self._room.enter(self)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: it is gone."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came, of a request or of several."""
        super().data_received(data)
        self._look()

    def send_400_response(self, msg: str) -> None:
        """uvicorn: what came is no HTTP, maybe behind a head that was. Who says so has no answer any more, whatever the
        application would still say; and where one is begun, there is no other."""
        begun = self.conn.our_state not in FRESH
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if begun:
            self.transport.close()
        else:
            super().send_400_response(msg)

    def on_response_complete(self) -> None:
        """uvicorn: the answer is written."""
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        """asyncio: nobody reads."""
        super().pause_writing()
        self._stall_end = self.loop.call_later(self._room.bounds.stalled_s, self.drop)

    def resume_writing(self) -> None:
        """asyncio: somebody reads again."""
        super().resume_writing()
        self._stall_end = _cancelled(self._stall_end)

    def drop(self) -> None:
        """End it now, without what is still to be written."""
        self._forget()
        self.transport.abort()

    def _look(self) -> None:
        """A request that came whole has no deadline but its reader's; one that is to come has one, set once."""
        if self.transport.is_closing():
            return
        if self.cycle is not None and not (self.cycle.response_complete or self.cycle.more_body):
            self._request_end = _cancelled(self._request_end)
            self._room.answer(self)
        elif self._request_end is None:
            self._request_end = self.loop.call_later(self._room.bounds.request_s, self.drop)
            self._room.wait(self)

    def _forget(self) -> None:
        self._room.leave(self)
        self._request_end = _cancelled(self._request_end)
        self._stall_end = _cancelled(self._stall_end)


class SparingFilter(logging.Filter):
    """Lets so many records through within so many seconds, and the others fall: nobody can fill a disk with a log."""

    def __init__(self, most: int = 10, within_s: float = 60.0, now: Callable[[], float] = elapsed) -> None:
        super().__init__()
        self._most = most
        self._within_s = within_s
        self._now = now
        self._begun = -within_s
        self._passed = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter. The last one that passes says that others may have fallen."""
        now = self._now()
        if now - self._begun >= self._within_s:
            self._begun, self._passed = now, 0
        self._passed += 1
        if self._passed == self._most:
            with suppress(TypeError, ValueError):
                record.msg, record.args = f"{record.getMessage()} (more of these within a minute are not written)", ()
        return self._passed <= self._most


def _cancelled(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """What is to stand where the timer stood."""
    if timer is not None:
        timer.cancel()
    return None
