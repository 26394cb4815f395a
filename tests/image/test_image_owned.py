"""What an owner puts on a card is judged before anything is built: nobody can mend it on the card."""

import os
from pathlib import Path

import pytest

from image.command import main
from image.owned import judge_owned
from image.shell import ImageError
from image.stages import Workshop
from image.tree import Flavour

NUMBERS = "[key]\nusb_vendor = 0x1209\nusb_product = 1\n"
DISC = 'drive = "/etc/sesame/e-secure.iso"\n'


def owned(tmp_path: Path, settings: str = "", *names: str, key: bool = True) -> Flavour:
    """An owner's wishes, with settings and files of these names."""
    files = tmp_path / "files"
    files.mkdir()
    for name in names:
        (files / name).write_bytes(b"content")
    file = tmp_path / "own.toml"
    file.write_text(settings)
    return Flavour(key=key, settings=file, files=files)


def complaint_about(flavour: Flavour) -> str:
    with pytest.raises(ImageError) as refused:
        judge_owned(flavour)
    return str(refused.value)


def test_a_reader_needs_nothing_and_a_key_its_numbers() -> None:
    """Before, the card was built without them, and its key began again and again, for ever."""
    judge_owned(Flavour())
    said = complaint_about(Flavour(key=True))
    assert "key.usb_vendor and key.usb_product are not set" in said
    assert said.endswith("name it with --config")


@pytest.mark.parametrize("key", [False, True])
def test_good_settings_and_files_pass(tmp_path: Path, *, key: bool) -> None:
    bank = 'bank = "/etc/sesame/bank.pem"\n'
    judge_owned(owned(tmp_path, NUMBERS + DISC + bank, "e-secure.iso", "bank.pem", key=key))


@pytest.mark.parametrize(
    ("settings", "files", "said"),
    [
        ("[key]\nusb_vendor = 0x1209\n", (), "are not set"),
        (NUMBERS + DISC, (), "key.drive: /etc/sesame/e-secure.iso will not be on the card: put the file into a folder"),
        (NUMBERS + 'drive = "/srv/e-secure.iso"\n', ("e-secure.iso",), "and write /etc/sesame/e-secure.iso"),
        (NUMBERS + 'bank = "/etc/sesame/bank.pem"\n', ("other.pem",), "key.bank: /etc/sesame/bank.pem will not be"),
        (NUMBERS + 'updates = "/etc/sesame/root.json"\n', ("root.json",), "a card that is read-only takes no update"),
        (NUMBERS, ("reader.toml",), "reader.toml is named with --config"),
        ("[display]\ndriver = 7\n", (), "display.driver"),
        ("garbage", (), "own.toml"),
    ],
)
def test_what_could_not_be_mended_on_the_card_is_refused(
    tmp_path: Path, settings: str, files: tuple[str, ...], said: str
) -> None:
    assert said in complaint_about(owned(tmp_path, settings, *files))


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    flavour = owned(tmp_path, "[key]\n" + DISC)
    (tmp_path / "files/link").symlink_to("/etc/passwd")
    (tmp_path / "files/folder").mkdir()
    said = complaint_about(flavour).splitlines()
    assert len(said) == 4
    assert [line for line in said if line.endswith("is no plain file")] == said[:2]


def test_a_folder_or_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "name a folder with --files" in complaint_about(Flavour(files=tmp_path / "none"))
    assert "none.toml" in complaint_about(Flavour(settings=tmp_path / "none.toml"))


def test_no_stage_begins_before(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="are not set"):
        Workshop(tmp_path / "place", tmp_path / "place").bring_tree(Flavour(key=True))
    assert not (tmp_path / "place").exists()


def test_the_command_says_it_with_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert main(["key", "--out", str(tmp_path)]) == 1
    assert "image/build: key.usb_vendor and key.usb_product are not set" in capsys.readouterr().err
