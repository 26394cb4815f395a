"""Init of the User-Mode Linux guest: make simulated GPIO, run the real drivers on it, say how it went, power off.

A key pad is soldered to the kernel's gpio-sim lines by the same `Circuit` that the twin uses: the columns' levels are
read from sysfs, the rows' pulls are set there. `propagate` is the pad's physics; the driver calls it to settle.
"""

import ctypes
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

ROOT, SHADOW, I2C_STUB = sys.argv[1:4]
sys.path.insert(0, ROOT)

import gpiod  # noqa: E402
from gpiod.line import Direction  # noqa: E402
from smbus2 import SMBus  # noqa: E402

from drivers.circuit import Circuit, CircuitContact, Drive  # noqa: E402
from drivers.clock import MonotonicClock  # noqa: E402
from drivers.debounce import Timing  # noqa: E402
from drivers.display.bus import Lines, SpiBus  # noqa: E402
from drivers.errors import KeypadError, PowerError  # noqa: E402
from drivers.gpio.factory import Backend, look_at_machine, open_pins  # noqa: E402
from drivers.gpio.pins import Pins  # noqa: E402
from drivers.header import gpio_of  # noqa: E402
from drivers.keypad.matrix import Layout, matrix_keypad  # noqa: E402
from drivers.keypad.scan import ScannedKeypad  # noqa: E402
from drivers.power.gauge import Max17048, open_bus  # noqa: E402
from sesame_core.events import Key, KeyPressed  # noqa: E402

LIMIT = 20.0
QUIET_S = 2
LIBC = ctypes.CDLL(None, use_errno=True)
RB_POWER_OFF = 0x4321FEDC
FINIT_MODULE = 313  # x86-64; a minimal system has no insmod
CPUINFO = "Hardware\t: BCM2835\nRevision\t: 902120\nModel\t\t: Raspberry Pi Zero 2 W Rev 1.0\n"
LAYOUT = Layout()
HASTY = Timing(patience=300, stuck_watch=200)  # what is still down is stuck sooner, so that no check waits 40 s


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def sh(*command: str) -> None:
    subprocess.run(command, check=True)


def prepare() -> None:
    sh("mount", "-t", "proc", "proc", "/proc")
    sh("mount", "-t", "sysfs", "sysfs", "/sys")
    sh("mount", "-t", "configfs", "configfs", "/sys/kernel/config")
    sh("mount", "-t", "tmpfs", "tmpfs", "/run")
    Path("/run/cpuinfo").write_text(CPUINFO)
    sh("mount", "--bind", "/run/cpuinfo", "/proc/cpuinfo")
    os.chdir("/run")
    os.environ["HOME"] = os.environ["TMPDIR"] = "/run"


class Chip:
    """A gpio-sim chip with the header's label (Documentation/admin-guide/gpio/gpio-sim.rst)."""

    def __init__(self) -> None:
        device = Path("/sys/kernel/config/gpio-sim/sesame")
        bank = device / "bank0"
        bank.mkdir(parents=True)
        (bank / "num_lines").write_text("28")
        (bank / "label").write_text("pinctrl-bcm2835")
        (device / "live").write_text("1")
        name = (device / "dev_name").read_text().strip()
        chip = (bank / "chip_name").read_text().strip()
        self._lines = Path("/sys/devices/platform") / name / chip
        self._info = gpiod.Chip(f"/dev/{chip}")

    def driven_low(self, line: int) -> bool:
        """An output at 0 V. gpio-sim leaves the value of an output that has become an input as it was."""
        info = self._info.get_line_info(line)
        return info.direction is Direction.OUTPUT and not self.value(line)

    def value(self, line: int) -> bool:
        return (self._lines / f"sim_gpio{line}" / "value").read_text().strip() == "1"

    def pull(self, line: int, high: bool) -> None:
        (self._lines / f"sim_gpio{line}" / "pull").write_text("pull-up" if high else "pull-down")


class Pad:
    """The pad on the chip's lines."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._circuit = Circuit(pull_ups=LAYOUT.rows)
        for line in (*LAYOUT.rows, *LAYOUT.columns):
            chip.pull(line, True)

    def press(self, key: Key) -> None:
        self._circuit.close(CircuitContact(*LAYOUT.lines(key)))
        self.propagate()

    def release(self, key: Key) -> None:
        self._circuit.open(CircuitContact(*LAYOUT.lines(key)))
        self.propagate()

    def propagate(self) -> None:
        for column in LAYOUT.columns:
            self._circuit.apply_levels(column, Drive.LOW if self._chip.driven_low(column) else Drive.FLOATING)
        for row in LAYOUT.rows:
            self._chip.pull(row, self._circuit.level_of(row))


class Hand:
    """Works the keypad as the reader's loop does: sleeps until an edge, then polls when due."""

    def __init__(self, pins: Pins, pad: Pad) -> None:
        self._pad = pad
        self._clock = MonotonicClock()
        self._woken = threading.Event()
        self.keypad: ScannedKeypad = matrix_keypad(pins, LAYOUT, HASTY, settle=pad.propagate)
        self.keypad.start(self._woken.set)
        self.events()

    def tap(self, key: Key) -> list[Key]:
        keys = self.press(key)
        return keys + self.release(key)

    def press(self, key: Key, expect: int = 1) -> list[Key]:
        self._woken.clear()
        asleep = self.keypad.next_due() is None
        self._pad.press(key)
        assert not asleep or self._woken.wait(LIMIT), "no edge woke the driver"
        return self.events(expect)

    def release(self, key: Key) -> list[Key]:
        self._pad.release(key)
        return self.events()

    def events(self, expect: int | None = None) -> list[Key]:
        """Poll when due: until so many keys came, or else until the driver sleeps again."""
        keys: list[Key] = []
        end = time.monotonic() + LIMIT
        while time.monotonic() < end and (expect is None or len(keys) < expect):
            keys += [event.key for event in self.keypad.poll_events(self._clock.now()) if isinstance(event, KeyPressed)]
            due = self.keypad.next_due()
            if due is None:
                break
            time.sleep(max(0, due - self._clock.now()) / 1000)
        return keys


def header(backend: Backend) -> Pins:
    """The header through one library. Both packages of the module RPi are here on purpose, each in its own directory:
    the driver would rightly refuse that, so it is told of the one that `import RPi` finds."""
    return open_pins(backend, replace(look_at_machine(), distributions=frozenset({"rpi-lgpio"})))


@contextmanager
def reader(backend: Backend, pad: Pad) -> Iterator[Hand]:
    pins = header(backend)
    try:
        hand = Hand(pins, pad)
        yield hand
        hand.keypad.close()
    finally:
        pins.close()


def every_key(backend: Backend, pad: Pad) -> None:
    with reader(backend, pad) as hand:
        wanted = list(LAYOUT.keys.values())
        read = [hand.tap(key) for key in wanted]
        assert read == [[key] for key in wanted], f"{sum(map(len, read))} presses of {len(wanted)}"


def two_keys_and_a_ghost(backend: Backend, pad: Pad) -> None:
    with reader(backend, pad) as hand:
        assert hand.press(Key.DIGIT_1) == [Key.DIGIT_1]
        assert hand.press(Key.DIGIT_2) == [Key.DIGIT_2], "a second key of the same row"
        pad.press(Key.DIGIT_4)
        assert hand.events(expect=1) == [], "a third corner of a rectangle"
        for key in (Key.DIGIT_1, Key.DIGIT_2, Key.DIGIT_4):
            pad.release(key)
        assert hand.events() == []
        assert hand.tap(Key.OK) == [Key.OK]


def output(backend: Backend, chip: Chip) -> None:
    pins = header(backend)
    light = pins.output(gpio_of("LED"), "light")
    levels = []
    for high in (True, False, True):
        light.drive(high)
        levels.append(chip.value(gpio_of("LED")))
    pins.close()
    assert levels == [True, False, True]


def display_lines(backend: Backend, chip: Chip) -> None:
    """Data/command and reset of a display on SPI; for the bus itself the kernel has no simulation."""
    pins = header(backend)
    bus = SpiBus(pins)
    assert bus.reset is not None
    lines = Lines(bus)
    for line in (bus.data_command, bus.reset):
        lines.setup(line, lines.OUT)
        for level in (lines.HIGH, lines.LOW, lines.HIGH):
            lines.output(line, level)
            assert chip.value(line) is bool(level)
    lines.close()
    pins.close()


def header_by_label() -> None:
    machine = look_at_machine()
    assert machine.header is not None, machine


def no_traces() -> None:
    assert Path.cwd() == Path("/run"), Path.cwd()
    assert list(Path("/run").glob(".lgd*")) == []


def taken_line(pad: Pad, backend: Backend) -> None:
    import lgpio  # type: ignore[import-untyped]  # noqa: PLC0415

    handle = lgpio.gpiochip_open(look_at_machine().header)
    lgpio.gpio_claim_output(handle, LAYOUT.rows[0])
    try:
        with reader(backend, pad):
            raise AssertionError("a line that another holds was taken")
    except KeypadError as error:
        assert "GPIO5" in str(error), error
    finally:
        lgpio.gpiochip_close(handle)


def wakes(backend: Backend, pad: Pad) -> int:
    """How often other threads than this woke in two seconds in which nothing happened (proc(5))."""
    with reader(backend, pad) as hand:
        assert hand.keypad.next_due() is None
        main = os.getpid()
        threads = [task for task in Path("/proc/self/task").iterdir() if int(task.name) != main]
        before = sum(map(waits, threads))
        time.sleep(QUIET_S)
        return sum(map(waits, threads)) - before


def waits(thread: Path) -> int:
    status = (thread / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("voluntary"))


def sleeps(pad: Pad) -> None:
    """Before lgpio is loaded, whose threads stay for good."""
    woken = wakes(Backend.GPIOD, pad)
    say(f"# {woken} wake-ups in {QUIET_S} s with gpiod, {wakes(Backend.LGPIO, pad)} with lgpio")
    assert woken == 0


def rpi_lgpio() -> None:
    """From here on `import RPi` finds rpi-lgpio's; it takes the board from the device tree or from this variable."""
    os.environ["RPI_LGPIO_REVISION"] = "902120"
    sys.path.insert(0, SHADOW)
    assert "rpi-lgpio" in look_at_machine().distributions


def gauge() -> None:
    """The kernel's i2c-stub keeps what is written to it, as a chip's registers (Documentation/i2c/i2c-stub.rst)."""
    with Path(I2C_STUB).open("rb") as module:
        assert LIBC.syscall(FINIT_MODULE, module.fileno(), b"chip_addr=0x36", 0) == 0, os.strerror(ctypes.get_errno())
    bus = SMBus(0)
    bus.write_word_data(0x36, 0x04, 0x8049)  # 0x4980 sent high byte first: 73.5 %
    bus.close()
    meter = Max17048(open_bus(0))
    assert meter.read_charge() == 73
    try:
        Max17048(open_bus(0), 0x37).read_charge()
    except PowerError as error:
        assert "0x37" in str(error), error
    else:
        raise AssertionError("a gauge that is not there answered")
    finally:
        meter.close()


def main() -> None:
    prepare()
    chip = Chip()
    pad = Pad(chip)
    checks: list[tuple[str, Callable[[], None]]] = [
        ("the header's chip is found by its label", header_by_label),
        ("gpiod: every key, woken by its edge", lambda: every_key(Backend.GPIOD, pad)),
        ("gpiod: two keys of a row are read, a ghost is not", lambda: two_keys_and_a_ghost(Backend.GPIOD, pad)),
        ("gpiod: the light", lambda: output(Backend.GPIOD, chip)),
        ("gpiod: the lines of a display on SPI", lambda: display_lines(Backend.GPIOD, chip)),
        ("gpiod: nothing wakes while nothing happens", lambda: sleeps(pad)),
        ("lgpio: every key, woken by its edge", lambda: every_key(Backend.LGPIO, pad)),
        ("lgpio: again after close", lambda: every_key(Backend.AUTO, pad)),
        ("lgpio: two keys of a row are read, a ghost is not", lambda: two_keys_and_a_ghost(Backend.LGPIO, pad)),
        ("lgpio: the light", lambda: output(Backend.LGPIO, chip)),
        ("lgpio: the lines of a display on SPI", lambda: display_lines(Backend.LGPIO, chip)),
        ("lgpio: a line that another program holds is an error that says so", lambda: taken_line(pad, Backend.LGPIO)),
        ("gpiod: a line that another program holds is an error that says so", lambda: taken_line(pad, Backend.GPIOD)),
        ("lgpio leaves the working directory alone", no_traces),
        ("rpi-lgpio takes the place of RPi.GPIO", rpi_lgpio),
        ("rpi-lgpio: every key, woken by its edge", lambda: every_key(Backend.RPIGPIO, pad)),
        ("rpi-lgpio: two keys of a row are read, a ghost is not", lambda: two_keys_and_a_ghost(Backend.RPIGPIO, pad)),
        ("rpi-lgpio: the light", lambda: output(Backend.RPIGPIO, chip)),
        ("rpi-lgpio: the lines of a display on SPI", lambda: display_lines(Backend.RPIGPIO, chip)),
        ("smbus2: the battery gauge's registers on the kernel's I2C", gauge),
    ]
    say(f"1..{len(checks)}")
    for number, (name, check) in enumerate(checks, 1):
        run(number, name, check)
    say("# all done")


def run(number: int, name: str, check: Callable[[], None]) -> None:
    try:
        check()
    except Exception:
        say(f"not ok {number} - {name}")
        traceback.print_exc()
    else:
        say(f"ok {number} - {name}")


if __name__ == "__main__":
    try:
        main()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os.sync()
        LIBC.reboot(RB_POWER_OFF)
