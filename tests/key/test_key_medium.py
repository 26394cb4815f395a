"""The folder that a vault's parts lie in: each system call at which the power can go, a full disk, other users."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from drivers.vault.medium import LONGEST_PART, Folder, FolderView
from drivers.vault.twin import PowerCutError
from sesame_core.piv.vault import VaultError

CALLS = ("write", "fsync", "replace")


class Watched:
    """The system calls that put bytes on a disk, in order; one of them may be the last."""

    def __init__(self, mocker: MockerFixture) -> None:
        self.seen: list[str] = []
        self.end_at: int | None = None
        self.end: BaseException = PowerCutError()
        for name in CALLS:
            mocker.patch(f"drivers.vault.medium.os.{name}", self._watching(name, getattr(os, name)))

    def _watching(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:  # noqa: ANN401 - whatever the system call takes
            self.seen.append(name)
            if self.end_at == len(self.seen):
                raise self.end
            return real(*arguments)

        return call


def reopened(path: Path) -> bytes | None:
    folder = Folder(path)
    try:
        return folder.read_part("keys")
    finally:
        folder.close()


def test_the_bytes_are_on_the_disk_before_their_name_is_and_the_name_before_it_returns(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    watched = Watched(mocker)
    Folder(tmp_path / "key").replace_part("keys", b"new")
    assert watched.seen == ["write", "fsync", "replace", "fsync"]


@pytest.mark.parametrize(("call", "left"), [(1, b"old"), (2, b"old"), (3, b"old"), (4, b"new")])
def test_the_power_goes_at_every_call(tmp_path: Path, mocker: MockerFixture, call: int, left: bytes) -> None:
    folder = Folder(tmp_path / "key")
    folder.replace_part("keys", b"old")
    watched = Watched(mocker)
    watched.end_at = call
    with pytest.raises(PowerCutError):
        folder.replace_part("keys", b"new")
    folder.close()
    watched.end_at = None
    assert reopened(tmp_path / "key") == left
    assert sorted(each.name for each in (tmp_path / "key").iterdir()) == ["keys", "lock"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=["full", "failing"])
@pytest.mark.parametrize(("call", "left"), [(1, b"old"), (2, b"old"), (3, b"old"), (4, b"new")])
def test_a_disk_that_refuses_a_call_leaves_a_whole_part_and_says_what_to_do(
    tmp_path: Path, mocker: MockerFixture, call: int, left: bytes, number: int
) -> None:
    folder = Folder(tmp_path / "key")
    folder.replace_part("keys", b"old")
    watched = Watched(mocker)
    watched.end_at, watched.end = call, OSError(number, os.strerror(number))
    with pytest.raises(VaultError, match=f"{os.strerror(number)}; check rights and space"):
        folder.replace_part("keys", b"new")
    assert folder.read_part("keys") == left
    assert sorted(each.name for each in (tmp_path / "key").iterdir()) == ["keys", "lock"]
    folder.close()


def test_a_part_that_the_disk_does_not_give_is_named_with_what_to_do(tmp_path: Path) -> None:
    """By the kernel's own EIO: reading a process' memory at address 0 (proc_pid_mem(5))."""
    folder = Folder(tmp_path / "key")
    (tmp_path / "key" / "keys").symlink_to("/proc/self/mem")
    for medium in (folder, FolderView(tmp_path / "key")):
        with pytest.raises(VaultError, match=r"key/keys \(Input/output error\): check rights, then the disk"):
            medium.read_part("keys")
    folder.close()


def test_what_a_power_cut_has_left_and_the_disk_does_not_let_go_is_said(tmp_path: Path, mocker: MockerFixture) -> None:
    place = tmp_path / "key"
    place.mkdir()
    (place / "keys1.new").touch()
    mocker.patch("pathlib.Path.unlink", side_effect=OSError(errno.EIO, "Input/output error"))
    with pytest.raises(VaultError, match=r"cannot use .*Input/output error; check rights, then the disk"):
        Folder(place)
    mocker.stopall()
    Folder(place).close()  # nobody has it


def test_a_disk_that_takes_a_byte_at_a_time_gets_them_all(tmp_path: Path, mocker: MockerFixture) -> None:
    real = os.write
    mocker.patch("drivers.vault.medium.os.write", lambda descriptor, content: real(descriptor, content[:1]))
    folder = Folder(tmp_path / "key")
    folder.replace_part("keys", b"new bytes")
    assert folder.read_part("keys") == b"new bytes"


def test_the_folder_is_for_its_owner(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "key")
    folder.replace_part("keys", b"x")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "key" / "keys").stat().st_mode & 0o777 == 0o600
    (tmp_path / "key" / "keys").chmod(0o640)
    with pytest.raises(VaultError, match="open to other users \\(rights 640\\); close it: chmod 600"):
        folder.read_part("keys")


def test_one_program_has_a_key_at_a_time(tmp_path: Path) -> None:
    first = Folder(tmp_path / "key")
    with pytest.raises(VaultError, match="another program has the key"):
        Folder(tmp_path / "key")
    first.close()
    Folder(tmp_path / "key").close()


def test_who_is_turned_away_keeps_no_descriptor(tmp_path: Path, mocker: MockerFixture) -> None:
    """A service that asks again and again would run out of them."""
    first = Folder(tmp_path / "key")
    opened, closed = mocker.spy(os, "open"), mocker.spy(os, "close")
    with pytest.raises(VaultError, match="another program has the key"):
        Folder(tmp_path / "key")
    assert [call.args[0] for call in closed.call_args_list] == [opened.spy_return]
    first.close()


def test_what_is_no_file_or_too_long_is_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "key")
    os.mkfifo(tmp_path / "key" / "keys", 0o600)
    with pytest.raises(VaultError, match="is no file: move it away"):
        folder.read_part("keys")
    folder.replace_part("digits", bytes(LONGEST_PART + 1))
    with pytest.raises(VaultError, match="none of the key's"):
        folder.read_part("digits")
    assert folder.read_part("nothing") is None


def test_a_place_where_no_folder_can_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a file")
    with pytest.raises(VaultError, match=r"cannot use .*check that the folder can be written"):
        Folder(tmp_path / "key")


def test_who_only_looks_in_makes_holds_and_tidies_nothing(tmp_path: Path) -> None:
    place = tmp_path / "key"
    assert FolderView(place).read_part("keys") is None
    assert not place.exists()
    folder = Folder(place)
    folder.replace_part("keys", b"kept")
    (place / "keys1.new").write_bytes(b"half")
    assert FolderView(place).read_part("keys") == b"kept", "while another program has it"
    with pytest.raises(VaultError, match="only looked into"):
        FolderView(place).replace_part("keys", b"other")
    assert sorted(each.name for each in place.iterdir()) == ["keys", "keys1.new", "lock"]
    folder.close()
