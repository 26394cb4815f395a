"""Web Push (RFC 8030): a message to the push service of the phone's browser."""

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from bank.books.clock import WallClock, wall_ms
from bank.push.encryption import encrypt_message
from bank.push.endpoints import EndpointPolicy
from bank.push.exchange import ExchangeError, HttpAnswer, Poster
from bank.push.ports import PushAnswer, PushOutcome, PushSubscription, SubscriptionError, WakeUp
from bank.push.vapid import VapidKey

GONE: Final = frozenset((HTTPStatus.NOT_FOUND, HTTPStatus.GONE))
"""RFC 8030, 7.3: the subscription has expired."""
LONGEST_WAIT_S: Final = 3600
"""However long a service asks to be left alone."""


@dataclass(frozen=True)
class WebPushSender:
    """See PushSender."""

    key: VapidKey
    policy: EndpointPolicy = field(default_factory=EndpointPolicy)
    poster: Poster = field(default_factory=Poster)
    wall: WallClock = wall_ms

    async def send_push(self, subscription: PushSubscription, wake: WakeUp) -> PushAnswer:
        """See PushSender."""
        try:
            target = self.policy.find_target(subscription.endpoint)
            headers = {
                "Authorization": self.key.authorise(target.origin, self.wall()),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(max(0, wake.ttl_s)),
                "Urgency": wake.urgency.value,
            }
            if wake.topic:
                headers["Topic"] = wake.topic
            return read_outcome(await self.poster.post(target, headers, encrypt_message(subscription, say(wake))))
        except SubscriptionError:
            return PushAnswer(PushOutcome.REFUSED)
        except ExchangeError:
            return PushAnswer(PushOutcome.UNREACHABLE)


def say(wake: WakeUp) -> bytes:
    """What the phone reads: which operation waits. It asks the bank for everything else."""
    return json.dumps({"operation": wake.about}, separators=(",", ":")).encode()


def read_outcome(answer: HttpAnswer) -> PushAnswer:
    """What a push service's status means. A redirect is as little followed as any other refusal."""
    if answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return PushAnswer(PushOutcome.TAKEN)
    if answer.status in GONE:
        return PushAnswer(PushOutcome.GONE)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return PushAnswer(PushOutcome.LATER, _read_wait(answer.headers.get("retry-after", "")))
    return PushAnswer(PushOutcome.REFUSED)


def _read_wait(text: str) -> int | None:
    """Seconds (RFC 9110, 10.2.3); a date is as good as nothing said: our own wait is longer than a second anyway."""
    digits = text.isascii() and text.isdecimal() and len(text) < 10
    return min(int(text), LONGEST_WAIT_S) if digits else None
