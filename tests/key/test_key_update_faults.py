"""What an update may meet: a repository that lies, a full disk, a program that does not run. The old one runs on."""

import json
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.updates.disk import UpdateDiskError
from drivers.updates.judging import read_moment
from drivers.updates.memory import UpdateMemory
from drivers.vault.sealed import open_seal
from launcher.updating.answers import BLOCK_SIZE, Need, UpdateFailedError, UpdateTrouble, read_answer, write_command
from launcher.updating.carrying import CarryEnd
from sesame_core.esecure.state import KeyPhase
from tests.key.desk import POWER_ON, SECURE, Desk
from tests.key.update_rig import FIRST, FolderSource, Publisher, QuickDisk, UpdatedKey, carry, name_of
from tests.usb.wire import verification


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


def take(desk: Desk, source: FolderSource) -> CarryEnd:
    return carry(desk, source)[0].carry_update(nothing, never)


def look(desk: Desk, source: FolderSource) -> int:
    """The number of the release that is offered, 0 for none."""
    found = carry(desk, source)[0].look_for_update()
    return found.offered if found else 0


def refused(act: Callable[[], object]) -> UpdateTrouble:
    with pytest.raises(UpdateFailedError) as failure:
        act()
    return failure.value.trouble


# The repository


class DamagingSource(FolderSource):
    """One bit of the third block of a program is another."""

    def fetch_blocks(self, name: str, offset: int, limit: int) -> Generator[bytes, None, None] | None:
        blocks = super().fetch_blocks(name, offset, limit)
        return self._damage(blocks) if blocks is not None and name.startswith("programs") else blocks

    def _damage(self, blocks: Iterator[bytes]) -> Generator[bytes, None, None]:
        for number, block in enumerate(blocks):
            yield bytes((block[0] ^ 1,)) + block[1:] if number == 2 else block


def test_a_block_that_was_damaged_on_the_way(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.publish(2)
    desk = key.plug()
    assert refused(lambda: take(desk, DamagingSource(bank.repository.public))) is UpdateTrouble.WRONG_CONTENT
    assert desk.phase is KeyPhase.READY, "the glass still says that it goes on"
    assert key.start() == FIRST
    assert take(desk, source) is CarryEnd.REPLUG, "the damage stays"
    assert key.start() == name_of(2)


def test_a_program_that_is_another_one(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    published = bank.publish(2)
    path = next((bank.repository.public / "programs").iterdir())
    path.write_bytes(bytes(published.size))
    assert refused(lambda: take(key.plug(), source)) is UpdateTrouble.WRONG_CONTENT
    assert key.start() == FIRST


def test_a_program_that_is_shorter_than_it_was_signed(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.publish(2)
    path = next((bank.repository.public / "programs").iterdir())
    path.write_bytes(path.read_bytes()[:-100])
    desk = key.plug()
    assert refused(lambda: take(desk, source)) is UpdateTrouble.NO_SERVER
    assert desk.phase is KeyPhase.READY


def test_a_program_or_a_file_that_is_longer_is_not_taken_beyond_its_end(bank: Publisher, key: UpdatedKey) -> None:
    published = bank.publish(2)
    desk = key.plug()
    source = FolderSource(bank.repository.public)
    carrier, card = carry(desk, source)
    assert carrier.look_for_update() is not None
    answer = read_answer(card.transmit(write_command(0x20, 1)))
    assert (answer.need, answer.offset, answer.limit) == (Need.PROGRAM, 0, published.size)
    at = 0
    while published.size - at > 2048:
        answer = read_answer(card.transmit(write_command(0x22, 0, at.to_bytes(4, "big") + bytes(2048))))
        at = answer.offset
    too_long = at.to_bytes(4, "big") + bytes(published.size - at + 1)
    assert refused(lambda: read_answer(card.transmit(write_command(0x22, 0, too_long)))) is UpdateTrouble.KEY_REFUSED
    metadata = read_answer(card.transmit(write_command(0x20)))
    assert metadata.need is Need.METADATA
    at = 0
    with pytest.raises(UpdateFailedError) as failure:
        while at <= metadata.limit:
            read_answer(card.transmit(write_command(0x22, 0, at.to_bytes(4, "big") + bytes(2048))))
            at += 2048
    assert failure.value.trouble is UpdateTrouble.KEY_REFUSED
    assert at <= metadata.limit
    assert refused(lambda: take(desk, source)) is UpdateTrouble.WRONG_CONTENT, "what was there were noughts"
    assert take(desk, source) is CarryEnd.REPLUG


def test_somebody_elses_repository(tmp_path: Path, key: UpdatedKey) -> None:
    other = Publisher(tmp_path / "other")
    other.publish(9)
    assert refused(lambda: look(key.plug(), FolderSource(other.repository.public))) is UpdateTrouble.NOT_SIGNED


def test_a_root_that_only_one_of_three_has_signed(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.repository.rotate_root()
    bank.publish(2)
    path = bank.metadata / "2.root.json"
    told = json.loads(path.read_text())
    old = json.loads(bank.root)["signed"]["roles"]["root"]["keyids"]
    first = next(each for each in told["signatures"] if each["keyid"] in old)
    fresh = [each for each in told["signatures"] if each["keyid"] not in old]
    path.write_text(json.dumps({**told, "signatures": [first, *fresh]}))
    assert refused(lambda: look(key.plug(), source)) is UpdateTrouble.NOT_SIGNED
    path.write_text(json.dumps({**told, "signatures": [each for each in told["signatures"] if each not in fresh]}))
    assert refused(lambda: look(key.plug(), source)) is UpdateTrouble.NOT_SIGNED
    path.write_text(json.dumps(told))
    assert look(key.plug(), source) == 2


def test_new_keys_for_every_role_twice(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.publish(2)
    assert look(key.plug(), source) == 2
    assert bank.repository.rotate_root() == 2
    assert look(key.plug(), source) == 2, "known from before the rotation"
    bank.repository.rotate_root()
    bank.publish(3)
    assert take(key.plug(), source) is CarryEnd.REPLUG
    assert key.start() == name_of(3), key.troubles


def test_an_older_repository_after_a_newer_one(
    tmp_path: Path, bank: Publisher, key: UpdatedKey, source: FolderSource
) -> None:
    bank.publish(2)
    old = shutil.copytree(bank.repository.public, tmp_path / "old")
    bank.publish(3)
    assert look(key.plug(), source) == 3
    assert refused(lambda: look(key.plug(), FolderSource(old))) is UpdateTrouble.ROLLED_BACK
    assert look(key.plug(), source) == 3


@pytest.mark.parametrize("file", ["snapshot", "targets"])
def test_metadata_of_two_moments(
    tmp_path: Path, bank: Publisher, key: UpdatedKey, source: FolderSource, file: str
) -> None:
    bank.publish(2)
    old = max(bank.metadata.glob(f"*.{file}.json"))
    bank.publish(3)
    new = max(bank.metadata.glob(f"*.{file}.json"))
    kept = new.read_bytes()
    new.write_bytes(old.read_bytes())
    assert refused(lambda: look(key.plug(), source)) is UpdateTrouble.ROLLED_BACK
    new.write_bytes(kept)
    assert look(key.plug(), source) == 3


def test_expiry_is_measured_by_signed_time(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.publish(2)
    bank.pass_days(40)
    bank.repository.renew()
    assert look(key.plug(), source) == 2, "time has passed in the repository alone"
    bank.pass_days(-40)
    bank.repository.renew()
    assert refused(lambda: look(key.plug(), source)) is UpdateTrouble.EXPIRED
    bank.pass_days(41)
    bank.repository.renew()
    assert look(key.plug(), source) == 2


def test_a_snapshot_that_expired_under_a_fresh_timestamp(
    bank: Publisher, key: UpdatedKey, source: FolderSource
) -> None:
    bank.publish(2)
    bank.pass_days(400)
    bank.repository.renew()  # snapshot and timestamp are fresh, the targets are 400 days old
    assert refused(lambda: look(key.plug(), source)) is UpdateTrouble.EXPIRED
    bank.publish(3)
    assert look(key.plug(), source) == 3


def test_whoever_has_the_timestamps_key_cannot_stop_a_keys_time_for_good(
    bank: Publisher, key: UpdatedKey, source: FolderSource
) -> None:
    bank.publish(2)
    bank.pass_days(36_000)
    bank.repository.renew()
    with pytest.raises(UpdateFailedError):
        look(key.plug(), source)
    bank.pass_days(-36_000 + 729)  # the bank is back, and makes a root that lasts longer
    bank.repository.rotate_root()
    bank.publish(3)
    assert look(key.plug(), source) == 3


def test_a_release_below_one_that_ran_here(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    memory = UpdateMemory(key.medium, open_seal(key.medium), read_moment(bank.root))
    memory.raise_floor(5)
    bank.publish(4)
    assert refused(lambda: look(key.plug(), source)) is UpdateTrouble.ROLLED_BACK
    bank.publish(5)
    assert look(key.plug(), source) == 0
    bank.publish(6)
    assert look(key.plug(), source) == 6


# The disk


class FullDisk(QuickDisk):
    """So many writes fit, then none."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def _write(self, path: Path, offset: int, content: bytes) -> None:
        if not self.left:
            super()._write(path, offset, content[: len(content) // 2])
            raise OSError(28, "No space left on device")
        self.left -= 1
        super()._write(path, offset, content)


class SmallDisk(QuickDisk):
    """Nearly full."""

    def find_room(self, _path: Path) -> int:
        return 1_000_000


def test_a_disk_that_is_full_at_each_write(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.publish(2)
    seen: list[str] = []
    for writes in range(60):
        disk = FullDisk(writes)
        full = UpdatedKey(key.folder, bank.root, key.medium, disk)
        desk = full.plug()
        seen.append(full.releases.find_name("current"))
        if seen[-1] == name_of(2):
            break
        try:
            take(desk, source)
        except UpdateFailedError as failure:
            assert failure.trouble is UpdateTrouble.NOT_STORED
            assert desk.phase is KeyPhase.READY
    assert seen[-1] == name_of(2)
    assert len(seen) > 4
    assert set(seen[:-1]) == {FIRST}


def test_a_disk_that_is_full_at_each_write_of_a_start(
    tmp_path: Path, bank: Publisher, key: UpdatedKey, source: FolderSource
) -> None:
    bank.publish(2)
    assert take(key.plug(), source) is CarryEnd.REPLUG
    for writes in range(60):
        home = shutil.copytree(key.folder, tmp_path / f"full-{writes}", symlinks=True)
        full = UpdatedKey(home, bank.root, disk=FullDisk(writes))
        if full.start() == name_of(2):
            break
        assert full.releases.find_name("chosen") == full.releases.find_name("current") == FIRST
        again = UpdatedKey(home, bank.root)
        assert again.start() in {FIRST, name_of(2)}
        desk = again.plug()
        assert look(desk, source) == 2 or again.releases.find_name("current") == name_of(2)
    assert 3 < writes < 59


def test_no_room_is_said_before_a_byte_is_carried(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.publish(2)
    small = UpdatedKey(key.folder, bank.root, key.medium, SmallDisk())
    assert refused(lambda: take(small.plug(), source)) is UpdateTrouble.NOT_STORED
    assert not source.sent


def test_an_error_of_the_disk_names_the_file_and_the_cure(tmp_path: Path) -> None:
    with pytest.raises(UpdateDiskError, match=r"part: No space left on device; check rights and space"):
        FullDisk(0).append_bytes(tmp_path / "part", 0, b"1234")
    assert (tmp_path / "part").read_bytes() == b"", "what was written of it stays"


# The program


def test_three_starts_that_fail_and_the_old_one_is_back(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.publish(2)
    assert take(key.plug(), source) is CarryEnd.REPLUG
    key.broken = frozenset({name_of(2)})
    assert [key.start() for _ in range(5)] == ["", "", "", FIRST, FIRST]
    assert look(key.plug(), source) == 0, "the program that does not run is offered again"
    bank.publish(3)
    assert take(key.plug(), source) is CarryEnd.REPLUG
    assert key.start() == name_of(3)


def test_a_program_that_unpacks_to_more_than_was_signed(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.publish(2, unpacked=5000)
    assert take(key.plug(), source) is CarryEnd.REPLUG
    assert key.start() == FIRST
    assert "too long" in key.troubles[0]
    assert look(key.plug(), source) == 0, "it is signed, and does not get better"


def test_what_somebody_wrote_into_the_waiting_room_is_not_believed(
    bank: Publisher, key: UpdatedKey, source: FolderSource
) -> None:
    """The key's program has no privilege; root starts what is chosen."""
    bank.publish(2)
    assert take(key.plug(), source) is CarryEnd.REPLUG
    (whole,) = key.room.folder.glob("*.whole")
    whole.write_bytes(bytes(whole.stat().st_size))
    assert key.start() == FIRST
    assert key.troubles == ["the program that waits is not the signed one"]
    assert not key.room.is_ready
    paper: dict[str, Any] = {"digest": "../../etc", "accepted": {}}
    for text in (json.dumps(paper), "[]", "{", json.dumps({"digest": "ab", "accepted": {"1.root.json": "AA=="}})):
        (key.room.folder / "ready").write_text(text)
        assert key.start() == FIRST
        assert not key.room.is_ready


# The person and the computer


def test_tries_left_never_rise(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.publish(2)
    desk = key.plug()
    assert desk.secure(verification(), "111111O").data.hex() == "63c2"
    assert take(desk, source) is CarryEnd.REPLUG
    assert desk.host.raw("00200080") == "63C2"
    desk = key.plug()
    assert key.releases.find_name("current") == name_of(2)
    assert desk.host.raw("00200080") == "63C2"


def test_a_pin_that_is_wanted_in_the_middle(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    bank.publish(2)
    desk = key.plug()
    carrier, card = carry(desk, source)
    assert carrier.look_for_update() is not None
    answer = read_answer(card.transmit(write_command(0x20, 1)))
    blocks = source.fetch_blocks(f"programs/{answer.name}", 0, answer.limit)
    assert blocks is not None
    read_answer(card.transmit(write_command(0x22, 0, bytes(4) + next(blocks))))
    assert desk.phase is KeyPhase.UPDATE
    sequence = desk.send(SECURE, verification())
    desk.press("123456O")
    assert desk.finish(sequence).data.hex() == "9000"
    assert take(desk, source) is CarryEnd.REPLUG


def test_two_programs_of_one_computer_and_two_computers(bank: Publisher, key: UpdatedKey, source: FolderSource) -> None:
    published = bank.publish(2)
    desk = key.plug()
    one, card = carry(desk, source)
    assert one.look_for_update() is not None
    first = read_answer(card.transmit(write_command(0x20, 1)))
    content = (bank.repository.public / "programs" / first.name).read_bytes()
    read_answer(card.transmit(write_command(0x22, 0, bytes(4) + content[:2048])))
    assert look(desk, source) == 2, "another one looks"
    block = (2048).to_bytes(4, "big") + content[2048:4096]
    assert refused(lambda: read_answer(card.transmit(write_command(0x22, 0, block)))) is UpdateTrouble.KEY_REFUSED
    desk.pull()
    desk.plug()
    assert refused(lambda: read_answer(card.transmit(write_command(0x22, 0, block)))) is UpdateTrouble.KEY_REFUSED
    source.sent.clear()
    assert take(desk, source) is CarryEnd.REPLUG
    assert (source.sent[0][0], source.sent[-1][1]) == (2048, published.size)


def test_an_update_that_stands_still_goes_dark_and_goes_on(
    bank: Publisher, key: UpdatedKey, source: FolderSource
) -> None:
    bank.publish(2)
    desk = key.plug()
    carrier, card = carry(desk, source)
    assert carrier.look_for_update() is not None
    read_answer(card.transmit(write_command(0x20, 1)))
    assert desk.shown == "MISE À JOUR 0 % NE RETIREZ PAS"
    desk.pass_time(60_000)
    assert desk.phase is KeyPhase.ASLEEP
    assert take(desk, source) is CarryEnd.REPLUG


# Nonsense

FUZZ = settings(max_examples=40, deadline=None)


def batched(content: bytes) -> Generator[bytes, None, None]:
    """In the launcher's blocks."""
    return (content[at : at + BLOCK_SIZE] for at in range(0, len(content), BLOCK_SIZE))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    bank = Publisher(tmp_path_factory.mktemp("published"))
    bank.repository.rotate_root()
    bank.publish(2, size=3000)
    return bank


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@FUZZ
@given(data=st.data())
def test_metadata_that_were_changed_anywhere(published: Publisher, home: Path, data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(sorted(published.metadata.glob("*.json"))))
    content = bytearray(chosen.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    instead = data.draw(st.binary(min_size=1, max_size=40) | st.just(b"[" * 2000) | st.just(b"1e999,"))
    content[at : at + len(instead)] = instead

    class Changing(FolderSource):
        def fetch_blocks(self, name: str, offset: int, limit: int) -> Generator[bytes, None, None] | None:
            changed = self.public / name == chosen
            return batched(bytes(content)) if changed else super().fetch_blocks(name, offset, limit)

    key = UpdatedKey(home, published.root)
    desk = key.plug()
    try:
        assert look(desk, Changing(published.repository.public)) == 2, "a signature over other bytes"
    except UpdateFailedError as failure:
        assert failure.trouble in {UpdateTrouble.NOT_SIGNED, UpdateTrouble.KEY_REFUSED, UpdateTrouble.ROLLED_BACK}
    assert desk.host.raw("00200080") == "63C3", "the card does not answer any more"
    assert look(desk, FolderSource(published.repository.public)) == 2


BODIES = st.binary(max_size=99)
COMMANDS = st.builds(
    lambda cla, ins, rest, data: bytes((cla, ins)) + rest + data,
    st.sampled_from([0x80, 0x90]),
    st.sampled_from([0x20, 0x22, 0x24, 0x26, 0x21, 0x27]),
    st.binary(min_size=0, max_size=2) | st.sampled_from([b"\0\0", b"\1\0"]),
    st.binary(max_size=300) | BODIES.map(lambda body: b"\0" + len(body).to_bytes(2, "big") + body),
)


@FUZZ
@given(commands=st.lists(COMMANDS, max_size=12))
def test_whatever_is_sent_to_the_updates_commands(published: Publisher, home: Path, commands: list[bytes]) -> None:
    desk = UpdatedKey(home, published.root).plug()
    for command in commands:
        assert len(desk.exchange(command)) >= 2
    desk.finish(desk.send(POWER_ON))  # what is half said ends with the card's power
    desk.host.select()
    assert look(desk, FolderSource(published.repository.public)) == 2
    assert desk.host.raw("00200080") == "63C3"
