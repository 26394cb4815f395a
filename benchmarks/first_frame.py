"""From nothing to the first frame on the simulated board's glass, as `python -m benchmarks start` has a process do it.

A module and no text in one: a name that is changed elsewhere is found here by the checker, too.
"""

from device.config import Config
from device.reader.compose import fit_reader
from device.simulated import simulate_board
from drivers.clock import MonotonicClock
from drivers.slot.pcsc import PcscSlot


def draw_first_frame() -> None:
    """Fit the reader, light the display, and paint what it says first."""
    board = simulate_board(Config(), MonotonicClock())
    loop = fit_reader(Config(), board.board, PcscSlot())
    loop.board.display.start()
    loop.run_once()
    assert any(board.display.glass().rows)
