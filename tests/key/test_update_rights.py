"""What root unpacks for the key's user: he can read and enter all of it, whatever the unit's umask is."""

import io
import os
import stat
import tarfile
from pathlib import Path

import pytest

from drivers.updates.disk import UpdateDisk
from drivers.updates.unpacking import Unpacker

SCRIPT, TEXT = b"#!/bin/sh\n", b"text"


def packed(place: Path) -> Path:
    """An archive with a folder, a program and a text in it."""
    with tarfile.open(place, "w:xz") as tape:
        for name, mode, content in (("bin", 0o755, None), ("bin/sesame", 0o755, SCRIPT), ("bin/text", 0o644, TEXT)):
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.size = (
                (tarfile.DIRTYPE, mode, 0) if content is None else (tarfile.REGTYPE, mode, len(content))
            )
            tape.addfile(member, None if content is None else io.BytesIO(content))
    return place


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_the_keys_user_can_run_what_was_unpacked(tmp_path: Path, umask: int) -> None:
    """The key's unit has 0077: a folder made under that is root's alone, and the key would not start any more."""
    archive = packed(tmp_path / "program.tar.xz")
    former = os.umask(umask)
    try:
        Unpacker(UpdateDisk(), tmp_path / "new", 1_000_000).unpack(archive)
    finally:
        os.umask(former)
    rights = {
        each.relative_to(tmp_path).as_posix(): stat.S_IMODE(each.stat().st_mode)
        for each in (tmp_path / "new", *(tmp_path / "new").rglob("*"))
    }
    assert rights == {"new": 0o755, "new/bin": 0o755, "new/bin/sesame": 0o755, "new/bin/text": 0o644}
