"""A telephone is asked to decide an operation: once it is, the operation waits there, and the telephone is woken."""

import hmac
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, bindparam, func, select, update

from bank.books.inserting import insert_into
from bank.books.limiting import count_one, set_count
from bank.books.schema import LIMITS, OPERATIONS
from bank.books.schema_securpass import PROMPTS
from bank.operations.catalogue import Means, OperationKind
from bank.operations.deciding import journal_event
from bank.operations.octets import make_octets
from bank.operations.ports import Operation
from bank.operations.shelf import draw_seq, get_operation
from bank.operations.table import OperationState
from bank.securpass.approving.asking import PromptFacts, judge_prompt, make_match
from bank.securpass.frame import SecurPassFrame
from bank.securpass.ports import PromptAnswer

REFUSALS: Final = "prompt-refusals"
PROMPTED: Final = "prompts"

PROMPT: Final = select(PROMPTS.c.match, PROMPTS.c.device_id).where(PROMPTS.c.operation_id == bindparam("operation"))
"""Made once: every decision on a telephone asks it."""


def prompt_phone(
    frame: SecurPassFrame, customer_id: int, operation_id: str, own_device: str | None = None
) -> PromptAnswer:
    """Ask. `own_device`: the telephone that the operation was asked for on, which needs no number and no limit.

    Raises UnknownOperationError, StateError.
    """
    with frame.operations.writing() as (connection, now_ms):
        operation = get_operation(connection, customer_id, operation_id, now_ms)
        answer = _answer(frame, connection, operation, own_device, now_ms)
        if answer.asked:
            _write_prompt(connection, operation, own_device, now_ms)
            moved = update(OPERATIONS).where(OPERATIONS.c.id == operation_id)
            connection.execute(moved.values(seq=draw_seq(connection)))  # whoever polls sees it now
            journal_event(connection, operation, now_ms, "asked of the telephone", Means.SECURPASS)
    if answer.asked and frame.waker is not None:
        frame.waker.wake_phone(customer_id, operation_id, operation.content.until_ms)
    return answer


def find_prompt(connection: Connection, operation_id: str) -> tuple[bool, str | None] | None:
    """Whether a number must match, and which telephone has asked by itself; None where none is asked."""
    row = connection.execute(PROMPT, {"operation": operation_id}).first()
    return (row.match, row.device_id) if row else None


def find_match(frame: SecurPassFrame, operation: Operation) -> str:
    """The number that belongs to an operation: it follows from its octets."""
    return make_match(hmac.digest(frame.match_key, make_octets(operation.content), sha256))


def note_refusal(connection: Connection, customer_id: int, now_ms: int) -> None:
    """The customer did not want it: after several in a row the telephone is left in peace for a while."""
    count, _ = _read_window(connection, f"{REFUSALS}/{customer_id}")
    set_count(connection, f"{REFUSALS}/{customer_id}", count + 1, now_ms)


def name_prompt_counts(customer_id: int) -> tuple[str, str]:
    """What ends once he wanted one: the row of what he refused, and what he was asked for."""
    return f"{REFUSALS}/{customer_id}", f"{PROMPTED}/{customer_id}"


def _answer(
    frame: SecurPassFrame, connection: Connection, operation: Operation, own_device: str | None, now_ms: int
) -> PromptAnswer:
    customer_id = operation.content.customer_id
    who = frame.operations.who(connection, customer_id)
    if (
        operation.state is not OperationState.PENDING
        or Means.SECURPASS not in frame.operations.usable_means(connection, operation, who)
    ):  # fmt: skip
        return PromptAnswer(asked=False)
    if own_device is not None:
        return PromptAnswer(asked=True)
    policy, log_on = frame.policy, operation.kind is OperationKind.LOG_ON
    facts = _read_facts(frame, connection, operation, now_ms)
    hush = judge_prompt(facts, now_ms, policy, log_on=log_on)
    if hush is not None:
        return PromptAnswer(asked=False, hush=hush)
    count_one(connection, f"{PROMPTED}/{customer_id}", policy.prompts, now_ms, policy.prompts_window_ms)
    return PromptAnswer(asked=True, match=find_match(frame, operation))


def _read_facts(frame: SecurPassFrame, connection: Connection, operation: Operation, now_ms: int) -> PromptFacts:
    customer_id = operation.content.customer_id
    count, since_ms = _read_window(connection, f"{PROMPTED}/{customer_id}")
    refusals, refused_ms = _read_window(connection, f"{REFUSALS}/{customer_id}")
    fresh = now_ms < since_ms + frame.policy.prompts_window_ms
    waiting = select(func.count()).select_from(PROMPTS.join(OPERATIONS, OPERATIONS.c.id == PROMPTS.c.operation_id))
    waiting = waiting.where(
        OPERATIONS.c.customer_id == customer_id,
        OPERATIONS.c.kind == OperationKind.LOG_ON.value,
        OPERATIONS.c.state == OperationState.PENDING.value,
        OPERATIONS.c.until_ms > now_ms,
        OPERATIONS.c.id != operation.operation_id,
    )
    log_ons = connection.execute(waiting).scalar_one()
    return PromptFacts(count if fresh else 0, refusals, refused_ms, log_ons)


def _read_window(connection: Connection, key: str) -> tuple[int, int]:
    row = connection.execute(select(LIMITS.c.count, LIMITS.c.window_ms).where(LIMITS.c.key == key)).first()
    return (row[0], row[1]) if row else (0, 0)


def _write_prompt(connection: Connection, operation: Operation, own_device: str | None, now_ms: int) -> None:
    row = {
        "operation_id": operation.operation_id,
        "customer_id": operation.content.customer_id,
        "device_id": own_device,
        "match": own_device is None,
        "at_ms": now_ms,
    }
    made = insert_into(connection, PROMPTS).values(row)
    again = {"at_ms": now_ms}  # whether a number must match stays as it was at first
    connection.execute(made.on_conflict_do_update(index_elements=[PROMPTS.c.operation_id], set_=again))
