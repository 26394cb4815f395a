"""The mirror of the real reader: what listeners are handed, and the page that shows it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from device.config import Config, merge_config
from device.errors import MirrorError
from device.mirror import MOST_LISTENERS, Mirror, encode_pixels
from device.service import serve_mirrors as listening
from drivers.ports import Picture
from sesame_core.events import Key
from sesame_core.screens import DARK
from simulator.bench import Bench
from simulator.web.mirror import follow_mirror, mirror_site, picture_of
from tests.web.loops import in_a_loop_of_its_own

LIMIT_S = 20.0
SIZE = (128, 64)
PIN12 = tuple(Key(digit) for digit in "907138264591")
HERE = {"host": "127.0.0.1:8037"}

Frames = Callable[[], Picture]


@contextmanager
def eyes(path: Path) -> Iterator[Frames]:
    """A listener; each call is the next frame."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(LIMIT_S)
        line.connect(str(path))
        with line.makefile("rb") as lines:

            def next_frame() -> Picture:
                picture = picture_of(lines.readline())
                assert picture is not None
                return picture

            yield next_frame


class Mirrored:
    """A bench whose loop has a mirror, and the glass after each change."""

    def __init__(self, config: Config | None = None) -> None:
        self.bench = Bench(config)
        self.mirror = Mirror(self.bench.parts.display.size)
        self.loop = self.bench.loop
        self.glasses: list[Picture] = []
        self.loop._observers = (self.mirror, lambda _state, _screen: self.glasses.append(self.bench.glass()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


def test_frames_are_the_glass_through_a_whole_session(path: Path) -> None:
    on = Mirrored()
    with on.mirror.listening(path), eyes(path) as frame:
        frames = [frame()]
        on.bench.insert_card("bank-card")
        for key in (Key.CODE, *map(Key, "1234"), Key.OK):
            on.bench.press_key(key)
        assert on.bench.shown_code()
        for _ in range(36):  # read as it goes: whoever reads nothing for 35 s is let go
            on.bench.let_pass(1000)
            frames += [frame() for _ in on.glasses[len(frames) - 1 :]]
        assert on.bench.is_dark()
        assert len(frames) > 10
        assert frames == [Picture.dark(*SIZE), *on.glasses]
        assert frames[-1] == Picture.dark(*SIZE)


def test_two_pins_of_one_length_are_the_same_bytes(path: Path) -> None:
    """Nothing that is sent can then depend on the digits."""
    config = merge_config({"reader": {"pin_digits": 12}}, "test")
    sent = []
    for digits in (PIN12, tuple(reversed(PIN12))):
        on = Mirrored(config)
        on.bench.insert_card("bank-card")
        on.bench.press_key(Key.CODE)
        with on.mirror.listening(path), eyes(path) as frame:
            frames = [frame()]
            on.glasses.clear()
            for key in digits:
                on.bench.press_key(key)
            frames += [frame() for _ in on.glasses]
        assert len(set(frames)) > 12, "every digit is to show a mark more"
        sent.append(frames)
    assert sent[0] == sent[1]


def test_the_newest_frame_comes_first_and_a_dark_one_replaces_it(path: Path) -> None:
    on = Mirrored()
    with on.mirror.listening(path):
        on.bench.insert_card("bank-card")
        on.bench.press_key(Key.CODE)
        with eyes(path) as frame:
            assert frame() == on.bench.glass() != Picture.dark(*SIZE)
        on.loop.halt()
        with eyes(path) as frame:
            assert frame() == Picture.dark(*SIZE)


def test_listeners_that_are_slow_or_gone_hold_nobody_up(path: Path) -> None:
    on = Mirrored()
    with on.mirror.listening(path), eyes(path) as slow, eyes(path) as quick:
        assert slow() == quick()
        with eyes(path) as gone:
            gone()
        for _ in range(2000):
            on.mirror(on.loop.state, DARK)
            assert quick() == Picture.dark(*SIZE)
        with pytest.raises((AssertionError, ValueError)):  # let go: what it had been sent, then the end
            for _ in range(2001):
                slow()


class HalfALine(socket.socket):
    """A socket that takes half of what it is handed, as a full one may (send(2))."""

    sent = b""

    def send(self, data: bytes, _flags: int = 0) -> int:  # type: ignore[override]
        """Half of it."""
        self.sent += bytes(data[: len(data) // 2])
        return len(data) // 2


def test_half_a_line_is_the_last_that_a_listener_gets() -> None:
    mirror, listener = Mirror(SIZE), HalfALine(socket.AF_UNIX)
    mirror._welcome_listener(listener)
    half = listener.sent
    assert half
    assert listener.fileno() == -1
    mirror(Bench().loop.state, DARK)
    assert listener.sent == half


def test_there_is_room_for_so_many_listeners_and_no_more(path: Path) -> None:
    on = Mirrored()
    with on.mirror.listening(path):
        lines = []
        for _ in range(MOST_LISTENERS + 1):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(LIMIT_S)
            line.connect(str(path))
            lines.append(line)
        first = [line.recv(1) for line in lines]
        assert first == [b"{"] * MOST_LISTENERS + [b""]
        for line in lines:
            line.close()


def test_the_socket_is_for_owner_and_group_and_goes_with_the_reader(path: Path) -> None:
    mirror = Mirror(SIZE)
    with mirror.listening(path):
        assert path.stat().st_mode & 0o777 == 0o660
    assert not path.exists()


def test_it_is_off_unless_asked_for() -> None:
    assert Config().mirror.enabled is False
    assert merge_config({"mirror": {"enabled": True}}, "test").mirror.socket == "/run/sesame/mirror"


def test_a_reader_that_cannot_be_mirrored_is_a_reader_all_the_same(tmp_path: Path) -> None:
    nowhere = tmp_path / "no-folder" / "mirror"
    with pytest.raises(MirrorError, match=r"mirror\.socket"), Mirror(SIZE).listening(nowhere):
        pass
    with listening((Mirror(SIZE),), nowhere):
        assert not nowhere.exists()


# The page


def test_the_page_is_for_this_machine_only(path: Path) -> None:
    client = TestClient(mirror_site(path), base_url="http://127.0.0.1:8037")
    page = client.get("/", headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "The reader is not there" in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
    assert client.get("/", headers={"host": "rebound.example"}).status_code == 421
    assert client.get("/events", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/", json={}).status_code == 405
    assert client.get("/static/mirror.js").status_code == 200


def test_the_stream_says_when_the_reader_is_away_and_finds_it_again(path: Path) -> None:
    on = Mirrored()
    on.bench.insert_card("bank-card")
    on.bench.press_key(Key.CODE)
    glass = f"event: glass\ndata: {json.dumps(encode_pixels(on.bench.glass()), separators=(',', ':'))}\n\n"
    on.mirror(on.loop.state, on.loop.screen)
    in_a_loop_of_its_own(_away_and_back(on.mirror, path, glass), LIMIT_S)


async def _away_and_back(mirror: Mirror, path: Path, glass: str) -> None:
    away = "event: away\ndata: {}\n\n"
    async with aclosing(follow_mirror(path, again=0.01)) as stream:  # type: ignore[type-var]
        assert (await anext(stream)).startswith("retry:")
        assert await anext(stream) == away
        for _ in range(2):
            with mirror.listening(path):
                while (said := await anext(stream)) == away:
                    pass
                assert said == glass
            assert await anext(stream) == away


@pytest.mark.parametrize("line", [b"no JSON\n", b"[]\n", b'{"width":8,"height":1,"rows":["xx"]}\n', b'{"width":8}\n'])
def test_what_is_no_picture_is_not_shown(line: bytes, path: Path) -> None:
    with pytest.raises(ValueError):
        picture_of(line)


def test_no_thread_is_left(path: Path) -> None:
    with Mirror(SIZE).listening(path):
        assert "mirror" in {thread.name for thread in threading.enumerate()}
    assert "mirror" not in {thread.name for thread in threading.enumerate()}
