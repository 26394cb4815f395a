"""A pipe that nobody writes to and a device that never ends, wherever a file is named: said at once."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from device import regular_file
from device.config import load_config, load_display
from device.errors import ConfigError
from device.regular_file import NO_FILE, open_regular
from sesame.card.source import load_trace
from sesame.exits import CommandError
from sesame.foreign_text import read_text
from simulator.script import ScriptError, read_script

READERS: dict[str, Callable[[Path], object]] = {
    "a trace": load_trace,
    "a text": read_text,
    "a script": read_script,
    "reader.toml": load_config,
}
REFUSED = (CommandError, ConfigError, ScriptError)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_what_is_no_ordinary_file_is_not_read(read: Callable[[Path], object], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path / "link", Path("/dev/zero")):
        with pytest.raises(REFUSED) as caught:
            read(path)
        assert str(path) in str(caught.value)
        assert NO_FILE in str(caught.value)
    with pytest.raises(REFUSED, match="Is a directory"):
        read(tmp_path)


def test_an_empty_device_ends_at_once() -> None:
    assert load_config(Path(os.devnull)) == load_config(None)
    assert list(read_script(Path(os.devnull))) == []


def test_what_is_no_ordinary_file_and_may_be_read_is_waited_for() -> None:
    """It is opened without waiting; a pipe whose writer is slow would be at its end else."""
    with open_regular(Path(os.devnull)) as file:
        assert os.get_blocking(file.fileno())


def test_a_display_is_darkened_whatever_its_settings_file_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    config, broken = load_display(tmp_path / "pipe")
    assert config == load_config(None)
    assert NO_FILE in str(broken)


def test_an_included_script_is_a_file_as_well(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.sesame").write_text("include pipe\n")
    with pytest.raises(ScriptError, match="no end"):
        list(read_script(tmp_path / "a.sesame"))


def test_what_is_standard_input_may_be_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with `... | sesame script /dev/stdin`: whoever writes may be slow."""
    out, into = os.pipe()
    monkeypatch.setattr(regular_file, "STANDARD_INPUT", out)

    def write() -> None:
        os.write(into, b"press Code\n")
        os.close(into)

    writer = threading.Thread(target=write)
    try:
        with open_regular(Path(f"/dev/fd/{out}")) as file:
            writer.start()
            assert file.read() == b"press Code\n"
    finally:
        writer.join()
        os.close(out)
