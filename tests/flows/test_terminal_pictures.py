"""The reader in a terminal that cannot show Braille: a picture that it can show, at the same size."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import unicodedata
from contextlib import suppress
from pathlib import Path

import pytest

from device.config import Config
from drivers.ports import Picture
from simulator.glyphs import Glyphs, draw_braille, find_smallest, fit_picture, glyphs_of
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
        ("utf-8", {"TERM": "cons25"}, "freebsd13", Glyphs.BLOCKS),
        *(
            ("utf-8", {"TERM": kind}, "linux", Glyphs.TYPEWRITER)
            for kind in ("dumb", "vt100", "vt102", "vt220", "vt320")
        ),
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
    assert list(find_smallest(DRAWN, glyphs)) == small
    assert list(fit_picture(DRAWN, 8, 4, glyphs)) == large
    assert list(fit_picture(DRAWN, 7, 4, glyphs)) == small
    assert list(fit_picture(DRAWN, 8, 3, glyphs)) == small


def lone(x: int, y: int) -> Picture:
    """Sixteen by eight pixels, one of which is lit."""
    return Picture(16, 8, tuple((1 << 15 - x) * (row == y) for row in range(8)))


@pytest.mark.parametrize("y", range(4))
@pytest.mark.parametrize("x", range(2))
def test_each_pixel_is_the_dot_of_its_place(x: int, y: int) -> None:
    """The Unicode Standard, 21.1, numbers the dots: 1, 2, 3, 7 in the left column, 4, 5, 6, 8 in the right one."""
    dot = "1237"[y] if x == 0 else "4568"[y]
    drawn = draw_braille(lone(6 + x, 4 + y))
    assert [[unicodedata.name(each) for each in line] for line in drawn] == [
        ["BRAILLE PATTERN BLANK"] * 8,
        ["BRAILLE PATTERN BLANK"] * 3 + [f"BRAILLE PATTERN DOTS-{dot}"] + ["BRAILLE PATTERN BLANK"] * 4,
    ]


@pytest.mark.parametrize("y", range(8))
@pytest.mark.parametrize("x", range(16))
def test_without_dots_no_pixel_is_lost_or_moves(x: int, y: int) -> None:
    lit = {
        (row, at): each
        for row, line in enumerate(find_smallest(lone(x, y), Glyphs.BLOCKS))
        for at, each in enumerate(line)
    }
    assert {place: each for place, each in lit.items() if each != " "} == {(y // 4, x // 2): "▀▄"[y // 2 % 2]}


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=["small", "large"])
@pytest.mark.parametrize(
    ("glyphs", "encoding", "frame"),
    [
        (Glyphs.BRAILLE, "utf-8", "─│┌┐└┘"),
        (Glyphs.BLOCKS, "cp437", "─│┌┐└┘"),
        (Glyphs.TYPEWRITER, "ascii", "-|++++"),
    ],
    ids=str,
)
def test_the_glass_is_drawn_in_what_there_is(glyphs: Glyphs, encoding: str, frame: str, size: tuple[int, int]) -> None:
    pages: list[str] = []
    terminal = Terminal("fr", pages.append, lambda: size, glyphs)
    bench = LiveBench(Config(), None, [terminal.watch_reader])
    terminal._bench = bench
    terminal.draw_page()
    lines = pages[-1].split("\r\n")
    bench.end()
    bench.run()
    framed = [re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", line) for line in lines]
    top = next(at for at, line in enumerate(framed) if line.startswith(frame[2]))
    high = 32 if size[0] > 128 else 16
    across = frame[0] * (len(framed[top]) - 2)
    assert framed[top] == f"{frame[2]}{across}{frame[3]}"
    assert framed[top + high + 1] == f"{frame[4]}{across}{frame[5]}"
    for line in framed[top + 1 : top + high + 1]:
        line.encode(encoding)
        assert (line[0], line[-1], len(line)) == (frame[1], frame[1], len(framed[top]))


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
