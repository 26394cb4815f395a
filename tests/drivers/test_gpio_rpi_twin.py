"""The twin of RPi.GPIO behaves as the C module 0.7.1 does: its modes, errors, edges, warnings and cleanup."""

import warnings
from collections.abc import Callable

import pytest

from drivers.circuit import GROUND, Circuit, CircuitContact, Drive
from drivers.errors import DriverError
from drivers.gpio.rpi import RpiGpioPins
from drivers.gpio.rpi_twin import RpiFaults, RpiGpioTwin
from drivers.header import HEADER


@pytest.fixture
def circuit() -> Circuit:
    return Circuit()


@pytest.fixture
def module(circuit: Circuit) -> RpiGpioTwin:
    twin = RpiGpioTwin(circuit)
    twin.setmode(twin.BCM)
    return twin


CONSTANTS = {
    **{"LOW": 0, "HIGH": 1, "OUT": 0, "IN": 1, "BOARD": 10, "BCM": 11},
    **{"PUD_OFF": 20, "PUD_DOWN": 21, "PUD_UP": 22, "RISING": 31, "FALLING": 32, "BOTH": 33, "VERSION": "0.7.1"},
}
"""As the C module has them (RPi.GPIO 0.7.1: c_gpio.h, common.h, event_gpio.h, constants.h). OUT is 0."""


def test_its_constants_are_the_modules(module: RpiGpioTwin) -> None:
    assert {name: getattr(module, name) for name in CONSTANTS} == CONSTANTS


def test_the_bouncetime_of_none_is_the_modules_own(module: RpiGpioTwin) -> None:
    """-666 (py_gpio.c); every other number below 1 is an error."""
    module.setup(5, module.IN)
    for wrong in (0, -1, -665):
        with pytest.raises(ValueError, match="Bouncetime must be greater than 0"):
            module.add_event_detect(5, module.BOTH, bouncetime=wrong)
    module.add_event_detect(5, module.BOTH, bouncetime=-666)


@pytest.mark.parametrize("gpio", sorted(HEADER))
def test_a_pull_beside_the_soldered_one_is_warned_of(module: RpiGpioTwin, gpio: int) -> None:
    """SDA and SCL have resistors on the board, and no other pin."""
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        module.setup(gpio, module.IN, pull_up_down=module.PUD_UP)
    assert bool(given) is (gpio in {2, 3})


def test_an_output_set_up_again_goes_on_or_begins_as_it_is_told(circuit: Circuit, module: RpiGpioTwin) -> None:
    module.setup(5, module.OUT, initial=module.HIGH)
    module.setup(5, module.OUT)
    assert circuit.drive_wire(5) is Drive.HIGH
    module.setup(5, module.OUT, initial=module.LOW)
    assert circuit.drive_wire(5) is Drive.LOW


BEFORE_SETMODE: list[Callable[[RpiGpioTwin], object]] = [
    lambda twin: twin.setup(5, twin.IN),
    lambda twin: twin.input(5),
    lambda twin: twin.output(5, 1),
    lambda twin: twin.add_event_detect(5, twin.BOTH),
]


@pytest.mark.parametrize("use", BEFORE_SETMODE)
def test_nothing_works_before_setmode(circuit: Circuit, use: Callable[[RpiGpioTwin], object]) -> None:
    with pytest.raises(RuntimeError, match="Please set pin numbering mode"):
        use(RpiGpioTwin(circuit))


def test_the_mode_is_set_once(module: RpiGpioTwin) -> None:
    module.setmode(module.BCM)
    assert module.getmode() == module.BCM
    with pytest.raises(ValueError, match="A different mode has already been set!"):
        module.setmode(module.BOARD)


def test_board_numbers_are_the_headers(circuit: Circuit) -> None:
    twin = RpiGpioTwin(circuit)
    twin.setmode(twin.BOARD)
    twin.setup(11, twin.OUT, initial=twin.HIGH)
    assert circuit.drive_wire(17) is Drive.HIGH


WRONG: list[tuple[Callable[[RpiGpioTwin], object], type[Exception], str]] = [
    (lambda twin: twin.setmode(3), ValueError, "different mode"),
    (lambda twin: twin.setup(41, twin.IN), ValueError, "invalid on a Raspberry Pi"),
    (lambda twin: twin.setup(5, 7), ValueError, "invalid direction"),
    (lambda twin: twin.setup(5, twin.OUT, pull_up_down=twin.PUD_UP), ValueError, "not valid for outputs"),
    (lambda twin: twin.setup(5, twin.IN, initial=1), ValueError, "not valid for inputs"),
    (lambda twin: twin.setup(5, twin.IN, pull_up_down=3), ValueError, "Invalid value for pull_up_down"),
    (lambda twin: twin.input(5), RuntimeError, r"You must setup\(\) the GPIO channel first"),
    (lambda twin: twin.output(5, 1), RuntimeError, "not been set up as an OUTPUT"),
    (lambda twin: twin.add_event_detect(5, twin.BOTH), RuntimeError, "as an input first"),
]


@pytest.mark.parametrize(("use", "error", "words"), WRONG)
def test_wrong_use_is_the_modules_error(
    module: RpiGpioTwin, use: Callable[[RpiGpioTwin], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        use(module)


def test_an_input_follows_its_pull_and_its_wire(circuit: Circuit, module: RpiGpioTwin) -> None:
    module.setup(5, module.IN, pull_up_down=module.PUD_UP)
    assert module.input(5) == module.HIGH
    circuit.close(CircuitContact(5, GROUND))
    assert module.input(5) == module.LOW
    module.setup(6, module.IN, pull_up_down=module.PUD_DOWN)
    assert module.input(6) == module.LOW


@pytest.mark.parametrize(("edge", "wanted"), [("RISING", [1, 1]), ("FALLING", [0, 0]), ("BOTH", [0, 1, 0, 1])])
def test_edges_call_back_with_the_channel(circuit: Circuit, module: RpiGpioTwin, edge: str, wanted: list[int]) -> None:
    heard: list[tuple[int, int]] = []
    module.setup(5, module.IN, pull_up_down=module.PUD_UP)
    module.add_event_detect(5, getattr(module, edge), callback=lambda channel: heard.append((channel, module.input(5))))
    for _ in range(2):
        circuit.close(CircuitContact(5, GROUND))
        circuit.open(CircuitContact(5, GROUND))
    assert heard == [(5, level) for level in wanted]
    module.remove_event_detect(5)
    circuit.close(CircuitContact(5, GROUND))
    assert len(heard) == len(wanted)


def test_edge_detection_is_added_once(module: RpiGpioTwin) -> None:
    module.setup(5, module.IN)
    module.add_event_detect(5, module.BOTH)
    with pytest.raises(RuntimeError, match="Conflicting edge detection already enabled"):
        module.add_event_detect(5, module.BOTH)
    with pytest.raises(ValueError, match="Bouncetime must be greater than 0"):
        module.add_event_detect(5, module.BOTH, bouncetime=0)
    with pytest.raises(ValueError, match="RISING, FALLING or BOTH"):
        module.add_event_detect(5, 1)


def test_cleanup_of_one_channel_keeps_the_others_and_the_mode(circuit: Circuit, module: RpiGpioTwin) -> None:
    module.setup(5, module.OUT, initial=1)
    module.setup(6, module.OUT, initial=1)
    module.cleanup(5)
    assert (circuit.drive_wire(5), circuit.drive_wire(6)) == (Drive.FLOATING, Drive.HIGH)
    assert module.getmode() == module.BCM
    module.cleanup()
    assert circuit.drive_wire(6) is Drive.FLOATING
    assert module.getmode() is None


def test_cleanup_of_nothing_warns(module: RpiGpioTwin) -> None:
    with pytest.warns(RuntimeWarning, match="nothing to clean up"):
        module.cleanup()


def test_a_channel_that_another_drives_warns_unless_told_not_to(circuit: Circuit, module: RpiGpioTwin) -> None:
    circuit.apply_levels(17, Drive.HIGH)
    with pytest.warns(RuntimeWarning, match="This channel is already in use"):
        module.setup(17, module.OUT)
    assert circuit.drive_wire(17) is Drive.HIGH, "what the latch held goes on"
    circuit.apply_levels(18, Drive.HIGH)
    module.setwarnings(False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        module.setup(18, module.OUT)


def test_the_adapter_takes_a_channel_that_the_latch_has_held_without_a_word(circuit: Circuit) -> None:
    """A warning on standard error at each start would be taken for a fault."""
    circuit.apply_levels(17, Drive.HIGH)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        RpiGpioPins(RpiGpioTwin(circuit)).output(17, "light").close()


def test_the_adapter_says_what_to_do_where_edges_are_refused(circuit: Circuit) -> None:
    pins = RpiGpioPins(RpiGpioTwin(circuit, RpiFaults(no_edges=True)))
    line = pins.input(5, "keypad row 1")
    with pytest.raises(DriverError, match=r"cannot watch GPIO5: Failed to add edge detection.*choose lgpio") as caught:
        line.watch(lambda: None)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_the_adapter_refuses_a_program_that_counts_by_header_pins(circuit: Circuit) -> None:
    twin = RpiGpioTwin(circuit)
    twin.setmode(twin.BOARD)
    with pytest.raises(DriverError, match="must use BCM"):
        RpiGpioPins(twin)


def test_the_adapter_leaves_other_channels_alone(circuit: Circuit, module: RpiGpioTwin) -> None:
    module.setup(22, module.OUT, initial=1)
    pins = RpiGpioPins(module)
    pins.output(17, "light", True)
    pins.close()
    assert (circuit.drive_wire(17), circuit.drive_wire(22)) == (Drive.FLOATING, Drive.HIGH)


class _Noting(RpiGpioTwin):
    """Notes in which order it is told to stop."""

    def __init__(self, circuit: Circuit) -> None:
        super().__init__(circuit)
        self.ended: list[str] = []

    def remove_event_detect(self, channel: int) -> None:
        self.ended.append(f"edges of {channel}")
        super().remove_event_detect(channel)

    def cleanup(self, channel: int | None = None) -> None:
        self.ended.append(f"channel {channel}")
        super().cleanup(channel)


def test_edges_end_before_their_channel_is_given_back_and_only_where_they_were_asked_for(circuit: Circuit) -> None:
    """RPi.GPIO calls back from a thread of its own: what is still watched may be told of after the end."""
    module = _Noting(circuit)
    pins = RpiGpioPins(module)
    watched = pins.input(5, "row")
    watched.watch(lambda: None)
    pins.input(6, "row")
    pins.close()
    assert module.ended == ["edges of 5", "channel 5", "channel 6"]


class LgpioError(Exception):
    """rpi-lgpio lets lgpio's `error` through, which is neither a RuntimeError nor an OSError."""


class _Busy(RpiGpioTwin):
    """rpi-lgpio beside a program that holds the line."""

    def setup(self, channel: int, direction: int, pull_up_down: int | None = None, initial: int | None = None) -> None:
        raise LgpioError("GPIO busy")


def test_an_error_of_the_librarys_own_is_a_driver_error(circuit: Circuit) -> None:
    with pytest.raises(DriverError, match=r"light: GPIO17 \(header pin 11\) cannot be used: GPIO busy") as caught:
        RpiGpioPins(_Busy(circuit)).output(17, "light")
    assert isinstance(caught.value.__cause__, LgpioError)
