"""`python -m benchmarks NAME ...`: see benchmarks/README.md."""

import importlib
import os
import platform
import sys

from benchmarks.figures import say

NAMES = ("commands", "bus", "start", "asleep", "pcsc", "bank", "securpass", "key")


def main() -> int:
    """The exit status: 2 for a name that there is not."""
    wanted = sys.argv[1:]
    if not wanted or not set(wanted) <= {*NAMES, "all"}:
        say(f"python -m benchmarks {' | '.join((*NAMES, 'all'))}")
        return 2
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    say(f"Python {platform.python_version()}, {machine}")
    for name in NAMES if "all" in wanted else wanted:
        importlib.import_module(f"benchmarks.{name}").report()
    return 0


if __name__ == "__main__":
    sys.exit(main())
