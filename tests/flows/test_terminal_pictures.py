"""The reader in a terminal that cannot show Braille: a picture that it can show, at the same size."""

import os
import pty
import select
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest

from device.config import Config
from drivers.ports import Picture
from simulator.glyphs import Glyphs, fit_picture, glyphs_of, smallest
from simulator.live import LiveBench
from simulator.terminal import Terminal

LIMIT_S = 60
DRAWN = Picture(8, 8, (0b11000000, 0b00000001, 0, 0, 0b00010000, 0b00010000, 0, 0b10000000))


@pytest.mark.parametrize(
    ("encoding", "environment", "platform", "glyphs"),
    [
        ("utf-8", {"TERM": "xterm-256color"}, "linux", Glyphs.BRAILLE),
        ("utf-8", {}, "linux", Glyphs.BRAILLE),
        ("utf-8", {"TERM": "linux"}, "linux", Glyphs.BLOCKS),
        ("cp437", {"TERM": "xterm"}, "linux", Glyphs.BLOCKS),
        ("iso-8859-15", {"TERM": "xterm"}, "linux", Glyphs.TYPEWRITER),
        ("ascii", {"TERM": "xterm"}, "linux", Glyphs.TYPEWRITER),
        ("utf-8", {"TERM": "vt220"}, "linux", Glyphs.TYPEWRITER),
        (None, {"TERM": "xterm"}, "linux", Glyphs.TYPEWRITER),
        ("no such", {"TERM": "xterm"}, "linux", Glyphs.TYPEWRITER),
        ("utf-8", {}, "win32", Glyphs.BLOCKS),
        ("utf-8", {"WT_SESSION": "1"}, "win32", Glyphs.BRAILLE),
    ],
)
def test_what_a_terminal_can_show(
    encoding: str | None, environment: dict[str, str], platform: str, glyphs: Glyphs
) -> None:
    assert glyphs_of(encoding, environment, platform) is glyphs


@pytest.mark.parametrize(
    ("glyphs", "small", "large"),
    [
        (Glyphs.BRAILLE, ["⠉⠀⠀⠐", "⡀⠘⠀⠀"], ["▀▀     ▄", "        ", "   █    ", "▄       "]),
        (Glyphs.BLOCKS, ["▀  ▀", "▄▀  "], ["▀▀     ▄", "        ", "   █    ", "▄       "]),
        (Glyphs.TYPEWRITER, ["'  '", ".'  "], ["''     .", "        ", "   :    ", ".       "]),
    ],
)
def test_every_pixel_is_there_at_either_size(glyphs: Glyphs, small: list[str], large: list[str]) -> None:
    assert list(smallest(DRAWN, glyphs)) == small
    assert list(fit_picture(DRAWN, 8, 4, glyphs)) == large
    assert list(fit_picture(DRAWN, 7, 4, glyphs)) == small


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=["small", "large"])
@pytest.mark.parametrize(
    ("glyphs", "encoding"),
    [(Glyphs.BRAILLE, "utf-8"), (Glyphs.BLOCKS, "cp437"), (Glyphs.TYPEWRITER, "ascii")],
    ids=str,
)
def test_the_glass_is_drawn_in_what_there_is(glyphs: Glyphs, encoding: str, size: tuple[int, int]) -> None:
    pages: list[str] = []
    terminal = Terminal("fr", pages.append, lambda: size, glyphs)
    bench = LiveBench(Config(), None, [terminal.watch_reader])
    terminal._bench = bench
    terminal.draw_page()
    lines = pages[-1].split("\r\n")
    bench.end()
    bench.run()
    frame = glyphs.value.frame
    glass = [line for line in lines if f"{frame[1]}\x1b[0m\x1b[97;40m" in line]
    assert len(glass) in (16, 32)
    for line in glass:
        line.encode(encoding)


def test_on_a_real_terminal_of_another_encoding_no_sign_is_a_question_mark(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    environment = os.environ | {"PYTHONIOENCODING": "latin-1", "TERM": "xterm"}
    command = [sys.executable, "-m", "sesame", "run", "--terminal", "--state", str(tmp_path)]
    process = subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    text = ""
    try:
        while "quitter" not in text:
            assert select.select([ours], [], [], LIMIT_S)[0], text
            text += os.read(ours, 4000).decode("latin-1")
        os.write(ours, b"q")
        with suppress(OSError):  # so ends a terminal that nobody has open any more
            while select.select([ours], [], [], LIMIT_S)[0]:
                text += os.read(ours, 4000).decode("latin-1")
        assert process.wait(LIMIT_S) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    glass = [line for line in text.splitlines() if "|\x1b[0m\x1b[97;40m" in line]
    assert len(glass) >= 16
    assert not any("?" in line for line in glass)
