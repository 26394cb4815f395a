"""P7: CPU time while asleep, the real loop in real time on a simulated board. A poll would show."""

import threading
import time

from benchmarks.figures import table
from device.config import Config
from device.pace import Runner, Waker
from device.reader.appliance import ReaderAppliance, ReaderLoop
from device.simulated import simulate_board
from drivers.clock import MonotonicClock
from sesame_core.events import Halt, Key, KeyPressed

SECONDS = 10


def report() -> None:
    """Print how much CPU time and how many turns of the loop ten seconds of sleep take."""
    waker = Waker()
    board = simulate_board(Config(), MonotonicClock())
    loop = Counting(board.board, ReaderAppliance(board.slot, board.board.clock))
    loop.start(waker.notify_loop)
    loop.handle_event(KeyPressed(loop.board.clock.now(), Key.OFF))
    thread = threading.Thread(target=Runner(loop, waker).run)
    thread.start()
    cpu, turns = time.process_time(), loop.turns
    threading.Event().wait(SECONDS)
    cpu, turns = time.process_time() - cpu, loop.turns - turns
    loop.handle_event(Halt(loop.board.clock.now()))
    waker.notify_loop()
    thread.join()
    loop.close()
    waker.close()
    rows = [
        ("CPU time a minute", f"{cpu * 1000 * 60 / SECONDS:.1f} ms"),
        ("turns of the loop a minute", str(turns * 60 // SECONDS)),
    ]
    table(f"P7  asleep, {SECONDS} s of it", rows)


class Counting(ReaderLoop):
    """A loop that counts its turns."""

    turns = 0

    def run_once(self) -> int | None:
        """One more."""
        self.turns += 1
        return super().run_once()
