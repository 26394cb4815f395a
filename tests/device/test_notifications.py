"""What systemd is told, on a socket like its own (sd_notify(3)); the watchdog is fed by the process it waits for."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.notify import Notifier


@contextmanager
def notifying(environment: dict[str, str]) -> Iterator[Notifier]:
    """A notifier, which lives as long as its process, for the time of a test."""
    notifier = Notifier(environment)
    try:
        yield notifier
    finally:
        if notifier._socket is not None:
            notifier._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> socket.socket:
    """systemd's end."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(tmp_path / "notify"))
    listening.setblocking(False)
    return listening


def told(manager: socket.socket, **environment: str) -> list[bytes]:
    """What arrives of a whole life."""
    with notifying({"NOTIFY_SOCKET": manager.getsockname(), **environment}) as notifier:
        notifier.tell_ready()
        notifier.tell_alive()
        notifier.tell_stopping()
    heard = []
    with manager:
        while True:
            try:
                heard.append(manager.recv(100))
            except BlockingIOError:
                return heard


def test_ready_alive_and_stopping_are_told(manager: socket.socket) -> None:
    assert told(manager, WATCHDOG_USEC="8000000") == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_a_watchdog_that_waits_for_this_process_is_fed(manager: socket.socket) -> None:
    assert b"WATCHDOG=1" in told(manager, WATCHDOG_USEC="8000000", WATCHDOG_PID=str(os.getpid()))


@pytest.mark.parametrize("other", ["1", "0", "", "x"])
def test_a_watchdog_that_waits_for_another_process_is_left_alone(manager: socket.socket, other: str) -> None:
    """A helper that inherited the environment must not keep a reader alive that hangs."""
    assert b"WATCHDOG=1" not in told(manager, WATCHDOG_USEC="8000000", WATCHDOG_PID=other)


@pytest.mark.parametrize(("micros", "ms"), [("8000000", 8000), ("0", 0), ("", 0), ("-1", 0), ("x", 0)])
def test_how_long_it_waits_is_read_in_microseconds(micros: str, ms: int, tmp_path: Path) -> None:
    with notifying({"NOTIFY_SOCKET": str(tmp_path / "none"), "WATCHDOG_USEC": micros}) as notifier:
        assert notifier.watchdog == ms


def test_without_a_manager_nothing_is_sent_and_nobody_waits() -> None:
    notifier = Notifier({"WATCHDOG_USEC": "8000000"})
    assert notifier.watchdog == 0
    notifier.tell_ready()


def test_a_manager_that_is_gone_is_no_error(tmp_path: Path) -> None:
    with notifying({"NOTIFY_SOCKET": str(tmp_path / "gone")}) as notifier:
        notifier.tell_ready()
