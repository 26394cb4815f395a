"""Notes which of our functions each test executes, in the test's own process and in those that it starts.

A pytest plugin (`-p tests.mutation.tracing`), and for other processes a `sitecustomize` (`START`) in the copy of the
checkout. One line of JSON for each test goes into the folder that the variable FOLDER of the environment names: a
process that is killed keeps what it has written.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import pytest

FOLDER: Final = "SESAME_MUTATION_TRACE"
START: Final = f"""
import os
if os.environ.get("{FOLDER}"):
    from tests.mutation import tracing
    tracing.follow_process()
"""
OURS: Final = ("bank", "device", "drivers", "sesame", "sesame_core", "simulator", "web")
HERE: Final = str(Path(__file__).resolve().parents[2]) + "/"

_codes: dict[int, CodeType] = {}
"""What was called since `_taken`: the code objects by identity, which is quick, and keeps them."""

_wide: set[str] = set()
"""What fixtures of a whole file called: any of its tests may depend on it."""


def _note(frame: FrameType, event: str, argument: object) -> None:
    code = frame.f_code
    _codes[id(code)] = code


def _taken() -> set[str]:
    """What was called since the last time."""
    codes = [_codes.pop(key) for key in list(_codes)]
    return {name for name in map(name_of, codes) if name}


def name_of(code: CodeType) -> str:
    """A function of ours by its file and name, `web/guard.py:Guard.allow`; "" for one that is not ours."""
    path = code.co_filename.removeprefix(HERE)
    return f"{path}:{code.co_qualname}" if path.partition("/")[0] in OURS else ""


def follow_process() -> None:
    """In a process that a test starts: write each function down when it is called first."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "")
    path = Path(os.environ[FOLDER]) / f"process-{os.getpid()}-{os.urandom(4).hex()}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    told: dict[int, CodeType] = {}

    def tell(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if id(code) not in told:
            told[id(code)] = code
            if name := name_of(code):
                os.write(descriptor, (json.dumps({"process": test, "seen": [name]}) + "\n").encode())

    _trace(tell)


def _trace(each: Callable[[FrameType, str, Any], None]) -> None:
    threading.settrace(each)
    sys.settrace(each)


def pytest_configure() -> None:
    """Begin."""
    _trace(_note)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
    """What a fixture of a file or of the session does is every test's."""
    if fixturedef.scope == "function":
        return (yield)
    before = dict(_codes)
    _codes.clear()
    try:
        return (yield)
    finally:
        _wide.update(_taken())
        _codes.update(before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """One test, from its setup to its teardown."""
    _taken()
    begun = sum(os.times()[:4])
    _trace(_note)
    try:
        return (yield)
    finally:
        reports = item.stash.get(REPORTS, [])
        _write(
            {
                "test": item.nodeid,
                "passed": all(report.passed for report in reports),
                "seconds": round(sum(os.times()[:4]) - begun, 3),  # the processor's: others may be at work, too
                "seen": sorted(_taken()),
            }
        )


REPORTS: Final = pytest.StashKey[list[pytest.TestReport]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep how it went."""
    report = yield
    item.stash.setdefault(REPORTS, []).append(report)
    return report


def pytest_sessionfinish() -> None:
    """What all the file's tests share."""
    sys.settrace(None)
    threading.settrace(None)
    _write({"all": True, "seen": sorted(_wide)})


def _write(line: dict[str, object]) -> None:
    with (Path(os.environ[FOLDER]) / f"tests-{os.getpid()}").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
