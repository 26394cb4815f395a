"""Whether the libraries that are here are of a version that this project was run with."""

import re
from dataclasses import dataclass
from typing import Final

from device.selftest.ports import World

PLACES: Final = 6
"""Numbers of a version that are compared."""


@dataclass(frozen=True, slots=True)
class Range:
    """A distribution and its versions: `lowest` is allowed, `end` (empty: none) and what follows it is not."""

    distribution: str
    lowest: str
    end: str = ""

    def requirement(self) -> str:
        """As pip takes it."""
        return f"{self.distribution}>={self.lowest}" + (f",<{self.end}" if self.end else "")


RANGES: Final = {
    "smartcard": Range("pyscard", "2.0.5", "3"),
    "luma.oled": Range("luma.oled", "3.15", "4"),
    "PIL": Range("Pillow", "10.1", "14"),
    "smbus2": Range("smbus2", "0.4", "1"),
    "spidev": Range("spidev", "3.6"),
    "gpiozero": Range("gpiozero", "2.0.1", "3"),
    "lgpio": Range("lgpio", "0.2.2"),
    "gpiod": Range("gpiod", "2.1", "3"),
    "cryptography": Range("cryptography", "43", "51"),
}
"""Module -> what setup.cfg says of it; a test compares them."""


def find_misfit(world: World, module: str) -> str:
    """What is wrong with the version of a module that is here, "" when nothing is or nobody knows."""
    wanted = RANGES[module]
    found = world.find_version(wanted.distribution)
    if found is None or not re.match(r"\d", found):
        return ""
    if _order_of(found) < _order_of(wanted.lowest):
        return f"{wanted.distribution} {found} is too old: {wanted.lowest} or later is needed"
    if wanted.end and _order_of(found) >= _order_of(wanted.end):
        return f"{wanted.distribution} {found} is too new: one below {wanted.end} is needed"
    return ""


def _order_of(version: str) -> tuple[int, ...]:
    """Versions in their order (PEP 440, as far as libraries use it): a candidate comes before what it is one for."""
    numbers, rest = re.match(r"([\d.]*\d)(.*)", version).groups()  # type: ignore[union-attr]  # begins with a digit
    release = [int(number) for number in numbers.split(".") if number][:PLACES]
    candidate = re.match(r"[._-]?(a|b|c|rc|dev|alpha|beta|pre)", rest) is not None
    return (*release, *[0] * (PLACES - len(release)), -int(candidate))
