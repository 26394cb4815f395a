"""The firmware's config.txt is its owner's: whatever is in it, our lines come and go and no byte of his changes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.boot_config import ALL, BEGIN, BUS, END, LATCH, files, lines, wanted

OURS = [ALL, BUS]
BLOCK = "".join(f"{line}\n" for line in (BEGIN, *OURS, END)).encode()

OWNERS = {
    "usual": b"dtparam=audio=on\n\n[all]\narm_64bit=1\n",
    "no newline at its end": b"dtoverlay=hifiberry-dac",
    "Latin-1": b"# r\xe9glages \xe0 moi\ndtparam=audio=on\n",
    "CRLF": b"dtparam=audio=on\r\n[all]\r\narm_64bit=1\r\n",
    "CRLF, no newline at its end": b"dtparam=audio=on\r\ndtoverlay=vc4-kms-v3d",
    "byte order mark": b"\xef\xbb\xbfdtparam=audio=on\n",
    "a section that is not for all": b"[pi4]\narm_boost=1\n",
    "a blank without an end": b"dtparam=audio=on\n  ",
    "empty": b"",
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "boot/firmware/config.txt"
    file.parent.mkdir(parents=True)
    return file


def told(file: Path, latch: bool = False) -> bytes:
    """What `./install` writes."""
    return wanted(file, lines(file, latch))


@pytest.mark.parametrize("latch", [False, True])
@pytest.mark.parametrize("owner", OWNERS.values(), ids=OWNERS)
def test_our_lines_come_and_go_and_every_byte_of_the_owner_stays(config: Path, owner: bytes, latch: bool) -> None:
    config.write_bytes(owner)
    config.write_bytes(told(config, latch))
    assert config.read_bytes().startswith(owner)
    assert [BUS, *([LATCH] if latch else [])] == [
        line for line in config.read_text("latin-1").splitlines() if line in {BUS, LATCH}
    ]
    assert told(config) == config.read_bytes(), "a second time changes something"
    assert wanted(config, []) == owner


@given(owner=st.binary(max_size=60), behind=st.binary(max_size=40))
def test_whatever_bytes_they_are(tmp_path_factory: pytest.TempPathFactory, owner: bytes, behind: bytes) -> None:
    config = tmp_path_factory.mktemp("boot") / "config.txt"
    config.write_bytes(owner)
    config.write_bytes(told(config))
    assert wanted(config, []) == owner
    config.write_bytes(config.read_bytes() + behind)
    assert wanted(config, []).startswith(owner)
    assert wanted(config, []).endswith(behind)


def test_ours_end_their_lines_as_the_owner_does(config: Path) -> None:
    config.write_bytes(OWNERS["CRLF"])
    assert all(line.endswith(b"\r\n") for line in told(config).splitlines(keepends=True))


@pytest.mark.parametrize("behind", [b"", b"dtoverlay=mine\n", b"\n[pi4]\narm_boost=1\n", b"[all]\ndtparam=spi=on"])
def test_without_our_end_mark_what_stands_below_stays(config: Path, behind: bytes) -> None:
    """An editor, or a repair after a power cut, lost the mark."""
    owner = OWNERS["usual"]
    config.write_bytes(owner + BLOCK.replace(END.encode() + b"\n", b"") + behind)
    assert wanted(config, []).startswith(owner)
    assert wanted(config, []).endswith(behind)
    assert BUS.encode() not in wanted(config, [])
    config.write_bytes(told(config))
    assert config.read_bytes() == owner + BLOCK + behind


def test_what_the_owner_wrote_between_our_marks_is_his(config: Path) -> None:
    config.write_bytes(b"a=1\n" + BLOCK.replace(END.encode(), b"dtparam=spi=on\n" + END.encode()))
    assert told(config) == b"a=1\n" + BLOCK + b"dtparam=spi=on\n"
    assert wanted(config, []) == b"a=1\ndtparam=spi=on\n"


def test_the_overlay_that_a_former_version_wrote_behind_is_given_back(config: Path) -> None:
    """It wrote its mark behind a last line that had no newline: the owner's overlay was no longer read."""
    config.write_bytes(b"dtoverlay=hifiberry-dac" + BLOCK)
    assert told(config) == b"dtoverlay=hifiberry-dac\n" + BLOCK
    assert wanted(config, []) == b"dtoverlay=hifiberry-dac\n"


def test_twice_our_lines_become_once(config: Path) -> None:
    config.write_bytes(b"a=1\n" + BLOCK + b"b=2\n" + BLOCK)
    assert told(config) == b"a=1\n" + BLOCK + b"b=2\n"


def test_what_was_for_every_board_stays_so_when_we_go(config: Path) -> None:
    """Lines added below ours were below our [all], and not below the section before it."""
    config.write_bytes(OWNERS["a section that is not for all"] + BLOCK + b"dtoverlay=mine\n")
    assert wanted(config, []) == b"[pi4]\narm_boost=1\n[all]\ndtoverlay=mine\n"


def test_a_link_stays_a_link_and_leads_nowhere_else(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "config.txt"
    (root / "boot").mkdir(parents=True)
    outside.touch()
    (root / "boot/config.txt").symlink_to(outside)
    assert files(root) == []
    (root / "boot/real.txt").touch()
    (root / "boot/config.txt").unlink()
    (root / "boot/config.txt").symlink_to("real.txt")
    assert files(root) == [root / "boot/real.txt"]
