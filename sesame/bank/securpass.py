"""`sesame bank securpass ...`: how it stands with Sécur'Pass, what an adviser does about it, and its proofs."""

import argparse
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bank.books.customers import find_customer, find_customer_numbered
from bank.books.store_sql import SqlStore
from bank.errors import UnknownCardError
from bank.journal.chain import name_staff
from bank.people.staff import find_staff
from sesame.bank.printing import format_rows, say_either
from sesame.exits import CommandError, Exit
from sesame.foreign_text import read_text
from sesame.streams import make_visible

if TYPE_CHECKING:
    from bank.books.people import StaffMember
    from bank.books.records import Customer
    from bank.securpass.enrolment.identity import IdentityItem
    from bank.securpass.ports import SecurPassStatus
    from bank.securpass.service import SecurPassService

HEADS: Final = (("user", 10), ("state", 12), ("since", 21), ("usable from", 21), ("telephone", 0))


@contextmanager
def _hear_no() -> Iterator[None]:
    """What the bank does not do now, or not for this adviser, is an answer."""
    from bank.securpass.enrolment.branching import BranchError  # noqa: PLC0415 - cryptography and fido2
    from bank.securpass.ports import NotNowError  # noqa: PLC0415

    try:
        yield
    except (BranchError, NotNowError) as error:
        raise CommandError(Exit.FAILED, str(error)) from error


def show_enrolment(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """One customer's. Raises UnknownCardError."""
    customer = _customer(store, arguments.user)
    return _say(arguments, customer.user, _service(store).read_status(customer.customer_id))


def list_enrolments(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """Everybody's that lives."""
    from bank.securpass.shelf import list_enrolments as list_living  # noqa: PLC0415 - cryptography and fido2

    service = _service(store)
    with service.frame.operations.reading() as (connection, now_ms):
        numbers = [one.customer_id for one in list_living(connection, now_ms)]
        found = {number: find_customer_numbered(connection, number) for number in numbers}
    users = {number: customer.user for number, customer in found.items() if customer}
    facts = [_facts(user, service.read_status(number)) for number, user in users.items()]
    return say_either(arguments, format_rows(HEADS, [_row(one) for one in facts]), enrolments=facts)


def lift_latency(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """Transaction 0203. Raises UnknownCardError, CommandError."""
    customer, member = _customer(store, arguments.user), _member(store, arguments.by)
    seen = _read_seen(arguments.seen)
    with _hear_no():
        status = _service(store).lift_latency(member, customer.customer_id, seen)
    return _say(arguments, customer.user, status)


def close_enrolment(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """For a lost telephone. Raises UnknownCardError, CommandError."""
    customer, member = _customer(store, arguments.user), _member(store, arguments.by)
    reason = "closed by an adviser"
    with _hear_no():
        status = _service(store).close_enrolment(customer.customer_id, name_staff(member.staff_id), reason)
    return _say(arguments, customer.user, status)


def sweep_lapsed(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """Write down what has lapsed."""
    lapsed = _service(store).sweep_lapsed()
    return say_either(arguments, f"{lapsed} lapsed\n", lapsed=lapsed)


def export_proof(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """A telephone's decision as a file that anybody can verify. Raises CommandError."""
    from bank.securpass.proofs.evidence import ProofFileError  # noqa: PLC0415 - cryptography

    try:
        proof = _service(store).export_proof(arguments.operation, with_code_key=arguments.with_code_key)
    except ProofFileError as error:
        raise CommandError(Exit.USAGE, str(error)) from error
    return say_either(arguments, json.dumps(proof, indent=2) + "\n", proof=proof)


def verify_file(arguments: argparse.Namespace) -> Exit:
    """Every signature of such a file; no books are needed. Raises ProofFileError, CommandError."""
    from bank.securpass.proofs.evidence import (  # noqa: PLC0415 - cryptography
        ProofFileError,
        read_proof,
        verify_proof,
        write_pem,
    )

    try:
        plain = read_proof(read_text(Path(arguments.file)))
    except ProofFileError as error:
        raise CommandError(Exit.USAGE, str(error)) from error
    try:
        verdict = verify_proof(plain)
    except ProofFileError as error:
        raise CommandError(Exit.FAILED, str(error)) from error
    if arguments.openssl:
        _write_files(Path(arguments.openssl), write_pem(plain))
    lines = [f"{label}: {value}" for label, value in verdict.shown]
    lines += [f"{verdict.act} by {verdict.by}, operation {verdict.operation_id}", "every signature holds"]
    facts = {
        "operation": verdict.operation_id,
        "kind": verdict.kind,
        "shown": [list(line) for line in verdict.shown],
        "act": verdict.act,
        "by": verdict.by,
        "counter": verdict.counter,
        "code_verified": verdict.second,
    }
    return say_either(arguments, "".join(f"{make_visible(line)}\n" for line in lines), **facts)


def _service(store: SqlStore) -> "SecurPassService":
    from bank.securpass.service import SecurPassService  # noqa: PLC0415 - cryptography and fido2

    return SecurPassService(store)


def _customer(store: SqlStore, user: str) -> "Customer":
    with store.reading() as connection:
        found = find_customer(connection, user.upper())
    if found is None:
        raise UnknownCardError("no such user code; `sesame bank customer list` shows them")
    return found


def _member(store: SqlStore, code: str) -> "StaffMember":
    with store.reading() as connection:
        found = find_staff(connection, code.upper())
    if found is None:
        raise UnknownCardError("nobody works at the bank under that code; `sesame bank staff list` shows them")
    return found[0]


def _read_seen(given: list[str]) -> Mapping["IdentityItem", str]:
    """What was seen, item by item. Raises CommandError."""
    from bank.securpass.enrolment.identity import IdentityItem  # noqa: PLC0415 - with the rest of the rules

    items = {item.value: item for item in IdentityItem}
    seen = {}
    for one in given:
        name, equals, note = one.partition("=")
        if not equals or name not in items:
            raise CommandError(Exit.USAGE, f"--seen ITEM=NOTE, ITEM one of {', '.join(items)}")
        seen[items[name]] = note
    return seen


def _say(arguments: argparse.Namespace, user: str, status: "SecurPassStatus") -> Exit:
    facts = _facts(user, status)
    return say_either(arguments, format_rows(HEADS, [_row(facts)]), **facts)


def _facts(user: str, status: "SecurPassStatus") -> dict[str, object]:
    standing, device = status.standing, status.device
    return {
        "user": user,
        "state": standing.state.value,
        "path": standing.path.value,
        "since": _iso(standing.since_ms),
        "usable_from": _iso(standing.usable_from_ms),
        "usable": status.usable,
        "until": _iso(standing.until_ms),
        "reason": status.reason,
        "device": {
            "id": device.device_id,
            "label": device.label,
            "state": device.state.value,
            "since": _iso(device.since_ms),
            "counter": device.counter,
            "tries_left": status.tries_left,
            "trusted": status.trusted,
            "bio_log_on": device.bio_log_on,
            "bio_approve": device.bio_approve,
        }
        if device
        else None,
    }


def _row(facts: dict[str, object]) -> list[str]:
    device = facts["device"]
    label = str(device["label"]) if isinstance(device, dict) else "-"
    moments = (str(facts[name] or "-")[:19].replace("T", " ") for name in ("since", "usable_from"))
    return [str(facts["user"]), str(facts["state"]), *moments, label]


def _iso(moment_ms: int | None) -> str | None:
    if moment_ms is None:
        return None
    return datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat(timespec="milliseconds")


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, octets in files.items():
            (folder / name).write_bytes(octets)
    except OSError as cause:
        raise CommandError(Exit.OTHER, f"cannot write into {folder}: {cause.strerror}") from cause
