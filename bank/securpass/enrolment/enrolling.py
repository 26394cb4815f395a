"""The enrolment's acts on the books: each with its line in the journal and its message, in the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, delete

from bank.books.schema import SESSIONS
from bank.securpass import words
from bank.securpass.approving.trusting import PhoneUse, is_trusted
from bank.securpass.enrolment.table import (
    EnrolmentAct,
    EnrolmentConsequence,
    EnrolmentEvent,
    EnrolmentRule,
    step_enrolment,
)
from bank.securpass.frame import SecurPassFrame
from bank.securpass.ports import DeviceState, NotNowError, PhoneDevice, SecurPassStatus, SuspendReason
from bank.securpass.shelf import (
    Enrolment,
    find_enrolment,
    find_live_device,
    lock_enrolment,
    put_device,
    shut_devices,
    write_enrolment,
)
from bank.securpass.telling import USUAL, journal_securpass, tell_customer
from bank.securpass.words import Sentence

A, C = EnrolmentAct, EnrolmentConsequence

EVENTS: Final[Mapping[EnrolmentAct, str]] = MappingProxyType(
    {
        A.SIGN_AMENDMENT: "initiated",
        A.ACTIVATE: "activated",
        A.CANCEL: "cancelled",
        A.LIFT_LATENCY: "latency lifted",
        A.SUSPEND: "suspended",
        A.CLOSE: "closed",
    }
)
"""How the journal calls them."""

TOLD: Final[Mapping[EnrolmentAct, Sentence]] = MappingProxyType(
    {
        A.SIGN_AMENDMENT: words.INITIATED,
        A.ACTIVATE: words.ACTIVATED,
        A.LIFT_LATENCY: words.LIFTED,
        A.SUSPEND: words.SUSPENDED,
        A.CLOSE: words.CLOSED,
    }
)


@dataclass(frozen=True, slots=True)
class EnrolmentChange:
    """An act: by whom (nothing: the customer), why, in which language the customer is told, with which telephone, and
    whether an adviser has begun it face to face."""

    act: EnrolmentAct
    actor: str = ""
    reason: str = ""
    language: str = USUAL
    device: PhoneDevice | None = None
    in_branch: bool = False


def change_enrolment(
    frame: SecurPassFrame, connection: Connection, customer_id: int, now_ms: int, change: EnrolmentChange
) -> Enrolment:
    """Do it, with all that follows from it. Raises NotNowError where the state does not allow it."""
    lock_enrolment(connection, customer_id)
    before = find_enrolment(connection, customer_id, now_ms)
    standing, rule = step_enrolment(before.standing, EnrolmentEvent(change.act, now_ms, change.in_branch), frame.policy)
    if not rule.allowed:
        raise NotNowError(before.standing.state.value)
    _shut(connection, customer_id, now_ms, change.act, rule)
    number = write_enrolment(connection, before, standing, change.reason)
    detail = {"path": standing.path.value} | ({"reason": change.reason} if change.reason else {})
    if change.device is not None and C.ACTIVATE_DEVICE in rule.consequences:
        put_device(connection, _belonging(change.device, number))
        detail["device"] = change.device.device_id
    journal_securpass(connection, customer_id, now_ms, EVENTS[change.act], change.actor, **detail)
    if C.TELL_CUSTOMER in rule.consequences:
        label = change.device.label if change.device else ""
        tell_customer(connection, customer_id, now_ms, TOLD[change.act], change.language, label=label)
    return Enrolment(number, customer_id, standing, change.reason)


def suspend_enrolment(
    frame: SecurPassFrame, connection: Connection, customer_id: int, now_ms: int, reason: SuspendReason
) -> None:
    """Nothing is approved any more until a telephone is activated anew; whoever is signed in is signed off."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.customer_id == customer_id))
    change_enrolment(frame, connection, customer_id, now_ms, EnrolmentChange(A.SUSPEND, reason=reason.value))


def read_status(frame: SecurPassFrame, connection: Connection, customer_id: int, now_ms: int) -> SecurPassStatus:
    """How it stands with a customer."""
    enrolment = find_enrolment(connection, customer_id, now_ms)
    device = find_live_device(connection, customer_id)
    active = device is not None and device.state is DeviceState.ACTIVE
    use = PhoneUse(device.uses, device.days) if device else PhoneUse()
    return SecurPassStatus(
        enrolment.standing,
        usable=active and enrolment.standing.is_usable(now_ms),
        device=device,
        tries_left=max(0, frame.policy.tries - device.tries) if device else frame.policy.tries,
        trusted=active and is_trusted(use, frame.policy),
        reason=enrolment.reason,
    )


def _shut(connection: Connection, customer_id: int, now_ms: int, act: EnrolmentAct, rule: EnrolmentRule) -> None:
    """What was active approves nothing from now on, before another one may."""
    if C.REPLACE_DEVICE in rule.consequences:
        shut_devices(connection, customer_id, DeviceState.REPLACED, now_ms)
    elif C.SHUT_DEVICE in rule.consequences:
        state = DeviceState.SUSPENDED if act is A.SUSPEND else DeviceState.CLOSED
        shut_devices(connection, customer_id, state, now_ms)


def _belonging(device: PhoneDevice, enrolment_id: int) -> PhoneDevice:
    return replace(device, enrolment_id=enrolment_id)
