"""How the loop begins, and how it ends: each part is started once, the display first, and closed."""

import pytest

from device.loop import Board, Loop
from device.reader.appliance import ReaderAppliance, ReaderLoop
from drivers.clock import SteppedClock
from drivers.errors import DisplayError
from drivers.ports import Notify, Picture
from drivers.slot.twin import TwinSlot
from tests.promises.rig import Fingers, Glass, Quiet


class Noted(Quiet):
    """A part that writes down what is done to it."""

    def __init__(self, name: str, course: list[str]) -> None:
        self.name, self.course = name, course

    def start(self, notify: Notify) -> None:
        self.course.append(f"{self.name} starts")

    def close(self) -> None:
        self.course.append(f"{self.name} ends")


class NotedKeys(Noted, Fingers):
    """The same as a keypad."""

    def __init__(self, course: list[str]) -> None:
        Fingers.__init__(self)
        Noted.__init__(self, "keypad", course)


class NotedGlass(Glass):
    """The same as a display; `broken`: its bus is not there."""

    def __init__(self, course: list[str], broken: bool = False) -> None:
        super().__init__()
        self.course, self.broken = course, broken

    def start(self) -> None:
        if self.broken:
            raise DisplayError("no bus")
        self.course.append("display starts")

    def show_picture(self, picture: Picture) -> None:
        self.course.append("display shows" if any(picture.rows) else "display is dark")
        super().show_picture(picture)

    def close(self) -> None:
        self.course.append("display ends")


def begun(course: list[str], broken: bool = False) -> ReaderLoop:
    """A reader's loop between parts that are written down."""
    clock = SteppedClock()
    board = Board(clock, NotedKeys(course), NotedGlass(course, broken), Noted("supply", course), Noted("sound", course))
    return Loop(board, ReaderAppliance(TwinSlot(), clock))


def test_a_display_that_cannot_be_opened_is_no_reader() -> None:
    """A fault while it runs is waited for; at the start it is told (exit code 11 of `sesame run`)."""
    course: list[str] = []
    with pytest.raises(DisplayError, match="no bus"):
        begun(course, broken=True).start(lambda: None)
    assert course == [], "and nothing else is begun"


def test_the_first_screen_is_there_before_anything_else_is_asked() -> None:
    course: list[str] = []
    loop = begun(course)
    loop.start(lambda: None)
    assert course[:2] == ["display starts", "display shows"]
    assert [step for step in course if step.endswith("starts")] == [
        "display starts", "keypad starts", "supply starts", "sound starts",
    ]  # fmt: skip


def test_the_glass_is_dark_before_any_part_is_let_go() -> None:
    course: list[str] = []
    loop = begun(course)
    loop.start(lambda: None)
    course.clear()
    loop.close()
    assert course == ["display ends", "keypad ends", "supply ends", "sound ends"]
