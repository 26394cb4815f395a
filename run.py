"""The Sésame reader on a page, simulated: what `./run` is, for systems without its shell (Windows: `py run.py`).

Everything after the name goes to `sesame run`. Needs Python 3.11 or later, and PyPI the first time or a wheel house
(tools/wheelhouse.py). It makes and keeps the same environment as `./run`: each takes over from the other.
"""

# An older Python must get as far as the sentence that says it is too old: nothing here is newer than 3.7.
from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
WHEEL_HOUSE = ROOT / "wheelhouse"
LEAST = (3, 11)

QUIETLY = ["--quiet", "--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--retries", "2"]
WRONG_DATE = re.compile("CERTIFICATE_VERIFY_FAILED")
NO_WAY = re.compile("NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError")


def main(arguments: list[str]) -> int:
    """The exit code of `sesame run`."""
    if sys.version_info < LEAST:
        version = ".".join(map(str, sys.version_info[:3]))
        fail(f"Python 3.11 or later is needed; this one is {version}. Newer ones: https://www.python.org/downloads/")
    ensure_environment(ENVIRONMENT, extras_of("run"))
    command = [str(python_of(ENVIRONMENT)), "-m", "sesame", "run", "--simulated", "--shop", *arguments]
    if os.name == "posix":
        os.execve(command[0], command, clean())  # noqa: S606 - written here
    return beside(command)


def beside(command: list[str]) -> int:
    """The exit code of a program that has the terminal. Ctrl-C is its to obey: it reaches both of us."""
    child = subprocess.Popen(command, env=clean())  # noqa: S603 - written here
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def clean() -> dict[str, str]:
    """Our environment without what would make Python another one than we mean, as tools/environment.sh has it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONNOUSERSITE": "1"}


def say(*lines: str) -> None:
    """On standard error."""
    sys.stderr.write("".join(f"{line}\n" for line in lines))


def fail(*lines: str) -> None:
    """Say why, and end."""
    say(*lines)
    sys.exit(1)


def python_of(environment: Path) -> Path:
    """Its Python, where `venv` puts it on this system."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def extras_of(command: str) -> str:
    """The extras of tools/extras.txt as pip wants them: a,b"""
    lines = (line.split() for line in (ROOT / "tools/extras.txt").read_text(encoding="utf-8").splitlines())
    return ",".join(words[1] for words in lines if words and words[0] == command)


def fingerprint(environment: Path, extras: str) -> bytes:
    """What an environment depends on, byte by byte as tools/environment.sh writes it."""
    head = f"{ROOT}\n{python_of(environment).resolve()}\n{extras}\n".encode()
    return head + b"".join((ROOT / name).read_bytes() for name in ("setup.cfg", "pyproject.toml"))


def ensure_environment(environment: Path, extras: str) -> None:
    """Make or mend it; nothing when nothing changed."""
    mark = environment / "installed"
    if mark.is_file() and mark.read_bytes() == fingerprint(environment, extras):
        return
    say(f"Preparing {environment} (the first time takes a minute) ...")
    mask = os.umask(0o022)
    if not usable(environment):
        make_environment(environment)
    if mark.exists():
        mark.unlink()
    install_project(environment, extras)
    mark.write_bytes(fingerprint(environment, extras))
    os.umask(mask)


def usable(environment: Path) -> bool:
    """It works, and it was not made for a checkout somewhere else."""
    mark = environment / "installed"
    ours = not mark.exists() or mark.read_bytes().startswith(f"{ROOT}\n".encode())
    return ours and works(environment)


def works(environment: Path) -> bool:
    """Its Python runs and sees its own pip."""
    question = "import pip, sys; assert sys.prefix in pip.__file__"
    command = [str(python_of(environment)), "-I", "-c", question]
    try:
        return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603 - as above
    except OSError:
        return False


def make_environment(environment: Path) -> None:
    """With this Python."""
    made = subprocess.run([sys.executable, "-I", "-m", "venv", "--clear", str(environment)], check=False)  # noqa: S603
    if made.returncode:
        fail(
            f"{environment} could not be made. Is the disk full, or the folder not yours to write? On Debian the venv"
            " module is a package of its own: sudo apt install python3-venv"
        )


def wheels() -> list[str]:
    """What has pip take its packages from the wheel house, and from nowhere else, where there is one."""
    return ["--no-index", "--find-links", str(WHEEL_HOUSE)] if WHEEL_HOUSE.is_dir() else []


def install_project(environment: Path, extras: str) -> None:
    """Editable, so that an update of the checkout needs no second installation."""
    log = environment / "pip.log"
    if log.exists():
        log.unlink()
    pip = [str(python_of(environment)), str(ROOT / "tools/pip_alone.py"), "install", *QUIETLY, "--log", str(log)]
    asked = [*pip, *wheels(), "--editable", f"{ROOT}[{extras}]"]
    if subprocess.run(asked, stdin=subprocess.DEVNULL, check=False).returncode:  # noqa: S603 - as above
        fail(*why(log))


def why(log: Path) -> list[str]:
    """pip's failure, as far as its log shows what to do about it."""
    written = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    if WHEEL_HOUSE.is_dir():
        return [
            f"The wheel house {WHEEL_HOUSE} has not all that is needed: it was made for another Python, another system",
            "or another version of this project. Make it anew (python tools/wheelhouse.py), or take it away.",
        ]
    if WRONG_DATE.search(written):
        return ["The Python package index's certificate was refused. Is this machine's date right?"]
    if NO_WAY.search(written):
        return [
            "The Python package index (pypi.org, or the one pip is configured for) cannot be reached.",
            "Connect this machine to the network, or give pip its index-url or proxy, and start again.",
        ]
    return [f"pip could not install the project; the reason is above and in {log}."]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
