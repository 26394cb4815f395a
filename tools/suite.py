"""What `./test` does: prepare, check, test, and say in one table how it went.

It runs before any environment exists, so it needs nothing but Python's own library.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree  # reads only what our own pytest wrote

from tools.machine import (
    ROOT,
    SUPPORTED,
    Package,
    extras_of,
    has_headers,
    install,
    install_line,
    interpreters,
    missing,
    packages,
    run,
    version_of,
)

REPORTS = ROOT / ".cache/test"

QUICK = ("-m", "not service and not long")
"""What the other interpreters run: a service (pcscd, a database, a browser) does not change with Python's version, and
a long search (tests/conftest.py lists them) finds no more on a second one."""

MIDDLE = ("-m", "not service and not long and not bank_side")
"""What an interpreter between the oldest and the newest runs: what it alone would break is the language's own, and the
device and its heart use more of that than the bank does."""


WAITING = 2
"""How many more workers there are than processors: three begin with a group each whose tests mostly wait (two of
browsers, one of pcscd)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the summary."""

    stage: str
    ok: bool
    remark: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Environment:
    """One interpreter and the environment that is made with it."""

    version: str
    interpreter: Path
    folder: Path
    lowest: bool = False

    def tool(self, name: str) -> str:
        """The path of a program in it."""
        return str(self.folder / "bin" / name)


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 when every stage passed."""
    in_ci = os.environ.get("CI") == "true"
    wanted = packages()
    install(missing(wanted), in_ci)
    absent = missing(wanted)
    environments = _environments()
    outcomes: list[Outcome] = []
    for outcome in _stages(environments, arguments, absent, in_ci):
        outcomes.append(outcome)
        _say(f"-- {_line(outcome)}")
    _summarise(outcomes, environments, absent)
    return 0 if outcomes and all(outcome.ok for outcome in outcomes) else 1


def _environments() -> list[Environment]:
    """The interpreter that runs this first: it is the one that does everything."""
    main_version = version_of(Path(sys.executable))
    found = {main_version: Path(sys.executable)}
    found |= {version: path for version, path in interpreters().items() if version != main_version}
    return [Environment(version, path, ROOT / ".venvs" / version) for version, path in found.items()]


def _stages(
    environments: Sequence[Environment], arguments: Sequence[str], absent: Sequence[Package], in_ci: bool
) -> Iterator[Outcome]:
    if in_ci:
        yield from _nothing_missing(environments, absent)
    used = environments[:1] if arguments else [*environments, *_lowest(environments)]
    prepared = _timed("prepare " + ", ".join(environment.folder.name for environment in used), lambda: _prepare(used))
    yield prepared
    if not prepared.ok:
        return
    main_one, *others = used
    if not arguments:
        yield from _lint(main_one)
    yield _pytest(main_one, arguments, in_ci)
    for other in others:
        yield _pytest(other, share_of(other, environments), in_ci)


def share_of(other: Environment, environments: Sequence[Environment]) -> Sequence[str]:
    """What an interpreter that is not the main one runs: its arguments for pytest."""
    newest = max(environments, key=lambda each: [int(part) for part in each.version.split(".")])
    return QUICK if other.lowest or other is newest else MIDDLE


def _lowest(environments: Sequence[Environment]) -> list[Environment]:
    """The oldest Python with the oldest libraries that setup.cfg allows: what is declared is run."""
    oldest = [each for each in environments if each.version == SUPPORTED[0]]
    return [replace(each, folder=each.folder.with_name("lowest"), lowest=True) for each in oldest]


def _nothing_missing(environments: Sequence[Environment], absent: Sequence[Package]) -> Iterator[Outcome]:
    versions = {environment.version for environment in environments}
    lacking = [f"Python {version}" for version in SUPPORTED if version not in versions]
    lacking += [package.name for package in absent]
    yield Outcome("everything there", not lacking, "missing: " + ", ".join(lacking) if lacking else "", 0)


def _prepare(environments: Sequence[Environment]) -> tuple[bool, str]:
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        statuses = list(pool.map(_prepare_one, environments))
    return not any(statuses), ""


def _prepare_one(environment: Environment) -> int:
    extras = ",".join(extra for extra in extras_of("test") if extra != "pcsc" or _can_build(environment))
    environment.folder.parent.mkdir(exist_ok=True)
    lowest = ["lowest"] if environment.lowest else []
    return run([str(ROOT / "tools/prepare"), str(environment.folder), str(environment.interpreter), extras, *lowest])


def _can_build(environment: Environment) -> bool:
    """pyscard is compiled here."""
    tools = all(shutil.which(tool) for tool in ("cc", "swig"))
    return tools and Path("/usr/include/PCSC/winscard.h").exists() and has_headers(environment.interpreter)


def _lint(environment: Environment) -> Iterator[Outcome]:
    ruff, mypy = environment.tool("ruff"), environment.tool("mypy")
    python = f"--python-executable={environment.tool('python')}"
    yield _command("ruff check", [ruff, "check", "."])
    yield _command("ruff format --check", [ruff, "format", "--check", "."])
    yield _command("mypy --strict", [mypy, "--strict", "--explicit-package-bases", python, "."])
    if shutil.which("shellcheck"):
        yield _command("shellcheck", ["shellcheck", "-x", *_shell_scripts()])


def _shell_scripts() -> list[str]:
    """Every tracked or new file that starts as a shell script does."""
    folders = [
        ROOT,
        ROOT / ".ci",
        ROOT / "tools",
        *ROOT.glob("systemd/**/"),
        *ROOT.glob("image/**/"),
        ROOT / "tests/vm",
    ]
    files = {file for folder in folders if folder.is_dir() for file in folder.iterdir() if file.is_file()}
    return sorted(str(file.relative_to(ROOT)) for file in files if _is_shell(file))


def _is_shell(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.readline().rstrip() in {b"#!/bin/sh", b"#!/bin/bash", b"#!/usr/bin/env bash"}


def _pytest(environment: Environment, arguments: Sequence[str], in_ci: bool) -> Outcome:
    report = REPORTS / f"pytest-{environment.folder.name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    spread = ["-n", str((os.cpu_count() or 1) + WAITING), "--dist", "loadgroup"]
    command = [environment.tool("python"), "-m", "pytest", *spread, f"--junitxml={report}", *arguments]

    def tested() -> tuple[bool, str]:
        return verdict(run(command) == 0, report, in_ci)

    named: dict[Sequence[str], str] = {QUICK: "the quick suite", MIDDLE: "the device's part of it"}
    which = named.get(tuple(arguments), " ".join(arguments))
    libraries = ", lowest libraries," if environment.lowest else ""
    return _timed(f"pytest, Python {environment.version}{libraries} {which}".strip(), tested)


def verdict(passed: bool, report: Path, in_ci: bool) -> tuple[bool, str]:
    """Whether a run of pytest counts as a success, and in a few words how it went."""
    total, skipped = _counts(report)
    remark = f"{total - skipped} ran, {skipped} skipped"
    if in_ci and skipped:
        return False, f"{remark}: nothing may be skipped in CI"
    return passed and total > skipped, remark


def _counts(report: Path) -> tuple[int, int]:
    """How many tests there were, and how many of them were skipped or expected to fail."""
    if not report.exists():
        return 0, 0
    suites = list(ElementTree.parse(report).iter("testsuite"))  # noqa: S314  our own file
    return sum(int(suite.get("tests", 0)) for suite in suites), sum(int(suite.get("skipped", 0)) for suite in suites)


def _command(stage: str, command: Sequence[str]) -> Outcome:
    return _timed(stage, lambda: (run(command) == 0, ""))


def _timed(stage: str, work: Callable[[], tuple[bool, str]]) -> Outcome:
    _say(f"\n== {stage}")
    began = time.monotonic()
    ok, remark = work()
    return Outcome(stage, ok, remark, time.monotonic() - began)


def _summarise(outcomes: Sequence[Outcome], environments: Sequence[Environment], absent: Sequence[Package]) -> None:
    _say("\n== Summary")
    for outcome in outcomes:
        _say(_line(outcome))
    versions = {environment.version for environment in environments}
    for version in SUPPORTED:
        if version not in versions:
            _say(f"left out  Python {version}: no such interpreter here (`uv python install {version}` brings one)")
    for part in dict.fromkeys(package.part for package in absent):
        lacking = [package for package in absent if package.part == part]
        _say(f"left out  what needs {part}; to have it: {install_line(lacking)}")


def _line(outcome: Outcome) -> str:
    verdict = "ok" if outcome.ok else "FAILED"
    return f"{verdict:9} {outcome.stage:44} {outcome.seconds:6.1f} s  {outcome.remark}".rstrip()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
