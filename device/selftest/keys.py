"""The probe of the keypad: each key asked for by its name, so that one that is read as another is seen."""

from collections.abc import Iterable, Mapping
from typing import Final

from device.config import Config
from device.selftest.board import STEP, ProbeBench, nobody
from device.selftest.findings import Finding
from device.selftest.pad import draw_pad, legend, name_parts, paint_pad
from device.selftest.ribbon import Reading, explain_ribbon
from drivers.errors import DriverError
from drivers.gpio.pins import Pins
from drivers.keypad.scan import ScannedKeypad
from drivers.painter.raster import paint_screen
from drivers.ports import Display
from sesame_core.events import Key, KeyPressed, Millis
from sesame_core.screens import Screen

PATIENCE: Final[Millis] = 20_000
"""So long a key is waited for."""

SHORT_PATIENCE: Final[Millis] = 5_000
"""So long the next ones are once a key has stayed silent: a dead row does not take minutes."""

PAD_SHOWN: Final[Millis] = 6_000
"""So long the pad, with what is bad of it, stays on the glass."""

SHOWN_WRONG: Final = 4
"""How many wrong readings are told; they follow from one another."""


def probe_keypad(bench: ProbeBench, pins: Pins, screen: Display | None) -> Finding:
    """Every key pressed once, as it is asked for. What is wanted stands on `screen`, if that works."""
    keys = bench.world.open_keypad(bench.config, pins)
    try:
        keys.start(nobody)
        shown = screen if _light_screen(screen) else None
        readings = _Round(bench, keys, shown).readings()
        held = set(keys.held)
        _show_pad(bench, {key for key, read in readings.items() if read is not key}, shown)
    except DriverError as error:
        return Finding.of_error("keypad", error)
    finally:
        keys.close()
        if screen is not None:
            screen.close()
    return judge_readings(bench.config, readings, held)


def judge_readings(config: Config, readings: Mapping[Key, Key | None], held: set[Key]) -> Finding:
    """What the readings come to: each key that was asked for, and the one that was read; None: none was."""
    missing = {key for key, read in readings.items() if read is None}
    wrong = {key: read for key, read in readings.items() if read not in (None, key)}
    if stuck := held & missing:
        cure = f"free the key, or look for a short: {_locate_wires(config, stuck)}"
        return Finding.failed("keypad", f"held down or stuck: {_list_legends(config, stuck)}", cure)
    dead = f"not pressed, or dead: {_list_legends(config, missing)}"
    if wrong:
        return _describe_misread(config, readings, wrong, f"; {dead}" if missing else "")
    if missing:
        return Finding.failed("keypad", dead, f"press it, and if it stays so: {_locate_wires(config, missing)}")
    return Finding.good("keypad", f"all {len(readings)} keys were pressed, and each was read as itself")


def _describe_misread(config: Config, readings: Reading, wrong: Reading, more: str) -> Finding:
    told = [f"{legend(config, key)} as {legend(config, read)}" for key, read in wrong.items() if read is not None]
    shown = ", ".join(told[:SHOWN_WRONG]) + (" and so on" if len(told) > SHOWN_WRONG else "")
    found = None if config.keypad.buttons else explain_ribbon(config.layout, readings)
    if found is None:
        lines = {line for key, read in wrong.items() if read is not None for line in _lines_apart(config, key, read)}
        cure = f"none of these may touch another or be in its place: {_name_wires(config, sorted(lines))}"
        return Finding.failed("keypad", f"keys are read as others: {shown}{more}", cure)
    rows, columns = (f"[{', '.join(map(str, lines))}]" for lines in (found.rows, found.columns))
    cure = f"{found.cure}, or set rows = {rows} and columns = {columns} below [keypad] in the configuration"
    return Finding.failed("keypad", f"{found.said}: keys are read as others, {shown}{more}", cure)


def _show_pad(bench: ProbeBench, bad: set[Key], screen: Display | None) -> None:
    """The pad, in letters and on the glass, with each bad key marked where it lies; none is when all are good."""
    for line in draw_pad(bench.config, bad):
        bench.say(line)
    if screen is None:
        return
    try:
        screen.show_picture(paint_pad(bench.config, bad, screen.size))
    except DriverError:
        return
    bench.world.let_rest(PAD_SHOWN)


class _Round:
    """One round over all keys."""

    def __init__(self, bench: ProbeBench, keys: ScannedKeypad, screen: Display | None) -> None:
        self._bench = bench
        self._keys = keys
        self._screen = screen
        self._wanted = list(wiring(bench.config))
        self._readings: dict[Key, Key | None] = {}

    def readings(self) -> Mapping[Key, Key | None]:
        """Each key, and what was read when it was asked for."""
        for key in self._wanted:
            self._readings[key] = self._ask_twice(key)
        read = sum(each is not None for each in self._readings.values())
        self._bench.say(f"that was the last one; {read} of {len(self._wanted)} were read")
        return self._readings

    def _ask_twice(self, key: Key) -> Key | None:
        """What is read for a key. The first that is wrong is asked for once more: it may have been the finger."""
        self._show_wanted(key)
        read = self._ask_once(f"press {self._legend_of(key)}", key)
        if read in (None, key) or self._wrong_already:
            return read
        return self._ask_once(f"that was read as {self._legend_of(read)}; press {self._legend_of(key)} once more", key)

    def _ask_once(self, sentence: str, key: Key) -> Key | None:
        world = self._bench.world
        self._bench.say(f"{sentence} ({len(self._readings) + 1} of {len(self._wanted)})")
        world.ask(key)
        end = world.open_clock().now() + (SHORT_PATIENCE if self._silent_before else PATIENCE)
        while world.open_clock().now() < end:
            world.let_rest(STEP)
            for event in self._keys.poll_events(world.open_clock().now()):
                if isinstance(event, KeyPressed):
                    return event.key
        return None

    @property
    def _silent_before(self) -> bool:
        return bool(self._readings) and list(self._readings.values())[-1] is None

    @property
    def _wrong_already(self) -> bool:
        return any(read not in (None, key) for key, read in self._readings.items())

    def _legend_of(self, key: Key | None) -> str:
        return "nothing" if key is None else legend(self._bench.config, key)

    def _show_wanted(self, key: Key) -> None:
        """The key that is wanted, and how many it is of all."""
        if self._screen is None:
            return
        notice = f"{len(self._readings) + 1}/{len(self._wanted)}"
        picture = paint_screen(Screen(lines=(self._legend_of(key),), notice=notice), self._screen.size)
        try:
            self._screen.show_picture(picture)
        except DriverError:
            self._screen = None


def wiring(config: Config) -> Mapping[Key, tuple[int, ...]]:
    """Every key of the pad, in its order, and the GPIOs that it joins or pulls to ground."""
    if config.keypad.buttons:
        return {key: (gpio,) for key, gpio in config.keypad.buttons}
    return {key: config.layout.lines(key) for key in config.layout.keys.values()}


def _list_legends(config: Config, keys: set[Key]) -> str:
    return " ".join(legend(config, key) for key in wiring(config) if key in keys)


def _locate_wires(config: Config, keys: set[Key]) -> str:
    """Which wires to look at: where every key of a row or column is concerned, it is that one wire."""
    on_line: dict[int, set[Key]] = {}
    for key, lines in wiring(config).items():
        for line in lines:
            on_line.setdefault(line, set()).add(key)
    whole = [line for line, those in on_line.items() if those <= keys]
    suspect = whole or sorted({line for key in keys for line in wiring(config)[key]})
    return f"check the wires of {_name_wires(config, suspect)}{name_parts(config, keys, whole)}"


def _name_wires(config: Config, lines: Iterable[int]) -> str:
    return ", ".join(f"GPIO{line}" for line in lines) + (" and ground" if config.keypad.buttons else "")


def _lines_apart(config: Config, key: Key, read: Key) -> set[int]:
    """The lines of one of two keys and not of the other."""
    return set(wiring(config)[key]) ^ set(wiring(config)[read])


def _light_screen(screen: Display | None) -> bool:
    if screen is None:
        return False
    try:
        screen.start()
    except DriverError:
        return False
    return True
