"""`python3 tools/wheelhouse.py`: everything that `./run` needs, as wheels in a folder, for machines without a network.

Make it where there is a network, on the same system and with the same Python version as there; copy the whole checkout
with its folder `wheelhouse`. `./run` and `run.py` take their packages from it alone. `python3 tools/wheelhouse.py
FOLDER` makes it elsewhere.
"""

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from configparser import ConfigParser
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = "wheelhouse"


def requirements(extras: Sequence[str]) -> Iterator[str]:
    """What pip has to find: what the project needs with these extras, and what builds it."""
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    texts = [setup["options"]["install_requires"], *(setup["options.extras_require"][extra] for extra in extras)]
    for text in texts:
        yield from (line for line in text.splitlines() if line and not line.startswith("#"))
    yield from tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]


def extras_of(command: str) -> list[str]:
    """The extras that tools/extras.txt gives a command."""
    lines = (line.split() for line in (ROOT / "tools/extras.txt").read_text(encoding="utf-8").splitlines())
    return [words[1] for words in lines if words and words[0] == command]


def main(arguments: Sequence[str]) -> int:
    """pip's exit status."""
    folder = Path(arguments[0]) if arguments else ROOT / FOLDER
    with tempfile.TemporaryDirectory() as place:
        made = subprocess.run([sys.executable, "-I", "-m", "venv", place], check=False)  # noqa: S603 - written here
        if made.returncode:
            return made.returncode
        python = (
            next(Path(place).glob("[Bb]in/python")) if Path(place, "bin").exists() else Path(place, "Scripts/python")
        )
        pip = [str(python), str(ROOT / "tools/pip_alone.py"), "wheel", "--disable-pip-version-check", "--quiet"]
        asked = [*pip, "--wheel-dir", str(folder), *requirements(extras_of("run"))]
        status = subprocess.run(asked, check=False).returncode  # noqa: S603 - as above
    if status == 0:
        sys.stderr.write(f"{folder} has {len(list(folder.glob('*.whl')))} wheels: ./run takes its packages from it.\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
