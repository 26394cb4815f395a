"""`sesame blank` as systemd runs it: a program of its own, which ends in time whatever the bus does."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sesame.cli import main

HANGING = """
import sys
from sesame.commands import blank
blank.SECONDS = 1
blank.darken = lambda config: exec("while True: pass")
from sesame.cli import main
sys.exit(main(["blank"]))
"""
"""A bus on which no transfer ends: what the display's driver does then is to be in a call for ever."""


def test_a_bus_that_hangs_ends_it_by_the_alarm() -> None:
    done = subprocess.run([sys.executable, "-c", HANGING], capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGALRM


@pytest.mark.parametrize(
    "text",
    ["[i2c]\nbus = 22\n", "[i2c]\nbus = 22\n[wrong]\n", "[display]\nport = 22\n"],
    ids=["good", "wrong", "former name"],
)
def test_afterwards_no_alarm_is_left(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "reader.toml"
    file.write_text(text)
    assert not os.path.lexists("/dev/i2c-22")
    assert main(["blank", "--config", str(file)]) == 11
    assert "/dev/i2c-22" in capsys.readouterr().err
    assert signal.alarm(0) == 0
