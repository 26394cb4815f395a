"""A form that is sent twice is one form: a double click must not turn an accepted code into a refused one."""

import asyncio
import hmac
import secrets
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final

from web.clock import elapsed

KEPT_S: Final = 5.0
"""How long an accepted form is remembered, in seconds: longer than anybody's double click."""

KEY_BYTES: Final = 32


class Submissions:
    """The forms under way, and those accepted just now. `now`: the monotonic clock, in seconds.

    What is in a form is kept as a keyed hash only. A refusal is not remembered: who sends it again, later, asks again.
    """

    def __init__(self, now: Callable[[], float] = elapsed) -> None:
        self._now = now
        self._key = secrets.token_bytes(KEY_BYTES)
        self._under_way: dict[bytes, asyncio.Task[str | None]] = {}
        self._accepted: dict[bytes, tuple[str, float]] = {}

    async def once(self, form: tuple[str, ...], act: Callable[[], Awaitable[str | None]]) -> str | None:
        """What `act` gives for this form, or gave for the same one. Raises what it raises, for each that waits."""
        self._forget_old()
        name = self._name(form)
        if name in self._accepted:
            return self._accepted[name][0]
        if name not in self._under_way:
            self._under_way[name] = asyncio.ensure_future(self._done(name, act))
        return await asyncio.shield(self._under_way[name])

    def forget(self) -> None:
        """Nothing was accepted just now."""
        self._accepted = {}

    async def _done(self, name: bytes, act: Callable[[], Awaitable[str | None]]) -> str | None:
        try:
            given = await act()
        finally:
            del self._under_way[name]
        if given is not None:
            self._accepted[name] = (given, self._now() + KEPT_S)
        return given

    def _forget_old(self) -> None:
        now = self._now()
        self._accepted = {name: kept for name, kept in self._accepted.items() if now < kept[1]}

    def _name(self, form: tuple[str, ...]) -> bytes:
        return hmac.new(self._key, repr(form).encode(), sha256).digest()
