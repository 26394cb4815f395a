"""Who is signed in: tokens in a cookie, everything else on the server.

Every visitor has a token from the first form on; signing in replaces it, so that one planted beforehand is worth
nothing. Forms carry a mark that only the token's owner can have (CSRF). The server keeps a hash of a token only.
"""

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from web.clock import elapsed

TOKEN_BYTES = 32
LONGEST_TOKEN = 64


@dataclass(frozen=True, slots=True)
class WebSession:
    """A customer's visit. Moments in seconds of the monotonic clock, asleep and awake."""

    user: str
    begun: float
    used: float


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts without use (EU 2018/389, article 4(3)(d): five minutes), and at most, in seconds; how
    many there may be at once."""

    idle: float = 300
    longest: float = 3600
    most: int = 10_000


class SessionKeeper(Protocol):
    """Who is signed in, as pages ask it. Methods may wait for a disk, `*_csrf` and `session_token` excepted."""

    def session_token(self) -> str:
        """A token for a new visitor."""
        ...

    def csrf_token(self, token: str) -> str:
        """What a form of that visitor carries."""
        ...

    def check_csrf(self, token: str, mark: str) -> bool:
        """Whether a form is that visitor's own."""
        ...

    def open_session(self, user: str, form: tuple[str, ...] = ()) -> str:
        """Sign somebody in, by that form; the new token."""
        ...

    def find_opened(self, form: tuple[str, ...]) -> str | None:
        """The token of the session that this very form has opened just now in another process."""
        ...

    def user_of(self, token: str) -> str | None:
        """The user code of whoever is signed in with that token, which counts as use."""
        ...

    def close(self, token: str) -> None:
        """Sign off."""
        ...

    def end_all(self) -> None:
        """Sign everybody off."""
        ...


class Sessions:
    """The sessions of one process; they end with it. `now`: the monotonic clock, in seconds."""

    def __init__(self, limits: Limits | None = None, now: Callable[[], float] = elapsed) -> None:
        self._limits = limits or Limits()
        self._now = now
        self._key = secrets.token_bytes(TOKEN_BYTES)
        self._sessions: dict[bytes, WebSession] = {}
        self._lock = threading.Lock()

    def session_token(self) -> str:
        """A token for a new visitor."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    def csrf_token(self, token: str) -> str:
        """What a form of that visitor carries."""
        return hmac.new(self._key, token.encode(), sha256).hexdigest()

    def check_csrf(self, token: str, mark: str) -> bool:
        """Whether a form is that visitor's own."""
        return bool(token) and hmac.compare_digest(self.csrf_token(token).encode(), mark.encode())

    def find_opened(self, form: tuple[str, ...]) -> str | None:
        """See SessionKeeper."""
        return None

    def open_session(self, user: str, form: tuple[str, ...] = ()) -> str:
        """Sign a customer in; the new token."""
        token, now = self.session_token(), self._now()
        with self._lock:
            self._drop_old()
            self._sessions[_hashed(token)] = WebSession(user, now, now)
        return token

    def user_of(self, token: str) -> str | None:
        """The user code of whoever is signed in with that token, which counts as use."""
        key = _hashed(token)
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                return None
            if not self._lasts(session):
                del self._sessions[key]
                return None
            self._sessions[key] = replace(session, used=self._now())
            return session.user

    def close(self, token: str) -> None:
        """Sign off; harmless when nobody is signed in."""
        with self._lock:
            self._sessions.pop(_hashed(token), None)

    def end_all(self) -> None:
        """Sign everybody off, wherever they are. From any thread."""
        with self._lock:
            self._sessions = {}

    def _lasts(self, session: WebSession) -> bool:
        now = self._now()
        return now - session.used < self._limits.idle and now - session.begun < self._limits.longest

    def _drop_old(self) -> None:
        self._sessions = {key: one for key, one in self._sessions.items() if self._lasts(one)}
        while len(self._sessions) >= self._limits.most:
            del self._sessions[next(iter(self._sessions))]


def _hashed(token: str) -> bytes:
    return sha256(token.encode()).digest()
