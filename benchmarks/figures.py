"""How figures are taken and printed: alternating rounds, medians, ratios."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BYTECODE = ROOT / ".cache/bytecode"

Work = Callable[[], object]


def whole_process(command: Sequence[str], typed: str = "", *, check: bool = True) -> str:
    """Run a program from its start to its end; what it printed.

    With its bytecode at hand, as an installed program has it, whatever PYTHONDONTWRITEBYTECODE says here.
    """
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
    done = subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, text=True, check=check, env=environment)
    return done.stdout


def medians(works: Mapping[str, Work], rounds: int) -> dict[str, float]:
    """Seconds that each takes, the median of `rounds` after one that does not count.

    They take turns, so that a busy moment meets them all.
    """
    return {name: statistics.median(seconds) for name, seconds in _take_turns(works, rounds).items()}


def least(works: Mapping[str, Work], rounds: int) -> dict[str, float]:
    """The same, and the least of them: for what is so short that on a busy machine most rounds are others' time."""
    return {name: min(seconds) for name, seconds in _take_turns(works, rounds).items()}


def _take_turns(works: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    for work in works.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - began)
    return taken


def say(line: str) -> None:
    """One line of the report."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def table(title: str, rows: Sequence[tuple[str, str]]) -> None:
    """A titled table of two columns."""
    say(f"\n{title}")
    width = max(len(name) for name, _ in rows)
    for name, figure in rows:
        say(f"  {name:<{width}}  {figure}")


def milliseconds(seconds: float) -> str:
    """As a figure."""
    return f"{seconds * 1000:.1f} ms"
