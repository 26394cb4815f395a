"""Races for operations between processes, each with books and service of its own.

    python -m tests.bank.racing 1000 sqlite:////tmp/races.db
    python -m tests.bank.racing 1000 postgresql://user@/empty?host=/run/postgresql

Two processes act on the same operation at the same moment. Afterwards every operation has one decision, one line about
it in the journal and, if it was approved, one effect of each kind; ledger and journal are whole.
"""

import multiprocessing
import sys
from collections import Counter as Tally
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Barrier

from sqlalchemy import func, select

from bank.books.schema import EFFECTS, JOURNAL, MOVEMENTS, OPERATIONS
from bank.books.store_sql import SqlStore
from bank.books.vault import BooksVault
from bank.emv.keys import TEST_KEYS
from bank.operations.policy import OPERATION_POLICY
from bank.operations.ports import Operation
from bank.securpass.policy import SecurPassPolicy
from bank.securpass.ports import Envelope, PhoneOutcome, SecondProof
from bank.securpass.service import SecurPassService
from tests.bank.app_counter import AppCounter
from tests.bank.counter import FUNDS, Counter, Hand
from tests.bank.phone import Phone

LIMIT_S = 1800
"""A thousand races on a machine that has other work."""
ROOMY = replace(OPERATION_POLICY, pending=10**6, sms_in_window=10**6)
PAIRS = (
    ("reader", "reader"),  # double tap
    ("sms", "sms"),
    ("reader", "sms"),  # two means
    ("reader", "refuse"),
    ("sms", "withdraw"),
    ("refuse", "fraud"),
    ("reader", "expire"),
    ("phone", "phone"),  # an answer was lost, and the request comes twice
    ("phone", "reader"),
    ("phone", "sms"),
    ("phone", "refuse"),
)
TOLD = {PhoneOutcome.DONE: "approved", PhoneOutcome.SETTLED: "settled before"}
MANY_PROMPTS = SecurPassPolicy(prompts=10**6)
DECISIONS = ("approved", "refused", "fraud", "withdrawn", "expired")


@dataclass(frozen=True)
class Job:
    """One operation of a race, the codes for it, and what each process does to it."""

    operation_id: str
    codes: dict[str, str]
    verbs: tuple[str, str]
    envelope: Envelope | None = None


def open_books(url: str) -> SqlStore:
    """The books of the race: their key is zeros."""
    store = SqlStore(url, BooksVault(bytes(32)))
    for key in TEST_KEYS.values():
        store.add_issuer_key(key)
    return store


def act(app: SecurPassService, customer: int, job: Job, verb: str) -> str:
    """One process's act: what it was told, "" for an act that is not told."""
    name, service = job.operation_id, app.operations
    if verb == "phone":
        assert job.envelope is not None
        return TOLD.get(made := app.decide_on_phone(name, job.envelope).outcome, made.value)
    if verb == "reader":
        return service.confirm_by_reader(customer, name, job.codes["reader"]).outcome.value
    if verb == "sms":
        return service.confirm_by_sms(customer, name, job.codes["sms"]).outcome.value
    if verb == "expire":
        service.run_effects()
        service.expire_operations()
        return ""
    verbs = {"refuse": service.refuse_operation, "fraud": service.declare_fraud, "withdraw": service.withdraw_operation}
    verbs[verb](customer, name)
    return ""


def run_worker(url: str, customer: int, jobs: list[Job], gate: Barrier, place: int) -> list[str]:
    """All races, in step with the other process."""
    with closing(open_books(url)) as store:
        app = SecurPassService(store, wall=Hand(), operation_policy=ROOMY)
        told = []
        for job in jobs:
            gate.wait(LIMIT_S)
            told.append(act(app, customer, job, job.verbs[place]))
        return told


def _worker(race: tuple[str, int, list[Job], Barrier], place: int, back: "multiprocessing.Queue[object]") -> None:
    back.put((place, run_worker(*race, place)))


def run_races(url: str, count: int) -> Tally[str]:
    """Hold so many races; how often each decision was made. Raises AssertionError when one had two winners or none."""
    with closing(open_books(url)) as store:
        bank = AppCounter(store, policy=ROOMY, app_policy=MANY_PROMPTS)
        phone = bank.usable_phone(SecondProof.MAIL)
        jobs = [_job(bank, phone, number) for number in range(count)]
        told = _race(url, bank.durand, jobs)
        bank.another().run_effects()
        return _judge(bank, jobs, told)


def _job(bank: AppCounter, phone: Phone, number: int) -> Job:
    operation = bank.ask(amount=1)
    verbs = PAIRS[number % len(PAIRS)]
    codes = {"reader": bank.reader_code(operation, ahead=number)}
    if "sms" in verbs:
        codes["sms"] = bank.sms_code(operation)
    envelope = phone.approval(operation) if "phone" in verbs else None
    return Job(operation.operation_id, codes, verbs if number // len(PAIRS) % 2 else (verbs[1], verbs[0]), envelope)


def _race(url: str, customer: int, jobs: list[Job]) -> list[list[str]]:
    context = multiprocessing.get_context("spawn")
    gate, back = context.Barrier(2), context.Queue()
    processes = [context.Process(target=_worker, args=((url, customer, jobs, gate), place, back)) for place in (0, 1)]
    for process in processes:
        process.start()
    told = dict(back.get(timeout=LIMIT_S) for _ in processes)
    for process in processes:
        process.join(LIMIT_S)
        assert process.exitcode == 0
    return [told[0], told[1]]


def _judge(bank: Counter, jobs: list[Job], told: list[list[str]]) -> Tally[str]:
    found = Tally[str]()
    for number, job in enumerate(jobs):
        operation = bank.service.find_operation(bank.durand, job.operation_id)
        state = operation.state.value
        found[state] += 1
        answers = [told[place][number] for place in (0, 1)]
        winners = 2 if job.verbs == ("phone", "phone") else 1
        assert answers.count("approved") == winners * (state == "approved"), (job.verbs, answers, state)
        assert set(answers) <= {"", "approved", "settled before"}, (job.verbs, answers, state)
        assert _lines(bank, operation) == [f"operation {state}"], (job.verbs, answers, state)
    _judge_effects(bank, found["approved"], sum("fraud" in job.verbs for job in jobs))
    bank.check_books()
    return found


def _lines(bank: Counter, operation: Operation) -> list[str]:
    names = [f"operation {decision}" for decision in DECISIONS]
    query = select(JOURNAL.c.event).where(JOURNAL.c.event.in_(names), JOURNAL.c.detail.contains(operation.operation_id))
    with bank.store.reading() as connection:
        return list(connection.execute(query).scalars())


def _judge_effects(bank: Counter, approved: int, fraud: int) -> None:
    """`fraud`: how often it was declared, before another decision or after it."""
    query = select(EFFECTS.c.kind, EFFECTS.c.state, func.count()).group_by(EFFECTS.c.kind, EFFECTS.c.state)
    moved = select(func.count()).select_from(MOVEMENTS).where(MOVEMENTS.c.operation_id.is_not(None))
    with bank.store.reading() as connection:
        effects = {(kind, state): count for kind, state, count in connection.execute(query)}
        assert connection.execute(moved).scalar_one() == approved
        waiting = select(func.count()).select_from(OPERATIONS).where(OPERATIONS.c.state == "pending")
        assert connection.execute(waiting).scalar_one() == 0
    expected = {("transfer", "done"): approved, ("notice", "done"): approved, ("protection", "done"): fraud}
    assert effects == {kind: count for kind, count in expected.items() if count}
    assert bank.balance(bank.accounts[bank.durand]) == FUNDS - approved


if __name__ == "__main__":
    sys.stdout.write(f"{dict(run_races(sys.argv[2], int(sys.argv[1])))}\n")
