"""Every word that people read, one file for each language of each room: one is changed knowingly.

After a wanted change: `python -m pytest --golden-record tests/told`, and the difference is read before it is committed.
"""

from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib import import_module

import pytest

from tests.golden_plugin import GoldenText
from tests.told.telling import ROOT, find_parts, tell_lines

LANGUAGES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in ("bank", "launcher", "merchant", "sesame_core", "simulator")
    for path in sorted((ROOT / package).rglob("words/??.py"))
]
"""The module of each."""


def tell_language(module: str) -> Iterator[str]:
    """What no other value of the module holds already, and all in it."""
    known = vars(import_module(module))
    said = {name: value for name, value in known.items() if is_dataclass(value) and not isinstance(value, type)}
    within = {id(part) for value in said.values() for part in find_parts(value)}
    for name, value in said.items():
        if id(value) not in within:
            yield from tell_lines(value, name)


@pytest.mark.parametrize("module", LANGUAGES)
def test_words_are_those_that_were_read(module: str, golden_text: GoldenText) -> None:
    lines = list(tell_language(module))
    assert len({line.partition(" = ")[0].partition(".")[0] for line in lines}) == 1, "one value is the language"
    golden_text("\n".join(lines) + "\n", f"words/{module}")


def test_every_room_with_words_speaks_two_languages() -> None:
    rooms = {module.rpartition(".")[0] for module in LANGUAGES}
    assert {(room, code) for room in rooms for code in ("fr", "en")} <= {
        (module.rpartition(".")[0], module.rpartition(".")[2]) for module in LANGUAGES
    }
    assert len(rooms) > 15
