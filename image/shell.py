"""Other people's programs, for the image: each with its output kept for the message of a failure."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""

EPOCH = 1764288000
"""SOURCE_DATE_EPOCH of every card: 28 November 2025, 00:00 UTC. A date of today would make each build another one."""

LAST_WORDS = 2000
"""Characters of a failed program's output that stand in the message."""


class ImageError(Exception):
    """Something that stops the build; the message says what to do."""


def find_path() -> str:
    """The system's own programs first: a Python of the user's would run Debian's scripts otherwise."""
    return f"/usr/sbin:/usr/bin:/sbin:/bin:{os.environ.get('PATH', '')}"


def need_programs(wanted: Mapping[str, str]) -> None:
    """Program -> Debian package. Raises ImageError with the line to type when one is missing."""
    packages = sorted({package for program, package in wanted.items() if not shutil.which(program, path=find_path())})
    if packages:
        raise ImageError(f"Programs are missing. Type: sudo apt install {' '.join(packages)}")


def run_program(command: Sequence[str | Path], given: bytes | None = None, **environment: str) -> str:
    """What a program prints. Raises ImageError with its last words when it fails."""
    words = [str(word) for word in command]
    variables = {**os.environ, "PATH": find_path(), "LC_ALL": "C.UTF-8", "TZ": "UTC", "SOURCE_DATE_EPOCH": str(EPOCH)}
    try:
        done = subprocess.run(  # noqa: S603  the commands are written in these files
            words,
            input=given,
            stdin=None if given is not None else subprocess.DEVNULL,
            capture_output=True,
            env=variables | environment,
            check=False,
        )
    except FileNotFoundError:
        raise ImageError(f"{words[0]} is missing.") from None
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")[-LAST_WORDS:]
        raise ImageError(f"This did not work (status {done.returncode}): {' '.join(words)}\n{said}")
    return done.stdout.decode(errors="replace")
