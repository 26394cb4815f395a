"""Where a telephone is woken: subscriptions of its browser to its push service, kept with the telephone they are of."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from bank.books.clock import WallClock, pass_time, wall_ms
from bank.books.inserting import insert_into
from bank.books.schema_securpass import DEVICES, PUSH_ENDPOINTS
from bank.books.store_sql import SqlStore
from bank.push.endpoints import EndpointPolicy
from bank.push.ports import PushSubscription
from bank.securpass.ports import DeviceState


class PhoneSubscriptions:
    """`bank.push.ports.SubscriptionBook`, and what the app tells it. `policy`: whose endpoints are taken."""

    def __init__(self, store: SqlStore, policy: EndpointPolicy | None = None, wall: WallClock = wall_ms) -> None:
        self._store = store
        self._policy = policy or EndpointPolicy()
        self._wall = wall

    def keep_subscription(self, device_id: str, endpoint: str, public_key: bytes, auth: bytes) -> None:
        """This telephone is woken there from now on, and nowhere else; no other one is. Raises SubscriptionError."""
        PushSubscription(0, endpoint, public_key, auth)
        self._policy.find_target(endpoint)
        row: dict[str, object] = {"device_id": device_id, "endpoint": endpoint, "p256dh": public_key, "auth": auth}
        with self._store.writing() as connection:
            row["since_ms"] = pass_time(connection, self._wall())
            others = PUSH_ENDPOINTS.c.device_id == device_id, PUSH_ENDPOINTS.c.endpoint != endpoint
            connection.execute(delete(PUSH_ENDPOINTS).where(*others))
            made = insert_into(connection, PUSH_ENDPOINTS).values(row)
            connection.execute(made.on_conflict_do_update(index_elements=[PUSH_ENDPOINTS.c.endpoint], set_=row))

    def drop_subscription(self, device_id: str, endpoint: str) -> None:
        """It is not woken there any more."""
        mine = PUSH_ENDPOINTS.c.device_id == device_id, PUSH_ENDPOINTS.c.endpoint == endpoint
        with self._store.writing() as connection:
            connection.execute(delete(PUSH_ENDPOINTS).where(*mine))

    def list_subscriptions(self, customer_id: int) -> Sequence[PushSubscription]:
        """See SubscriptionBook."""
        query = select(PUSH_ENDPOINTS).join(DEVICES, DEVICES.c.id == PUSH_ENDPOINTS.c.device_id)
        active = DEVICES.c.customer_id == customer_id, DEVICES.c.state == DeviceState.ACTIVE.value
        with self._store.reading() as connection:
            rows = connection.execute(query.where(*active)).mappings()
            return [PushSubscription(row["id"], row["endpoint"], row["p256dh"], row["auth"]) for row in rows]

    def forget_subscription(self, number: int) -> None:
        """See SubscriptionBook."""
        with self._store.writing() as connection:
            connection.execute(delete(PUSH_ENDPOINTS).where(PUSH_ENDPOINTS.c.id == number))
