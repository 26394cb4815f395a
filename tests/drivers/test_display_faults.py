"""I2C and SPI that fail (promise R7): at every transfer of every kind of frame, once, some times, for good."""

import errno
from collections.abc import Callable

import pytest

from drivers.display.luma import ATTEMPTS
from drivers.display.panels import SSD1306_128X64, Panel, find_panel
from drivers.display.twin import DisplayTwin, TransferFault
from drivers.errors import DisplayError
from drivers.painter.raster import paint_screen
from drivers.ports import Picture
from sesame_core.screens import Bar, Masked, Screen
from sesame_core.secrets import SecretDigits
from tests.drivers.test_display_bus import on_spi

SH1106 = find_panel("sh1106", 128, 64)
FAULTS = {
    "EIO": TransferFault(errno.EIO),
    "EIO after the first byte": TransferFault(errno.EIO, arrived=1),
    "EREMOTEIO in the middle": TransferFault(errno.EREMOTEIO, arrived=2),
    "ENXIO": TransferFault(errno.ENXIO),
    "time-out when all had arrived": TransferFault(errno.ETIMEDOUT, arrived=64),
}


def code(digits: str) -> SecretDigits:
    secret = SecretDigits(len(digits))
    for digit in digits:
        secret.append(int(digit))
    return secret


SCREENS = {
    "sentence": Screen(lines=("INSÉREZ VOTRE CARTE",)),
    "mark": Screen(lines=("CODE SECRET ?",), field=Masked(1, 4)),
    "code": Screen(code=code("34656023"), bar=Bar(35, 35)),
}
FIRST = Screen(lines=("CODE SECRET ?",), field=Masked(0, 4))

Act = Callable[[DisplayTwin], object]


def show(screen: Screen) -> Act:
    return lambda twin: twin.show_picture(paint_screen(screen, twin.size))


ACTS: dict[str, Act] = {name: show(screen) for name, screen in SCREENS.items()}
ACTS |= {"off": DisplayTwin.switch_off, "start": DisplayTwin.start}


def in_use(of: Panel, bus: str, name: str) -> DisplayTwin:
    """A display as it is before the act of that name."""
    twin = DisplayTwin(of, spi=on_spi() if bus == "spi" else None)
    if name != "start":
        twin.start()
        twin.show_picture(paint_screen(FIRST, twin.size))
    return twin


def wanted(twin: DisplayTwin, name: str) -> Picture:
    return paint_screen(SCREENS[name], twin.size) if name in SCREENS else Picture.dark(*twin.size)


def transfers(of: Panel, bus: str, name: str) -> int:
    twin = in_use(of, bus, name)
    before = twin.traffic.transfers
    ACTS[name](twin)
    return twin.traffic.transfers - before


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize(("of", "bus"), [(SSD1306_128X64, "i2c"), (SH1106, "i2c"), (SSD1306_128X64, "spi")], ids=str)
def test_one_failed_transfer_wherever_it_is_changes_nothing_on_the_glass(
    of: Panel, bus: str, name: str, fault: str
) -> None:
    unharmed = transfers(of, bus, name)
    for index in range(unharmed):
        twin = in_use(of, bus, name)
        before = twin.traffic.transfers
        twin.traffic.fail(FAULTS[fault], after=index)
        ACTS[name](twin)
        assert twin.traffic.transfers - before > unharmed, "it did fail, and was tried again"
        assert twin.glass() == wanted(twin, name), f"transfer {index}"
        assert not twin.traffic.model.torn, f"transfer {index}: initialised from its first command on"
        twin.traffic.model.command(b"\xaf")
        assert twin.glass() == wanted(twin, name), f"transfer {index}: what is under a dark panel"


@pytest.mark.parametrize("name", ACTS)
def test_a_display_that_dies_at_any_transfer_is_an_error_and_comes_back(name: str) -> None:
    for index in range(transfers(SSD1306_128X64, "i2c", name)):
        twin = in_use(SSD1306_128X64, "i2c", name)
        twin.traffic.die(after=index)
        with pytest.raises(DisplayError, match="does not answer") as caught:
            ACTS[name](twin)
        assert caught.value.__cause__ is not None
        twin.traffic.heal()
        ACTS[name](twin)
        assert twin.glass() == wanted(twin, name), f"transfer {index}"


def test_attempts_are_bounded() -> None:
    twin = in_use(SSD1306_128X64, "i2c", "mark")
    before = twin.traffic.transfers
    twin.traffic.die()
    with pytest.raises(DisplayError):
        ACTS["mark"](twin)
    assert twin.traffic.transfers - before == ATTEMPTS


def test_as_many_failures_as_attempts_allow_are_survived() -> None:
    twin = in_use(SSD1306_128X64, "i2c", "code")
    for after in (0, 5):
        twin.traffic.fail(TransferFault(), after=after)
    ACTS["code"](twin)
    assert twin.glass() == wanted(twin, "code")


def test_a_dead_display_is_tried_from_the_start_each_time() -> None:
    twin = in_use(SSD1306_128X64, "i2c", "mark")
    twin.traffic.die()
    for _ in range(3):
        with pytest.raises(DisplayError):
            ACTS["mark"](twin)
    twin.traffic.model.reset()
    twin.traffic.heal()
    ACTS["mark"](twin)
    assert twin.glass() == wanted(twin, "mark")


@pytest.mark.parametrize("bus", ["i2c", "spi"])
def test_closing_never_raises_and_darkens_what_can_be_darkened(bus: str) -> None:
    dead = in_use(SSD1306_128X64, bus, "code")
    dead.traffic.die()
    dead.close()
    for index in range(transfers(SSD1306_128X64, bus, "off")):
        twin = in_use(SSD1306_128X64, bus, "code")
        ACTS["code"](twin)
        twin.traffic.fail(TransferFault(arrived=3), after=index)
        twin.close()
        assert not any(twin.glass().rows)
        twin.traffic.model.command(b"\xaf")
        assert not any(twin.glass().rows)


def test_closing_after_a_lost_display_still_tries_to_darken_it() -> None:
    twin = in_use(SSD1306_128X64, "i2c", "code")
    ACTS["code"](twin)
    twin.traffic.die()
    with pytest.raises(DisplayError):
        ACTS["mark"](twin)
    twin.traffic.heal()
    assert any(twin.glass().rows), "the code is still to be seen"
    twin.close()
    assert not any(twin.glass().rows)


def test_a_wrong_address_is_an_error_at_the_start() -> None:
    twin = DisplayTwin(address=0x3D)
    with pytest.raises(DisplayError):
        twin.start()
    twin.close()
