"""A disk that answers EIO, at each call that an update makes of it: said in words, nothing lost, the key goes on."""

import errno
import io
import os
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest

from drivers.updates.disk import UpdateDisk, UpdateDiskError, read_blocks
from drivers.updates.releases import ProgramReleases
from drivers.updates.waiting import WaitingRoom
from launcher.updating.answers import UpdateFailedError, UpdateTrouble
from launcher.updating.carrying import CarryEnd
from sesame_core.esecure.state import KeyPhase
from tests.key.test_update_parts import NAME, archive_of, offer_of
from tests.key.update_rig import FolderSource, Publisher, QuickDisk, UpdatedKey, carry

READS = ("stat", "lstat", "listdir", "scandir", "readlink")
WRITES = ("open", "symlink", "replace", "rename", "unlink", "rmdir", "mkdir", "chmod", "truncate")
BY_DESCRIPTOR = ("fsync", "pwrite", "fchmod")
CONTENT = b"a program"
EIO = "Input/output error"


class FailingCalls:
    """The system's calls about what is below `root`; the one of that number fails. Nothing is waited for until it is on
    the disk."""

    def __init__(self, root: Path, at: int) -> None:
        self._root, self._left = str(root), at
        self._patch = pytest.MonkeyPatch()

    @property
    def hit(self) -> bool:
        """Whether there were so many."""
        return self._left <= 0

    def __enter__(self) -> Self:
        for name in (*READS, *WRITES, *BY_DESCRIPTOR):
            self._patch.setattr(os, name, self._counting(self._real(name), always=name in BY_DESCRIPTOR))
        self._patch.setattr(io, "open", self._counting(io.open, always=False))
        return self

    def __exit__(self, *_error: object) -> None:
        self._patch.undo()

    def _real(self, name: str) -> Callable[..., Any]:
        return (lambda _descriptor: None) if name == "fsync" else getattr(os, name)

    def _counting(self, real: Callable[..., Any], *, always: bool) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the call takes
            if always or (isinstance(arguments[0], str | Path) and str(arguments[0]).startswith(self._root)):
                self._left -= 1
                if not self._left:
                    raise OSError(errno.EIO, EIO)
            return real(*arguments, **named)

        return call


def go_through_room(home: Path, disk: UpdateDisk) -> None:
    """All that the key's program does in the folder of programs that arrive, and root after it."""
    room, offer = WaitingRoom(home / "room", disk), offer_of(CONTENT, unpacked=1)
    here = room.begin(offer)
    while here < len(CONTENT):
        room.add_block(offer, here, CONTENT[here : here + 4])
        here = room.count_bytes(offer)
    room.finish(offer, {"root": b"\1"})
    assert room.is_ready
    ready = room.read_ready()
    assert ready is not None
    assert b"".join(read_blocks(ready[0])) == CONTENT
    room.clear()
    assert not room.is_ready


def test_a_program_that_arrives_at_a_disk_that_fails_at_each_call(tmp_path: Path) -> None:
    for at in count(1):
        home = tmp_path / str(at)
        home.mkdir()
        with FailingCalls(home, at) as calls:
            try:
                go_through_room(home, UpdateDisk())
            except UpdateDiskError as error:
                assert EIO in str(error)
                assert "check rights and space" in str(error)
        if not calls.hit:
            break
        go_through_room(home, QuickDisk())
    assert at > 30


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A program's, packed once."""
    return archive_of(tmp_path_factory.mktemp("archive") / "a", ("file", b"new", 0o644)).read_bytes()


def add_program(releases: ProgramReleases) -> None:
    releases.add_program(offer_of(b"", 6), releases.folder / "archive")


def lay_releases(home: Path, archive: bytes) -> ProgramReleases:
    (home / "releases/old").mkdir(parents=True)
    (home / "archive").write_bytes(archive)
    (home / "releases/old/number").write_text("5")
    (home / "current").symlink_to("releases/old")
    return ProgramReleases(home, QuickDisk())


def test_a_program_that_is_put_in_place_on_a_disk_that_fails_at_each_call(tmp_path: Path, archive: bytes) -> None:
    """Whichever fails, the current program is there and is what starts, until the new one has run."""
    for at in count(1):
        releases = lay_releases(tmp_path / str(at), archive)
        releases.choose_program()
        with FailingCalls(releases.folder, at) as calls:
            failing = replace(releases, disk=UpdateDisk())
            try:
                add_program(failing)
                failing.choose_program()
                failing.confirm_program()
            except UpdateDiskError as error:
                assert EIO in str(error)
        if not calls.hit:
            break
        current = releases.find_name("current")
        assert current in {"old", NAME}
        assert releases.find_name("chosen") in {current, NAME}
        assert (releases.folder / "releases" / current / ("number" if current == "old" else "file")).is_file()
        if current == "old":
            add_program(releases)
        assert releases.choose_program() == NAME
        assert releases.confirm_program() == NAME
    assert at > 60


def test_a_program_that_did_not_run_gives_way_though_that_cannot_be_written_down(
    tmp_path: Path, archive: bytes
) -> None:
    releases = lay_releases(tmp_path, archive)
    add_program(releases)
    assert [releases.choose_program() for _ in range(3)] == [NAME] * 3

    class Failing(UpdateDisk):
        def replace_file(self, path: Path, content: bytes, mode: int = 0o644) -> None:
            raise UpdateDiskError(f"{path}: {EIO}; check rights and space")

    with pytest.raises(UpdateDiskError, match="failed: Input/output"):
        ProgramReleases(tmp_path, Failing()).choose_program()
    assert releases.find_name("chosen") == "old", "it would have been started for ever"
    assert releases.choose_program() == "old"
    assert releases.failed == {NAME}


class FailingFolder:
    """Cannot be listed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> None:
        for name in ("listdir", "scandir"):
            self._patch.setattr(os, name, self._failing(getattr(os, name)))

    def __exit__(self, *_error: object) -> None:
        self._patch.undo()

    def _failing(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def listed(path: object) -> Any:  # noqa: ANN401 - whatever the call gives
            if str(path) == str(self._folder):
                raise OSError(errno.EIO, EIO)
            return real(path)

        return listed


def test_a_folder_that_cannot_be_read_ends_the_update_and_not_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = Publisher(tmp_path)
    bank.publish(2, size=100)
    key = UpdatedKey(tmp_path / "key", bank.root, disk=QuickDisk())
    desk, source = key.plug(), FolderSource(bank.repository.public)
    carrier, _ = carry(desk, source)
    assert carrier.look_for_update() is not None
    with FailingFolder(key.room.folder), pytest.raises(UpdateFailedError) as failure:
        carrier.carry_update(lambda _percent: None, lambda: False)
    assert failure.value.trouble is UpdateTrouble.NOT_STORED
    assert desk.phase is KeyPhase.READY
    assert carry(desk, source)[0].carry_update(lambda _percent: None, lambda: False) is CarryEnd.REPLUG
