"""What several processes of the bank must know alike: who is signed in, whose forms are whose, what is held off.

The same duties as `web.sessions.Sessions`, and as `SourceLimit` and `Warnings` of the sign-in desk, kept in the books.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from bank.base64url import encode_base64url
from bank.books.clock import WallClock, pass_time, read_time, wall_ms
from bank.books.limiting import count_one, forget_count, forget_counts, read_count, set_count, sweep_counts, uncount_one
from bank.books.sessions import (
    LiveSession,
    NewSession,
    Owner,
    SessionLimits,
    end_session,
    end_sessions,
    note_use,
    read_session,
    write_session,
)
from bank.books.store_sql import SqlStore
from bank.verification import Verifier
from bank.web.coopanet.sign_in import Desk, place_of
from web.sessions import TOKEN_BYTES

DOUBLE_CLICK_MS: Final = 5000
"""How long after signing in the same form is still the same click."""

DAY_MS: Final = 86_400_000


@dataclass(frozen=True)
class BookSessions:
    """Sessions of customers or of staff. Every method may be called from any thread and raises StateError."""

    store: SqlStore
    owner: Owner = Owner.CUSTOMER
    limits: SessionLimits = field(default_factory=SessionLimits)
    wall: WallClock = wall_ms
    _csrf_key: bytes = field(init=False, repr=False)
    _token_key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("csrf", "token"):
            object.__setattr__(self, f"_{name}_key", self.store.derive_key(f"{self.owner.value} {name}"))

    def session_token(self) -> str:
        """A token for a new visitor."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    def csrf_token(self, token: str) -> str:
        """What a form of that visitor carries: the same from every process."""
        return hmac.new(self._csrf_key, token.encode(), sha256).hexdigest()

    def check_csrf(self, token: str, mark: str) -> bool:
        """Whether a form is that visitor's own."""
        return bool(token) and hmac.compare_digest(self.csrf_token(token).encode(), mark.encode())

    def open_session(self, user: str, form: tuple[str, ...] = ()) -> str:
        """Sign somebody in; the new token. `form`: what signed in; of the same form any process makes the same token,
        so that the second of a double click finds the session of the first (`find_opened`)."""
        token = self._token_for(form) if form else self.session_token()
        with self.store.writing() as connection:
            now = pass_time(connection, self.wall())
            write_session(connection, NewSession(self.owner, user, token), now, self.limits)
        return token

    def find_opened(self, form: tuple[str, ...]) -> str | None:
        """The token of the session that this very form has opened just now, in whichever process."""
        token = self._token_for(form)
        found, now = self._read(token)
        return token if found and now - found.created_ms < DOUBLE_CLICK_MS else None

    def user_of(self, token: str) -> str | None:
        """The user or staff code of whoever is signed in with that token, which counts as use."""
        found, now = self._read(token) if token else (None, 0)
        self.note_use(found, token, now)
        return found.code if found else None

    def look_for(self, connection: Connection, token: str, now_ms: int) -> LiveSession | None:
        """Who is signed in with that token, in a transaction of the caller's that looks at other things, too. It counts
        as use once `note_use` is told, after that transaction."""
        return read_session(connection, self.owner, token, now_ms, self.limits) if token else None

    def note_use(self, found: LiveSession | None, token: str, now_ms: int) -> None:
        """The session was used at that moment: written every few seconds only."""
        if found is not None and found.stale:
            with self.store.writing() as connection:
                note_use(connection, token, now_ms)

    def close(self, token: str) -> None:
        """Sign off."""
        with self.store.writing() as connection:
            end_session(connection, token)

    def end_all(self) -> None:
        """Sign everybody off, wherever they are."""
        with self.store.writing() as connection:
            end_sessions(connection, self.owner)

    def _read(self, token: str) -> tuple[LiveSession | None, int]:
        with self.store.reading() as connection:
            now = read_time(connection, self.wall())
            return read_session(connection, self.owner, token, now, self.limits), now

    def _token_for(self, form: tuple[str, ...]) -> str:
        digest = hmac.new(self._token_key, repr(form).encode(), sha256).digest()
        return encode_base64url(digest)


def open_desk(store: SqlStore, verifier: Verifier) -> Desk:
    """A sign-in desk that shares with every other process what it holds against whom."""
    return Desk(verifier, BookSourceLimit(store), warnings=BookWarnings(store, verifier.policy.attempts))


@dataclass(frozen=True)
class BookSourceLimit:
    """At most `most` refusals from one place within a window of so many milliseconds."""

    store: SqlStore
    most: int = 20
    window_ms: int = 600_000
    wall: WallClock = wall_ms
    prefix: str = "source/"

    def admit_source(self, source: str) -> bool:
        """Count an attempt in advance; False, and nothing counted, when there were too many."""
        with self.store.writing() as connection:
            now = pass_time(connection, self.wall())
            sweep_counts(connection, self.prefix, now - self.window_ms)
            return count_one(connection, self._key(source), self.most, now, self.window_ms)

    def give_back(self, source: str) -> None:
        """The last attempt was none to be held against the source."""
        with self.store.writing() as connection:
            uncount_one(connection, self._key(source))

    def newly_closed(self, source: str) -> bool:
        """Whether this is the first refusal since a place was closed: one count more than the most says that the log
        was told."""
        with self.store.writing() as connection:
            now = pass_time(connection, self.wall())
            return count_one(connection, self._key(source), self.most + 1, now, self.window_ms)

    def forget_all(self) -> None:
        """Hold nothing against anybody any longer."""
        with self.store.writing() as connection:
            forget_counts(connection, self.prefix)

    def _key(self, source: str) -> str:
        return f"{self.prefix}{place_of(source)}"[:200]


@dataclass(frozen=True)
class BookWarnings:
    """Whose next refusal closes a card. What was typed as a user code is kept as a keyed hash: it may be anything."""

    store: SqlStore
    limit: int
    wall: WallClock = wall_ms
    prefix: str = "left/"
    _key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key", self.store.derive_key("warnings"))

    def refused(self, user: str, left: int | None) -> None:
        """One refusal more. `left`: how many there can still be, where the books know."""
        with self.store.writing() as connection:
            now = pass_time(connection, self.wall())
            sweep_counts(connection, self.prefix, now - DAY_MS)
            before = read_count(connection, self._name(user))
            known = max(0, (self.limit if before is None else before) - 1) if left is None else left
            set_count(connection, self._name(user), known, now)

    def accepted(self, user: str) -> None:
        """The refusals are forgotten."""
        with self.store.writing() as connection:
            forget_count(connection, self._name(user))

    def forget_all(self) -> None:
        """Begin anew for everybody."""
        with self.store.writing() as connection:
            forget_counts(connection, self.prefix)

    def due(self, user: str) -> bool:
        """Whether to warn."""
        with self.store.reading() as connection:
            return read_count(connection, self._name(user)) == 1

    def _name(self, user: str) -> str:
        return self.prefix + hmac.new(self._key, user.encode(), sha256).hexdigest()
