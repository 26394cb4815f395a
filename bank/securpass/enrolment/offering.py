"""The interstitial: what the app offers at a log-on, and when it comes back after « plus tard »."""

from enum import Enum

from sqlalchemy import select

from bank.books.inserting import insert_into
from bank.books.schema_securpass import APP_OFFERS
from bank.securpass.enrolment.table import EnrolmentState
from bank.securpass.frame import SecurPassFrame
from bank.securpass.policy import DAY_MS
from bank.securpass.ports import DeviceState
from bank.securpass.shelf import find_enrolment, find_live_device


class AppOffer(Enum):
    """ACTIVATE: the customer has none yet. TRANSFER: another telephone has it, or the app was installed anew, which
    cannot be told apart. REINSTALL: it is suspended."""

    ACTIVATE = "activate"
    TRANSFER = "transfer"
    REINSTALL = "reinstall"


def find_offer(frame: SecurPassFrame, customer_id: int, device_id: str) -> AppOffer | None:
    """What to offer on this telephone now; None where it is the active one, or the days of *later* are not over."""
    with frame.operations.reading() as (connection, now_ms):
        state = find_enrolment(connection, customer_id, now_ms).standing.state
        device = find_live_device(connection, customer_id)
        own = device is not None and device.device_id == device_id and device.state is DeviceState.ACTIVE
        offer = _choose(state)
        if own:
            return None
        query = select(APP_OFFERS.c.later_ms).where(
            APP_OFFERS.c.customer_id == customer_id, APP_OFFERS.c.offer == offer.value
        )
        later_ms = connection.execute(query).scalar()
    waits = later_ms is not None and now_ms < later_ms + frame.policy.later_days * DAY_MS
    return None if waits else offer


def put_off(frame: SecurPassFrame, customer_id: int, offer: AppOffer) -> None:
    """« Plus tard » : it comes back after the policy's days."""
    with frame.operations.writing() as (connection, now_ms):
        row = {"customer_id": customer_id, "offer": offer.value, "later_ms": now_ms}
        made = insert_into(connection, APP_OFFERS).values(row)
        keys = [APP_OFFERS.c.customer_id, APP_OFFERS.c.offer]
        connection.execute(made.on_conflict_do_update(index_elements=keys, set_={"later_ms": now_ms}))


def _choose(state: EnrolmentState) -> AppOffer:
    if state is EnrolmentState.SUBSCRIBED:
        return AppOffer.TRANSFER
    return AppOffer.REINSTALL if state is EnrolmentState.SUSPENDED else AppOffer.ACTIVATE
