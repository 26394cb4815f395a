"""An operation is asked for: checked against catalogue, form and books, written down in octets, and taken in."""

import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from bank.languages import FALLBACK, local_moment
from bank.operations.asking import check_fields, check_schedule
from bank.operations.catalogue import CARD, OperationKind, judge_asking
from bank.operations.checking import check_against_books, find_card_id
from bank.operations.deciding import journal_event
from bank.operations.frame import OperationFrame
from bank.operations.octets import NONCE_BYTES, OperationContent, Value, digest_octets, make_octets
from bank.operations.people import Confirmer
from bank.operations.ports import Asking, AskingError, AskingFault, Operation
from bank.operations.shelf import draw_seq, list_pending, put_operation, seek_operation
from bank.operations.table import OperationState
from bank.operations.wording import show_lines
from bank.operations.words import LANGUAGES

ID_DIGITS: Final = 32
"""Hexadecimal: 128 bits, which nobody guesses."""

MASK: Final = "•••• "


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the books give an operation: its identifier, its number and its moment."""

    operation_id: str
    seq: int
    now_ms: int


def take_request(frame: OperationFrame, asking: Asking) -> Operation:
    """The operation, in the books and pending. Raises AskingError, UnknownOperationError, StateError."""
    fields = check_fields(asking.kind, asking.fields, frame.policy)
    name = _name_card(frame, asking.customer_id, fields)
    with frame.writing() as (connection, now_ms):
        who = frame.who(connection, asking.customer_id)
        unfit = judge_asking(asking.kind, who.clientele, asking.terminal)
        if unfit:
            raise AskingError(AskingFault.UNFIT, unfit=unfit)
        seq = draw_seq(connection)  # whoever asks at the same time waits here: what is counted below is counted
        operation_id = _identify(asking, fields)
        known = seek_operation(connection, asking.customer_id, operation_id, now_ms)
        if known:
            return known
        check_schedule(fields, local_moment(now_ms).date(), frame.policy)
        check_against_books(connection, asking.customer_id, asking.kind, fields)
        operation = _write(frame, asking, fields, name, Stamp(operation_id, seq, now_ms))
        _check_room(frame, connection, operation, who, now_ms)
        put_operation(connection, operation)
        journal_event(connection, operation, now_ms, "asked for")
    return operation


def _identify(asking: Asking, fields: dict[str, Value]) -> str:
    """By chance; by the form's own token where it has one: sent again unchanged, it is the same operation."""
    if not asking.once:
        return secrets.token_hex(ID_DIGITS // 2)
    same = [asking.customer_id, asking.once, asking.kind.value, sorted(fields.items())]
    return sha256(json.dumps(same).encode()).hexdigest()[:ID_DIGITS]


def _write(frame: OperationFrame, asking: Asking, fields: dict[str, Value], card_name: str, stamp: Stamp) -> Operation:
    language = asking.language if asking.language in LANGUAGES else FALLBACK
    policy = frame.policy
    life = policy.log_on_life_ms if asking.kind is OperationKind.LOG_ON else policy.life_ms
    content = OperationContent(
        operation_id=stamp.operation_id,
        kind=asking.kind,
        customer_id=asking.customer_id,
        terminal=asking.terminal,
        language=language,
        shown=show_lines(asking.kind, fields, language, card_name),
        fields=fields,
        nonce=secrets.token_hex(NONCE_BYTES),
        created_ms=stamp.now_ms,
        until_ms=stamp.now_ms + life,
    )
    digest = digest_octets(make_octets(content))
    return Operation(stamp.operation_id, stamp.seq, content, OperationState.PENDING, digest)


def _check_room(
    frame: OperationFrame, connection: Connection, operation: Operation, who: Confirmer, now_ms: int
) -> None:
    """Nobody is flooded with requests, and nothing is asked that cannot be confirmed. Raises AskingError."""
    waiting = list_pending(connection, who.customer_id, now_ms)
    log_ons = [each for each in waiting if each.kind is OperationKind.LOG_ON]
    full = len(waiting) >= frame.policy.pending
    if operation.kind is OperationKind.LOG_ON:
        full = len(log_ons) >= frame.policy.pending_log_ons
    if full:
        raise AskingError(AskingFault.TOO_MANY)
    if not frame.usable_means(connection, operation, who):
        raise AskingError(AskingFault.NO_MEANS)


def _name_card(frame: OperationFrame, customer_id: int, fields: dict[str, Value]) -> str:
    """How the customer knows his card: by its last four digits. Raises AskingError when it is not his."""
    if CARD not in fields:
        return ""
    with frame.reading() as (connection, _):
        card_id = find_card_id(connection, customer_id, fields[CARD])
    card = frame.store.find_card(card_id) if card_id else None
    return MASK + (card.pan[-4:] if card else str(fields[CARD]))
