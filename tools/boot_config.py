"""The firmware's configuration on a Raspberry Pi: our lines, between two marks, so that they can be taken out again."""

from collections.abc import Sequence
from pathlib import Path

PLACES = ("boot/firmware/config.txt", "boot/config.txt")
"""Since bookworm, and before; where both exist, the second is a link or a note about the first."""

BEGIN, END = "# sesame-reader: begin", "# sesame-reader: end"

BUS = "dtparam=i2c_arm=on,i2c_arm_baudrate=400000"
LATCH = "dtoverlay=gpio-poweroff,gpiopin=26"


def files(root: Path) -> list[Path]:
    """The one file to change; none where this is no Raspberry Pi."""
    return [root / place for place in PLACES if (root / place).is_file()][:1]


def lines(file: Path, latch: bool) -> list[str]:
    """What the reader needs of the firmware: the display's bus; for the battery version, GPIO26 to cut the supply.

    A latch that is there already stays: an update must not forget it.
    """
    return ["[all]", BUS, *([LATCH] if latch or LATCH in _ours(file) else [])]


def wanted(file: Path, ours: Sequence[str]) -> str:
    """The file's text with these lines of ours at its end and no others; without lines, as it was before us."""
    before, mark, rest = file.read_text().partition(BEGIN)
    others = before + rest.partition(END + "\n")[2] if mark else before
    return others + "".join(f"{line}\n" for line in (BEGIN, *ours, END)) if ours else others


def _ours(file: Path) -> str:
    return file.read_text().partition(BEGIN)[2].partition(END)[0]
