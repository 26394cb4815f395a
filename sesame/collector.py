"""Python's garbage collector while a command starts."""

import gc
from typing import Final

GARBAGE: Final = 50_000
"""How many more containers there are than before when the collector looks. Python's own 700 have it look some 70 times
while modules load, of which nothing is garbage: a tenth of what the reader's start costs beyond its libraries. What is
garbage later is a few MiB more of it at most."""


def calm_collector() -> None:
    """Let it look seldom, in this process, from now on."""
    gc.set_threshold(GARBAGE, *gc.get_threshold()[1:])
