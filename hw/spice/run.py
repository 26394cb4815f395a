"""ngspice as a child: a deck in, its measures out."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

PROGRAM: Final = "ngspice"
_MEASURE: Final = re.compile(r"^(\w+)\s*=\s*([-+0-9.eE]+)", re.MULTILINE)


class SpiceError(Exception):
    """ngspice is missing, or could not simulate the deck; the text says what it said."""


def is_present() -> bool:
    """True when ngspice is here (Debian's package of that name)."""
    return shutil.which(PROGRAM) is not None


def simulate(deck: str, seconds: float = 60) -> Mapping[str, float]:
    """Run a deck. A measure whose event never came is not in the answer. Raises SpiceError."""
    with TemporaryDirectory() as name:
        path = Path(name) / "deck.cir"
        path.write_text(deck, encoding="ascii")
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program and a file of ours
                [PROGRAM, "-b", "-n", str(path)], capture_output=True, text=True, timeout=seconds, check=False, cwd=name
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SpiceError(f"{PROGRAM}: {error}; apt-get install ngspice") from error
    # A run that stops early still answers its measures, over what it has: an aborted run is no answer.
    if "aborted" in done.stdout + done.stderr or "No. of Data Rows" not in done.stdout:
        raise SpiceError(f"{PROGRAM} could not simulate the deck: {(done.stdout + done.stderr).strip()[-600:]}")
    return {found[1].lower(): float(found[2]) for found in _MEASURE.finditer(done.stdout)}
