"""What systemd is told, word for word (sd_notify(3)), and when it is told nothing."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from device.notify import Notifier


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """A manager that listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(20)
        yield listening


Make = Callable[..., Notifier]


@pytest.fixture
def notify() -> Iterator[Make]:
    """Makes notifiers, whose sockets are closed at the end."""
    made: list[Notifier] = []

    def make(**environment: str) -> Notifier:
        made.append(Notifier(environment))
        return made[-1]

    yield make
    for each in made:
        if each._socket is not None:
            each._socket.close()


def heard(manager: socket.socket) -> bytes:
    return manager.recv(1000)


def test_the_three_words(manager: socket.socket, notify: Make) -> None:
    notifier = notify(NOTIFY_SOCKET=str(manager.getsockname()), WATCHDOG_USEC="8000000")
    notifier.tell_ready()
    notifier.tell_alive()
    notifier.tell_stopping()
    assert [heard(manager) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


@pytest.mark.parametrize(
    ("environment", "watchdog"),
    [
        ({}, 0),
        ({"WATCHDOG_USEC": "8000000"}, 8000),
        ({"WATCHDOG_USEC": "1999"}, 1),
        ({"WATCHDOG_USEC": "soon"}, 0),
        ({"WATCHDOG_USEC": "8000000", "WATCHDOG_PID": str(os.getpid())}, 8000),
        ({"WATCHDOG_USEC": "8000000", "WATCHDOG_PID": str(os.getppid())}, 0),
    ],
)
def test_the_watchdogs_time_in_milliseconds(
    manager: socket.socket, notify: Make, environment: dict[str, str], watchdog: int
) -> None:
    """It counts for this process alone (sd_watchdog_enabled(3))."""
    notifier = notify(NOTIFY_SOCKET=str(manager.getsockname()), **environment)
    assert notifier.watchdog == watchdog
    notifier.tell_alive()
    notifier.tell_stopping()
    assert heard(manager) == (b"WATCHDOG=1" if watchdog else b"STOPPING=1")


def test_nobody_asked(notify: Make) -> None:
    notifier = notify(WATCHDOG_USEC="8000000")
    assert notifier.watchdog == 0
    notifier.tell_ready()


def test_a_manager_in_the_abstract_namespace(notify: Make) -> None:
    name = f"sesame-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        listening.settimeout(20)
        notify(NOTIFY_SOCKET=f"@{name}").tell_ready()
        assert heard(listening) == b"READY=1"


def test_a_manager_that_is_gone_is_no_error(tmp_path: Path, notify: Make) -> None:
    notify(NOTIFY_SOCKET=str(tmp_path / "gone")).tell_ready()
