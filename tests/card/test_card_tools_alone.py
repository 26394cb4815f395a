"""What needs no PC/SC, no hardware and no bank loads nothing of them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRACE = "tests/card/traces/french-dpa.trace"

PROGRAM = """
import sys
from sesame.cli import main
status = main(sys.argv[1:])
foreign = {"smartcard", "gpiozero", "luma", "PIL", "cryptography", "bank.cards.card", "bank.cards.vpcd"}
foreign &= set(sys.modules)
assert not foreign, foreign
sys.exit(status)
"""


@pytest.mark.parametrize(
    "words",
    [
        "card tlv 5F340107",
        f"card replay {TRACE}",
        f"card explain --from {TRACE}",
        f"card info --from {TRACE}",
        f"card apps --from {TRACE}",
        "card explain --cid 80 --atc 0001 --ac 0011223344556677 --ipb FFFFFFFF",
    ],
)
def test_it_stands_alone(words: str) -> None:
    command = [sys.executable, "-c", PROGRAM, *words.split()]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
