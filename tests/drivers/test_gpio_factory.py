"""The backend is chosen from what the machine is; every refusal says what to do."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from gpiozero.exc import PinUnknownPi  # type: ignore[import-untyped]
from pytest_mock import MockerFixture

from drivers.circuit import Circuit
from drivers.errors import DriverError
from drivers.gpio.factory import (
    Backend,
    Libraries,
    Machine,
    _away_from_here,
    find_clash,
    load_lgpio,
    load_mock,
    look_at_machine,
    open_pins,
)
from drivers.gpio.gpiod import Gpiod, GpiodPins
from drivers.gpio.gpiod_twin import GpiodTwin
from drivers.gpio.mock import TwinFactory
from drivers.gpio.rpi import RpiGpio, RpiGpioPins
from drivers.gpio.rpi_twin import RpiGpioTwin
from drivers.gpio.zero import GpiozeroPins, ZeroFactory

BOTH = frozenset({"lgpio", "RPi"})
ZERO = Machine("Raspberry Pi Zero 2 W Rev 1.0", {0: "pinctrl-bcm2835", 1: "raspberrypi-exp-gpio"}, BOTH)
FIVE = Machine(
    "Raspberry Pi 5 Model B", {0: "gpio-brcmstb@107d508500", 4: "pinctrl-rp1"}, BOTH, frozenset({"rpi.gpio"})
)
PC = Machine("", {0: "INT34C5:00"}, BOTH)


class Shelf:
    """Libraries that say what was asked of them."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def libraries(self) -> Libraries:
        return Libraries(self._lgpio, self._gpiod, self._rpigpio, load_mock)

    def _lgpio(self, chip: int) -> ZeroFactory:
        self.asked.append(chip)
        return TwinFactory(Circuit())

    def _gpiod(self) -> Gpiod:
        self.asked.append("gpiod")
        return GpiodTwin(Circuit(), ("/dev/gpiochip0", "/dev/gpiochip4"))

    def _rpigpio(self) -> RpiGpio:
        self.asked.append("RPi")
        return RpiGpioTwin(Circuit())


@pytest.mark.parametrize(
    ("chips", "number"),
    [
        ({4: "pinctrl-rp1", 0: "other"}, 4),
        ({0: "pinctrl-rp1", 10: "gpio-brcmstb"}, 0),
        ({11: "brcm", 13: "pinctrl-rp1"}, 13),
        ({0: "pinctrl-bcm2711", 1: "raspberrypi-exp-gpio"}, 0),
        ({0: "pinctrl-bcm2835"}, 0),
        ({0: "INT34C5:00"}, None),
        ({}, None),
    ],
)
def test_the_header_is_found_by_label_whatever_its_number(chips: dict[int, str], number: int | None) -> None:
    assert Machine("", chips).header == number


def test_auto_takes_lgpio_with_the_chip_found() -> None:
    shelf = Shelf()
    assert isinstance(open_pins(Backend.AUTO, FIVE, shelf.libraries()), GpiozeroPins)
    assert shelf.asked == [4]


def test_auto_takes_rpi_gpio_on_an_older_pi_that_has_only_that() -> None:
    shelf = Shelf()
    older = Machine(ZERO.model, ZERO.chips, frozenset({"RPi"}), frozenset({"rpi.gpio"}))
    assert isinstance(open_pins(Backend.AUTO, older, shelf.libraries()), RpiGpioPins)
    assert shelf.asked == ["RPi"]


def test_auto_takes_gpiod_where_there_is_no_lgpio() -> None:
    shelf = Shelf()
    without = Machine(FIVE.model, FIVE.chips, frozenset({"gpiod", "RPi"}), frozenset({"rpi.gpio"}))
    assert isinstance(open_pins(Backend.AUTO, without, shelf.libraries()), GpiodPins)
    assert shelf.asked == ["gpiod"]


def test_gpiod_takes_the_chip_found() -> None:
    """The shelf's twin has chips 0 and 4, as the machines here."""
    four = Machine(FIVE.model, {4: "pinctrl-rp1"}, frozenset({"gpiod"}))
    open_pins(Backend.GPIOD, four, Shelf().libraries())
    with pytest.raises(DriverError, match=r"gpiod cannot open /dev/gpiochip7: .*No such file"):
        open_pins(Backend.GPIOD, Machine("", {7: "pinctrl-rp1"}, frozenset({"gpiod"})), Shelf().libraries())


@pytest.mark.parametrize(("package", "there"), [(True, True), (False, False)], ids=["version 2", "version 1"])
def test_only_the_second_version_of_gpiod_counts(
    package: bool, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian 12's python3-libgpiod is one file, with another interface."""
    place = tmp_path / "gpiod" / "__init__.py" if package else tmp_path / "gpiod.py"
    place.parent.mkdir(exist_ok=True)
    place.touch()
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "gpiod", raising=False)
    assert ("gpiod" in look_at_machine(tmp_path).modules) is there


def test_the_configuration_can_choose() -> None:
    shelf = Shelf()
    with_gpiod = replace(ZERO, modules=BOTH | {"gpiod"})
    assert isinstance(open_pins(Backend("gpiod"), with_gpiod, shelf.libraries()), GpiodPins)
    shelf.asked.clear()
    assert isinstance(open_pins(Backend("rpigpio"), ZERO, shelf.libraries()), RpiGpioPins)
    assert isinstance(open_pins(Backend("lgpio"), ZERO, shelf.libraries()), GpiozeroPins)
    assert shelf.asked == ["RPi", 0]


def test_mock_needs_no_machine() -> None:
    pins = open_pins(Backend.MOCK, PC)
    assert not pins.input(5, "row").low()
    assert pins.output(17, "light") is not None


@pytest.mark.parametrize(
    ("backend", "machine", "words"),
    [
        (Backend.AUTO, PC, "no Raspberry Pi header.*use the simulated reader"),
        (
            Backend.LGPIO,
            Machine("", ZERO.chips),
            r"lgpio is not installed: .* -m pip install .*\[lgpio\]'; from Python 3\.13",
        ),
        (Backend.AUTO, Machine("", ZERO.chips), "lgpio is not installed"),
        (
            Backend.GPIOD,
            ZERO,
            r"gpiod, version 2, is not installed: .* -m pip install .*\[gpiod\]', or .*python3-libgpiod",
        ),
        (
            Backend.RPIGPIO,
            Machine("", ZERO.chips),
            r"RPi.GPIO is not installed: .* -m pip install .*\[rpi-gpio\]', or better lgpio",
        ),
        (Backend.RPIGPIO, FIVE, "does not know the pins of a Pi 5: choose lgpio"),
        (
            Backend.RPIGPIO,
            Machine("", ZERO.chips, BOTH, frozenset({"rpi.gpio", "rpi-lgpio"})),
            "both installed.*pip uninstall RPi.GPIO rpi-lgpio",
        ),
    ],
)
def test_a_refusal_says_what_to_do(backend: Backend, machine: Machine, words: str) -> None:
    shelf = Shelf()
    with pytest.raises(DriverError, match=words):
        open_pins(backend, machine, shelf.libraries())
    assert shelf.asked == [], "nothing is imported that cannot work"


def test_rpi_lgpio_serves_a_pi_5() -> None:
    machine = Machine(FIVE.model, FIVE.chips, BOTH, frozenset({"rpi-lgpio"}))
    assert find_clash(machine) is None
    assert isinstance(open_pins(Backend.RPIGPIO, machine, Shelf().libraries()), RpiGpioPins)


def test_a_library_that_fails_is_a_driver_error_with_its_cause() -> None:
    def broken(_chip: int) -> ZeroFactory:
        raise OSError(13, "Permission denied")

    with pytest.raises(DriverError, match=r"/dev/gpiochip0.*Permission denied.*group gpio") as caught:
        open_pins(Backend.LGPIO, ZERO, replace(Shelf().libraries(), lgpio=broken))
    assert isinstance(caught.value.__cause__, OSError)


def unknown(_chip: int) -> ZeroFactory:
    raise PinUnknownPi("unable to locate Pi revision in /proc/device-tree or /proc/cpuinfo")


def test_a_pi_without_a_revision_is_reached_by_gpiod() -> None:
    """Containers and mainline kernels tell none; gpiozero refuses such a board, the kernel's bindings do not ask."""
    shelf = Shelf()
    libraries = replace(shelf.libraries(), lgpio=unknown)
    both = replace(ZERO, model="", modules=frozenset({"lgpio", "gpiod"}))
    assert isinstance(open_pins(Backend.AUTO, both, libraries), GpiodPins)
    assert shelf.asked == ["gpiod"]


@pytest.mark.parametrize("backend", [Backend.AUTO, Backend.LGPIO])
def test_without_gpiod_the_message_is_true_and_names_it(backend: Backend) -> None:
    with pytest.raises(DriverError) as caught:
        open_pins(backend, ZERO, replace(Shelf().libraries(), lgpio=unknown))
    said = str(caught.value)
    assert "tell no revision" in said
    assert 'library = "gpiod" below [gpio]' in said
    assert "[gpiod]'" in said
    assert "group gpio" not in said, "the group is not the cause"


def test_where_both_fail_both_causes_are_told() -> None:
    both = replace(ZERO, chips={9: "pinctrl-bcm2835"}, modules=frozenset({"lgpio", "gpiod"}))
    with pytest.raises(DriverError, match=r"tell no revision.*; and gpiod cannot open /dev/gpiochip9"):
        open_pins(Backend.AUTO, both, replace(Shelf().libraries(), lgpio=unknown))


@pytest.mark.long  # lgpio is not on PyPI for Python 3.13
def test_gpiozero_itself_refuses_at_once_where_the_kernel_tells_no_revision(mocker: MockerFixture) -> None:
    """Not with the first pin, when it would be too late for another library. The chip, here, opens."""
    pytest.importorskip("lgpio")
    opened = mocker.patch("lgpio.gpiochip_open", return_value=7)
    closed = mocker.patch("lgpio.gpiochip_close")
    mocker.patch("gpiozero.pins.lgpio.LGPIOFactory._get_revision", side_effect=PinUnknownPi)
    with pytest.raises(PinUnknownPi):
        load_lgpio(0)
    assert len(closed.call_args_list) == len(opened.call_args_list), "the oldest gpiozero asks before it opens"


def test_looking_reads_model_and_survives_its_absence(tmp_path: Path) -> None:
    assert look_at_machine(tmp_path).model == ""
    assert look_at_machine(tmp_path).header is None
    (tmp_path / "proc/device-tree").mkdir(parents=True)
    (tmp_path / "proc/device-tree/model").write_bytes(b"Raspberry Pi 5 Model B Rev 1.0\0")
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/gpiochip0").write_bytes(b"")
    machine = look_at_machine(tmp_path)
    assert machine.rp1
    assert machine.header is None, "a file that is no GPIO chip has no label"


def test_importing_lgpio_moves_nothing_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No chip here: the factory fails, but after lgpio was imported for real, where it is installed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LG_WD", raising=False)
    with pytest.raises(Exception, match=r"gpiochip|lgpio|Pi revision"):
        load_lgpio(99)
    assert Path.cwd() == tmp_path
    assert list(tmp_path.iterdir()) == []
    assert "LG_WD" not in os.environ


def test_what_is_imported_away_from_here_finds_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LG_WD", "/before")
    here = Path.cwd()
    with _away_from_here():
        private = Path(os.environ["LG_WD"])
        assert private.is_dir()
        assert list(private.iterdir()) == []
        os.chdir(private)
    assert (os.environ["LG_WD"], Path.cwd(), private.exists()) == ("/before", here, False)
