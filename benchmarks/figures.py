"""How figures are taken and printed: alternating rounds, medians, ratios."""

import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence

Work = Callable[[], object]


def medians(works: Mapping[str, Work], rounds: int) -> dict[str, float]:
    """Seconds that each takes, the median of `rounds`; they take turns, so that a busy moment meets them all."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


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
