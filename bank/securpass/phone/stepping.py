"""Log-ons and activations under way: what was begun, and the codes that were sent for it, kept as seals."""

import secrets
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from bank.books.limiting import count_one
from bank.books.schema_securpass import APP_STEPS
from bank.securpass.frame import CODE_DIGITS, SecurPassFrame
from bank.securpass.policy import MINUTE_MS
from bank.securpass.ports import ProofRefusedError, TooManyError

LOG_ON: Final = "log-on"
ACTIVATION: Final = "activation"
SMS: Final = "sms"
MAIL: Final = "mail"
SWEPT: Final = 100


@dataclass(frozen=True, slots=True)
class AppStep:
    """What was begun. `customer_id`: None for a log-on with a wrong password, which nothing completes."""

    step_id: str
    customer_id: int | None
    purpose: str
    octets: bytes = field(repr=False)
    second: str
    sms_seal: str = field(repr=False)
    mail_seal: str = field(repr=False)
    tries: int
    created_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class StepCodes:
    """The codes of a step, as they are sent."""

    sms: str = field(repr=False)
    mail: str = field(repr=False)


def draw_identifier() -> str:
    """32 hexadecimal digits by chance."""
    return secrets.token_hex(16)


def draw_codes() -> StepCodes:
    """New ones."""
    return StepCodes(*(f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}" for _ in range(2)))


def count_step(frame: SecurPassFrame, connection: Connection, customer_id: int, now_ms: int) -> None:
    """Codes cost the bank money and the customer patience. Raises TooManyError."""
    policy = frame.policy
    if not count_one(connection, f"app-steps/{customer_id}", policy.steps, now_ms, policy.steps_window_ms):
        raise TooManyError


def write_step(connection: Connection, step: AppStep) -> None:
    """Keep a step, and let go of some that are over."""
    old = select(APP_STEPS.c.id).where(APP_STEPS.c.until_ms <= step.created_ms).limit(SWEPT)
    connection.execute(delete(APP_STEPS).where(APP_STEPS.c.id.in_(old)))
    row = {name: getattr(step, name) for name in AppStep.__slots__ if name != "step_id"}
    connection.execute(insert(APP_STEPS).values(id=step.step_id, **row))


def find_step(connection: Connection, step_id: str, purpose: str, now_ms: int) -> AppStep | None:
    """The step with that identifier, if it is not over."""
    query = select(APP_STEPS).where(
        APP_STEPS.c.id == step_id, APP_STEPS.c.purpose == purpose, APP_STEPS.c.until_ms > now_ms
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return AppStep(row["id"], **{name: row[name] for name in AppStep.__slots__ if name != "step_id"})


def replace_codes(frame: SecurPassFrame, connection: Connection, step: AppStep, codes: StepCodes) -> None:
    """From now on these are the step's codes; the tries that were made stay made."""
    seals = {
        "sms_seal": frame.seal_code(step.step_id, SMS, codes.sms),
        "mail_seal": frame.seal_code(step.step_id, MAIL, codes.mail),
    }
    connection.execute(update(APP_STEPS).where(APP_STEPS.c.id == step.step_id).values(seals))


def try_step(frame: SecurPassFrame, connection: Connection, step_id: str, purpose: str, now_ms: int) -> AppStep:
    """Count a try before anything is looked at: the step with it. Raises ProofRefusedError when none is left."""
    most = frame.policy.step_tries
    tried = update(APP_STEPS).where(
        APP_STEPS.c.id == step_id,
        APP_STEPS.c.purpose == purpose,
        APP_STEPS.c.tries < most,
        APP_STEPS.c.until_ms > now_ms,
    )
    if connection.execute(tried.values(tries=APP_STEPS.c.tries + 1)).rowcount != 1:
        raise ProofRefusedError(0)
    step = find_step(connection, step_id, purpose, now_ms)
    assert step is not None
    return step


def end_step(connection: Connection, step_id: str) -> bool:
    """It is done; False where somebody was faster."""
    return connection.execute(delete(APP_STEPS).where(APP_STEPS.c.id == step_id)).rowcount == 1


def minutes_of(step: AppStep) -> str:
    """How many minutes its codes are good, for the message."""
    return str(max(1, (step.until_ms - step.created_ms) // MINUTE_MS))


def group_code(code: str) -> str:
    """As a message shows it."""
    return f"{code[:4]} {code[4:]}"
