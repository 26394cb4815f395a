"""An operation is asked for on the telephone itself: it waits there at once, without a number to match, unless a named
exemption of (EU) 2018/389 lets a trusted telephone do it without being asked."""

from sqlalchemy import Connection, select

from bank.books.schema import BENEFICIARIES, OPERATIONS
from bank.ledger.keeping import find_account
from bank.operations import catalogue as cat
from bank.operations.catalogue import CATALOGUE
from bank.operations.deciding import decide_operation, journal_event
from bank.operations.ports import Asking, Operation
from bank.operations.requesting import take_request
from bank.operations.shelf import get_operation, read_row
from bank.operations.table import Act, OperationState
from bank.securpass.approving.prompting import prompt_phone
from bank.securpass.approving.reviewing import list_ended_exemptions, note_exemption
from bank.securpass.approving.trusting import Exemption, ExemptionFacts, PhoneUse, judge_exemption
from bank.securpass.frame import SecurPassFrame
from bank.securpass.ports import AskedOnPhone, DeviceState, PhoneDevice
from bank.securpass.shelf import find_device, find_enrolment

MOST_LOOKED_AT = 50


def ask_on_phone(frame: SecurPassFrame, asking: Asking, device_id: str | None) -> AskedOnPhone:
    """`device_id`: the telephone, where it has proved its key just now; None for any other browser.

    Raises AskingError, UnknownOperationError, StateError.
    """
    operation = take_request(frame.operations, asking)
    exemption = _exempt(frame, operation, device_id) if device_id else None
    if exemption is None and operation.state is OperationState.PENDING:
        prompt_phone(frame, asking.customer_id, operation.operation_id, device_id)
    with frame.operations.reading() as (connection, now_ms):
        found = get_operation(connection, asking.customer_id, operation.operation_id, now_ms)
    return AskedOnPhone(found, exemption)


def _exempt(frame: SecurPassFrame, operation: Operation, device_id: str) -> Exemption | None:
    """Approve it, if it need not be asked; the journal says by which article."""
    customer_id = operation.content.customer_id
    with frame.operations.writing() as (connection, now_ms):
        device = find_device(connection, device_id)
        standing = find_enrolment(connection, customer_id, now_ms).standing
        own = device is not None and device.customer_id == customer_id and device.state is DeviceState.ACTIVE
        if device is None or not own or not standing.is_usable(now_ms):
            return None
        exemption = _judge(frame, connection, operation, device, now_ms)
        found = get_operation(connection, customer_id, operation.operation_id, now_ms)
        if exemption is None or found.state is not OperationState.PENDING:
            return None
        decide_operation(connection, found, Act.APPROVE, now_ms)
        journal_event(connection, found, now_ms, note_exemption(exemption))
        return exemption


def _judge(
    frame: SecurPassFrame, connection: Connection, operation: Operation, device: PhoneDevice, now_ms: int
) -> Exemption | None:
    entry, fields = CATALOGUE[operation.kind], operation.content.fields
    if not entry.starred or cat.PAYEE_IBAN not in fields or cat.RHYTHM in fields:
        return None  # (EU) 2018/389, article 14(1): whoever begins a series of payments is asked
    iban, customer_id = str(fields[cat.PAYEE_IBAN]), operation.content.customer_id
    payee = find_account(connection, iban)
    cents, count = _read_low_value(connection, customer_id, now_ms)
    facts = ExemptionFacts(
        starred=True,
        own_phone=True,
        cents=int(fields[cat.AMOUNT]),
        own_account=payee is not None and payee.customer_id == customer_id,
        known_payee=_is_known(connection, customer_id, iban),
        since_cents=cents,
        since_count=count,
        ended=list_ended_exemptions(connection, device.device_id),
    )
    return judge_exemption(facts, PhoneUse(device.uses, device.days), frame.policy)


def _is_known(connection: Connection, customer_id: int, iban: str) -> bool:
    """Whether the customer has put the payee on his list, which was confirmed then."""
    query = select(BENEFICIARIES.c.id).where(
        BENEFICIARIES.c.customer_id == customer_id, BENEFICIARIES.c.iban == iban, BENEFICIARIES.c.state == "active"
    )
    return connection.execute(query).first() is not None


def _read_low_value(connection: Connection, customer_id: int, now_ms: int) -> tuple[int, int]:
    """Cents and number of what was approved without a confirmation since the last one with one."""
    approved = OPERATIONS.c.customer_id == customer_id, OPERATIONS.c.state == OperationState.APPROVED.value
    query = select(OPERATIONS).where(*approved).order_by(OPERATIONS.c.decided_ms.desc(), OPERATIONS.c.seq.desc())
    cents = count = 0
    for row in connection.execute(query.limit(MOST_LOOKED_AT)).mappings():
        one = read_row(row, now_ms)
        if one.means is not None:
            break
        cents, count = cents + int(one.content.fields.get(cat.AMOUNT, 0)), count + 1
    return cents, count
