"""Are the tests of the heart any good? Plants small wrongs in `sesame_core`, one at a time, and counts those noticed.

    python -m tests.mutation                      # everything; some 40 minutes on two cores
    python -m tests.mutation cap.codes cap.session          # these modules only
    python -m tests.mutation --jobs 1 --report FILE

The report lists every mutant that survived. `tests/mutation/equivalent.txt` names those that are no wrongs at all, each
with its reason; they are not counted.
"""

import argparse
import ast
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
HEART = ROOT / "sesame_core"
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
WORLDS = ("sesame_core", "drivers", "device", "simulator", "web", "bank", "sesame")
PARTS = (*WORLDS, "tests", "docs", "setup.cfg", "pyproject.toml")
LIMIT_S = 60.0
VERDICTS = ("killed", "survived", "timeout")

FIRST = {
    "cap.codes": "test_known_codes.py",
    "smartcard.apdu": "test_carrying_commands.py",
    "smartcard.tlv": "test_tlv_and_dol.py",
    "smartcard.masking": "test_masking.py",
    "cap.blocking": "test_session.py",
    "cap.choice": "test_which_application.py",
    "cap.directory": "test_which_application.py",
    "pin": "test_secret_digits.py",
    "secrets": "test_secret_digits.py",
    "errors": "test_secret_digits.py",
    "cap.emv": "test_emv_conversation.py",
    "cap.session": "test_session.py",
    "reader.actions": "test_reader_course.py",
    "reader.entry": "test_reader_course.py",
    "reader.table": "test_reader_course.py",
    "reader.state": "test_reader_course.py",
    "events": "test_reader_course.py",
    "effects": "test_reader_course.py",
    "reader.views": "test_views_of_states.py",
    "screens": "test_views_of_states.py",
    "reader.words.fr": "test_views_of_states.py",
    "reader.words.en": "test_views_of_states.py",
    "reader.words.sentences": "test_views_of_states.py",
    "reader.words": "test_views_of_states.py",
}
"""The tests most likely to notice; all the others of tests/core follow, and the exploration of all states is last."""

LAST = "tests/promises/test_r14_every_state_and_key.py"
LAST_FOR = {"events", *(f"reader.{part}" for part in ("actions", "entry", "table", "state", "views"))}


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


@dataclass
class Tally:
    """What became of the mutants of one module."""

    noticed: int = 0
    equivalent: int = 0
    survivors: list[str] = field(default_factory=list)

    @property
    def score(self) -> float:
        """The share of real wrongs that were noticed, in percent."""
        return 100 * self.noticed / max(1, self.noticed + len(self.survivors))


def main() -> int:
    """The exit status: 0 when at least 95 % are noticed."""
    arguments = _arguments()
    todo: queue.Queue[Task] = queue.Queue()
    chosen = arguments.modules or sorted(heart_modules())
    for task in _tasks(chosen):
        todo.put(task)
    tallies = {module: Tally() for module in chosen}
    say = arguments.report.open("w", encoding="utf-8") if arguments.report else sys.stdout
    workers = [threading.Thread(target=_work, args=(todo, tallies, say)) for _ in range(arguments.jobs)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return 0 if _summarise(tallies, say) >= 95 else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.mutation", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="below sesame_core, such as cap or words.fr")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--report", type=Path, help="a file for the survivors and the table, instead of the terminal")
    return parser.parse_args()


def heart_modules() -> dict[str, Path]:
    """The heart's modules by name, `words.fr` for one in a folder."""
    paths = [path for path in sorted(HEART.rglob("*.py")) if _has_code(path)]
    named = {".".join(path.relative_to(HEART).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}
    return {name: path for name, path in named.items() if name != "__init__"}


def _has_code(path: Path) -> bool:
    """A package that holds nothing but its docstring has nothing to change."""
    return path.name != "__init__.py" or len(ast.parse(path.read_text(encoding="utf-8")).body) > 1


def _tasks(chosen: Sequence[str]) -> Iterator[Task]:
    known = heart_modules()
    for module in chosen:
        path = known[module]
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for mutant in mutants(source):
            yield Task(module, str(path.relative_to(ROOT)), mutant, lines[mutant.line - 1].strip())


def _work(todo: "queue.Queue[Task]", tallies: dict[str, Tally], say: TextIO) -> None:
    harmless = equivalents()
    with tempfile.TemporaryDirectory(prefix="sesame-mutants-") as folder, Bench(Path(folder)) as bench:
        bench.check(tallies)
        while (task := _next(todo)) is not None:
            tally = tallies[task.module]
            if task.name in harmless:
                tally.equivalent += 1
            elif bench.notices(task.path, task.mutant.source, tests_for(task.module)):
                tally.noticed += 1
            else:
                tally.survivors.append(task.name)
                say.write(f"survived  {task.path}:{task.mutant.line}  {task.name}\n")
                say.flush()


def _next(todo: "queue.Queue[Task]") -> Task | None:
    try:
        return todo.get_nowait()
    except queue.Empty:
        return None


class Bench:
    """A copy of the checkout with a worker in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        copy_checkout(folder)
        command = [sys.executable, "-m", "tests.mutation.worker"]
        self._process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *failure: object) -> None:
        """Let the worker end."""
        self._process.communicate()

    def check(self, chosen: Iterable[str]) -> None:
        """Without any wrong all tests must pass, or "noticed" would mean nothing. Raises RuntimeError."""
        for module in chosen:
            path = str(heart_modules()[module].relative_to(ROOT))
            if self.notices(path, (self._folder / path).read_text(encoding="utf-8"), tests_for(module)):
                raise RuntimeError(f"the tests for {module} fail as they stand: {' '.join(tests_for(module))}")

    def notices(self, path: str, source: str, tests: Sequence[str]) -> bool:
        """Do the tests fail, or never end, with this source?"""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([path, source, tests, LIMIT_S]) + "\n")
        self._process.stdin.flush()
        verdict = self._process.stdout.readline().strip()
        if verdict not in VERDICTS:
            raise RuntimeError("the worker ended")
        return verdict != "survived"


def copy_checkout(folder: Path) -> None:
    """What the tests need of the checkout, nothing compiled."""
    left_out = shutil.ignore_patterns("__pycache__", ".*")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=left_out)
        else:
            shutil.copy(source, folder / part)


def tests_for(module: str) -> list[str]:
    """The files to run, the likeliest first."""
    first = f"tests/core/{FIRST[module]}"
    others = [f"tests/core/{path.name}" for path in sorted((ROOT / "tests/core").glob("test_*.py"))]
    last = [LAST] if module in LAST_FOR else []
    return [first, *(other for other in others if other != first), *last]


def equivalents() -> frozenset[str]:
    """The mutants that are no wrongs, by name: every line of equivalent.txt that is not indented or empty."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith((" ", "#")))


def _summarise(tallies: dict[str, Tally], say: TextIO) -> float:
    total = Tally()
    for module, tally in tallies.items():
        total.noticed += tally.noticed
        total.equivalent += tally.equivalent
        total.survivors += tally.survivors
        say.write(f"{module:16} {_line(tally)}\n")
    say.write(f"{'all':16} {_line(total)}\n")
    say.flush()
    return total.score


def _line(tally: Tally) -> str:
    counts = f"noticed {tally.noticed:5}  survived {len(tally.survivors):4}  equivalent {tally.equivalent:4}"
    return f"{counts}  {tally.score:5.1f} %"


if __name__ == "__main__":
    sys.exit(main())
