"""Sécur'Pass as the app reads it."""

from collections.abc import Mapping
from typing import Any

from bank.operations.ports import Operation
from bank.operations.table import OperationState
from bank.securpass.ports import (
    ActivationOffer,
    EligibilityAnswer,
    PhoneDevice,
    SecurPassStatus,
)
from bank.web.app.api.reading import write_octets

Json = dict[str, Any]


def tell_status(status: SecurPassStatus) -> Json:
    """How it stands."""
    standing, device = status.standing, status.device
    return {
        "state": standing.state.value,
        "path": standing.path.value,
        "since": standing.since_ms,
        "usable_from": standing.usable_from_ms,
        "usable": status.usable,
        "until": standing.until_ms,
        "tries_left": status.tries_left,
        "device": tell_own_device(device, trusted=status.trusted) if device else None,
    }


def tell_own_device(device: PhoneDevice, *, trusted: bool) -> Json:
    """The telephone that has it now."""
    credential = write_octets(device.credential_id) if device.credential_id else None
    return {
        "id": device.device_id,
        "label": device.label,
        "since": device.since_ms,
        "counter": device.counter,
        "trusted": trusted,
        "bio_log_on": device.bio_log_on,
        "bio_approve": device.bio_approve,
        "credential": credential,
    }


def tell_device(device: PhoneDevice) -> Json:
    """Any telephone that the customer ever had."""
    return {
        "id": device.device_id,
        "label": device.label,
        "state": device.state.value,
        "since": device.since_ms,
        "ended": device.ended_ms,
    }


def tell_eligibility(answer: EligibilityAnswer, latency_ms: int) -> Json:
    """What is missing, each with its remedy."""
    missing = [{"condition": one.condition.value, "remedy": one.remedy.value} for one in answer.missing]
    return {
        "eligible": not missing,
        "path": answer.path.value,
        "missing": missing,
        "seconds": [one.value for one in answer.seconds],
        "latency_ms": latency_ms,
    }


def tell_activation(offer: ActivationOffer, signature: bytes, bank_key: bytes) -> Json:
    """What both keys are to sign, and where the codes went."""
    return {
        "activation": offer.activation_id,
        "device": offer.device_id,
        "octets": write_octets(offer.octets),
        "signature": write_octets(signature),
        "bank_key": write_octets(bank_key),
        "challenge": offer.challenge,
        "telephone_end": offer.telephone_end,
        "email_hint": offer.email_hint,
        "until": offer.until_ms,
    }


def tell_waiting(operation: Operation, prompts: Mapping[str, tuple[bool, str | None]], device_id: str) -> Json:
    """An operation, and whether this telephone is asked for it."""
    content = operation.content
    prompt = prompts.get(operation.operation_id)
    waiting = prompt is not None and operation.state is OperationState.PENDING
    return {
        "id": operation.operation_id,
        "seq": operation.seq,
        "kind": operation.kind.value,
        "state": operation.state.value,
        "waiting": waiting,
        "shown": [list(line) for line in operation.shown],
        "terminal": content.terminal.value,
        "own": prompt is not None and prompt[1] is not None and prompt[1] == device_id,
        "match": prompt is not None and prompt[0],
        "created": content.created_ms,
        "until": content.until_ms,
        "decided": operation.decided_ms,
        "means": operation.means.value if operation.means else None,
        "digest": operation.digest,
    }
