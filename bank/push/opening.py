"""The bank's own way to wake telephones: its key from the vault, its worker, the services it asks."""

from typing import Final

from bank.books.clock import WallClock, wall_ms
from bank.books.store_sql import SqlStore
from bank.push.endpoints import EndpointPolicy
from bank.push.ports import SubscriptionBook
from bank.push.vapid import VapidKey, derive_vapid_key
from bank.push.webpush import WebPushSender
from bank.push.worker import PushWorker

CONTACT: Final = "mailto:demonstration@coopanet.example"
"""Where a push service's keeper would write (RFC 8292, 2.1); .example leads nowhere (RFC 2606)."""
PURPOSE: Final = "push: vapid"


def read_vapid_key(store: SqlStore) -> VapidKey:
    """The key that belongs to these books: browsers bind their subscriptions to it."""
    return derive_vapid_key(store.derive_key(PURPOSE), CONTACT)


def make_worker(
    store: SqlStore, book: SubscriptionBook, policy: EndpointPolicy, wall: WallClock = wall_ms
) -> PushWorker:
    """A worker that is still to be run."""
    return PushWorker(WebPushSender(read_vapid_key(store), policy, wall=wall), book, wall=wall)
