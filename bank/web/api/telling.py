"""The bank's values as JSON. Moments are milliseconds since 1970, money is cents."""

from typing import Any

from bank.books.records import Customer
from bank.ledger.entries import Account, StatementLine
from bank.operations.catalogue import Means
from bank.operations.ports import Confirmation, ConfirmOutcome, Operation, ReaderInstruction, SmsAnswer, SmsOutcome

Json = dict[str, Any]


def word_of(outcome: ConfirmOutcome | SmsOutcome) -> str:
    """An outcome as programs read it: `wrong-last`."""
    return outcome.name.lower().replace("_", "-")


def tell_customer(customer: Customer, csrf: str) -> Json:
    """Who is signed in. `csrf`: what a caller with a cookie sends with every verb that changes something."""
    return {"user": customer.user, "name": customer.name, "kind": customer.kind.value, "csrf": csrf}


def tell_account(account: Account) -> Json:
    """An account."""
    return {
        "iban": account.iban,
        "kind": account.kind.value,
        "balance_cents": account.balance_cents,
        "opened_ms": account.opened_ms,
    }


def tell_movement(line: StatementLine) -> Json:
    """A line of an account's statement."""
    return {"at_ms": line.at_ms, "kind": line.kind.value, "label": line.label, "cents": line.cents}


def tell_operation(operation: Operation) -> Json:
    """An operation as it stands. `shown`: the very lines that are confirmed."""
    content = operation.content
    return {
        "id": operation.operation_id,
        "seq": operation.seq,
        "kind": operation.kind.value,
        "state": operation.state.value,
        "terminal": content.terminal.value,
        "language": content.language,
        "shown": [{"label": label, "value": value} for label, value in operation.shown],
        "fields": dict(content.fields),
        "created_ms": content.created_ms,
        "until_ms": content.until_ms,
        "decided_ms": operation.decided_ms,
        "means": operation.means.value if operation.means else None,
    }


def tell_means(means: Means, instruction: ReaderInstruction | None) -> Json:
    """A means that is offered, and what to type on the reader where it is one of its keys."""
    pressed = instruction if instruction and instruction.means is means else None
    return {
        "means": means.value,
        "challenge": (pressed.challenge or None) if pressed else None,
        "amount_cents": pressed.cents if pressed else None,
        "account": (pressed.account or None) if pressed else None,
    }


def tell_confirmation(given: Confirmation) -> Json:
    """What came of a code."""
    return {"outcome": word_of(given.outcome), "operation": tell_operation(given.operation)}


def tell_sms(answer: SmsAnswer) -> Json:
    """Whether a code is on its way."""
    return {"outcome": word_of(answer.outcome), "number_end": answer.number_end, "until_ms": answer.until_ms}
