"""What a push service remembers: browsers, their subscriptions, and messages until a browser is there to take them.

A message waits no longer than its sender says (TTL), and a newer one of the same topic takes its place (RFC 8030, 5.2,
5.4). A subscription that its browser gave up is gone for good.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from web.clock import elapsed

MOST_KEPT: Final = 100
"""Messages that wait for one browser; then the oldest is lost."""


@dataclass(frozen=True, slots=True)
class PushRegistration:
    """A browser's subscription: which browser, the page's name within it, the key of who may send."""

    device: int
    category: str
    sender: str


@dataclass(frozen=True, slots=True)
class PushMessage:
    """An encrypted message on its way. `until`: seconds of `elapsed`; `identifier`: nobody else's."""

    registration: PushRegistration
    octets: bytes = field(repr=False)
    until: float
    topic: str = ""
    encoding: str = "aes128gcm"
    identifier: str = field(default_factory=lambda: secrets.token_hex(8))


Deliver = Callable[[PushMessage], None]


class Mailboxes:
    """Of every browser. From any thread."""

    def __init__(self, now: Callable[[], float] = elapsed) -> None:
        self.now = now
        self._lock = threading.Lock()
        self._registrations: dict[str, PushRegistration] = {}
        self._waiting: dict[int, list[PushMessage]] = {}
        self._lines: dict[int, Deliver] = {}

    def register(self, registration: PushRegistration) -> str:
        """A new subscription's token, which stands in its address."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._registrations[token] = registration
        return token

    def find(self, token: str) -> PushRegistration | None:
        """The subscription with that token, unless it was given up."""
        with self._lock:
            return self._registrations.get(token)

    def forget(self, device: int, category: str) -> None:
        """The browser gives a subscription up."""
        with self._lock:
            for token, one in list(self._registrations.items()):
                if (one.device, one.category) == (device, category):
                    del self._registrations[token]

    def post(self, message: PushMessage) -> None:
        """Deliver at once, or keep."""
        device = message.registration.device
        with self._lock:
            kept = [each for each in self._waiting.get(device, []) if not _is_replaced(each, message)]
            self._waiting[device] = [*kept, message][-MOST_KEPT:]
        self._flush(device)

    def connect(self, device: int, deliver: Deliver) -> None:
        """A browser is there: it gets what waits, and what comes."""
        with self._lock:
            self._lines[device] = deliver
        self._flush(device)

    def disconnect(self, device: int, deliver: Deliver) -> None:
        """It is gone, unless it has come by another line meanwhile."""
        with self._lock:
            if self._lines.get(device) is deliver:
                del self._lines[device]

    def _flush(self, device: int) -> None:
        with self._lock:
            deliver = self._lines.get(device)
            due = self._waiting.pop(device, []) if deliver else []
        if deliver:
            for message in due:
                if self.now() < message.until:
                    deliver(message)


def _is_replaced(old: PushMessage, new: PushMessage) -> bool:
    return bool(new.topic) and (old.topic, old.registration) == (new.topic, new.registration)
