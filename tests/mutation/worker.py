"""Runs the tests on one mutant after the other, in a copy of the checkout of its own. Started by tests.mutation.

Each line of standard input is a JSON object (`Order`). Each line of standard output is the verdict, "killed",
"survived" or "timeout", and the processor's time that it took (s). Every mutant gets a fresh fork, in which nothing of
the project is loaded yet; what is slow to load and not ours is loaded once.
"""

import importlib
import json
import os
import resource
import select
import signal
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

BUSY = 25
"""How many times as long as it works a process may be there, on a machine that has other work."""

IDLE_S, IDLE_TICKS = 150, 5
"""Who gets less than so much of the processor (hundredths of a second) within so many seconds waits for ever."""

SLOW_TO_LOAD = (
    "pytest",
    "hypothesis",
    "PIL.Image",
    "cryptography.hazmat.primitives.ciphers",
    "pyemv",
    "luma.oled.device",
    "pytest_mock",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "uvicorn",
    "jinja2",
)
QUIET = (
    "-q",
    "-p",
    "no:cacheprovider",
    "--assert=plain",
    "--hypothesis-profile=quick",
    "--no-header",
    "-p",
    "tests.mutation.quick",
    "-p",
    "no:schemathesis",
    "-p",
    "no:playwright",
)
FULL = ("-m", "not service")
"""With the conftest files, which know the mark: pcscd is one a machine, and other benches are at work."""

BARE = ("--noconftest", "-p", "tests.golden_plugin")
"""For the heart: what the conftest files bring beside this plugin takes longer to load than the tests to run."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is to try.

    `path` gets `source` while `files` are run, of which only the tests `only` (empty: all), within `limit` (s of the
    processor's time); `bare` without the conftest files. `trace` is a folder for what `tracing` notes ("": nothing is).
    """

    files: list[str]
    limit: float
    path: str = ""
    source: str = ""
    only: list[str] = field(default_factory=list)
    bare: bool = False
    trace: str = ""

    def to_line(self) -> str:
        """For the worker's standard input."""
        return json.dumps(asdict(self)) + "\n"


class Only:
    """A plugin that leaves these tests of the collected ones, by their names."""

    def __init__(self, names: list[str]) -> None:
        """`names`: pytest's node ids."""
        self._names = frozenset(names)

    def pytest_collection_modifyitems(self, items: list["pytest.Item"]) -> None:
        """Before the first is run. A wrong may give a test another name: then all of its function's are run."""
        gone = {name.partition("[")[0] for name in self._names - {item.nodeid for item in items}}
        items[:] = [item for item in items if item.nodeid in self._names or item.nodeid.partition("[")[0] in gone]


def main() -> None:
    """Until standard input ends."""
    sys.dont_write_bytecode = True
    for name in SLOW_TO_LOAD:
        importlib.import_module(name)
    for line in sys.stdin:
        order = Order(**json.loads(line))
        verdict, seconds = _carry_out(order)
        sys.stdout.write(f"{verdict} {seconds:.1f}\n")
        sys.stdout.flush()


def _carry_out(order: Order) -> tuple[str, float]:
    if not order.path:
        return _verdict(order)
    path = Path(order.path)
    original = path.read_text(encoding="utf-8")
    path.write_text(order.source, encoding="utf-8")
    try:
        return _verdict(order)
    finally:
        path.write_text(original, encoding="utf-8")


def _verdict(order: Order) -> tuple[str, float]:
    """The limit is on the processor's time, which a busy machine does not lengthen. Who only waits gets longer."""
    child = os.fork()
    if not child:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (int(order.limit) + 1, int(order.limit) + 2))
        _test(order)
    ended = _wait_for(child, BUSY * order.limit)
    if not ended:
        os.killpg(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    seconds = used.ru_utime + used.ru_stime
    if not ended:
        return "timeout", seconds
    return ("survived" if os.waitstatus_to_exitcode(status) in FINE else "killed"), seconds


def _wait_for(child: int, limit: float) -> bool:
    """Until it ends. False when it takes too long, or has done nothing at all for so long that it waits for ever."""
    handle = os.pidfd_open(child)
    until = time.monotonic() + limit
    worked, idle_since = 0, time.monotonic()
    try:
        while time.monotonic() < until and time.monotonic() - idle_since < IDLE_S:
            if select.select([handle], [], [], 1)[0]:
                return True
            if (works := _ticks_of(child)) > worked + IDLE_TICKS:
                worked, idle_since = works, time.monotonic()
    finally:
        os.close(handle)
    return False


def _ticks_of(process: int) -> int:
    """The processor's time that it and its ended children have taken, in ticks (proc(5), stat, fields 14 to 17)."""
    numbers = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(int(number) for number in numbers[11:15])


FINE = (0, 5)
"""pytest's exit codes for "all passed" and "nothing collected": a file may hold nothing but what is for pcscd."""


def _test(order: Order) -> None:
    import pytest  # noqa: PLC0415 - loaded above; only the fork may run it

    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    extra = list(BARE if order.bare else FULL)
    if order.trace:
        os.environ["SESAME_MUTATION_TRACE"] = order.trace
        extra += ["-p", "tests.mutation.tracing"]
    else:
        extra += ["-x"]
    plugins = [Only(order.only)] if order.only else []
    os._exit(int(pytest.main([*QUIET, *extra, *order.files], plugins=plugins)))


if __name__ == "__main__":
    main()
