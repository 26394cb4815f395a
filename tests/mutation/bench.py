"""Copies of the checkout in which wrongs are planted, each with a worker (`worker`) that runs the tests."""

import compileall
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Final

from tests.mutation.looks import TracedTest
from tests.mutation.modules import ROOT, modules, tests_for
from tests.mutation.tracing import START
from tests.mutation.worker import Order

LIMIT_S: Final = 60.0
"""Of the processor's time, as all times here: for the heart's tests, which take a few seconds."""

MARGIN_S, PATIENCE = 8.0, 2
"""The other tests may take so much more, and so many times as long as they should, before they count as stuck."""

TRACED_S: Final = 300.0
"""For a whole file of tests while it is found out what they execute."""

VERDICTS: Final = ("killed", "survived", "timeout")


class Bench:
    """A copy of the checkout with a worker in it."""

    def __init__(self, folder: Path, checked: set[str]) -> None:
        """`checked`: modules of the heart whose tests pass as they stand; one bench tells the others."""
        self._folder = folder
        self._checked = checked
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

    def heart_notices(self, module: str, source: str) -> bool:
        """Do the heart's tests fail, or never end, with this source? Raises RuntimeError when they do as it stands."""
        path = str(modules()[module].relative_to(ROOT))
        if module not in self._checked:
            self._checked.add(module)
            if self._fails(Order(tests_for(module), LIMIT_S, bare=True)):
                raise RuntimeError(f"the tests for {module} fail as they stand: {' '.join(tests_for(module))}")
        return self._fails(Order(tests_for(module), LIMIT_S, path, source, bare=True))

    def notices(self, stages: Sequence[Sequence[TracedTest]], path: str = "", source: str = "") -> bool:
        """Do tests fail, or never end, with this source? Without one: as everything stands, which is a false alarm."""
        for stage in stages:
            files = list(dict.fromkeys(test.file for test in stage))
            limit = MARGIN_S + PATIENCE * sum(test.seconds for test in stage)
            if self._fails(Order(files, limit, path, source, [test.name for test in stage])):
                return True
        return False

    def trace(self, file: str, folder: str) -> None:
        """Run a file of tests and note what each executes."""
        self._fails(Order([file], TRACED_S, trace=folder))

    def _fails(self, order: Order) -> bool:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(order.to_line())
        self._process.stdin.flush()
        verdict, _, _ = self._process.stdout.readline().partition(" ")
        if verdict not in VERDICTS:
            raise RuntimeError("the worker ended")
        return verdict != "survived"


def copy_checkout(folder: Path) -> None:
    """What the tests need of the checkout, nothing hidden. It is compiled once; a wrong is told by its text's hash."""
    left_out = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info", "node_modules", "build", "dist")
    shutil.copytree(ROOT, folder, ignore=left_out, symlinks=True, dirs_exist_ok=True)
    (folder / "sitecustomize.py").write_text(START, encoding="utf-8")
    compileall.compile_dir(folder, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
