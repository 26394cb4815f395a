"""The power cut after every call that touches the disk: while a program arrives, while it is put in place, while it is
tried. Whatever is left, the key starts with a whole program, and the update comes to its end."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.vault.twin import MemoryMedium
from launcher.updating.carrying import CarryEnd
from tests.key.disk_replay import JournalDisk, Left, rebuild
from tests.key.update_rig import FIRST, FolderSource, Publisher, UpdatedKey, carry, make_program, name_of

NEW = name_of(2)


@pytest.fixture
def bank(tmp_path: Path) -> Publisher:
    bank = Publisher(tmp_path)
    bank.publish(2, size=5000)
    return bank


def never() -> bool:
    return False


def nothing(_percent: int) -> None:
    """Reported to nobody."""


def is_whole(key: UpdatedKey, name: str, tmp_path: Path) -> bool:
    """Whether a program in its place has every byte of what was packed."""
    release = 1 if name == FIRST else 2
    wanted = tmp_path / f"wanted-{release}"
    if not wanted.exists():
        make_program(wanted, release, 9000 if release == 1 else 5000)
    here = key.programs / "releases" / name
    return contents(wanted) == {path: what for path, what in contents(here).items() if path != Path("number")}


def contents(folder: Path) -> dict[Path, bytes | str]:
    return {
        path.relative_to(folder): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def beginnings(before: Path, disk: JournalDisk, folder: Path) -> Iterator[str]:
    """Every disk that a cut may leave, one after the other in `folder`."""
    assert len(disk.ops) > 5
    for left in Left:
        for count in range(len(disk.ops) + 1):
            rebuild(before, disk.ops[:count], left, folder)
            yield f"{left.name} after {count}: {disk.ops[max(count - 1, 0)].kind} {disk.ops[max(count - 1, 0)].path}"


def test_while_a_program_is_put_in_place_and_tried(tmp_path: Path, bank: Publisher) -> None:
    home = tmp_path / "key"
    key = UpdatedKey(home, bank.root)
    carrier, _ = carry(key.plug(), FolderSource(bank.repository.public))
    assert carrier.carry_update(nothing, never) is CarryEnd.REPLUG
    before = tmp_path / "before"
    shutil.copytree(home, before, symlinks=True)
    disk = JournalDisk(home)
    assert UpdatedKey(home, bank.root, disk=disk).start() == NEW
    seen = set()
    for where in beginnings(before, disk, tmp_path / "cut"):
        left = UpdatedKey(tmp_path / "cut", bank.root)
        current = left.releases.find_name("current")
        assert current in {FIRST, NEW}, where
        assert is_whole(left, current, tmp_path), where
        chosen = left.start()
        seen.add((current, chosen))
        assert chosen in {FIRST, NEW}, where
        assert is_whole(left, chosen, tmp_path), where
        assert not left.troubles, (where, left.troubles)
        assert left.releases.find_name("pending") == "", where
        assert left.releases.find_name("current") == chosen, where
    assert seen == {(FIRST, NEW), (NEW, NEW)}, "the update is not lost either"


def test_while_a_program_that_does_not_run_is_given_up(tmp_path: Path, bank: Publisher) -> None:
    home = tmp_path / "key"
    key = UpdatedKey(home, bank.root)
    carrier, _ = carry(key.plug(), FolderSource(bank.repository.public))
    carrier.carry_update(nothing, never)
    assert UpdatedKey(home, bank.root, broken=frozenset({NEW})).start() == ""
    before = tmp_path / "before"
    shutil.copytree(home, before, symlinks=True)
    disk = JournalDisk(home)
    broken = UpdatedKey(home, bank.root, disk=disk, broken=frozenset({NEW}))
    assert [broken.start() for _ in range(3)] == ["", "", FIRST]
    for where in beginnings(before, disk, tmp_path / "cut"):
        left = UpdatedKey(tmp_path / "cut", bank.root, broken=frozenset({NEW}))
        started = [left.start() for _ in range(4)]
        assert started[-1] == FIRST, where
        assert left.releases.failed == {NEW}, where
        assert is_whole(left, FIRST, tmp_path), where


def test_while_a_program_arrives(tmp_path: Path, bank: Publisher) -> None:
    home = tmp_path / "key"
    key = UpdatedKey(home, bank.root)
    source = FolderSource(bank.repository.public)
    key.plug()
    before = tmp_path / "before"
    shutil.copytree(home, before, symlinks=True)
    disk = JournalDisk(home)
    medium = MemoryMedium()
    carrier, _ = carry(replace(key, disk=disk, medium=medium).plug(), source)
    assert carrier.carry_update(nothing, never) is CarryEnd.REPLUG
    for where in beginnings(before, disk, tmp_path / "cut"):
        left = UpdatedKey(tmp_path / "cut", bank.root, MemoryMedium(medium.parts))
        desk = left.plug()
        if left.releases.find_name("current") == NEW:
            continue  # all of it was there
        carrier, _ = carry(desk, source)
        assert carrier.look_for_update() is not None, where
        assert carrier.carry_update(nothing, never) is CarryEnd.REPLUG, where
        assert left.start() == NEW, (where, left.troubles)
        assert is_whole(left, NEW, tmp_path), where
