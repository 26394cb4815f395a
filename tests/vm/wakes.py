"""Who wakes in a process that should be asleep: counted thread by thread in /proc."""

import time
from collections.abc import Sequence

from tests.vm.qemu import Machine

WATCHED_S = 60
POLLS_A_MINUTE = 120
"""The watchdog is told 22 times a minute that the loop turns; a thread that polls wakes many times a second."""

Spent = tuple[int, int]
"""Nanoseconds on a processor, and how often it went to wait (proc(5))."""


def a_minute(machine: Machine, pid: int) -> list[Spent]:
    """What each thread of the process spends in a minute from now."""
    before = threads(machine, pid)
    time.sleep(WATCHED_S)
    spent = (zip(now, before[thread], strict=True) for thread, now in threads(machine, pid).items())
    return [(cpu[0] - cpu[1], waits[0] - waits[1]) for cpu, waits in spent]


def threads(machine: Machine, pid: int) -> dict[str, Spent]:
    """What each thread of the process has spent since it began."""
    each = "echo $t $(cut -d' ' -f1 $t/schedstat) $(awk '/^voluntary/ { print $2 }' $t/status)"
    said = machine.must(f"cd /proc/{pid}/task; for t in *; do {each}; done")
    return {thread: (int(cpu), int(waits)) for thread, cpu, waits in map(str.split, said.splitlines())}


def told(spent: Sequence[Spent]) -> str:
    """For the report."""
    cpu, waits = (sum(each) for each in zip((0, 0), *spent, strict=True))
    return f"{waits} wake-ups, {cpu / 1e6:.0f} ms of CPU time"
