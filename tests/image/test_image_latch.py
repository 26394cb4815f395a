"""The latch's hook: on the word, at a power-off, it holds GPIO26 high, and does nothing at any other time."""

import runpy
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace, TracebackType

import pytest

from image.shell import ROOT

HOOK = ROOT / "image/files/sesame-latch"
HIGH = ("output", "active")


@dataclass
class Chips:
    """The machine's GPIO chips and what became of their lines."""

    labels: dict[str, str]
    seen: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass
class Held:
    """Lines that are held for as long as the block lasts (gpiod.LineRequest)."""

    chips: Chips
    device: str
    number: int

    def __enter__(self) -> None:
        self.chips.seen.append(("high", self.device, self.number))

    def __exit__(self, *_ended: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.chips.seen.append(("let go", self.device, self.number))


@dataclass
class Chip:
    """One chip that is open (gpiod.Chip)."""

    chips: Chips
    device: str

    def __enter__(self) -> "Chip":
        return self

    def __exit__(self, *_ended: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Closed."""

    def get_info(self) -> SimpleNamespace:
        return SimpleNamespace(label=self.chips.labels[self.device])

    def request_lines(self, config: dict[int, tuple[str, str]], consumer: str) -> Held:
        ((number, setting),) = config.items()
        assert (setting, consumer) == (HIGH, "sesame-latch")
        return Held(self.chips, self.device, number)


def make_gpiod(chips: Chips) -> ModuleType:
    module = ModuleType("gpiod")
    line = SimpleNamespace(Direction=SimpleNamespace(OUTPUT="output"), Value=SimpleNamespace(ACTIVE="active"))
    module.__dict__.update(
        line=line,
        Chip=lambda path: Chip(chips, Path(path).name),
        LineSettings=lambda direction, output_value: (direction, output_value),
    )
    return module


Pull = Callable[[str, str, Chips], int]


@pytest.fixture
def pull(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pull:
    def _pull(purpose: str, cmdline: str, chips: Chips) -> int:
        (tmp_path / "cmdline").write_text(cmdline)
        for device in chips.labels:
            (tmp_path / device).touch()
        monkeypatch.setitem(sys.modules, "gpiod", make_gpiod(chips))
        status: int = runpy.run_path(str(HOOK))["main"](purpose, tmp_path / "cmdline", tmp_path, 0.0)
        return status

    return _pull


PI = {"gpiochip0": "raspberrypi-exp-gpio", "gpiochip1": "pinctrl-bcm2835"}


def test_the_supply_is_cut_at_a_power_off(pull: Pull) -> None:
    chips = Chips(PI)
    assert pull("poweroff", "ro sesame.latch quiet\n", chips) == 0
    assert chips.seen == [("high", "gpiochip1", 26), ("let go", "gpiochip1", 26)]


@pytest.mark.parametrize("purpose", ["reboot", "halt", "kexec", ""])
def test_at_a_restart_the_supply_stays(pull: Pull, purpose: str) -> None:
    chips = Chips(PI)
    assert pull(purpose, "sesame.latch", chips) == 0
    assert chips.seen == []


@pytest.mark.parametrize("cmdline", ["ro quiet", "sesame.latch=no", "xsesame.latch"])
def test_without_the_word_the_pin_is_left_alone(pull: Pull, cmdline: str) -> None:
    chips = Chips(PI)
    assert pull("poweroff", cmdline, chips) == 0
    assert chips.seen == []


def test_no_chip_of_a_pi_is_said(pull: Pull, capsys: pytest.CaptureFixture[str]) -> None:
    chips = Chips({"gpiochip0": "gpio-sim"})
    assert pull("poweroff", "sesame.latch", chips) == 1
    assert chips.seen == []
    assert "no GPIO chip of a Raspberry Pi" in capsys.readouterr().err
