"""An update's parts one by one: where a program waits, how it is unpacked, which of two is started."""

import hashlib
import io
import json
import os
import stat
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from drivers.updates.disk import UpdateDisk, UpdateDiskError, read_blocks, read_small
from drivers.updates.offers import ProgramOffer, UpdateRefusedError
from drivers.updates.releases import ProgramReleases
from drivers.updates.unpacking import Unpacker
from drivers.updates.waiting import WaitingRoom, digest_file

NAME = "0123456789ab"


def offer_of(content: bytes, release: int = 7, name: str = NAME, unpacked: int = 1_000) -> ProgramOffer:
    digest = hashlib.sha256(content).hexdigest()
    return ProgramOffer(release, name, f"{digest}.key-release", len(content), digest, unpacked)


class Disk(UpdateDisk):
    """With as much room as a test says."""

    room = 1 << 40

    def find_room(self, path: Path) -> int:
        return self.room


# Where a program waits


def test_a_program_arrives_block_by_block_and_waits_with_its_paper(tmp_path: Path) -> None:
    room, offer = WaitingRoom(tmp_path / "room", Disk()), offer_of(b"program")
    assert room.begin(offer) == 0
    assert stat.S_IMODE((tmp_path / "room").stat().st_mode) == 0o700
    room.add_block(offer, 0, b"pro")
    assert (room.count_bytes(offer), room.begin(offer)) == (3, 3)
    room.add_block(offer, 3, b"gram")
    assert not room.is_ready
    assert room.read_ready() is None
    room.finish(offer, {"root": b"\1"})
    assert room.is_ready
    ready = room.read_ready()
    assert ready is not None
    path, accepted = ready
    assert (path.read_bytes(), accepted) == (b"program", {"root": b"\1"})
    assert json.loads((tmp_path / "room/ready").read_text()) == {"digest": offer.digest, "accepted": {"root": "AQ=="}}
    room.clear()
    assert list((tmp_path / "room").iterdir()) == []
    room.clear()


def test_another_program_takes_the_place_of_one_that_has_begun(tmp_path: Path) -> None:
    room, first, second = WaitingRoom(tmp_path, Disk()), offer_of(b"first"), offer_of(b"second")
    room.begin(first)
    room.add_block(first, 0, b"fir")
    (tmp_path / "ready").write_text("{}")
    assert room.begin(second) == 0
    assert (room.count_bytes(first), sorted(path.name for path in tmp_path.iterdir())) == (0, ["ready"])


def test_more_than_was_offered_is_begun_anew(tmp_path: Path) -> None:
    room, offer = WaitingRoom(tmp_path, Disk()), offer_of(b"program")
    (tmp_path / f"{offer.digest}.part").write_bytes(bytes(8))
    assert room.begin(offer) == 0
    (tmp_path / f"{offer.digest}.part").write_bytes(bytes(7))
    assert room.begin(offer) == 7


def test_what_is_not_the_signed_program_is_forgotten(tmp_path: Path) -> None:
    room, offer = WaitingRoom(tmp_path, Disk()), offer_of(b"program")
    room.begin(offer)
    room.add_block(offer, 0, b"program!"[:7].replace(b"p", b"q"))
    with pytest.raises(UpdateRefusedError):
        room.finish(offer, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("here", [0, 3])
def test_there_is_room_for_the_program_twice_and_for_what_is_in_it(tmp_path: Path, here: int) -> None:
    disk, offer = Disk(), offer_of(b"program", unpacked=1_000)
    room = WaitingRoom(tmp_path, disk)
    (tmp_path / f"{offer.digest}.part").write_bytes(bytes(here))
    disk.room = 2 * 7 - here + 1_000 + (8 << 20)
    assert room.begin(offer) == here
    disk.room -= 1
    with pytest.raises(UpdateDiskError, match=f"no room for {disk.room + 1} bytes"):
        room.begin(offer)


@pytest.mark.parametrize(
    "paper", ["", "[]", "{}", '{"digest": "xy", "accepted": {}}', '{"digest": "00", "accepted": 1}']
)
def test_a_paper_that_is_none_of_ours_is_none(tmp_path: Path, paper: str) -> None:
    (tmp_path / "ready").write_text(paper)
    assert WaitingRoom(tmp_path, Disk()).read_ready() is None


# The disk


def test_files_are_read_as_far_as_they_may_be_long(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert read_small(path, 4) is None
    path.write_bytes(b"1234")
    assert read_small(path, 4) == b"1234"
    with pytest.raises(UpdateDiskError, match="more than 3 bytes"):
        read_small(path, 3)
    path.write_bytes(bytes(65_537))
    assert [len(each) for each in read_blocks(path)] == [65_536, 1]
    assert digest_file(path) == hashlib.sha256(bytes(65_537)).hexdigest()
    with pytest.raises(UpdateDiskError, match=r"none: No such file .*check rights and space"):
        list(read_blocks(tmp_path / "none"))


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_rights_are_as_asked_for_whatever_the_umask_is(tmp_path: Path, umask: int) -> None:
    disk, before = UpdateDisk(), os.umask(umask)
    try:
        disk.make_folder(tmp_path / "folder")
        disk.make_folder(tmp_path / "own", 0o700)
        disk.write_file(tmp_path / "file", iter((b"ab", b"c")))
        disk.write_file(tmp_path / "program", iter(()), 0o755)
        disk.replace_file(tmp_path / "note", b"old")
        disk.replace_file(tmp_path / "note", b"new", 0o600)
    finally:
        os.umask(before)
    rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert rights == {"folder": 0o755, "own": 0o700, "file": 0o644, "program": 0o755, "note": 0o600}
    assert ((tmp_path / "file").read_bytes(), (tmp_path / "note").read_bytes()) == (b"abc", b"new")


def test_links_and_folders_are_replaced_and_taken_away(tmp_path: Path) -> None:
    disk = UpdateDisk()
    disk.make_link(tmp_path / "link", "one")
    (tmp_path / "link.new").symlink_to("left behind")
    disk.replace_link(tmp_path / "link", "two")
    assert (tmp_path / "link").readlink() == Path("two")
    disk.make_folder(tmp_path / "folder")
    disk.make_folder(tmp_path / "folder")
    (tmp_path / "folder/file").write_text("")
    for name in ("link", "folder", "none"):
        disk.remove(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_block_goes_to_its_offset_and_a_failed_one_is_cut_off(tmp_path: Path) -> None:
    class Full(UpdateDisk):
        def _sync_file(self, path: Path) -> None:
            raise OSError(28, "No space left on device")

    UpdateDisk().append_bytes(tmp_path / "part", 0, b"1234")
    UpdateDisk().append_bytes(tmp_path / "part", 4, b"56")
    assert (tmp_path / "part").read_bytes() == b"123456"
    with pytest.raises(UpdateDiskError, match="part: No space left on device; check rights and space"):
        Full().append_bytes(tmp_path / "part", 6, b"78")
    assert (tmp_path / "part").read_bytes() == b"123456"


# The archive


def archive_of(path: Path, *members: tuple[str, bytes | str | None, int]) -> Path:
    """Files (bytes), links (text) and folders (None), with their rights."""
    with tarfile.open(path, "w:xz") as tape:
        for name, content, mode in members:
            info = tarfile.TarInfo(name)
            info.mode = mode
            if content is None:
                info.type = tarfile.DIRTYPE
            elif isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
            else:
                info.size = len(content)
            tape.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return path


def test_an_archive_is_unpacked_with_its_links_and_rights(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path / "a",
        ("bin", None, 0o700),
        ("bin/python", "/usr/bin/python3.11", 0),
        ("bin/sesame", b"#!", 0o744),
        ("lib", None, 0o755),
        ("lib/module", b"text", 0o666),
        ("lib/link", "../bin/sesame", 0),
    )
    Unpacker(UpdateDisk(), tmp_path / "new", 6).unpack(archive)
    new = tmp_path / "new"
    assert (new / "bin/python").readlink() == Path("/usr/bin/python3.11")
    assert (new / "lib/link").readlink() == Path("../bin/sesame")
    rights = {name: stat.S_IMODE((new / name).stat().st_mode) for name in ("bin", "bin/sesame", "lib/module")}
    assert rights == {"bin": 0o755, "bin/sesame": 0o755, "lib/module": 0o644}
    assert (new / "lib/module").read_bytes() == b"text"


@pytest.mark.parametrize(
    "members",
    [
        [("../out", b"", 0o644)],
        [("/out", b"", 0o644)],
        [("a/b", b"", 0o644)],
        [("a", None, 0o755), ("a/../../b", b"", 0o644)],
        [("a", b"", 0o644), ("a", b"", 0o644)],
        [("a", "x", 0), ("a", b"", 0o644)],
        [("a", "../x", 0)],
        [("a", "/etc/passwd", 0)],
        [("a", "/usr/bin/python3x", 0)],
        [("a", "/usr/bin/python3.11/../x", 0)],
        [("a", None, 0o755), ("a/b", "../../x", 0)],
        [("a", b"1234567", 0o644)],
        [("a", b"1234", 0o644), ("b", b"123", 0o644)],
    ],
)
def test_what_leaves_its_folder_or_its_size_is_refused(
    tmp_path: Path, members: list[tuple[str, bytes | str | None, int]]
) -> None:
    archive = archive_of(tmp_path / "a.tar", *members)
    with pytest.raises(UpdateRefusedError):
        Unpacker(UpdateDisk(), tmp_path / "new", 6).unpack(archive)
    assert {path.name for path in tmp_path.iterdir()} == {"a.tar", "new"}


@pytest.mark.parametrize("content", [b"", b"no archive", b"\xfd7zXZ\0"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UpdateRefusedError, match="no archive of ours"):
        Unpacker(UpdateDisk(), tmp_path / "new", 6).unpack(tmp_path / "a")


# Two programs side by side


@pytest.fixture
def releases(tmp_path: Path) -> ProgramReleases:
    (tmp_path / "releases/old").mkdir(parents=True)
    (tmp_path / "releases/old/number").write_text("5")
    (tmp_path / "current").symlink_to("releases/old")
    return ProgramReleases(tmp_path, UpdateDisk())


def links(releases: ProgramReleases) -> Mapping[str, str]:
    return {name: releases.find_name(name) for name in ("current", "pending", "chosen")}


def add_program(releases: ProgramReleases) -> None:
    archive = archive_of(releases.folder / "archive", ("file", b"new", 0o644))
    releases.add_program(offer_of(b"", 6), archive)


def test_a_new_program_lies_beside_the_current_one_and_all_others_go(releases: ProgramReleases) -> None:
    (releases.folder / "releases/older").mkdir()
    add_program(releases)
    assert links(releases) == {"current": "old", "pending": NAME, "chosen": ""}
    assert sorted(path.name for path in (releases.folder / "releases").iterdir()) == [NAME, "old"]
    assert (releases.read_number(NAME), releases.read_number("old"), releases.read_number("")) == (6, 5, 0)


def test_a_new_program_is_tried_three_times_and_then_never_more(releases: ProgramReleases) -> None:
    assert releases.choose_program() == "old"
    add_program(releases)
    assert [releases.choose_program() for _ in range(4)] == [NAME, NAME, NAME, "old"]
    assert releases.failed == {NAME}
    assert links(releases) == {"current": "old", "pending": "", "chosen": "old"}
    assert not (releases.folder / "starts").exists()


def test_a_program_that_runs_is_the_current_one(releases: ProgramReleases) -> None:
    add_program(releases)
    assert releases.confirm_program() == "old", "it was not started yet"
    assert releases.choose_program() == NAME
    assert releases.confirm_program() == NAME
    assert links(releases) == {"current": NAME, "pending": "", "chosen": NAME}
    assert releases.failed == frozenset()
    assert releases.choose_program() == NAME


def test_a_start_that_cannot_be_counted_is_the_current_ones(tmp_path: Path, releases: ProgramReleases) -> None:
    add_program(releases)

    class Full(UpdateDisk):
        def replace_file(self, path: Path, content: bytes, mode: int = 0o644) -> None:
            raise UpdateDiskError("full")

    assert ProgramReleases(tmp_path, Full()).choose_program() == "old"
    assert releases.choose_program() == NAME, "it is tried when there is room"


def test_the_last_hundred_that_failed_are_known(releases: ProgramReleases) -> None:
    for number in range(101):
        releases.note_failed(f"{number:012x}")
    assert len(releases.failed) == 100
    assert f"{0:012x}" not in releases.failed
    assert f"{100:012x}" in releases.failed


@pytest.mark.parametrize(("note", "number"), [("12", 12), ("", 0), ("x", 0), ("-1", 0)])
def test_a_number_is_whole_or_none(releases: ProgramReleases, note: str, number: int) -> None:
    (releases.folder / "releases/old/number").write_text(note)
    assert releases.read_number("old") == number
