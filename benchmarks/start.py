"""P5: from the process's start to the first frame, over importing the libraries that are needed for it."""

import sys

from benchmarks.figures import medians, milliseconds, table, whole_process

ROUNDS = 15

LIBRARIES = "import gpiozero.pins.mock, gpiozero, luma.core.interface.serial, luma.oled.device, smartcard.scard"
CALM = "from sesame.collector import calm_collector; calm_collector(); "
"""As the command line begins."""

FIRST_FRAME = CALM + "from benchmarks.first_frame import draw_first_frame; draw_first_frame(); "
HEAVY = ("bank", "cryptography", "flask", "sqlalchemy", "hypothesis", "numpy")


def report() -> None:
    """Print both, and what was imported besides."""
    taken = medians(
        {
            "interpreter": lambda: _run("pass"),
            "libraries": lambda: _run(LIBRARIES),
            "first frame": lambda: _run(FIRST_FRAME),
        },
        ROUNDS,
    )
    loaded = _run(FIRST_FRAME + "import sys; print(*{n.partition('.')[0] for n in sys.modules})").split()
    ratio = taken["first frame"] / taken["libraries"]
    rows = [(name, milliseconds(seconds)) for name, seconds in taken.items()]
    rows.append(("first frame / libraries", f"{ratio:.2f}"))
    rows.append(("heavy modules loaded for nothing", ", ".join(name for name in HEAVY if name in loaded) or "none"))
    table("P5  start to first frame", rows)


def _run(program: str) -> str:
    return whole_process([sys.executable, "-c", program])
