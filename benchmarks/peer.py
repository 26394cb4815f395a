"""python-emv in an environment of its own, with pyscard, so that its `emvtool` reaches a real PC/SC."""

import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".cache/python-emv"
PACKAGES = ("emv==1.0.14", "pycountry", "setuptools", "pyscard", "click", "terminaltables", "argcomplete")
"""Without its own requirements: it names a pyscard that few Pythons can build."""


def python_of() -> Path:
    """Its interpreter; the environment is made when it is not there."""
    python = FOLDER / "bin/python"
    if not python.exists():
        venv.create(FOLDER, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", *PACKAGES], check=True)
    return python


def emvtool() -> Path:
    """Its command."""
    return python_of().with_name("emvtool")
