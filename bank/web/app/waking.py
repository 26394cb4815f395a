"""What wakes telephones in one process: the worker, whose telephones are reached where, and the service that asks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bank.books.clock import WallClock, wall_ms
from bank.books.store_sql import SqlStore
from bank.push.endpoints import EndpointPolicy
from bank.push.opening import make_worker, read_vapid_key
from bank.push.worker import PushWorker
from bank.securpass.phone.subscribing import PhoneSubscriptions
from bank.securpass.service import SecurPassService


@dataclass(frozen=True)
class PhoneWaking:
    """`service`: has telephones woken where it asks them. `key`: what a browser subscribes with (base64url)."""

    service: SecurPassService
    subscriptions: PhoneSubscriptions
    worker: PushWorker
    key: str

    @contextmanager
    def running(self) -> Iterator[None]:
        """Telephones are woken while the context lasts."""
        with self.worker.running():
            yield

    def ask_phone(self, customer_id: int, operation_id: str) -> str:
        """Ask the customer's telephone for a decision: the number that whoever asked shows, "" where there is none."""
        return self.service.prompt_phone(customer_id, operation_id).match


def open_waking(store: SqlStore, detours: Mapping[str, int] | None = None, wall: WallClock = wall_ms) -> PhoneWaking:
    """`detours`: see EndpointPolicy."""
    policy = EndpointPolicy(detours=detours or {})
    book = PhoneSubscriptions(store, policy, wall)
    worker = make_worker(store, book, policy, wall)
    service = SecurPassService(store, wall=wall, waker=worker)
    return PhoneWaking(service, book, worker, read_vapid_key(store).public_text)
