"""Runs the tests on one mutant after the other, in a copy of the checkout of its own. Started by tests.mutation.

Each line of standard input is a JSON list: the module's path, its mutated source, the tests to run, the limit (s of
the processor's time), and whether they run bare, without the conftest files. Each line of standard output is the
verdict, "killed", "survived" or "timeout", and the processor's time that it took (s). Every mutant gets a fresh fork,
in which nothing of the project is loaded yet; what is slow to load and not ours is loaded once.
"""

import importlib
import json
import os
import resource
import select
import signal
import sys
from pathlib import Path

BUSY = 8
"""How many times as long as it works a process may be there, on a machine that has other work."""

SLOW_TO_LOAD = (
    "pytest",
    "hypothesis",
    "PIL.Image",
    "cryptography.hazmat.primitives.ciphers",
    "pyemv",
    "luma.oled.device",
)
QUIET = (
    "-x",
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


def main() -> None:
    """Until standard input ends."""
    sys.dont_write_bytecode = True
    for name in SLOW_TO_LOAD:
        importlib.import_module(name)
    for line in sys.stdin:
        path, source, tests, limit, bare = json.loads(line)
        original = Path(path).read_text(encoding="utf-8")
        Path(path).write_text(source, encoding="utf-8")
        try:
            verdict, seconds = _verdict([*(BARE if bare else FULL), *tests], limit)
            sys.stdout.write(f"{verdict} {seconds:.1f}\n")
        finally:
            Path(path).write_text(original, encoding="utf-8")
        sys.stdout.flush()


def _verdict(tests: list[str], limit: float) -> tuple[str, float]:
    """The limit is on the processor's time, which a busy machine does not lengthen. Who only waits gets longer."""
    child = os.fork()
    if not child:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 2))
        _test(tests)
    handle = os.pidfd_open(child)
    ended, _, _ = select.select([handle], [], [], BUSY * limit)
    os.close(handle)
    if not ended:
        os.killpg(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    seconds = used.ru_utime + used.ru_stime
    if not ended:
        return "timeout", seconds
    return ("survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"), seconds


def _test(tests: list[str]) -> None:
    import pytest  # noqa: PLC0415 - loaded above; only the fork may run it

    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    os._exit(int(pytest.main([*QUIET, *tests])))


if __name__ == "__main__":
    main()
