"""What the key does for its computer, and the steps of the card in it."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, TypeAlias

from drivers.errors import DriverError
from drivers.usb.pin_request import PinOperation, PinRequest
from sesame_core.esecure import events as own
from sesame_core.esecure.entries import EntryPlan, plan_entry
from sesame_core.esecure.questions import PinEntry
from sesame_core.events import Event, Millis
from sesame_core.piv.consent import AskConsent
from sesame_core.piv.names import KeyReference
from sesame_core.piv.status import PivStatus
from sesame_core.piv.vault import Vault

TRIES_MASK: Final = 0xFFF0

CardSteps: TypeAlias = Generator[AskConsent, bool, bytes]


@dataclass(slots=True)
class Job:
    """What is done for the computer. `plan`: for a PIN entry; `steps`: the card's, once they have begun."""

    ticket: int
    begun: Millis
    ins: int = 0
    plan: EntryPlan | None = None
    steps: CardSteps | None = None
    working: bool = True
    told_busy: bool = False


class CardStuckError(DriverError):
    """The card's work does not end: only a new process can do something about it."""


def advance_steps(steps: CardSteps) -> AskConsent | bytes:
    """Until the card's first question, or its response."""
    try:
        return next(steps)
    except StopIteration as done:
        return bytes(done.value)


def decide_steps(steps: CardSteps, agreed: bool) -> AskConsent | bytes:
    """On from a question that was answered."""
    try:
        return steps.send(agreed)
    except StopIteration as done:
        return bytes(done.value)


def count_tries(vault: Vault, reference: KeyReference) -> int:
    """Left of this PIN or PUK. Raises VaultError."""
    return vault.describe_tries(reference).left


def plan_request(request: PinRequest) -> EntryPlan | None:
    """What is typed for this, None for what no PIN is typed into."""
    return plan_entry(
        request.template,
        modifies=request.operation is PinOperation.MODIFY,
        block_size=request.block_size,
        places=(request.old_at, request.new_at),
    )


def judge_response(plan: EntryPlan, response: bytes, at: Millis) -> Event:
    """What the card has said of the digits."""
    status = int.from_bytes(response[-2:], "big")
    if status == PivStatus.SUCCESS:
        return own.PinTaken(at, changed=plan.entry is not PinEntry.VERIFY)
    if status & TRIES_MASK == PivStatus.TRIES_LEFT:
        return own.DigitsWrong(at, status & ~TRIES_MASK)
    return own.DigitsWrong(at, 0) if status == PivStatus.BLOCKED else own.EntryRefused(at)
