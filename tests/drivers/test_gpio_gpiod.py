"""The thread that waits for edges, and what gpiod answers when something is wrong."""

import errno
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.circuit import GROUND, Circuit, CircuitContact, Drive
from drivers.errors import DriverError
from drivers.gpio.gpiod import Edges, GpiodPins
from drivers.gpio.gpiod_twin import (
    ChipClosedError,
    Edge,
    GpiodTwin,
    LineDirection,
    LineRequest,
    LineSettings,
    RequestReleasedError,
    Value,
)

LIMIT_S = 20
CHIP = "/dev/gpiochip0"


@pytest.fixture
def circuit() -> Circuit:
    return Circuit()


@pytest.fixture
def pins(circuit: Circuit) -> Iterator[GpiodPins]:
    """With the real thread."""
    made = GpiodPins(GpiodTwin(circuit), CHIP)
    yield made
    made.close()


def edge_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "sesame-gpio"]


def test_an_edge_on_any_watched_line_is_told_by_one_thread(circuit: Circuit, pins: GpiodPins) -> None:
    told = {row: threading.Event() for row in (5, 6, 13)}
    for row, event in told.items():
        pins.input(row, f"row {row}").watch(event.set)
    for row, event in told.items():
        circuit.close(CircuitContact(row, GROUND))
        assert event.wait(LIMIT_S), row
    assert len(edge_threads()) == 1


def test_nothing_waits_while_nothing_is_watched(pins: GpiodPins) -> None:
    row = pins.input(5, "row")
    pins.output(12, "column")
    assert not edge_threads()
    row.watch(lambda: None)
    assert len(edge_threads()) == 1
    pins.close()
    assert not edge_threads()


def test_the_thread_sleeps_until_an_edge_comes(circuit: Circuit, pins: GpiodPins) -> None:
    """Counted by the kernel: how often the thread went to wait."""
    told = threading.Event()
    pins.input(5, "row").watch(told.set)
    (thread,) = edge_threads()
    circuit.close(CircuitContact(5, GROUND))
    assert told.wait(LIMIT_S)
    waiting = settled(thread)
    threading.Event().wait(0.3)
    assert waits(thread) == waiting
    told.clear()
    circuit.open(CircuitContact(5, GROUND))
    assert told.wait(LIMIT_S)


def waits(thread: threading.Thread) -> int:
    status = Path(f"/proc/self/task/{thread.native_id}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("voluntary"))


def settled(thread: threading.Thread) -> int:
    """How often it had waited when it was seen waiting again."""
    while True:
        before = waits(thread)
        threading.Event().wait(0.05)
        if waits(thread) == before:
            return before


def test_a_line_that_is_closed_is_told_of_no_more(circuit: Circuit, pins: GpiodPins) -> None:
    told, other = threading.Event(), threading.Event()
    row = pins.input(5, "row")
    row.watch(told.set)
    pins.input(6, "other row").watch(other.set)
    row.close()
    circuit.close(CircuitContact(5, GROUND))
    circuit.close(CircuitContact(6, GROUND))
    assert other.wait(LIMIT_S)
    assert not told.is_set()


def test_a_chip_that_goes_away_ends_the_watching_and_not_the_thread(
    caplog: pytest.LogCaptureFixture,
) -> None:
    edges = Edges()
    gone, fine = os.pipe(), os.pipe()
    told = threading.Event()

    def failing() -> None:
        raise OSError(errno.ENODEV, "No such device")

    def taking() -> None:
        os.read(fine[0], 1)
        told.set()

    edges.add(gone[0], failing)
    edges.add(fine[0], taking)
    os.write(gone[1], b"!")
    os.write(fine[1], b"!")
    assert told.wait(LIMIT_S)
    edges.stop()
    edges.stop()
    assert caplog.text.count("No such device") == 1
    for end in (*gone, *fine):
        os.close(end)


def test_a_line_that_another_program_holds_is_named(circuit: Circuit) -> None:
    twin = GpiodTwin(circuit)
    twin.Chip(CHIP).request_lines({17: LineSettings(LineDirection.OUTPUT)}, consumer="another")
    with pytest.raises(DriverError, match=r"light: GPIO17 \(header pin 11\) cannot be used: .*busy") as caught:
        GpiodPins(twin, CHIP).output(17, "light")
    assert isinstance(caught.value.__cause__, OSError)


def test_an_output_is_let_go_of_before_it_is_given_back(circuit: Circuit, pins: GpiodPins) -> None:
    """gpiod leaves a released output as it was."""
    pins.output(17, "light", True).close()
    assert circuit.drive_wire(17) is Drive.FLOATING


@pytest.fixture
def request_(circuit: Circuit) -> LineRequest:
    return GpiodTwin(circuit).Chip(CHIP).request_lines({5: LineSettings(LineDirection.INPUT)})


WRONG: list[tuple[Callable[[LineRequest], object], type[Exception]]] = [
    (lambda request: request.set_value(5, Value.ACTIVE), OSError),
    (lambda request: request.get_value(6), ValueError),
    (lambda request: request.reconfigure_lines({6: LineSettings()}), ValueError),
]


@pytest.mark.parametrize(("use", "error"), WRONG)
def test_the_twin_refuses_what_the_module_refuses(
    request_: LineRequest, use: Callable[[LineRequest], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        use(request_)


def test_the_twin_does_nothing_with_what_was_released(request_: LineRequest) -> None:
    request_.release()
    for use in (request_.release, request_.read_edge_events, lambda: request_.get_value(5)):
        with pytest.raises(RequestReleasedError):
            use()


def test_the_twin_knows_neither_other_chips_nor_edges_of_outputs(circuit: Circuit) -> None:
    twin = GpiodTwin(circuit)
    with pytest.raises(FileNotFoundError):
        twin.Chip("/dev/gpiochip9")
    with pytest.raises(ValueError, match="inputs only"):
        LineSettings(LineDirection.OUTPUT, edge_detection=Edge.BOTH)
    chip = twin.Chip(CHIP)
    with pytest.raises(ValueError, match="does not have"):
        chip.request_lines({99: LineSettings()})
    chip.close()
    with pytest.raises(ChipClosedError):
        chip.request_lines({5: LineSettings()})
    with pytest.raises(ChipClosedError):
        chip.close()
