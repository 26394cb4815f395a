"""P6: bytes on the I2C bus for one key, over a full frame; and that the glass is right after each."""

from benchmarks.figures import table
from drivers.painter.raster import paint_screen
from sesame_core.events import Key
from simulator.bench import Bench

KEYS = (Key.CODE, Key.DIGIT_1, Key.DIGIT_2, Key.DIGIT_3, Key.DIGIT_4, Key.OK)
FULL_FRAME = 128 * 64 // 8 + 2
"""What sending everything costs at the very least: 1024 bytes, the address and a control byte."""

BITS_A_BYTE, HERTZ = 9, 400_000


def report() -> None:
    """Print what each key of a first code costs."""
    bench = Bench()
    bench.insert_card("bank-card")
    traffic = bench.parts.display.traffic
    rows = []
    for key in KEYS:
        before = traffic.bytes
        bench.press_key(key)
        assert bench.glass() == paint_screen(bench.loop.screen, bench.parts.display.size)
        rows.append((key.value if key.digit_value is None else f"digit {key.value}", _share(traffic.bytes - before)))
    before = traffic.bytes
    bench.let_pass(500)
    rows.append(("the bar, one step", _share(traffic.bytes - before)))
    table("P6  bytes on the I2C bus", rows)


def _share(count: int) -> str:
    took = count * BITS_A_BYTE / HERTZ * 1000
    return f"{count} bytes, {100 * count / FULL_FRAME:.1f} % of a full frame, {took:.2f} ms at 400 kHz"
