"""Are the tests any good? Plants small wrongs, one at a time, and counts those noticed.

    python -m tests.mutation                      # all of the heart, sesame_core; some 40 minutes on two cores
    python -m tests.mutation cap.codes cap.session # these modules only
    python -m tests.mutation everywhere           # a sample of each of the other packages, in 45 minutes at most
    python -m tests.mutation drivers bank.books.store_sql --sample 100 --seed 7 --minutes 20
    python -m tests.mutation --jobs 1 --report FILE

A sample is drawn from each package named, by a seed: the same seed draws the same wrongs from the same sources. When
the time is over what is left is not tried, and the table counts what was. The report lists every mutant that survived.
`tests/mutation/equivalent.txt` names those that are no wrongs at all, each with its reason; they are not counted.

The exit status is 0 when at least 95 % were noticed in the heart, and 90 % outside.
"""

import argparse
import itertools
import os
import queue
import random
import sys
import tempfile
import threading
import time
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

from tests.mutation.bench import Bench
from tests.mutation.looks import Looks, make_looks
from tests.mutation.modules import HEART, OTHERS, ROOT, SAID_ELSEWHERE, chosen, modules, world_of
from tests.mutation.mutants import Mutant, MutantOptions, mutants, number_of_mutants

EQUIVALENT = Path(__file__).with_name("equivalent.txt")
SAMPLE: Final = 60
MINUTES: Final = 45.0
CHECKED: Final = 8
WANTED: Final = {HEART: 95.0} | dict.fromkeys(OTHERS, 90.0)
"""The share of wrongs that the tests are to notice, in percent."""


@dataclass(frozen=True, slots=True)
class Task:
    """A mutant of a module."""

    module: str
    path: str
    mutant: Mutant
    line: str

    @property
    def name(self) -> str:
        """How reports and equivalent.txt call it: with its line's text, whose number moves."""
        return f"{self.module}: {self.mutant.what} in: {self.line}"

    def is_one_of(self, names: Container[str]) -> bool:
        """Is it named, with its function (` @ Class.method`) where the same line stands in several?"""
        return self.name in names or f"{self.name} @ {self.mutant.where.removesuffix('.<locals>')}" in names


@dataclass
class Tally:
    """What became of the mutants of one module or package."""

    noticed: int = 0
    equivalent: int = 0
    survivors: list[str] = field(default_factory=list)

    @property
    def score(self) -> float:
        """The share of real wrongs that were noticed, in percent."""
        return 100 * self.noticed / max(1, self.noticed + len(self.survivors))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be tried, until when (seconds of the monotonic clock), and where survivors are named."""

    todo: "queue.Queue[Task]"
    tallies: dict[str, Tally]
    until: float
    say: TextIO
    every: bool
    looks: Looks | None = None
    checked: set[str] = field(default_factory=set)
    count: "itertools.count[int]" = field(default_factory=itertools.count)
    checks: list[bool] = field(default_factory=list)
    """Of the checks whether the tests that noticed a wrong pass without one: False is a false alarm."""

    def tell(self, task: Task, verdict: str) -> None:
        """One line of the report."""
        if self.every or verdict == "survived":
            self.say.write(f"{verdict}  {task.path}:{task.mutant.line}  {task.name}\n")
            self.say.flush()


def main() -> int:
    """The exit status: 0 when as many are noticed as are wanted."""
    arguments = _arguments()
    tasks = list(tasks_of(arguments))
    todo: queue.Queue[Task] = queue.Queue()
    for task in tasks:
        todo.put(task)
    say = arguments.report.open("w", encoding="utf-8") if arguments.report else sys.stdout
    looks = None if all(world_of(task.module) == HEART for task in tasks) else _looks(say)
    until = float("inf") if arguments.minutes is None else time.monotonic() + 60 * arguments.minutes
    plan = Plan(todo, {task.module: Tally() for task in tasks}, until, say, arguments.verbose, looks)
    workers = [threading.Thread(target=_work, args=(plan,)) for _ in range(arguments.jobs)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return 0 if _summarise(plan, len(tasks)) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.mutation", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", default=[HEART],
        help="cap.codes, reader.table: of the heart; device.loop, bank: others; everywhere: all but the heart",
    )  # fmt: skip
    parser.add_argument("--sample", type=int, help=f"how many wrongs of each package (the heart: all; else {SAMPLE})")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument(
        "--minutes", type=float, help=f"none is begun after so many (the heart: no end; else {MINUTES:g})"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--verbose", action="store_true", help="name those noticed, too")
    parser.add_argument("--report", type=Path, help="a file for the survivors and the table, instead of the terminal")
    arguments = parser.parse_args()
    if arguments.modules == ["everywhere"]:
        arguments.modules = list(OTHERS)
    try:
        arguments.modules = chosen(arguments.modules)
    except KeyError as unknown:
        parser.error(unknown.args[0])
    if any(world_of(module) != HEART for module in arguments.modules):
        arguments.sample = SAMPLE if arguments.sample is None else arguments.sample
        arguments.minutes = MINUTES if arguments.minutes is None else arguments.minutes
    return arguments


def tasks_of(arguments: argparse.Namespace) -> Iterator[Task]:
    """What is tried, in its order: where a sample is drawn, a package's in turn with the other packages'."""
    if arguments.sample is None:
        return (task for module in arguments.modules for task in tasks_in(module))
    packages: dict[str, list[tuple[str, int]]] = {}
    for module in arguments.modules:
        numbered = [(module, number) for number in range(number_of_mutants(_source(module), _wish(module)))]
        packages.setdefault(world_of(module), []).extend(numbered)
    drawn = [_sample(each, arguments.sample, f"{arguments.seed} {world}") for world, each in packages.items()]
    rows = itertools.zip_longest(*drawn)
    return (task for row in rows for one in row if one is not None for task in tasks_in(one[0], {one[1]}))


def _sample(numbered: list[tuple[str, int]], number: int, seed: str) -> list[tuple[str, int]]:
    return random.Random(seed).sample(numbered, min(number, len(numbered)))


def tasks_in(module: str, only: Container[int] | None = None) -> Iterator[Task]:
    """Every wrong that can be planted in a module, or those of these numbers."""
    path = str(modules()[module].relative_to(ROOT))
    lines = _source(module).splitlines()
    for mutant in mutants(_source(module), _wish(module), only):
        yield Task(module, path, mutant, lines[mutant.line - 1].strip())


def _source(module: str) -> str:
    return modules()[module].read_text(encoding="utf-8")


def _wish(module: str) -> MutantOptions:
    on_the_glass = world_of(module) == HEART and module not in SAID_ELSEWHERE
    return MutantOptions(sentences=on_the_glass)


def _looks(say: TextIO) -> Looks:
    def tell(what: str) -> None:
        say.write(f"{what}\n")
        say.flush()

    with tempfile.TemporaryDirectory(prefix="sesame-mutants-") as folder, Bench(Path(folder), set()) as bench:
        return make_looks(bench.trace, tell)


def _work(plan: Plan) -> None:
    harmless = equivalents()
    with tempfile.TemporaryDirectory(prefix="sesame-mutants-") as folder, Bench(Path(folder), plan.checked) as bench:
        while time.monotonic() < plan.until and (task := _next(plan.todo)) is not None:
            tally = plan.tallies[task.module]
            if task.is_one_of(harmless):
                tally.equivalent += 1
            elif _notices(plan, bench, task):
                tally.noticed += 1
                plan.tell(task, "noticed ")
            else:
                tally.survivors.append(task.name)
                plan.tell(task, "survived")


def _notices(plan: Plan, bench: Bench, task: Task) -> bool:
    """Every CHECKED-th success is doubted: do the same tests pass when nothing is wrong? Otherwise it counts not."""
    if plan.looks is None or world_of(task.module) == HEART:
        return bench.heart_notices(task.module, task.mutant.source)
    stages = plan.looks.stages(task.module, task.path, task.mutant.where)
    if not bench.notices(stages, task.path, task.mutant.source):
        return False
    if next(plan.count) % CHECKED:
        return True
    plan.checks.append(not bench.notices(stages))
    return plan.checks[-1]


def _next(todo: "queue.Queue[Task]") -> Task | None:
    try:
        return todo.get_nowait()
    except queue.Empty:
        return None


def equivalents() -> frozenset[str]:
    """The mutants that are no wrongs, by name: every line of equivalent.txt that is not indented or empty."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith((" ", "#")))


def _summarise(plan: Plan, planned: int) -> bool:
    """The tables, by module, by package and of all. True when every part of the house has what is wanted."""
    worlds: dict[str, Tally] = {}
    for module, tally in plan.tallies.items():
        _add(worlds.setdefault(world_of(module), Tally()), tally)
        plan.say.write(f"{module:32} {_line(tally)}\n")
    total = Tally()
    for world, tally in worlds.items():
        _add(total, tally)
        plan.say.write(f"{'all of ' + world:32} {_line(tally)}\n")
    tried = total.noticed + total.equivalent + len(total.survivors)
    plan.say.write(f"{'all':32} {_line(total)}  tried {tried} of {planned}\n")
    plan.say.write(f"false alarms: {plan.checks.count(False)} of {len(plan.checks)} checked\n")
    plan.say.flush()
    return all(tally.score >= WANTED[world] for world, tally in worlds.items())


def _add(total: Tally, part: Tally) -> None:
    total.noticed += part.noticed
    total.equivalent += part.equivalent
    total.survivors += part.survivors


def _line(tally: Tally) -> str:
    counts = f"noticed {tally.noticed:5}  survived {len(tally.survivors):4}  equivalent {tally.equivalent:4}"
    return f"{counts}  {tally.score:5.1f} %"


if __name__ == "__main__":
    sys.exit(main())
