"""The update's desk on the key: what the computer is answered, and what the glass is told of it, once."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from device.esecure.updating import UpdateDesk, UpdateRootError, read_root
from drivers.errors import DriverError
from drivers.updates.taking import UpdateTaking
from sesame_core.esecure.events import UpdateEnded, UpdateMoved, UpdateStopped
from sesame_core.esecure.updating import UpdateAnswer, UpdateIns, UpdateNeed, write_answer
from sesame_core.events import Event
from sesame_core.piv.status import PivRefusedError, PivStatus
from sesame_core.piv.transport import PivCommand
from sesame_core.piv.vault import VaultError

BEGIN, STOP = b"\x80\x20\x01\x00", b"\x80\x26\x00\x00"
DONE = b"\x90\x00"


class Taking:
    """Answers what was laid ready."""

    def __init__(self, *answers: UpdateAnswer | Exception) -> None:
        self.answers = list(answers)
        self.taken: list[PivCommand] = []
        self.forgotten = 0

    def take_command(self, command: PivCommand) -> UpdateAnswer:
        self.taken.append(command)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def forget(self) -> None:
        self.forgotten += 1


def desk_with(*answers: UpdateAnswer | Exception) -> tuple[UpdateDesk, Taking]:
    taking = Taking(*answers)
    return UpdateDesk(lambda: cast("UpdateTaking", taking)), taking


def ask(desk: UpdateDesk, apdu: bytes) -> bytes:
    steps = desk.exchange(apdu)
    with pytest.raises(StopIteration) as ended:
        next(steps)
    return bytes(ended.value.value)


def told(desk: UpdateDesk, at: int = 5) -> Sequence[Event]:
    return desk.take_events(at)


MOVED = UpdateAnswer(UpdateNeed.PROGRAM, percent=40, running=1, offered=2)
ENDED = UpdateAnswer(UpdateNeed.REPLUG)
NOTHING = UpdateAnswer(UpdateNeed.NOTHING)


def test_the_glass_is_told_how_far_it_is_and_that_it_is_there() -> None:
    desk, _ = desk_with(MOVED, ENDED, NOTHING)
    assert ask(desk, BEGIN) == write_answer(MOVED) + DONE
    assert told(desk) == [UpdateMoved(5, 40)]
    assert told(desk) == [], "once"
    assert ask(desk, BEGIN) == write_answer(ENDED) + DONE
    assert told(desk) == [UpdateEnded(5)]
    assert ask(desk, STOP) == write_answer(NOTHING) + DONE
    assert told(desk) == [], "what is there cannot be stopped any more"


def test_what_the_glass_never_showed_does_not_stop_on_it() -> None:
    desk, _ = desk_with(NOTHING, NOTHING, PivRefusedError(PivStatus.WRONG_DATA))
    ask(desk, BEGIN)
    ask(desk, STOP)
    assert ask(desk, BEGIN) == b"\x6a\x80"
    assert told(desk) == []


@pytest.mark.parametrize(
    ("end", "answered"),
    [
        (NOTHING, write_answer(NOTHING) + DONE),
        (PivRefusedError(PivStatus.WRONG_DATA), b"\x6a\x80"),
        (VaultError("the medium"), b"\x65\x81"),
    ],
)
def test_an_end_before_its_time_is_told_once(end: UpdateAnswer | Exception, answered: bytes) -> None:
    desk, _ = desk_with(MOVED, end, NOTHING)
    ask(desk, BEGIN)
    told(desk)
    assert ask(desk, STOP) == answered
    assert told(desk) == [UpdateStopped(5)]
    ask(desk, STOP)
    assert told(desk) == []


def test_another_computer_begins_with_nothing_on_the_glass() -> None:
    desk, taking = desk_with(MOVED, NOTHING)
    desk.leave_host()
    assert taking.forgotten == 0, "it was not opened yet"
    ask(desk, BEGIN)
    desk.leave_host()
    assert taking.forgotten == 1
    assert told(desk) == []
    ask(desk, STOP)
    assert told(desk) == []


def test_a_command_in_links_is_one_and_half_a_one_goes_with_the_power() -> None:
    desk, taking = desk_with(MOVED)
    link = bytes((0x90, UpdateIns.GIVE_BLOCK, 0, 0, 4)) + bytes(4)
    assert ask(desk, link) == DONE
    desk.forget_chain()
    assert ask(desk, link) == DONE
    assert ask(desk, bytes((0x80, UpdateIns.GIVE_BLOCK, 0, 0, 1)) + b"x") == write_answer(MOVED) + DONE
    assert [each.data for each in taking.taken] == [bytes(4) + b"x"]


def test_a_key_that_cannot_judge_any_takes_none() -> None:
    assert ask(UpdateDesk(), BEGIN) == b"\x6a\x81"
    opened = []

    def fail() -> UpdateTaking:
        opened.append(True)
        raise DriverError("python-tuf is missing")

    desk = UpdateDesk(fail)
    assert opened == []
    assert ask(desk, BEGIN) == b"\x6a\x81"
    assert ask(desk, BEGIN) == b"\x6a\x81"
    assert opened == [True, True]
    assert repr(desk) == "<UpdateDesk>"


@pytest.mark.parametrize(
    ("apdu", "own"),
    [(BEGIN, True), (STOP, True), (b"\x90\x22\0\0", True), (b"\x00\x20\0\0", False), (b"\x80\x2a\0\0", False)],
)
def test_only_its_own_commands_are_its(apdu: bytes, own: bool) -> None:
    assert UpdateDesk().takes_command(apdu) is own


def test_the_root_of_updates_is_a_small_file(tmp_path: Path) -> None:
    path = tmp_path / "root.json"
    with pytest.raises(UpdateRootError, match=r"cannot read .*root\.json: No such file .*set key\.updates"):
        read_root(path)
    path.write_bytes(bytes(8192))
    assert read_root(path) == bytes(8192)
    path.write_bytes(bytes(8193))
    with pytest.raises(UpdateRootError, match="more than 8192 bytes"):
        read_root(path)
