"""A bank that is killed at each of its commits, before it and after it, and what its books say then.

    python -m tests.bank.killed sqlite:////tmp/killed.db

Each verb runs in a child process that ends itself by SIGKILL at the commit in question; another worker then looks at
the books, and goes on. Printed is a line for each: verb, commit, side, the operation's state and what it owed.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from bank.books.schema import MOVEMENTS
from bank.books.store_sql import SqlStore
from bank.operations.policy import OPERATION_POLICY
from bank.operations.ports import ConfirmOutcome, Operation
from bank.operations.service import OperationService
from bank.operations.table import OperationState
from bank.securpass.ports import ActivationProof, DeviceState, Envelope, PhoneAnswer, PhoneOutcome, SecondProof
from bank.securpass.service import SecurPassService
from tests.bank.app_counter import AppCounter
from tests.bank.counter import Counter, Hand
from tests.bank.racing import open_books

CENT = 1
MOST_COMMITS = 12
ROOMY = replace(OPERATION_POLICY, pending=10**6, sms_in_window=10**6, sms_sent=10**6)
SIDES = ("before", "after")

Verb = Callable[[OperationService, int, Operation, Any], object]
"""The last is a code, or what a telephone sends."""


def decide(service: OperationService, _who: int, operation: Operation, envelope: Envelope) -> PhoneAnswer:
    """By the telephone."""
    app = SecurPassService(service._frame.store, wall=Hand(), operation_policy=ROOMY)
    return app.decide_on_phone(operation.operation_id, envelope)


VERBS: dict[str, Verb] = {
    "reader": lambda service, who, operation, code: service.confirm_by_reader(who, operation.operation_id, code),
    "sms": lambda service, who, operation, code: service.confirm_by_sms(who, operation.operation_id, code),
    "send": lambda service, who, operation, _: service.send_sms_code(who, operation.operation_id),
    "refuse": lambda service, who, operation, _: service.refuse_operation(who, operation.operation_id),
    "fraud": lambda service, who, operation, _: service.declare_fraud(who, operation.operation_id),
    "phone": decide,
}


@dataclass(frozen=True)
class Found:
    """Where a verb was killed, and what the books said then."""

    verb: str
    commit: int
    side: str
    state: str = ""
    owed: str = ""


def kill_at(store: SqlStore, commit: int, side: str) -> None:
    """This process ends at that commit: before the database does it, or as soon as it has."""
    left = [commit]
    engine = store._engine
    do_commit = engine.dialect.do_commit

    def commit_or_die(connection: object) -> None:
        left[0] -= 1
        if left[0] == 0 and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        do_commit(connection)  # type: ignore[arg-type]
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    engine.dialect.do_commit = commit_or_die  # type: ignore[method-assign,assignment]


def run_killed(url: str, place: Found, operation: Operation, code: object) -> bool:
    """Whether the child was killed: it was not when the verb has fewer commits."""
    child = os.fork()
    if child == 0:
        with closing(open_books(url)) as store:
            kill_at(store, place.commit, place.side)
            service = OperationService(store, policy=ROOMY, wall=Hand())
            VERBS[place.verb](service, operation.content.customer_id, operation, code)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def run_every_kill(url: str) -> Iterator[Found]:
    """Every verb, killed at every commit on both sides. Raises AssertionError when something is half done."""
    for verb in VERBS:
        commit, killed = 0, True
        while killed:
            commit += 1
            assert commit < MOST_COMMITS
            for side in SIDES:
                with closing(open_books(url)) as store:
                    bank = _bank(store)
                    operation, code = _prepare(bank, verb)
                    before = _paid(bank)
                place = Found(verb, commit, side)
                killed = run_killed(url, place, operation, code)
                if killed:
                    yield _look(url, place, (operation, code), before)


def _prepare(bank: AppCounter, verb: str) -> tuple[Operation, object]:
    """An operation, and what confirms it."""
    if verb == "phone":
        phone = bank.usable_phone(SecondProof.MAIL)
        operation = bank.ask(amount=CENT)
        return operation, phone.approval(operation)
    operation = bank.ask(amount=CENT)
    return operation, bank.sms_code(operation) if verb == "sms" else bank.reader_code(operation)


def _bank(store: SqlStore) -> AppCounter:
    """The same customers again; the account is only furnished once."""
    return AppCounter(store, policy=ROOMY)


def _paid(bank: Counter) -> int:
    with bank.store.reading() as connection:
        query = select(func.count()).select_from(MOVEMENTS).where(MOVEMENTS.c.operation_id.is_not(None))
        return int(connection.execute(query).scalar_one())


def _look(url: str, found: Found, sent: tuple[Operation, object], before: int) -> Found:
    """Nothing is half; then another worker goes on, and everything is done once. A telephone that had no answer sends
    its request again, and is told that it is done, whether it was or not."""
    operation, code = sent
    with closing(open_books(url)) as store:
        bank = _bank(store)
        state = seen = bank.service.find_operation(bank.durand, operation.operation_id).state
        effects = bank.effects(operation)
        owed = ",".join(sorted(f"{kind} {how}" for kind, how in effects.items()))
        _assert_whole(bank, state, effects, _paid(bank) - before)
        if isinstance(code, Envelope):
            assert bank.app.decide_on_phone(operation.operation_id, code).outcome is PhoneOutcome.DONE
            state = OperationState.APPROVED
        _go_on(bank, operation, state, before)
        bank.check_books()
    return replace(found, state=seen.value, owed=owed)


def _assert_whole(bank: Counter, state: OperationState, effects: dict[str, str], paid: int) -> None:
    expected: dict[OperationState, set[str]] = {
        OperationState.APPROVED: {"transfer", "notice"},
        OperationState.FRAUD: {"protection"},
    }
    assert set(effects) == expected.get(state, set())
    assert paid == (effects.get("transfer") == "done")
    bank.check_books()


def _go_on(bank: Counter, operation: Operation, state: OperationState, before: int) -> None:
    if state is OperationState.PENDING:
        code = bank.reader_code(operation)
        answer = bank.service.confirm_by_reader(bank.durand, operation.operation_id, code)
        assert answer.outcome is ConfirmOutcome.APPROVED
        state = OperationState.APPROVED
    bank.service.run_effects()
    assert set(bank.effects(operation).values()) <= {"done"}
    assert _paid(bank) - before == (state is OperationState.APPROVED)


def run_activation_kills(url: str) -> Iterator[Found]:
    """Another telephone takes the place of the first, killed at every commit: always one of them is active."""
    commit, killed = 0, True
    while killed:
        commit += 1
        for side in SIDES:
            with closing(open_books(url)) as store:
                bank = _bank(store)
                old, new = bank.usable_phone(SecondProof.MAIL), bank.phone()
                offer = new.begin(SecondProof.MAIL)
                proof = new.proof(offer, second=new.read_mail())
            place = Found("activation", commit, side)
            killed = _activate_killed(url, place, offer.activation_id, (bank.durand, proof))
            if killed:
                with closing(open_books(url)) as store:
                    bank = _bank(store)
                    state = _find_active(bank, {old.device_id: "old", offer.device_id: "new"})
                    if state == "old":
                        bank.app.finish_activation(bank.durand, offer.activation_id, proof)
                    assert _find_active(bank, {offer.device_id: "new"}) == "new"
                    bank.check_books()
                yield replace(place, state=state)


def _activate_killed(url: str, place: Found, activation_id: str, sent: tuple[int, ActivationProof]) -> bool:
    child = os.fork()
    if child == 0:
        with closing(open_books(url)) as store:
            kill_at(store, place.commit, place.side)
            app = SecurPassService(store, wall=Hand(), operation_policy=ROOMY)
            app.finish_activation(sent[0], activation_id, sent[1])
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _find_active(bank: AppCounter, names: dict[str, str]) -> str:
    (active,) = [one for one in bank.app.list_devices(bank.durand) if one.state is DeviceState.ACTIVE]
    return names[active.device_id]


if __name__ == "__main__":
    for each in (*run_every_kill(sys.argv[1]), *run_activation_kills(sys.argv[1])):
        sys.stdout.write(f"{each.verb} {each.commit} {each.side}: {each.state} [{each.owed}]\n")
        sys.stdout.flush()
