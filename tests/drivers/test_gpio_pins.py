"""The contract of the GPIO layer, the same over every backend's twin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from drivers.circuit import GROUND, Circuit, CircuitContact, Drive
from drivers.errors import DriverError
from drivers.gpio.gpiod import GpiodPins
from drivers.gpio.gpiod_twin import GpiodTwin
from drivers.gpio.mock import TwinFactory
from drivers.gpio.pins import Pins
from drivers.gpio.rpi import RpiGpioPins
from drivers.gpio.rpi_twin import RpiGpioTwin
from drivers.gpio.zero import GpiozeroPins


def gpiod_pins(circuit: Circuit) -> Pins:
    twin = GpiodTwin(circuit)
    return GpiodPins(twin, "/dev/gpiochip0", twin.at_once)


BACKENDS: dict[str, Callable[[Circuit], Pins]] = {
    "gpiozero": lambda circuit: GpiozeroPins(TwinFactory(circuit)),
    "gpiod": gpiod_pins,
    "RPi.GPIO": lambda circuit: RpiGpioPins(RpiGpioTwin(circuit)),
}


@dataclass(frozen=True)
class Header:
    """A header and the wires behind it."""

    circuit: Circuit
    pins: Pins


@pytest.fixture(params=BACKENDS)
def header(request: pytest.FixtureRequest) -> Iterator[Header]:
    circuit = Circuit()
    made = Header(circuit, BACKENDS[str(request.param)](circuit))
    yield made
    made.pins.close()


def test_an_input_is_pulled_up_and_tells_ground(header: Header) -> None:
    line = header.pins.input(5, "row")
    assert not line.low()
    header.circuit.close(CircuitContact(5, GROUND))
    assert line.low()
    header.circuit.open(CircuitContact(5, GROUND))
    assert not line.low()


def test_every_edge_is_told_until_close(header: Header) -> None:
    line = header.pins.input(5, "row")
    edges: list[bool] = []
    line.watch(lambda: edges.append(line.low()))
    for _ in range(3):
        header.circuit.close(CircuitContact(5, GROUND))
        header.circuit.open(CircuitContact(5, GROUND))
    assert edges == [True, False] * 3
    line.close()
    header.circuit.close(CircuitContact(5, GROUND))
    assert edges == [True, False] * 3


@pytest.mark.parametrize("high", [False, True])
def test_an_output_is_driven_from_the_start(header: Header, high: bool) -> None:
    seen: list[bool] = []
    header.circuit.listen_to(lambda _wire, level: seen.append(level))
    header.pins.output(17, "light", high)
    assert header.circuit.level_of(17) is high
    assert seen.count(not high) == 0


def test_an_output_can_be_driven_let_go_and_driven_again(header: Header) -> None:
    line = header.pins.output(12, "column")
    drives = []
    actions: list[Callable[[], None]] = [
        lambda: line.drive(True),
        line.release,
        lambda: line.drive(False),
        line.release,
        line.release,
    ]
    for action in actions:
        action()
        drives.append(header.circuit.drive_wire(12))
    assert drives == [Drive.HIGH, Drive.FLOATING, Drive.LOW, Drive.FLOATING, Drive.FLOATING]


def test_close_lets_go_and_may_be_repeated(header: Header) -> None:
    row, column = header.pins.input(5, "row"), header.pins.output(12, "column")
    for line in (row, column):
        line.close()
        line.close()
    assert [header.circuit.drive_wire(5), header.circuit.drive_wire(12)] == [Drive.FLOATING] * 2
    header.pins.output(5, "light").drive(True)
    assert header.circuit.level_of(5)


def test_closing_the_header_lets_go_of_everything(header: Header) -> None:
    header.pins.input(5, "row")
    header.pins.output(12, "column")
    header.pins.close()
    header.pins.close()
    assert [header.circuit.drive_wire(5), header.circuit.drive_wire(12)] == [Drive.FLOATING] * 2


def test_two_parts_on_one_pin_are_named(header: Header) -> None:
    header.pins.output(18, "buzzer")
    with pytest.raises(DriverError, match="card switch and buzzer are both on GPIO18"):
        header.pins.input(18, "card switch")


def test_a_pin_that_does_not_exist_says_what_does(header: Header) -> None:
    with pytest.raises(DriverError, match="GPIO40 is not on the 40-pin header; choose GPIO0 to GPIO27"):
        header.pins.input(40, "row")


@pytest.mark.parametrize("kind", ["input", "output"])
def test_a_line_that_was_given_back_takes_nothing_from_who_came_next(header: Header, kind: str) -> None:
    """A part that is closed twice, at a fault and at the end, must not let go of what is another's by then."""
    first = header.pins.input(5, "row") if kind == "input" else header.pins.output(5, "light")
    first.close()
    second = header.pins.output(5, "buzzer", True)
    first.close()
    assert header.circuit.drive_wire(5) is Drive.HIGH
    with pytest.raises(DriverError, match="GPIO5"):
        header.pins.input(5, "row")
    second.close()
    assert header.circuit.drive_wire(5) is Drive.FLOATING
