"""Enrolments and telephones in the books, within the caller's transaction.

What must happen once is one UPDATE with its condition in it, as with operations; that a customer has one enrolment that
lives, and an enrolment one telephone that is active, is held by the database itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from bank.books.customers import add_credential, end_credential, list_credentials
from bank.books.people import CredentialKind
from bank.books.schema_securpass import DEVICES, ENROLMENTS, PUSH_ENDPOINTS
from bank.securpass.enrolment.table import (
    LIVE,
    EnrolmentStanding,
    EnrolmentState,
    read_enrolment,
)
from bank.securpass.policy import DAY_MS, EnrolmentPath
from bank.securpass.ports import DeviceState, PhoneDevice
from bank.securpass.proofs.counter import CounterVerdict, LastRequest, judge_counter

LIVING: Final = tuple(sorted(state.value for state in LIVE))
PLAIN: Final = tuple(field.name for field in fields(PhoneDevice) if field.name not in ("device_id", "state"))


DEVICE: Final = select(DEVICES).where(DEVICES.c.id == bindparam("device"))
TAKEN: Final = (
    update(DEVICES)
    .where(
        DEVICES.c.id == bindparam("device"),
        DEVICES.c.counter < bindparam("taken"),
        DEVICES.c.state == DeviceState.ACTIVE.value,
    )
    .values(counter=bindparam("taken"), request=bindparam("digest"), answer="")
    .returning(DEVICES)
)
ANSWERED: Final = update(DEVICES).where(DEVICES.c.id == bindparam("device")).values(answer=bindparam("given"))
USED: Final = (
    update(DEVICES)
    .where(DEVICES.c.id == bindparam("device"))
    .values(
        answer=bindparam("given"), tries=0, used_ms=bindparam("now"), uses=bindparam("more"), days=bindparam("other")
    )
)
"""Made once: every request of a telephone asks them, and making a statement costs more than executing it."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An enrolment as it stands at the moment it was read; number 0 where the customer never had one."""

    number: int
    customer_id: int
    standing: EnrolmentStanding
    reason: str = ""


def find_enrolment(connection: Connection, customer_id: int, now_ms: int) -> Enrolment:
    """The customer's latest."""
    query = select(ENROLMENTS).where(ENROLMENTS.c.customer_id == customer_id).order_by(ENROLMENTS.c.id.desc())
    row = connection.execute(query.limit(1)).mappings().first()
    return _enrolment(row, now_ms) if row else Enrolment(0, customer_id, EnrolmentStanding(seen_ms=now_ms))


def list_enrolments(connection: Connection, now_ms: int) -> Sequence[Enrolment]:
    """Everybody's that lives, oldest first; one that has lapsed since, as lapsed."""
    query = select(ENROLMENTS).where(ENROLMENTS.c.state.in_(LIVING)).order_by(ENROLMENTS.c.id)
    return [_enrolment(row, now_ms) for row in connection.execute(query).mappings()]


def write_enrolment(connection: Connection, before: Enrolment, standing: EnrolmentStanding, reason: str = "") -> int:
    """Keep it as it is after an act: the row that lives is changed, what follows an end is a new one. Its number.

    Raises IntegrityError where another transaction began one for the same customer meanwhile.
    """
    ends = standing.state not in LIVE
    row = {
        "path": standing.path.value,
        "state": standing.state.value,
        "until_ms": standing.until_ms,
        "since_ms": standing.since_ms,
        "usable_from_ms": standing.usable_from_ms,
        "ended_ms": standing.seen_ms if ends else None,
        "reason": reason,
    }
    if before.number and before.standing.state in LIVE:
        connection.execute(update(ENROLMENTS).where(ENROLMENTS.c.id == before.number).values(row))
        return before.number
    _write_lapsed(connection, before.customer_id, standing.seen_ms)
    new = {**row, "customer_id": before.customer_id, "created_ms": standing.seen_ms}
    number: int = connection.execute(insert(ENROLMENTS).values(new).returning(ENROLMENTS.c.id)).scalar_one()
    return number


def lock_enrolment(connection: Connection, customer_id: int) -> None:
    """Where rows are locked: who else changes this customer's enrolment waits until this transaction ends."""
    if connection.dialect.name == "sqlite":
        return  # one transaction writes at a time there
    query = select(ENROLMENTS.c.id).where(ENROLMENTS.c.customer_id == customer_id, ENROLMENTS.c.state.in_(LIVING))
    connection.execute(query.with_for_update())


def write_all_lapsed(connection: Connection, now_ms: int) -> int:
    """Write down what has lapsed: how many."""
    return _write_lapsed(connection, None, now_ms)


def _write_lapsed(connection: Connection, customer_id: int | None, now_ms: int) -> int:
    over = update(ENROLMENTS).where(
        ENROLMENTS.c.state == EnrolmentState.INITIATED.value, ENROLMENTS.c.until_ms <= now_ms
    )
    if customer_id is not None:
        over = over.where(ENROLMENTS.c.customer_id == customer_id)
    lapsed = {"state": EnrolmentState.LAPSED.value, "ended_ms": ENROLMENTS.c.until_ms}
    return connection.execute(over.values(lapsed)).rowcount


def find_device(connection: Connection, device_id: str) -> PhoneDevice | None:
    """The telephone with that identifier, whatever its state."""
    row = connection.execute(DEVICE, {"device": device_id}).mappings().first()
    return _device(row) if row else None


def find_live_device(connection: Connection, customer_id: int) -> PhoneDevice | None:
    """The customer's telephone that is active or suspended, the latest one."""
    live = DEVICES.c.state.in_((DeviceState.ACTIVE.value, DeviceState.SUSPENDED.value))
    query = select(DEVICES).where(DEVICES.c.customer_id == customer_id, live)
    row = connection.execute(query.order_by(DEVICES.c.since_ms.desc()).limit(1)).mappings().first()
    return _device(row) if row else None


def list_devices(connection: Connection, customer_id: int) -> Sequence[PhoneDevice]:
    """All that the customer ever had, newest first."""
    query = select(DEVICES).where(DEVICES.c.customer_id == customer_id).order_by(DEVICES.c.since_ms.desc())
    return [_device(row) for row in connection.execute(query).mappings()]


def put_device(connection: Connection, device: PhoneDevice) -> None:
    """A telephone more, which is one of the customer's credentials from now on."""
    row = {name: getattr(device, name) for name in PLAIN}
    connection.execute(insert(DEVICES).values(id=device.device_id, state=device.state.value, **row))
    add_credential(connection, device.customer_id, CredentialKind.DEVICE, device.device_id, device.since_ms)


def shut_devices(connection: Connection, customer_id: int, state: DeviceState, now_ms: int) -> list[str]:
    """No telephone of the customer's approves any more, and none is woken: which ones it were that did."""
    open_states = [DeviceState.ACTIVE.value]
    if state is not DeviceState.SUSPENDED:
        open_states.append(DeviceState.SUSPENDED.value)
    live = update(DEVICES).where(DEVICES.c.customer_id == customer_id, DEVICES.c.state.in_(open_states))
    shut = connection.execute(live.values(state=state.value, ended_ms=now_ms).returning(DEVICES.c.id)).scalars().all()
    connection.execute(PUSH_ENDPOINTS.delete().where(PUSH_ENDPOINTS.c.device_id.in_(shut)))
    if state is not DeviceState.SUSPENDED:
        _end_credentials(connection, customer_id, shut, now_ms)
    return list(shut)


def take_counter(
    connection: Connection, device_id: str, counter: int, digest: str
) -> tuple[CounterVerdict, str, PhoneDevice | None]:
    """Take a request's counter up, if it is fresh: what it is, what was answered to one that was taken before, and the
    telephone as it is then.

    The UPDATE comes first: of two requests at once the second waits here, and is judged by what the first has left.
    """
    given = {"device": device_id, "taken": counter, "digest": digest}
    row = connection.execute(TAKEN, given).mappings().first()
    if row is not None:
        return CounterVerdict.FRESH, "", _device(row)
    device = find_device(connection, device_id)
    if device is None or device.state is not DeviceState.ACTIVE:
        again = device is not None and (device.counter, device.request) == (counter, digest)
        return CounterVerdict.AGAIN, device.answer if device and again else "", device
    return judge_counter(LastRequest(device.counter, device.request), counter, digest), device.answer, device


def keep_last_answer(connection: Connection, device_id: str, answer: str) -> None:
    """What was answered to the request whose counter was taken last."""
    connection.execute(ANSWERED, {"device": device_id, "given": answer})


def change_device(connection: Connection, device_id: str, **values: object) -> None:
    """Set some of its columns."""
    connection.execute(update(DEVICES).where(DEVICES.c.id == device_id).values(values))


def note_use(connection: Connection, device: PhoneDevice, answer: str, now_ms: int) -> None:
    """It was used rightly, and that was answered: its wrong codes are forgotten, and its use counts, also the day where
    it is another."""
    another = now_ms // DAY_MS > device.used_ms // DAY_MS or device.uses == 0
    days = device.days + 1 if another else device.days
    given = {"device": device.device_id, "now": now_ms, "more": device.uses + 1, "other": days, "given": answer}
    connection.execute(USED, given)


def _end_credentials(connection: Connection, customer_id: int, references: Sequence[str], now_ms: int) -> None:
    for one in list_credentials(connection, customer_id):
        if one.reference in references and one.until_ms is None:
            end_credential(connection, one.credential_id, now_ms)


def _enrolment(row: RowMapping, now_ms: int) -> Enrolment:
    standing = EnrolmentStanding(
        EnrolmentState(row["state"]),
        EnrolmentPath(row["path"]),
        row["until_ms"],
        row["since_ms"],
        row["usable_from_ms"],
        now_ms,
    )
    return Enrolment(row["id"], row["customer_id"], read_enrolment(standing, now_ms), row["reason"])


def _device(row: RowMapping) -> PhoneDevice:
    values = {name: row[name] for name in PLAIN}
    return PhoneDevice(device_id=row["id"], state=DeviceState(row["state"]), **values)
