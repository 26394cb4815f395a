"""What a start does not load: every module costs a moment at each call of a command, whether it is used or not.

Time is never asserted; the modules are. Each list was written when its start was measured against an older one, and
names what made the difference, and what would.
"""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from tools.machine import ROOT

COSTLY = {"asyncio", "email", "http", "importlib.metadata", "logging", "random", "tempfile", "unittest", "zipfile"}
"""Of Python's own: packages that bring a dozen others along."""

NOT_FOR_A_CODE = COSTLY | {
    "bank.books",
    "bank.cards",
    "cryptography",
    "device.config",
    "drivers.gpio",
    "drivers.slot.twin",
}
NOT_FOR_A_CODE |= {"datetime", "sesame.card", "sesame_core.reader", "simulator", "socket", "tomllib", "web.serving"}

NOT_FOR_OBJECTS = NOT_FOR_A_CODE - {"sesame.card"} | {
    *("drivers.slot.pcsc_card", "sesame.card.source", "sesame.card.trace", "sesame_core.cap", "sesame_core.events")
}

STARTS = {
    "sesame code": ("import sesame.cli, sesame.commands.code", NOT_FOR_A_CODE),
    "sesame card tlv": ("import sesame.cli, sesame.commands.card, sesame.card.tlv", NOT_FOR_OBJECTS),
}

LISTED = "import sys; before = set(sys.modules); {}; print(*set(sys.modules) - before)"
"""What an environment's own start-up files load is not ours."""


@pytest.mark.parametrize(("start", "barred"), STARTS.values(), ids=STARTS)
def test_a_start_loads_nothing_that_it_has_no_use_for(start: str, barred: set[str]) -> None:
    command = [sys.executable, "-c", LISTED.format(start)]

    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()

    assert {"sesame.cli", "sesame_core.errors"} <= set(loaded)
    assert barred & set(loaded) == set()


def test_the_lists_name_real_modules() -> None:
    """A misspelt name would bar nothing."""
    assert [name for name in NOT_FOR_A_CODE | NOT_FOR_OBJECTS if find_spec(name) is None] == []


WATCHED = """
import gc
looks = []
gc.callbacks.append(lambda phase, info: looks.append(info) if phase == "start" else None)
from sesame.cli import main
looks.clear()
main(["blank", "--config", "no-such-file"])
from benchmarks.first_frame import draw_first_frame
draw_first_frame()
print(len(looks))
"""


def test_the_garbage_collector_does_not_look_while_a_command_starts() -> None:
    """Everything that the reader's first frame loads, and nothing of it is garbage."""
    found = subprocess.run([sys.executable, "-c", WATCHED], cwd=ROOT, capture_output=True, text=True, check=True)

    assert found.stdout.split()[-1] == "0"
