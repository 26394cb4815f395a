"""The pad that the self-test draws: a bad key is marked where it lies, in letters and on the glass."""

from dataclasses import replace

import pytest

from device.config import Config, DisplayConfig, KeypadConfig, ReaderConfig
from device.selftest.findings import Finding
from device.selftest.pad import CAPTION, draw_pad, legend, name_parts, paint_pad
from device.selftest.places import map_holes
from device.selftest.probes import ProbeOptions, run_probes
from drivers.keypad.matrix import Layout
from drivers.ports import Picture
from sesame_core.events import Key, Millis
from simulator.surroundings import SimulatedWorld
from simulator.troubles import Trouble

KEYS = list(Layout().keys.values())
FRONT = Config(keypad=KeypadConfig(diodes=True))
"""The front board: a diode a key."""

FRENCH = """\
   1      2      3     Code
   4     [5]     6     Défi
   7      8      9    Signer
   C      0      OK   Arrêt
[ ] : touche muette, bloquée ou lue comme une autre"""


def in_english(config: Config) -> Config:
    return replace(config, reader=ReaderConfig(language="en"))


def flat(lines: list[str]) -> list[str]:
    return [" ".join(line.split()) for line in lines]


class Watched(SimulatedWorld):
    """Keeps every picture that stood on the glass."""

    def __init__(self, *troubles: Trouble, config: Config) -> None:
        self.seen: list[Picture] = []
        super().__init__(*troubles, config=config)

    def let_rest(self, ms: Millis) -> None:
        if not self.seen or self.seen[-1] != self.parts.display.glass():
            self.seen.append(self.parts.display.glass())
        super().let_rest(ms)


def keypad_of(world: SimulatedWorld) -> tuple[Finding, list[str]]:
    told: list[str] = []
    found = next(each for each in run_probes(world, ProbeOptions(tell=told.append)) if each.probe == "keypad")
    return found, told


def test_the_bad_key_stands_in_brackets_where_it_lies() -> None:
    assert flat(draw_pad(FRONT, {Key.DIGIT_5})) == flat(FRENCH.splitlines())


def test_it_speaks_english_where_the_reader_does() -> None:
    drawn = flat(draw_pad(in_english(FRONT), {Key.OFF}))
    assert drawn == ["1 2 3 Code", "4 5 6 Challenge", "7 8 9 Sign", "Clear 0 OK [Off]", CAPTION["en"]]


@pytest.mark.parametrize("speak", [lambda config: config, in_english], ids=["fr", "en"])
def test_the_self_test_draws_it_in_letters_and_on_the_glass(speak: object) -> None:
    assert callable(speak)
    config: Config = speak(FRONT)
    world = Watched(Trouble.KEY_DEAD, config=config)
    found, told = keypad_of(world)
    assert "not pressed, or dead: 5" in found.said
    assert told[-5:] == draw_pad(config, {Key.DIGIT_5})
    assert paint_pad(config, {Key.DIGIT_5}, (128, 64)) in world.seen
    assert "on the front board: SW22 D22" in found.cure


@pytest.mark.parametrize("speak", [lambda config: config, in_english], ids=["fr", "en"])
def test_a_good_pad_is_drawn_without_a_mark(speak: object) -> None:
    """Whoever soldered sixteen keys sees them all, in letters and on the glass, and not only when one is bad."""
    assert callable(speak)
    config: Config = speak(FRONT)
    world = Watched(config=config)
    found, told = keypad_of(world)
    assert "all 16 keys" in found.said
    assert told[-5:] == draw_pad(config, set())
    assert not [line for line in told[-5:-1] if "[" in line]
    assert paint_pad(config, set(), (128, 64)) in world.seen


def test_a_silent_row_is_a_resistor_of_the_board() -> None:
    found, told = keypad_of(SimulatedWorld(Trouble.ROW_DEAD, config=FRONT))
    assert found.cure.endswith("; on the front board: R24")
    assert flat(told)[-4] == "[4] [5] [6] [Défi]"


def test_a_stuck_key_and_keys_read_as_others_are_marked() -> None:
    _, told = keypad_of(SimulatedWorld(Trouble.KEY_STUCK, config=FRONT))
    assert "[8]" in flat(told)[-3]
    _, turned = keypad_of(SimulatedWorld(Trouble.RIBBON_TURNED))
    assert [line.count("[") for line in turned[-5:-1]] == [3, 3, 3, 3], "those on the diagonal are read as themselves"


def test_the_front_board_hangs_on_no_breadboard() -> None:
    assert map_holes(FRONT) == {}
    assert "hole" not in keypad_of(SimulatedWorld(Trouble.KEY_DEAD, config=FRONT))[0].cure
    assert map_holes(Config())


def test_another_pad_is_drawn_as_it_is() -> None:
    """A place without a key stays empty; single buttons stand four in a line; neither is the front board."""
    legends = tuple((None, *row) for row in Layout().legends)
    holes = Config(keypad=KeypadConfig(columns=(12, 16, 20, 21, 26), legends=legends, diodes=True))
    assert flat(draw_pad(holes, {Key.OK}))[3] == "C 0 [OK] Arrêt"
    picture = paint_pad(holes, set(), (128, 64))
    assert not any(picture.lit(x, y) for x in range(25) for y in range(64))
    assert picture.lit(27, 1)
    assert name_parts(holes, {Key.OK}, []) == ""
    gpios = (4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 20, 21)
    buttons = Config(keypad=KeypadConfig(buttons=tuple(zip(KEYS, gpios, strict=True))))
    assert flat(draw_pad(buttons, set())) == flat(draw_pad(Config(), set()))
    assert name_parts(buttons, {Key.OK}, []) == ""


@pytest.mark.parametrize("size", [(128, 64), (128, 32), (64, 128)])
def test_on_the_glass_a_bad_key_is_a_full_block_and_a_good_one_a_frame(size: tuple[int, int]) -> None:
    config = replace(FRONT, display=DisplayConfig())
    for at, key in enumerate(KEYS):
        picture = paint_pad(config, {key}, size)
        wide, high = size[0] // 4, size[1] // 4
        for place in range(16):
            x, y = place % 4 * wide, place // 4 * high
            assert picture.lit(x + 2, y + 1), "a frame"
            assert picture.lit(x + wide // 2, y + high // 2) == (place == at)
            assert not picture.lit(x, y)
        assert legend(config, key)


@pytest.mark.parametrize("size", [(128, 64), (128, 32), (64, 128)])
def test_each_key_on_the_glass_is_a_frame_of_one_pixel(size: tuple[int, int]) -> None:
    wide, high = size[0] // 4, size[1] // 4
    picture = paint_pad(replace(FRONT, display=DisplayConfig()), set(), size)
    frame = {(x, y) for x in range(2, wide - 2) for y in (1, high - 2)}
    frame |= {(x, y) for x in (2, wide - 3) for y in range(1, high - 1)}
    for place in range(16):
        left, top = place % 4 * wide, place // 4 * high
        assert {(x, y) for x in range(wide) for y in range(high) if picture.lit(left + x, top + y)} == frame
