"""R5: exactly 35.000 s, on the monotonic clock, whatever the wall clock does and whatever is pressed."""

import ast
import time
from itertools import count
from pathlib import Path

import pytest

from device.config import Config
from device.loop import Board
from device.pace import Runner
from device.reader.compose import fit_reader
from drivers.clock import MonotonicClock
from drivers.slot.twin import TwinSlot
from sesame_core.events import Millis
from sesame_core.reader.state import Phase
from tests.promises.rig import Fingers, Glass, Quiet, Rig

ROOT = Path(__file__).parents[2]
DAY_S = 86_400
NANOS = 1_000_000


@pytest.mark.parametrize("latency", [0, 1, 333, 1999])
@pytest.mark.parametrize("keys", ["", "1", "OK", "5 5 5", "OK 1 OK"])
def test_a_code_is_lit_for_exactly_35_s(latency: Millis, keys: str) -> None:
    rig = Rig(latency=lambda _command: latency)
    rig.insert("bank-card")
    rig.press("Code 1 2 3 4 OK")
    while rig.phase is not Phase.CODE:
        rig.wait(1)
    shown_at = rig.clock.now()
    for key in keys.split():
        rig.wait(7_000)
        rig.press(key)
    rig.wait(shown_at + 34_999 - rig.clock.now())
    assert (rig.phase, rig.dark) == (Phase.CODE, False)
    rig.wait(1)
    assert (rig.phase, rig.dark, rig.secrets_left) == (Phase.ASLEEP, True, False)


@pytest.mark.parametrize("keys", ["", "Code 1", "Défi 1 2", "Signer 1 OK", "Code 9 9 9 9 OK"])
def test_any_other_screen_is_lit_for_exactly_35_s_after_the_last_key(keys: str) -> None:
    rig = Rig()
    rig.insert("bank-card")
    rig.wait(1234)
    rig.press(keys)
    last_key = rig.clock.now() if keys else 0
    rig.wait(last_key + 34_999 - rig.clock.now())
    assert not rig.dark
    rig.wait(1)
    assert (rig.dark, rig.secrets_left) == (True, False)


class Wait:
    """A waker that lets the time asked for pass on a clock of its own, and presses keys at their moments."""

    def __init__(self) -> None:
        self.nanos = 0
        self.waited: list[Millis | None] = []

    def notify(self) -> None:
        """Nobody else wakes it."""

    def wait_until(self, timeout: Millis | None) -> None:
        """Time passes."""
        assert timeout is not None, "nothing is ever due again"
        self.waited.append(timeout)
        self.nanos += max(0, timeout) * NANOS

    def close(self) -> None:
        """Nothing to give back."""


def test_the_real_clock_and_the_real_runner_keep_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock that the hardware has, its nanoseconds made here; the wall clock jumps by a day at every look."""
    wait = Wait()
    jumps = count(0, DAY_S)
    monkeypatch.setattr(time, "time", lambda: float(next(jumps)) * (-1) ** len(wait.waited))
    glass = Glass()
    lit: list[Millis] = []
    board = Board(MonotonicClock(lambda: wait.nanos), Fingers(), glass, Quiet(), Quiet())
    loop = fit_reader(Config(), board, TwinSlot(), [lambda state, screen: lit.append(wait.nanos // NANOS)])
    loop.start(wait.notify)
    with pytest.raises(AssertionError, match="ever due again"):
        Runner(loop, wait).run()  # type: ignore[arg-type]
    assert loop.state.phase is Phase.ASLEEP
    assert (lit[0], lit[-1]) == (0, 35_000)
    assert not any(glass.picture.rows)


def test_nothing_of_the_reader_asks_for_the_wall_clock() -> None:
    """But for the recording of a trace, which says in the file when it was made."""
    asked = []
    for world in ("sesame_core", "drivers", "device"):
        for path in sorted(set((ROOT / world).rglob("*.py")) - {ROOT / "sesame/card/trace/recording.py"}):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and ast.unparse(node) in WALL_CLOCKS:
                    asked.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert asked == []


WALL_CLOCKS = ("time.time", "time.time_ns", "time.localtime", "datetime.now", "datetime.datetime.now", "date.today")
