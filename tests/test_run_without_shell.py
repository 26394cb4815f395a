"""`python run.py`, the twin of `./run`, and the wheel house that lets either do without a network."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

import run
from tools import wheelhouse
from tools.machine import ROOT, extras_of

LIMIT_S = 300.0
NOT_COPIED = (".git", ".venv", ".venvs", ".cache", "__pycache__", "*.egg-info", "node_modules", "build", "wheelhouse")
LEFT_BY_LGPIO = ".lgd-nfy*"
"""Named pipes in the working directory of a program that lgpio was loaded in: no file can be made of one."""


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with its wheel house, made by the documented command; from now on there is no index."""
    checkout = tmp_path_factory.mktemp("offline") / "check out"
    shutil.copytree(
        ROOT, checkout, ignore=shutil.ignore_patterns(*NOT_COPIED, LEFT_BY_LGPIO, ".*_cache", "tests", "docs")
    )
    shutil.copyfile(ROOT / "README.md", checkout / "README.md")
    subprocess.run([sys.executable, "tools/wheelhouse.py"], cwd=checkout, check=True, timeout=LIMIT_S)
    return checkout


@contextmanager
def started(checkout: Path, *command: str) -> Iterator[tuple[str, str]]:
    """The page's address, and what was said before it came up; the program is ended with the context."""
    environment = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PYTHONHOME": ""}
    environment.pop("PYTHONHOME")
    options = ["--no-browser", "--port", "0", "--state", str(checkout / "state")]
    with (checkout / "log").open("w+") as log:
        process = subprocess.Popen(
            [*command, *options], cwd=checkout, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert process.stdout is not None
        with process.stdout:
            told = process.stdout.readline()
            try:
                log.seek(0)
                yield told, log.read()
            finally:
                process.terminate()
                process.wait(LIMIT_S)


def page_at(told: str) -> str:
    found = re.search(r"http://\S+", told)
    assert found, told
    with urlopen(found[0], timeout=LIMIT_S) as answer:
        return str(answer.read().decode())


def test_with_a_wheel_house_no_index_is_needed_and_each_takes_over_from_the_other(offline: Path) -> None:
    with started(offline, sys.executable, "run.py") as (told, said):
        assert 'href="/fr/"' in page_at(told), said
        assert said.startswith("Preparing ")
    with started(offline, "./run") as (told, said):
        assert 'href="/fr/"' in page_at(told)
        assert said == "", "it is the same environment, and nothing changed"
    (offline / ".venv/installed").unlink()
    with started(offline, "./run") as (told, said):
        assert 'href="/fr/"' in page_at(told), said
        assert said.startswith("Preparing ")
    with started(offline, sys.executable, "run.py") as (told, said):
        assert 'href="/fr/"' in page_at(told)
        assert said == ""


@pytest.mark.parametrize("command", [[sys.executable, "run.py"], ["./run"]], ids=["run.py", "run"])
def test_a_wheel_house_that_lacks_something_is_said(offline: Path, command: list[str]) -> None:
    away = offline / "away"
    away.mkdir()
    lacking = next((offline / "wheelhouse").glob("uvicorn-*"))
    lacking.rename(away / lacking.name)
    (offline / ".venv/installed").unlink(missing_ok=True)
    shutil.rmtree(offline / ".venv", ignore_errors=True)
    try:
        with started(offline, *command) as (told, said):
            assert told == ""
            assert "has not all that is needed" in said
            assert "tools/wheelhouse.py" in said
    finally:
        (away / lacking.name).rename(lacking)
        away.rmdir()


def test_what_the_wheel_house_holds_is_what_setup_cfg_asks_for() -> None:
    wanted = list(wheelhouse.requirements(["web"]))
    for name in ("gpiozero", "luma.oled", "SQLAlchemy", "starlette", "uvicorn", "Jinja2", "cryptography", "setuptools"):
        assert any(each.startswith(name) for each in wanted), name
    assert not any(each.startswith(("#", "%", "pytest")) for each in wanted)


def test_both_ask_for_the_same_extras() -> None:
    assert run.extras_of("run").split(",") == extras_of("run") == wheelhouse.extras_of("run")


def test_a_python_that_is_too_old_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 6))
    with pytest.raises(SystemExit) as ended:
        run.main([])
    assert ended.value.code == 1
    assert "3.11 or later is needed; this one is 3.9.6" in capsys.readouterr().err


def test_an_old_python_gets_as_far_as_being_told() -> None:
    """Its grammar is that of Python 3.7."""
    import ast  # noqa: PLC0415 - for this alone

    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 7))
    assert "from __future__ import annotations" in (ROOT / "run.py").read_text(encoding="utf-8")


def test_ctrl_c_is_the_readers_to_obey(tmp_path: Path) -> None:
    """Where a process cannot become another one (Windows), its parent waits for it and says what it said."""
    ends = tmp_path / "child.py"
    ends.write_text("import os, signal\nos.kill(os.getppid(), signal.SIGINT)\nimport time\ntime.sleep(0.3)\nexit(7)\n")
    program = f"import run, sys; sys.exit(run.beside([sys.executable, {str(ends)!r}]))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=LIMIT_S)
    assert done.returncode == 7
