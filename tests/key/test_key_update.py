"""An update from the bank's repository to the key that runs it, and everything that may go wrong on the way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from launcher.updating.answers import UpdateFailedError, UpdateTrouble
from launcher.updating.carrying import CarryEnd, UpdateCarrier
from sesame_core.esecure.state import KeyPhase
from tests.key.desk import Desk
from tests.key.update_rig import FIRST, DeskCard, FolderSource, Publisher, UpdatedKey, carry, name_of


@pytest.fixture
def bank(tmp_path: Path) -> Publisher:
    return Publisher(tmp_path)


@pytest.fixture
def key(tmp_path: Path, bank: Publisher) -> UpdatedKey:
    return UpdatedKey(tmp_path / "key", bank.root)


@pytest.fixture
def source(bank: Publisher) -> FolderSource:
    return FolderSource(bank.repository.public)


def never() -> bool:
    return False


def nothing(_percent: int) -> None:
    """Reported to nobody."""


def refused(act: Callable[[], object]) -> UpdateTrouble:
    """Why the launcher says that it did not go on."""
    with pytest.raises(UpdateFailedError) as failure:
        act()
    return failure.value.trouble


# As it should be


def test_an_update_from_the_bank_to_the_running_program(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    published = bank.publish(2)
    desk = key.plug()
    carrier, _ = carry(desk, source)
    found = carrier.look_for_update()
    assert found is not None
    assert (found.running, found.offered, found.size) == (1, 2, published.size)
    seen: list[str] = []
    told: list[int] = []

    def report(percent: int) -> None:
        told.append(percent)
        seen.append(desk.shown)

    assert carrier.carry_update(report, never) is CarryEnd.REPLUG
    assert told == sorted(set(told)), "progress goes back, or is told twice"
    assert told[-1] == 100
    assert seen[1] == f"MISE À JOUR {told[1]} % NE RETIREZ PAS"
    assert desk.shown == "RETIREZ LA CLÉ PUIS REMETTEZ-LA"
    assert source.sent[0][0] == 0
    assert all(before[1] == after[0] for before, after in zip(source.sent, source.sent[1:], strict=False))
    again = carrier.look_for_update()
    assert again is not None
    assert (again.running, again.here) == (1, True), "the version rises before the key was put in again"
    desk.pull()
    desk = key.plug()
    assert key.releases.find_name("current") == name_of(2)
    assert (key.programs / "current/bin/sesame").read_text() == "release 2\n"
    assert (key.programs / "current/bin/sesame").stat().st_mode & 0o111
    assert (key.programs / "current/lib64/data").read_bytes() == (bank.folder / "program-2/lib/data").read_bytes()
    carrier, _ = carry(desk, source)
    assert carrier.look_for_update() is None, "the newest program is offered again"
    assert sorted(path.name for path in key.room.folder.iterdir()) == []


def test_a_key_without_a_root_takes_none(bank: Publisher, source: FolderSource) -> None:
    bank.publish(2)
    carrier, _ = carry(Desk().plug(), source)
    assert refused(carrier.look_for_update) is UpdateTrouble.NOT_TAKEN


def test_cancel_leaves_the_key_as_it_was_and_asks_next_time(
    bank: Publisher, key: UpdatedKey, source: FolderSource
) -> None:
    bank.publish(2)
    desk = key.plug()
    carrier, _ = carry(desk, source)
    answers = iter((False, False, True))
    assert carrier.carry_update(nothing, lambda: next(answers)) is CarryEnd.CANCELLED
    assert desk.phase is KeyPhase.READY, desk.shown
    desk.pull()
    carrier, _ = carry(key.plug(), source)
    found = carrier.look_for_update()
    assert found is not None
    assert found.offered == 2
    assert key.releases.find_name("current") == FIRST


def test_short_commands_in_a_chain_do_as_well(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.publish(2)
    desk = key.plug()

    class Chaining(DeskCard):
        def transmit(self, apdu: bytes) -> bytes:
            if len(apdu) < 7:
                return super().transmit(apdu)
            data = apdu[7:-2]
            while len(data) > 255:
                assert super().transmit(b"\x90" + apdu[1:4] + b"\xff" + data[:255]) == b"\x90\x00"
                data = data[255:]
            return super().transmit(b"\x80" + apdu[1:4] + bytes((len(data),)) + data + b"\0")

    assert UpdateCarrier(Chaining(desk), source).carry_update(nothing, never) is CarryEnd.REPLUG


# Cut, pulled, another computer


class CutCard(DeskCard):
    """Pulled after so many commands. `taken`: the pieces of the program that the key has answered for."""

    def __init__(self, desk: Desk, cut_after: int, taken: list[tuple[int, int]]) -> None:
        super().__init__(desk, cut_after)
        self._taken, self._wants_program = taken, False

    def transmit(self, apdu: bytes) -> bytes:
        """Noted."""
        response = super().transmit(apdu)
        if self._wants_program and response and apdu[1] == 0x22:
            begin = int.from_bytes(apdu[7:11], "big")
            self._taken.append((begin, begin + len(apdu) - 13))
        self._wants_program = response[:1] == b"\3"
        return response


def test_cut_at_each_command_it_goes_on_where_it_was_and_no_byte_comes_twice(
    bank: Publisher, key: UpdatedKey, source: FolderSource
) -> None:
    published = bank.publish(2)
    taken: list[tuple[int, int]] = []
    for cut in range(40):
        desk = key.plug()
        try:
            ended = UpdateCarrier(CutCard(desk, cut, taken), source).carry_update(nothing, never)
        except UpdateFailedError as failure:
            assert failure.trouble is UpdateTrouble.KEY_GONE
            assert key.releases.find_name("current") == FIRST
            desk.pull()
            assert not desk.loop.state.awake
        else:
            assert ended is CarryEnd.REPLUG
            break
    assert len(taken) > 4
    assert [begin for begin, _ in taken] == [0, *(end for _, end in taken[:-1])]
    assert taken[-1][1] == published.size
    key.plug()
    assert key.releases.find_name("current") == name_of(2)
