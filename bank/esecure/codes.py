"""Activation codes in the books: under the vault's index key, counted before they are looked at, good once."""

import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from bank.books.schema_keys import ACTIVATION_CODES
from bank.esecure.frame import EsecureFrame, draw_activation
from bank.pki.records import AccessKey

CODES = ACTIVATION_CODES


@dataclass(frozen=True, slots=True)
class TriedCode:
    """A code of the books that a try was counted for."""

    code_id: int
    key_id: int


def write_code(frame: EsecureFrame, connection: Connection, key: AccessKey, now_ms: int) -> tuple[str, int]:
    """A new code for that key and its customer, and until when it is good: every earlier one of the customer's is
    dead."""
    end_codes(connection, key.customer_id or 0, now_ms)
    code, until_ms = draw_activation(), now_ms + frame.policy.code_life_ms
    row = {
        "key_id": key.key_id,
        "customer_id": key.customer_id,
        "code_index": "",
        "tries": 0,
        "created_ms": now_ms,
        "until_ms": until_ms,
    }
    code_id: int = connection.execute(insert(CODES).values(row).returning(CODES.c.id)).scalar_one()
    index = frame.index_code(code_id, code)
    connection.execute(update(CODES).where(CODES.c.id == code_id).values(code_index=index))
    return code, until_ms


def end_codes(connection: Connection, customer_id: int, now_ms: int) -> None:
    """None of the customer's opens anything any more."""
    live = update(CODES).where(CODES.c.customer_id == customer_id, CODES.c.used_ms.is_(None))
    connection.execute(live.values(used_ms=now_ms))


def try_activation(
    frame: EsecureFrame, connection: Connection, customer_id: int | None, code: str, now_ms: int
) -> TriedCode | None:
    """Count a try, and then look: the customer's live code, if that is it. The same is computed whatever is wrong."""
    live = select(CODES.c.id).where(
        CODES.c.customer_id == customer_id,
        CODES.c.used_ms.is_(None),
        CODES.c.until_ms > now_ms,
        CODES.c.tries < frame.policy.code_tries,
    )
    tried = update(CODES).where(CODES.c.id.in_(live)).values(tries=CODES.c.tries + 1)
    row = connection.execute(tried.returning(CODES.c.id, CODES.c.key_id, CODES.c.code_index)).first()
    code_id, key_id, index = row if row else (0, 0, "-" * 64)
    right = hmac.compare_digest(frame.index_code(code_id, code), index)
    return TriedCode(code_id, key_id) if row and right else None


def give_back_code(connection: Connection, tried: TriedCode) -> None:
    """It was right, and something else was wrong: no try."""
    counted = update(CODES).where(CODES.c.id == tried.code_id, CODES.c.tries > 0)
    connection.execute(counted.values(tries=CODES.c.tries - 1))


def use_activation(connection: Connection, tried: TriedCode, now_ms: int) -> bool:
    """Use it up; False when somebody did before."""
    fresh = update(CODES).where(CODES.c.id == tried.code_id, CODES.c.used_ms.is_(None))
    return connection.execute(fresh.values(used_ms=now_ms)).rowcount == 1
