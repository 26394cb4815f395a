"""Reads the recipes of CONTRIBUTING.md as they are written, and follows them in a copy of the checkout."""

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "CONTRIBUTING.md"
LIMIT_S = 300

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "*.egg-info", "build", "wheelhouse")
"""Environments and caches, which no checkout has."""

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PUT_IN = re.compile(r"In `([^`]+)`, below `([^`]+)`, add:\s*\Z")
CREATE = re.compile(r"Create `([^`]+)`:\s*\Z")


@dataclass(frozen=True, slots=True)
class PutIn:
    """Lines below a line that is there."""

    file: str
    below: str
    text: str


@dataclass(frozen=True, slots=True)
class Create:
    """A new file."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """A command of the shell, and what must stand in what it prints."""

    command: str
    expected: tuple[str, ...]


Step = PutIn | Create | Run


class RecipeError(AssertionError):
    """A recipe cannot be followed as it is written."""


def recipes() -> dict[str, str]:
    """The recipes of the guide: "a card" and its text."""
    parts = re.split(
        r"^### (.+)$", GUIDE.read_text(encoding="utf-8").partition("\n## How to add\n")[2], flags=re.MULTILINE
    )
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def steps_of(text: str) -> Iterator[Step]:
    """Everything that a recipe has somebody do, in order. Raises RecipeError where a block says not where it goes."""
    end = 0
    for block in BLOCK.finditer(text):
        before, (kind, body) = text[end : block.start()], block.groups()
        end = block.end()
        if kind == "console":
            yield from _commands(body)
        elif put := PUT_IN.search(before):
            yield PutIn(put[1], put[2], body)
        elif new := CREATE.search(before):
            yield Create(new[1], body)
        else:
            raise RecipeError(f"where does this go?\n{body}")


def _commands(body: str) -> Iterator[Run]:
    for entry in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, *expected = entry.splitlines()
        yield Run(command, tuple(expected))


class Kitchen:
    """A copy of the checkout in which a recipe is followed. Its `sesame` and `python` are those of the copy."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        shutil.copytree(ROOT, self.checkout, ignore=LEFT_OUT)
        self._programs = folder / "bin"
        self._programs.mkdir()
        self._program("python", f'exec "{sys.executable}" "$@"')
        self._program("sesame", f'exec "{sys.executable}" -m sesame "$@"')
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))},
            "PATH": f"{self._programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.checkout),
            "PYTHONDONTWRITEBYTECODE": "1",
            "XDG_STATE_HOME": str(folder / "state"),
        }

    def follow(self, step: Step) -> None:
        """Do what the step says. Raises RecipeError where that cannot be done or something else comes of it."""
        match step:
            case PutIn():
                self._put_in(step)
            case Create():
                self._create(step)
            case Run():
                self._run(step)

    def _program(self, name: str, body: str) -> None:
        path = self._programs / name
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def _put_in(self, step: PutIn) -> None:
        path = self.checkout / step.file
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        places = [index for index, line in enumerate(lines) if line.rstrip("\n") == step.below]
        if len(places) != 1:
            raise RecipeError(f"{step.file} has {len(places)} lines {step.below!r}: one is wanted")
        lines.insert(places[0] + 1, step.text)
        path.write_text("".join(lines), encoding="utf-8")

    def _create(self, step: Create) -> None:
        path = self.checkout / step.file
        if path.exists():
            raise RecipeError(f"{step.file} is there already")
        path.write_text(step.text, encoding="utf-8")

    def _run(self, step: Run) -> None:
        done = subprocess.run(
            ["/bin/sh", "-c", step.command],
            cwd=self.checkout,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        printed = done.stdout + done.stderr
        lacking = [line for line in step.expected if line not in printed]
        if done.returncode or lacking:
            raise RecipeError(f"$ {step.command}\nends with {done.returncode}; lacks {lacking}; printed:\n{printed}")
