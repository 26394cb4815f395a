"""Every constant, member of an enumeration and default of the house: one is changed by decision, not by a slip.

They go over wires, into books and onto paper, or are a law's, a data sheet's, a policy's number. After a wanted change:
`python -m pytest --golden-record tests/told`, and the difference is read before it is committed.
"""

import pytest

from tests.golden_plugin import GoldenText
from tests.told.constants import list_modules, list_rooms, tell_module

PACKAGES = ("bank", "device", "drivers", "launcher", "merchant", "sesame", "simulator", "web")
"""All but the heart, whose tests notice such a change one by one."""

ROOMS = [room for package in PACKAGES for room in list_rooms(package)]


@pytest.mark.parametrize("room", ROOMS)
def test_constants_are_those_that_were_decided(room: str, golden_text: GoldenText) -> None:
    lines = [line for module in list_modules(room) for line in tell_module(module)]
    assert lines
    golden_text("\n".join(lines) + "\n", f"constants/{room}")
