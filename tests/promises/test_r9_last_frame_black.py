"""R9, in process: whatever ends it, the last frame is black and nothing secret is left. (Signals: tests/device.)"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from device.reader.appliance import ReaderLoop
from drivers.painter.raster import paint_screen
from drivers.ports import Picture
from sesame_core.events import DisplayLost, Event, Millis, SlotLost
from sesame_core.reader.state import Phase, State
from sesame_core.screens import Screen
from tests.promises.rig import Quiet, Rig, link_of
from tests.story import FIRST_CODE, Story

COURSES = [
    "",
    "Code",
    "Code 1 2",
    FIRST_CODE,
    "Code 9 9 9 9 OK",
    "Défi 1 2",
    "Signer 1 OK 2",
    "Signer Signer 1 2 3 4 OK",
]
ENDINGS: dict[str, Callable[[Story], None]] = {
    "35 s": lambda reader: reader.wait(35_000),
    "Arrêt": lambda reader: reader.press("Arrêt"),
    "pull": lambda reader: reader.pull(),
    "halt": lambda reader: reader.bench.loop.halt(),
    "display lost": lambda reader: reader.bench.loop.handle_event(DisplayLost(reader.bench.clock.now())),
    "closed": lambda reader: reader.bench.loop.close(),
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("course", COURSES)
def test_dark_after(reader: Story, course: str, ending: str) -> None:
    reader.insert("bank-card")
    reader.press(course)
    assert not reader.dark()
    ENDINGS[ending](reader)
    assert reader.dark()
    assert not any(link_of(reader.bench.loop).pin._digits)
    assert not any(reader.bench.parts.display.traffic.model.glass().rows)


class SomeError(Exception):
    """Something nobody thought of."""


class Broken(Quiet):
    """A part with a bug that shows at a moment."""

    def __init__(self, at: Millis) -> None:
        self._at = at

    def next_due(self) -> Millis | None:
        """At its moment."""
        return self._at

    def poll_events(self, now: Millis) -> tuple[Event, ...]:
        """The bug."""
        if now >= self._at:
            raise SomeError
        return ()


def test_dark_after_a_bug_in_any_part(reader: Story) -> None:
    """As the service does it: whatever escapes, the loop is closed on the way out."""
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    loop = reader.bench.loop
    broken = Broken(reader.bench.clock.now() + 500)
    loop.board = replace(loop.board, others=(*loop.board.others, broken))
    with pytest.raises(SomeError):
        try:
            reader.wait(1000)
        finally:
            loop.close()
    assert reader.dark()
    assert not any(link_of(loop).pin._digits)


def test_dark_after_a_mirror_with_a_bug() -> None:
    def fail(state: State, _screen: Screen) -> None:
        if state.phase is Phase.NO_READER:
            raise SomeError

    rig = Rig()
    loop = ReaderLoop(rig.loop.board, rig.appliance, [fail])
    loop.start(lambda: None)
    with pytest.raises(SomeError):
        try:
            loop.handle_event(SlotLost(0))
        finally:
            loop.close()
    assert rig.dark


def test_dark_is_every_pixel(reader: Story) -> None:
    size = reader.bench.parts.display.size
    assert paint_screen(Screen(), size) == Picture.dark(*size)
