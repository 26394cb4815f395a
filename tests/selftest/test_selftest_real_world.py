"""`RealWorld` asks this machine: with folders, files and library calls put in the place of the real ones."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from device.config import Config, DisplayConfig, PowerConfig
from device.selftest.machine import TICK
from device.selftest.ports import DeviceAccess
from device.selftest.world import SYSTEMCTL, RealWorld
from drivers.display.luma import LumaDisplay
from drivers.errors import PowerError
from drivers.gpio.factory import Libraries, load_gpiod, load_mock, load_rpigpio
from drivers.gpio.zero import GpiozeroPins
from drivers.power.gauge_twin import GaugeBusTwin
from simulator.surroundings import SimulatedWorld

WORLD = RealWorld()


def test_the_system_is_named(mocker: MockerFixture) -> None:
    mocker.patch("platform.freedesktop_os_release", return_value={"PRETTY_NAME": "Debian 13"})
    assert WORLD.describe_system().startswith("Debian 13, Linux ")
    mocker.patch("platform.freedesktop_os_release", side_effect=OSError)
    assert "Python 3." in WORLD.describe_system()


def test_python_is_this_one() -> None:
    assert WORLD.python_version() == sys.version_info[:2]


def test_modules_are_looked_for_and_not_loaded() -> None:
    assert WORLD.has_module("wave")
    assert not WORLD.has_module("no_such_module")
    assert not WORLD.has_module("no_such_module.below")
    assert "wave" not in sys.modules


@pytest.mark.parametrize(("written", "sees"), [("true", True), ("True", True), ("false", False)])
def test_an_environment_says_whether_it_sees_the_systems_packages(
    written: str, sees: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyvenv.cfg").write_text(f"home = /usr/bin\ninclude-system-site-packages = {written}\n")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert WORLD.sees_system_packages() is sees


def test_the_systems_own_python_sees_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert WORLD.sees_system_packages()


def test_groups_are_this_processes_by_name() -> None:
    assert WORLD.list_groups()
    assert "root" in WORLD.known_groups()


def test_a_group_without_a_name_is_a_number(mocker: MockerFixture) -> None:
    mocker.patch("os.getgroups", return_value=[4_000_123])
    assert "4000123" in WORLD.list_groups()


def test_access_is_the_kernels_answer(tmp_path: Path, mocker: MockerFixture) -> None:
    device = tmp_path / "i2c-1"
    assert WORLD.access(str(device)) is DeviceAccess.ABSENT
    device.touch()
    assert WORLD.access(str(device)) is DeviceAccess.GRANTED
    asked = mocker.patch("os.access", return_value=False)
    assert WORLD.access(str(device)) is DeviceAccess.DENIED
    asked.assert_called_once_with(str(device), os.R_OK | os.W_OK)


def test_the_configuration_is_the_file_given(tmp_path: Path) -> None:
    file = tmp_path / "reader.toml"
    file.write_text("[display]\nheight = 32\n", encoding="utf-8")
    assert RealWorld(file).load_config().display.height == 32


def test_time_passes_while_resting() -> None:
    before = WORLD.open_clock().now()
    WORLD.let_rest(TICK)
    assert WORLD.open_clock().now() > before


@pytest.mark.parametrize(("state", "status"), [("active", 0), ("inactive", 3), ("failed", 3)])
def test_the_service_is_what_systemd_says(
    state: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """systemctl(1), is-active: one word, and a status other than 0 unless it is active."""
    assert SYSTEMCTL == "/usr/bin/systemctl", "where it is, and not what the caller's PATH has of that name"
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\necho loud >&2\necho {state}\nexit {status}\n')
    systemctl.chmod(0o755)
    monkeypatch.setattr("device.selftest.world.SYSTEMCTL", str(systemctl))
    assert WORLD.ask_service() == state
    assert (tmp_path / "asked").read_text() == "is-active sesame-reader.service sesame-key.service\n"
    assert capfd.readouterr() == ("", "")


def test_the_board_is_the_keys_where_the_reader_rests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-test took the keypad from under a key that ran."""
    systemctl = tmp_path / "systemctl"
    systemctl.write_text("#!/bin/sh\necho inactive\necho active\n")
    systemctl.chmod(0o755)
    monkeypatch.setattr("device.selftest.world.SYSTEMCTL", str(systemctl))
    assert WORLD.ask_service() == "active"


def test_folders_and_values_of_the_kernels(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"configured\n")
    assert (WORLD.list_folder(str(tmp_path)), WORLD.read_value(f"{tmp_path}/state")) == (["state"], "configured")
    assert (WORLD.list_folder("/nowhere"), WORLD.read_value("/nowhere/state")) == ((), "")


@pytest.mark.parametrize("error", [FileNotFoundError(), subprocess.TimeoutExpired("systemctl", 5)])
def test_without_systemd_there_is_no_service(error: Exception, mocker: MockerFixture) -> None:
    mocker.patch("subprocess.run", side_effect=error)
    assert WORLD.ask_service() == ""


class FewOnTheBus:
    """smbus2's SMBus: only some addresses acknowledge."""

    there = frozenset({0x36, 0x3D})

    def __init__(self, port: int) -> None:
        if port != 1:
            raise FileNotFoundError(errno.ENOENT, "no such bus")

    def __enter__(self) -> "FewOnTheBus":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read_byte(self, address: int) -> int:
        if address not in self.there:
            raise OSError(errno.EREMOTEIO, "nobody answers")
        return 0


def test_who_acknowledges_a_byte_is_there(mocker: MockerFixture) -> None:
    mocker.patch("smbus2.SMBus", FewOnTheBus)
    assert WORLD.i2c_answers(1, [0x36, 0x3C, 0x3D]) == [0x36, 0x3D]
    assert WORLD.i2c_answers(7, [0x36]) == []


@pytest.mark.parametrize(("kind", "address"), [("max17048", 0x36), ("ina219", 0x40)])
def test_the_gauge_is_asked_on_its_bus(kind: str, address: int, mocker: MockerFixture) -> None:
    twin = GaugeBusTwin(address, percent=55)
    opened = mocker.patch("smbus2.SMBus", return_value=twin)
    config = Config(display=DisplayConfig(bus="spi"), power=PowerConfig(gauge=kind, gauge_address=address))
    assert WORLD.read_charge(config) == 55
    opened.assert_called_once_with(1)
    assert twin.closed


def test_a_bus_that_is_not_there_is_an_error_with_a_cure(mocker: MockerFixture) -> None:
    mocker.patch("smbus2.SMBus", side_effect=FileNotFoundError(errno.ENOENT, "no such file"))
    with pytest.raises(PowerError, match="Switch I2C on"):
        WORLD.read_charge(Config(power=PowerConfig(gauge="max17048")))


def test_without_a_gauge_nothing_is_asked(mocker: MockerFixture) -> None:
    opened = mocker.patch("smbus2.SMBus")
    assert WORLD.read_charge(Config()) is None
    opened.assert_not_called()


def test_pins_are_opened_by_what_the_machine_is(mocker: MockerFixture) -> None:
    """The header's chip comes from `look`, the factory from lgpio: here the twin's. The parts on it are real."""
    twin, config = SimulatedWorld(), Config()
    libraries = Libraries(lambda chip: {0: twin.parts.hardware.factory}[chip], load_gpiod, load_rpigpio, load_mock)
    mocker.patch("device.selftest.world.look_at_machine", return_value=twin.look_at_machine())
    mocker.patch("drivers.gpio.factory.LIBRARIES", libraries)
    pins = WORLD.open_pins(config)
    assert isinstance(pins, GpiozeroPins)
    assert isinstance(WORLD.open_display(config, pins), LumaDisplay)
    keypad = WORLD.open_keypad(config, pins)
    keypad.start(lambda: None)
    assert keypad.held == ()
    keypad.close()
    sound = WORLD.open_sound(config, pins)
    sound.start(lambda: None)
    sound.close()
    pins.close()
