"""Where `sesame card trace` puts a recording: whole or nowhere, and never in another one's place."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from bank.cards import gallery
from bank.cards.card import VirtualCard
from sesame.card.trace.reading import read_trace
from sesame.exits import Exit
from tests.card.conftest import Sesame

ROOT = Path(__file__).parents[2]


def test_a_recording_does_not_take_the_place_of_another(sesame: Sesame, tmp_path: Path) -> None:
    file = tmp_path / "s.trace"
    file.write_text("kept for years")
    status, _, err = sesame("card", "trace", str(file), "--virtual", "sesame-card", typed="1234\n")

    assert status == 2
    assert "--force" in err
    assert file.read_text() == "kept for years"
    assert sesame("card", "trace", str(file), "--virtual", "sesame-card", "--force", typed="1234\n")[0] == 0
    assert len(read_trace(file.read_text()).turns) == 13
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("place", ["missing/s.trace", "."])
def test_where_nothing_can_be_kept_no_counter_is_moved(
    place: str, sesame: Sesame, tmp_path: Path, mocker: MockerFixture
) -> None:
    powered = mocker.spy(gallery, "open_card")
    status, _, err = sesame("card", "trace", str(tmp_path / place), "--virtual", "sesame-card", "--force")

    assert status in (Exit.OTHER, Exit.USAGE)
    assert "cannot be written" in err or "is there already" in err
    powered.assert_not_called()


def test_what_is_no_file_is_not_replaced_even_by_force(sesame: Sesame, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "astray").symlink_to("nowhere")
    for name in ("pipe", "astray"):
        status, _, err = sesame("card", "trace", str(tmp_path / name), "--virtual", "sesame-card", "--force")
        assert (status, "take another name\n" in err) == (2, True)
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "astray").is_symlink()


def test_a_name_too_long_is_told_before_the_card_is_asked(
    sesame: Sesame, tmp_path: Path, mocker: MockerFixture
) -> None:
    powered = mocker.spy(gallery, "open_card")
    status, _, err = sesame("card", "trace", str(tmp_path / ("s" * 255)), "--virtual", "sesame-card")

    assert status == Exit.OTHER
    assert "cannot be written" in err
    powered.assert_not_called()


def test_a_name_that_was_taken_while_the_pin_was_typed_is_left_to_the_other(
    sesame: Sesame, tmp_path: Path, mocker: MockerFixture
) -> None:
    file = tmp_path / "s.trace"

    def meanwhile(card: str) -> object:
        file.write_text("another's")
        return VirtualCard(gallery.describe_card(card).profile)

    mocker.patch.object(gallery, "open_card", meanwhile)
    status, out, err = sesame("card", "trace", str(file), "--virtual", "sesame-card", "--json", typed="1234\n")

    assert status == 0
    assert file.read_text() == "another's"
    assert json.loads(out)["file"] == f"{file}.2"
    assert f"{file}.2" in err
    assert len(read_trace((tmp_path / "s.trace.2").read_text()).turns) == 13


def test_a_write_that_breaks_off_leaves_the_recording_before_it_and_no_half_one(
    sesame: Sesame, tmp_path: Path, mocker: MockerFixture
) -> None:
    file = tmp_path / "s.trace"
    file.write_text("kept for years")
    mocker.patch("bank.files.os.fsync", side_effect=OSError(errno.ENOSPC, "No space left on device"))
    status, _, err = sesame("card", "trace", str(file), "--virtual", "sesame-card", "--force", typed="1234\n")

    assert status == Exit.OTHER
    assert "No space left on device" in err
    assert file.read_text() == "kept for years"
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_recording_that_is_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sesame", "card", "trace", str(tmp_path / "s.trace"), "--virtual", "last-try"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as recording:
        assert recording.stderr
        assert "last try" in recording.stderr.readline()  # it has begun, and waits for the PIN
        recording.kill()

    assert list(tmp_path.iterdir()) == []


def test_a_broken_recording_leaves_nothing_behind(sesame: Sesame, tmp_path: Path) -> None:
    status, _, _ = sesame("card", "trace", str(tmp_path / "s.trace"), "--virtual", "no-such-card")

    assert status != 0
    assert list(tmp_path.iterdir()) == []
