"""Which tests execute which functions, found out once by running them (`tracing`) and kept in .cache.

A test file is run again when its own text, or that of a conftest beside or above it, is another. A map that is older
than the program can only miss tests: the share of wrongs noticed is then too low, never too high.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from tests.mutation.modules import ROOT, files_that_import, files_to_try, tells, test_files

CACHE: Final = ROOT / ".cache/mutation-map.json"
MOST_S: Final = 40.0
"""The tests for one wrong together take no longer than this when nothing is wrong."""

NEAR: Final = 2
"""The files with the likeliest tests are tried first, so many; then all the others at once."""

SLOWER: Final = 10
"""A test that takes a second is as far away as one that executes so many times as many functions at once."""

SLOW_S: Final = 12.0
"""A single test that takes longer is left out."""


@dataclass(frozen=True, slots=True)
class TracedTest:
    """A test that passes when nothing is wrong: how long it takes (s), and the functions that it executes."""

    name: str
    seconds: float
    seen: frozenset[str]

    @property
    def file(self) -> str:
        """Where it stands."""
        return self.name.partition("::")[0]


class Looks:
    """The map."""

    def __init__(self, tests: Iterable[TracedTest]) -> None:
        """`tests`: all that pass."""
        self._tests = [test for test in tests if test.seconds < SLOW_S]

    @cached_property
    def _of_function(self) -> dict[str, list[TracedTest]]:
        found: dict[str, list[TracedTest]] = {}
        for test in self._tests:
            for name in test.seen:
                found.setdefault(name, []).append(test)
        return found

    def stages(self, module: str, path: str, where: str) -> list[list[TracedTest]]:
        """The tests to run for a wrong in `where` (`Mutant.where`), in turn, until one notices. What a module's own
        statements say is told whole by a few: they are the first for those, and the last for a function's defaults."""
        told = [test for test in self._tests if tells(test.name, module)]
        likely = [test for test in self._likely(module, path, where) if test not in told]
        stages = self._staged(likely)
        return [stage for stage in ([told, *stages] if "<locals>" not in where else [*stages, told]) if stage]

    def _staged(self, likely: list[TracedTest]) -> list[list[TracedTest]]:
        files: dict[str, list[TracedTest]] = {}
        total = 0.0
        for test in likely:
            if total + test.seconds <= MOST_S:
                total += test.seconds
                files.setdefault(test.file, []).append(test)
        ordered = list(files.values())
        return [[test for tests in some for test in tests] for some in (ordered[:NEAR], ordered[NEAR:])]

    def _likely(self, module: str, path: str, where: str) -> list[TracedTest]:
        """Those that execute the function or one within it, those of its class, and of its module; then those of the
        files that import the module. (What only an import calls, a fresh process alone was seen to execute.)"""
        inside = f"{path}:{where.removesuffix('.<locals>')}"
        direct = files_that_import(module)
        levels = [
            self._executing(lambda name: name == inside or name.startswith(f"{inside}.")),
            self._executing(lambda name: name.startswith(f"{path}:{where.partition('.')[0]}.")),
            sorted(self._executing(lambda name: name.startswith(f"{path}:")), key=lambda test: test.file not in direct),
        ]
        near = [test for file in files_to_try(module) for test in self._of_file.get(file, ())]
        levels += [[test for test in near if (test.file in direct) is first] for first in (True, False)]
        return list(dict.fromkeys(test for level in levels for test in level))

    @cached_property
    def _of_file(self) -> dict[str, list[TracedTest]]:
        found: dict[str, list[TracedTest]] = {}
        for test in self._tests:
            found.setdefault(test.file, []).append(test)
        return found

    def _executing(self, wanted: Callable[[str], bool]) -> list[TracedTest]:
        found = {test.name: test for name in self._of_function if wanted(name) for test in self._of_function[name]}
        return sorted(found.values(), key=lambda test: (len(test.seen) * (1 + SLOWER * test.seconds), test.name))


def make_looks(run: Callable[[str, str], None], say: Callable[[str], None]) -> Looks:
    """The map, made anew as far as files changed. `run` runs a test file, traced into a folder."""
    known: dict[str, dict[str, Any]] = json.loads(CACHE.read_text(encoding="utf-8")) if CACHE.exists() else {}
    kept = {}
    for file in test_files():
        digest = _digest(file)
        if known.get(file, {}).get("digest") != digest:
            say(f"finding out what {file} executes")
            with tempfile.TemporaryDirectory(prefix="sesame-traces-") as folder:
                run(file, folder)
                known[file] = {"digest": digest, "tests": read_traces(Path(folder))}
            _save(known)
        kept[file] = known[file]
    return Looks(
        TracedTest(name, seconds, frozenset(seen))
        for entry in kept.values()
        for name, (seconds, seen) in entry["tests"].items()
    )


def _save(known: dict[str, dict[str, Any]]) -> None:
    CACHE.parent.mkdir(exist_ok=True)
    new = CACHE.with_suffix(".new")
    new.write_text(json.dumps(known), encoding="utf-8")
    new.replace(CACHE)


def _digest(file: str) -> str:
    conftests = [ROOT / folder / "conftest.py" for folder in Path(file).parents]
    texts = [path.read_bytes() for path in (ROOT / file, *conftests) if path.exists()]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def read_traces(folder: Path) -> dict[str, tuple[float, list[str]]]:
    """What `tracing` wrote: test -> seconds and functions, of those that passed."""
    lines = [json.loads(line) for path in folder.iterdir() for line in path.read_text(encoding="utf-8").splitlines()]
    seen: dict[str, set[str]] = {}
    for line in lines:
        if "process" in line:
            name, _, phase = line["process"].rpartition(" ")
            seen.setdefault(name if phase == "(call)" else "", set()).update(line["seen"])
        elif "all" in line:
            seen.setdefault("", set()).update(line["seen"])
    shared = seen.get("", set())
    return {
        line["test"]: (line["seconds"], sorted(shared | set(line["seen"]) | seen.get(line["test"], set())))
        for line in lines
        if line.get("passed")
    }
