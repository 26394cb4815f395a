"""What a customer need not confirm, as he sees it, and ends: the exemptions of his trusted telephone, each by its name.

One that was ended is ended for that telephone; he is asked again from that moment on.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection, select

from bank.books.inserting import insert_into
from bank.books.schema import JOURNAL
from bank.books.schema_securpass import ENDED_EXEMPTIONS
from bank.journal.chain import name_customer
from bank.operations.notices import NoticeEvent, note_notice
from bank.securpass.approving.trusting import Exemption, PhoneUse, is_trusted
from bank.securpass.frame import SecurPassFrame
from bank.securpass.ports import DeviceState, PhoneDevice
from bank.securpass.shelf import find_live_device
from bank.securpass.telling import journal_securpass


@dataclass(frozen=True, slots=True)
class TrustView:
    """The customer's telephone, whether it is a trusted one, and of each exemption since when it is ended, if it is."""

    device: PhoneDevice
    trusted: bool
    ended_ms: Mapping[Exemption, int | None]


def read_trust(frame: SecurPassFrame, customer_id: int) -> TrustView | None:
    """How it stands; None where no telephone approves. Raises StateError."""
    with frame.operations.reading() as (connection, _):
        device = find_live_device(connection, customer_id)
        if device is None or device.state is not DeviceState.ACTIVE:
            return None
        query = select(ENDED_EXEMPTIONS).where(ENDED_EXEMPTIONS.c.device_id == device.device_id)
        rows = {row["exemption"]: row["ended_ms"] for row in connection.execute(query).mappings()}
    ended = {one: rows.get(one.value) for one in Exemption}
    return TrustView(device, is_trusted(PhoneUse(device.uses, device.days), frame.policy), MappingProxyType(ended))


def end_exemption(frame: SecurPassFrame, customer_id: int, exemption: Exemption) -> bool:
    """Ask him again from now on; False where nothing changes. Raises StateError."""
    with frame.operations.writing() as (connection, now_ms):
        device = find_live_device(connection, customer_id)
        if device is None:
            return False
        row = {"device_id": device.device_id, "exemption": exemption.value, "ended_ms": now_ms}
        made = insert_into(connection, ENDED_EXEMPTIONS).values(row).on_conflict_do_nothing()
        if connection.execute(made.returning(ENDED_EXEMPTIONS.c.ended_ms)).first() is None:
            return False
        journal_securpass(connection, customer_id, now_ms, "exemption ended", exemption=exemption.value)
        note_notice(connection, customer_id, NoticeEvent.EXEMPTION_ENDED, now_ms)
        return True


def find_exemption(frame: SecurPassFrame, customer_id: int, operation_id: str) -> Exemption | None:
    """By which exemption that operation was not asked; None where it was, or is not his. Raises StateError."""
    events = {f"operation {note_exemption(one)}": one for one in Exemption}
    own = JOURNAL.c.subject == name_customer(customer_id), JOURNAL.c.event.in_(events)
    query = select(JOURNAL.c.event, JOURNAL.c.detail).where(*own).order_by(JOURNAL.c.seq.desc())
    with frame.operations.reading() as (connection, _):
        rows = connection.execute(query).all()
    return next((events[row.event] for row in rows if json.loads(row.detail).get("operation") == operation_id), None)


def note_exemption(exemption: Exemption) -> str:
    """How the journal says it of an operation."""
    return f"exempt: {exemption.value}"


def list_ended_exemptions(connection: Connection, device_id: str) -> frozenset[Exemption]:
    """Those that do not hold on this telephone any more."""
    query = select(ENDED_EXEMPTIONS.c.exemption).where(ENDED_EXEMPTIONS.c.device_id == device_id)
    return frozenset(Exemption(value) for value in connection.execute(query).scalars())
