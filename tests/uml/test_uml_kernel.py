"""The real drivers on a real kernel: `tests/uml/run`, User-Mode Linux with simulated GPIO and USB (README.md here)."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LIMIT = 1_200
"""Seconds; building the kernel takes three to four minutes of them, once."""


@pytest.fixture
def kernel_wanted() -> None:
    """In CI always; on a user's machine once `tests/uml/run` has built the kernel."""
    if os.environ.get("CI") == "true":
        return
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sesame-uml"
    if platform.machine() != "x86_64" or not list(cache.glob("*/linux")):
        pytest.skip("no User-Mode Linux kernel yet: tests/uml/run builds one (x86_64, about four minutes)")


@pytest.mark.timeout(LIMIT)
@pytest.mark.usefixtures("kernel_wanted")
def test_the_drivers_on_the_kernels_own_gpio_and_usb() -> None:
    done = subprocess.run(
        [HERE / "run"],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    lines = done.stdout.splitlines()
    planned = [int(line.removeprefix("1..")) for line in lines if line.startswith("1..")]
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(planned) == 2, "one plan a guest"
    assert sum(line.startswith("ok ") for line in lines) == sum(planned)
