"""Which board can be an access key, and at which port of a computer: `hw/data/usb-device.toml`, judged.

What a port gives: USB 2.0, 7.2.1 (500 mA once configured), USB 3.2, chapter 11 (900 mA), USB Type-C, chapter 4 (1.5 and
3 A, told by a resistor). Before it is configured a device may take 100 mA, and no Pi boots with that: so none of them
is a device that the USB-IF would certify.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hw.checks.figures import BASES

TABLE: Final = Path(__file__).parent.parent / "data" / "usb-device.toml"
DISPLAY_AND_LIGHT_A: Final = 0.0777
"""Of the 3.3 V pins (docs/hardware/budget.md, "together"); a key has no card reader."""

PORTS: Final[Mapping[str, float]] = MappingProxyType(
    {"USB 2.0": 0.5, "USB 3": 0.9, "USB-C, 1.5 A": 1.5, "USB-C, 3 A": 3.0}
)
"""What a port gives, in amperes."""


@dataclass(frozen=True, slots=True)
class DeviceBoard:
    """A board as a USB device. Currents in amperes. `feeds_board`: its port's 5 V is the board's own, so that nothing
    else may feed the header."""

    name: str
    port: str
    controller: str
    dr_mode: str
    host_only: str
    active_a: float
    supply_a: float
    feeds_board: bool
    behind_front_board: bool
    basis: str
    source: str

    @property
    def needs_a(self) -> float:
        """With display and light."""
        return self.active_a + DISPLAY_AND_LIGHT_A


def load_boards(path: Path = TABLE) -> Sequence[DeviceBoard]:
    """The table. Raises TypeError for a row that lacks something or has too much."""
    return [DeviceBoard(**row) for row in tomllib.loads(path.read_text(encoding="utf-8")).values()]


def find_ports(board: DeviceBoard) -> Sequence[str]:
    """The computer's ports that give enough for it in use, weakest first."""
    return [name for name, amperes in PORTS.items() if amperes >= board.needs_a]


def find_faults(boards: Sequence[DeviceBoard]) -> Iterator[str]:
    """What no key can be made with, one line each."""
    for board in boards:
        if board.dr_mode != "peripheral":
            yield f"{board.name}: dr_mode {board.dr_mode}: a port that may be a host waits for its ID pin"
        if board.controller != "DWC2":
            yield f"{board.name}: {board.controller} is never a device"
        if not find_ports(board):
            yield f"{board.name}: no port of a computer gives {board.needs_a:.2f} A"
        if board.basis not in BASES or not board.source.strip():
            yield f"{board.name}: basis {board.basis!r}, source {board.source!r}"
    if not any(board.behind_front_board and "USB 2.0" in find_ports(board) for board in boards):
        yield "none fits behind the front board and lives on any computer's port"


def write_rows(boards: Sequence[DeviceBoard]) -> Iterator[str]:
    """The table of docs/hardware/access-key.md."""
    for board in boards:
        ports = find_ports(board)
        front = "front board, HAT" if board.behind_front_board else "HAT"
        yield (
            f"| {board.name} | {board.port} | {board.host_only} | {board.needs_a * 1000:.0f} mA | "
            f"{ports[0]} and better | {board.supply_a:.1f} A | {front} |"
        )
