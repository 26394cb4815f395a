"""`doctor` compares versions, not presence; what it compares with is what setup.cfg declares."""

import configparser

import pytest

from device.selftest.findings import Verdict
from device.selftest.probes import ProbeOptions, run_probes
from device.selftest.versions import RANGES, find_misfit
from simulator.surroundings import SimulatedWorld
from simulator.troubles import Trouble
from tools.machine import ROOT


class Having(SimulatedWorld):
    """A machine with one library of some version."""

    def __init__(self, distribution: str, version: str | None) -> None:
        super().__init__()
        self._having = (distribution, version)

    def find_version(self, distribution: str) -> str | None:
        return self._having[1] if distribution == self._having[0] else super().find_version(distribution)


def declared() -> set[str]:
    """The requirements of setup.cfg, without blanks."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lists = [setup["options"]["install_requires"], *setup["options.extras_require"].values()]
    return {line.replace(" ", "") for text in lists for line in text.splitlines()}


def test_what_doctor_compares_with_is_declared() -> None:
    assert {each.requirement() for each in RANGES.values()} <= declared()


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("3.15", ""),
        ("3.15.0", ""),
        ("3.15.0.post1", ""),
        ("3.20.1", ""),
        ("3.14.9", "too old"),
        ("3.15rc1", "too old"),
        ("3.9", "too old"),
        ("2", "too old"),
        ("4.0", "too new"),
        ("10.1", "too new"),
        (None, ""),
        ("unknown", ""),
    ],
)
def test_versions_are_in_the_order_of_numbers(version: str | None, said: str) -> None:
    found = find_misfit(Having("luma.oled", version), "luma.oled")
    assert said in found
    assert bool(said) is bool(found)


@pytest.mark.parametrize("module", ["smartcard", "luma.oled", "PIL", "gpiozero", "lgpio", "cryptography", "smbus2"])
def test_a_version_that_is_too_old_fails_the_probe_and_says_what_to_type(module: str) -> None:
    world = Having(RANGES[module].distribution, "0.0.1")
    found = [each for each in run_probes(world, ProbeOptions(touch=False)) if each.probe == "libraries"]
    assert [each.verdict for each in found] == [Verdict.FAILED]
    assert f"{RANGES[module].distribution} 0.0.1 is too old" in found[0].said
    assert "pip install" in found[0].cure


def test_on_a_laptop_only_what_it_uses_is_compared() -> None:
    class Laptop(Having):
        def has_module(self, module: str) -> bool:
            return True

    world = Laptop("luma.oled", "3.13")
    world._troubles = frozenset({Trouble.NOT_A_PI})
    assert {each.verdict for each in run_probes(world, ProbeOptions(touch=False)) if each.probe == "libraries"} == {
        Verdict.GOOD
    }
