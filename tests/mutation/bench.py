"""Copies of the checkout in which wrongs are planted, each with a worker (`worker`) that runs the tests."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.mutation.modules import HEART, ROOT, modules, tests_for, world_of

LIMIT_S: Final = 60.0
"""Of the processor's time, as all times here: for the heart's tests, which take a few seconds."""

MARGIN_S, PATIENCE = 10.0, 3
"""The other tests may take so much more, and so many times as long as they should, before they count as stuck."""

TESTS_S: Final = 20.0
"""The files that look at one module together take no longer than this; what would is left out."""

VERDICTS: Final = ("killed", "survived", "timeout")


class Bench:
    """A copy of the checkout with a worker in it."""

    def __init__(self, folder: Path, takes: dict[str, float]) -> None:
        """`takes`: what tests take when nothing is wrong; what one bench has found out the others need not."""
        self._folder = folder
        self._takes = takes
        copy_checkout(folder)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutation.worker"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "120"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *failure: object) -> None:
        """Let the worker end."""
        self._process.communicate()

    def _check_heart(self, module: str) -> None:
        if module not in self._takes:
            self._takes[module] = 0.0
            path = modules()[module].relative_to(ROOT)
            if self._verdict(module, str(path), self._text(path), tests_for(module), LIMIT_S)[0] != "survived":
                raise RuntimeError(f"the tests for {module} fail as they stand: {' '.join(tests_for(module))}")

    def _takes_unharmed(self, module: str, test: str) -> float:
        """The processor's time for a test file without any wrong (s); for ever when it fails: it would say nothing."""
        if test not in self._takes:
            path = modules()[module].relative_to(ROOT)
            verdict, seconds = self._verdict(module, str(path), self._text(path), [test], TESTS_S)
            self._takes[test] = seconds if verdict == "survived" else float("inf")
        return self._takes[test]

    def _text(self, path: Path) -> str:
        return (self._folder / path).read_text(encoding="utf-8")

    def notices(self, module: str, path: str, source: str) -> bool:
        """Do tests fail, or never end, with this source? Raises RuntimeError when the heart's fail as they stand."""
        if world_of(module) == HEART:
            self._check_heart(module)
            return self._verdict(module, path, source, tests_for(module), LIMIT_S)[0] != "survived"
        total = 0.0
        for test in tests_for(module):
            takes = self._takes_unharmed(module, test)
            if total + takes <= TESTS_S:
                total += takes
                if self._verdict(module, path, source, [test], MARGIN_S + PATIENCE * takes)[0] != "survived":
                    return True
        return False

    def _verdict(self, module: str, path: str, source: str, tests: Sequence[str], limit: float) -> tuple[str, float]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        bare = world_of(module) == HEART
        self._process.stdin.write(json.dumps([path, source, tests, limit, bare]) + "\n")
        self._process.stdin.flush()
        verdict, _, seconds = self._process.stdout.readline().partition(" ")
        if verdict not in VERDICTS:
            raise RuntimeError("the worker ended")
        return verdict, float(seconds)


def copy_checkout(folder: Path) -> None:
    """What the tests need of the checkout, nothing compiled and nothing hidden."""
    left_out = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info", "node_modules", "build", "dist")
    shutil.copytree(ROOT, folder, ignore=left_out, symlinks=True, dirs_exist_ok=True)
