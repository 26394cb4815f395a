"""Every keypad, switch, sound, gauge and way to be off that can be configured works on the bench."""

from dataclasses import replace

import pytest
from pytest_mock import MockerFixture

from device import compose
from device.config import Config, KeypadConfig, PowerConfig, ReaderConfig, SlotConfig, SoundConfig
from device.errors import ConfigError
from device.pace import Stepper
from device.reader.compose import choose_reader, compose_reader, fit_reader
from device.simulated import simulate_board
from drivers.board_twin import BoardTwin, Bounce
from drivers.clock import SteppedClock
from drivers.errors import DriverError
from drivers.gpio.factory import Machine
from drivers.header import KEYPAD_ROWS, gpio_of
from drivers.keypad.matrix import Legends
from drivers.power.supply import Supply
from sesame_core.events import Battery, Key
from simulator.bench import Bench
from tests.story import FIRST_CODE, Story

D = [Key(str(digit)) for digit in range(10)]

THREE_BY_FOUR: Legends = ((D[1], D[2], D[3]), (D[4], D[5], D[6]), (D[7], D[8], D[9]), (Key.CODE, D[0], Key.OK))
PHONE: Legends = ((D[1], D[2], D[3]), (D[4], D[5], D[6]), (D[7], D[8], D[9]), (Key.OK, D[0], Key.CODE))
FOUR_BY_FIVE: Legends = (
    (D[7], D[8], D[9], Key.CLEAR, Key.OFF),
    (D[4], D[5], D[6], Key.CODE, None),
    (D[1], D[2], D[3], Key.CHALLENGE, None),
    (D[0], None, None, Key.SIGN, Key.OK),
)
FIVE_BY_FOUR: Legends = (
    (Key.CODE, Key.CHALLENGE, Key.SIGN, Key.OFF),
    (D[1], D[2], D[3], None),
    (D[4], D[5], D[6], None),
    (D[7], D[8], D[9], None),
    (Key.CLEAR, D[0], Key.OK, None),
)
BUTTON_KEYS = (*D, Key.CODE, Key.OK, Key.OFF)
BUTTON_PINS = (5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19)
KEYPADS = {
    "4x4": KeypadConfig(),
    "4x4-diodes": KeypadConfig(diodes=True),
    "3x4": KeypadConfig(columns=(12, 16, 20), legends=THREE_BY_FOUR),
    "3x4-other-legends": KeypadConfig(columns=(12, 16, 20), legends=PHONE),
    "4x5": KeypadConfig(columns=(12, 16, 20, 21, 22), legends=FOUR_BY_FIVE),
    "5x4": KeypadConfig(rows=(5, 6, 13, 19, 23), legends=FIVE_BY_FOUR),
    "buttons": KeypadConfig(buttons=tuple(zip(BUTTON_KEYS, BUTTON_PINS, strict=True))),
}
LATCH = Config(power=PowerConfig(off="latch"))


def story(config: Config, bounce: Bounce | None = None) -> Story:
    return Story(Bench(config, bounce=bounce))


def showing_a_code(config: Config) -> Story:
    reader = story(config)
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()
    return reader


# Keys


@pytest.mark.parametrize("keypad", KEYPADS)
@pytest.mark.parametrize("bounce", [None, Bounce(20, seed=4)], ids=["clean", "bouncing"])
def test_a_session_on_every_keypad(keypad: str, bounce: Bounce | None) -> None:
    reader = story(Config(keypad=KEYPADS[keypad]), bounce)
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()
    reader.pull()
    assert reader.dark()


@pytest.mark.parametrize("keypad", [name for name, pad in KEYPADS.items() if "Off" in str(pad)])
def test_off_is_dark_at_once_on_every_keypad_that_has_it(keypad: str) -> None:
    reader = showing_a_code(Config(keypad=KEYPADS[keypad]))
    reader.press("Arrêt")
    assert reader.dark()


def test_the_pin_and_the_language_are_as_configured() -> None:
    reader = story(Config(ReaderConfig("en", (4, 6))))
    assert reader.shows("INSERT YOUR CARD")
    reader.insert("bank-card")
    reader.press("Code 1 2 3 OK")
    assert reader.shows("AT LEAST 4")


# Switches


def test_the_card_switch_alone_makes_it_dark_before_pcsc_knows() -> None:
    reader = showing_a_code(Config(slot=SlotConfig(card_switch=True)))
    reader.bench.parts.hardware.card_switch(False)
    reader.wait(100)
    assert reader.dark(), "pcscd itself looks every 400 ms"


@pytest.mark.parametrize("ms", [25, 40, 60])
@pytest.mark.parametrize("seed", range(5))
def test_a_card_that_is_knocked_is_not_lost(ms: int, seed: int) -> None:
    """The switch opens for a moment though the card is in: with off = "system" that would end everything."""
    reader = story(Config(slot=SlotConfig(card_switch=True)), Bounce(20, seed))
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    hardware = reader.bench.parts.hardware
    hardware.card_switch(False)
    reader.wait(ms)
    hardware.card_switch(True)
    reader.wait(1_000)
    assert reader.shows_a_code()


def test_a_card_that_counted_as_pulled_and_is_in_after_all_is_told_again() -> None:
    """PC/SC never saw it go, so it would never say that it came."""
    reader = showing_a_code(Config(slot=SlotConfig(card_switch=True)))
    hardware = reader.bench.parts.hardware
    hardware.card_switch(False)
    reader.wait(300)
    assert reader.dark()
    hardware.card_switch(True)
    reader.wait(300)
    assert reader.shows("CHOISISSEZ FONCTION")
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()


def test_a_new_card_is_told_by_the_slot_alone() -> None:
    """The switch closes as well, and tells nothing: it would give the person more than 35 s."""
    reader = showing_a_code(Config(slot=SlotConfig(card_switch=True)))
    reader.bench.pull_card()
    reader.wait(300)
    reader.insert("sesame-card")
    began = reader.bench.clock.now()
    reader.wait(1_000)
    assert reader.bench.loop.state.dark_at == began + 35_000


def test_a_switch_that_is_not_configured_is_not_heard() -> None:
    reader = showing_a_code(Config())
    reader.bench.parts.hardware.card_switch(False)
    reader.wait(100)
    assert reader.shows_a_code()


def test_the_power_button_is_one_more_off_key() -> None:
    reader = showing_a_code(Config(power=PowerConfig(button=True)))
    reader.bench.parts.hardware.power_button(True)
    reader.wait(100)
    assert reader.dark()


# What off means


def darkness_at_the_cut(reader: Story) -> list[bool]:
    """Filled with whether the glass was dark, each time the latch's pin goes high."""
    seen: list[bool] = []

    def heard(wire: int, level: bool) -> None:
        if wire == gpio_of("POWER_OFF") and level:
            seen.append(reader.dark())

    reader.bench.parts.hardware.circuit.listen_to(heard)
    return seen


@pytest.mark.parametrize("ending", ["time", "Arrêt"])
def test_the_latch_cuts_the_supply_when_the_glass_is_dark_and_not_before(ending: str) -> None:
    reader = showing_a_code(LATCH)
    cuts = darkness_at_the_cut(reader)
    reader.wait(34_000)
    assert (cuts, reader.bench.parts.hardware.powered) == ([], True)
    if ending == "time":
        reader.wait(1_000)
    else:
        reader.press(ending)
    assert (cuts, reader.bench.parts.hardware.powered) == ([True], False)


def test_a_pulled_card_ends_in_the_cut_as_well() -> None:
    reader = showing_a_code(LATCH)
    cuts = darkness_at_the_cut(reader)
    reader.pull()
    reader.wait(35_000)
    assert cuts == [True]


def test_asleep_cuts_nothing() -> None:
    reader = showing_a_code(Config())
    cuts = darkness_at_the_cut(reader)
    reader.wait(40_000)
    assert (cuts, reader.bench.parts.hardware.powered) == ([], True)


def test_a_system_power_off_is_asked_for_once_and_in_the_dark() -> None:
    config, clock = Config(power=PowerConfig(off="system")), SteppedClock()
    parts = simulate_board(config, clock)
    asked: list[bool] = []
    way = compose.way_of(config, parts.hardware.pins, lambda: asked.append(any(parts.display.glass().rows)))
    loop = fit_reader(config, replace(parts.board, power=Supply(way)), parts.slot)
    loop.start(lambda: None)
    stepper = Stepper(loop, clock)
    stepper.advance(34_999)
    assert asked == []
    stepper.advance(1)
    stepper.advance(100_000)
    assert asked == [False], "once, and no pixel was lit"


# Battery


@pytest.mark.parametrize(
    "gauge", [("max17048", 0), ("ina219", 0), ("ina219", 0x40), ("ina219", 0x41), ("ina219", 0x4F)]
)
def test_each_gauge_warns_and_then_refuses_to_begin(gauge: tuple[str, int]) -> None:
    kind, address = gauge
    reader = story(Config(power=PowerConfig(gauge=kind, gauge_address=address)))
    reader.bench.set_battery(Battery.LOW)
    assert reader.shows("PILE FAIBLE")
    assert reader.shows("INSÉREZ VOTRE CARTE")
    reader.bench.set_battery(Battery.CRITICAL)
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    assert not reader.shows_a_code()


@pytest.mark.parametrize(
    ("kind", "address"), [("max17048", 0x37), ("max17048", 0x3C), ("ina219", 0x36), ("ina219", 0x50)]
)
def test_a_gauge_is_looked_for_only_where_its_chip_can_be(kind: str, address: int) -> None:
    with pytest.raises(ConfigError, match=rf"no {kind} has 0x{address:02X}; it can have 0x(36|40 to 0x4F)"):
        Config(power=PowerConfig(gauge=kind, gauge_address=address))


# Sound


@pytest.mark.parametrize(("buzzer", "light"), [(True, True), (True, False), (False, True), (False, False)])
def test_what_is_muted_stays_still(buzzer: bool, light: bool) -> None:
    reader = showing_a_code(Config(sound=SoundConfig(buzzer=buzzer, light=light)))
    hardware = reader.bench.parts.hardware
    assert bool(hardware.beeps) is buzzer
    assert bool(hardware.flashes) is light


# Pins that were moved


def test_every_part_can_be_on_another_pin() -> None:
    moved = Config(
        sound=SoundConfig(buzzer_gpio=22, light_gpio=23),
        slot=SlotConfig(card_switch=True, card_switch_gpio=24),
        power=PowerConfig(off="latch", latch=25, button=True, button_gpio=11),
    )
    reader = showing_a_code(moved)
    hardware = reader.bench.parts.hardware
    assert hardware.beeps
    assert hardware.flashes
    hardware.card_switch(False)
    reader.bench.let_pass(1_000)
    assert reader.dark()
    assert not hardware.powered


def test_a_pin_of_a_part_that_is_not_there_may_have_other_work() -> None:
    """GPIO27 is the card switch's by default: closed to ground with the card in, it would hold a row of the keypad."""
    rows = (gpio_of("CARD_SWITCH"), gpio_of("LED"), *KEYPAD_ROWS[2:])
    reader = showing_a_code(Config(keypad=KeypadConfig(rows=rows), sound=SoundConfig(light=False)))
    assert reader.shows_a_code()


# The real board


def test_the_real_board_is_composed_without_claiming_a_pin(mocker: MockerFixture) -> None:
    """Everything configured at once, on the header of a twin: the parts are real ones, and only `start` claims."""
    hardware = BoardTwin(SteppedClock())
    opened = mocker.patch("drivers.gpio.factory.open_pins", return_value=hardware.pins)
    config = Config(
        slot=SlotConfig("ACR39U", card_switch=True), power=PowerConfig(off="latch", button=True), keypad=KEYPADS["4x4"]
    )
    board = compose_reader(config, lambda: None).board
    assert board.display.size == (128, 64)
    assert len(board.others) == 2
    hardware.pins.output(gpio_of("POWER_OFF"), "nobody has it yet").close()
    board.keypad.start(lambda: None)
    with pytest.raises(DriverError, match="keypad row 1"):
        hardware.pins.input(config.keypad.rows[0], "another")
    board.keypad.close()
    assert opened.call_args.args[0].value == "auto"


def test_there_is_no_real_board_without_a_header(mocker: MockerFixture) -> None:
    mocker.patch("drivers.gpio.factory.look_at_machine", return_value=Machine())
    with pytest.raises(DriverError, match="use the simulated reader"):
        compose_reader(Config(), lambda: None)


@pytest.mark.parametrize(("name", "choice"), [("", None), ("1", "1"), ("ACR39U", "ACR39U")])
def test_the_smart_card_reader_is_chosen_by_name_or_number(name: str, choice: str | None) -> None:
    assert choose_reader(Config(slot=SlotConfig(name))) == choice
