"""libpcsclite and pcscd of different protocol versions, as a container or a Flatpak has them: the cure fits the cause.

The library is the real one. The service at the other end of its socket answers as pcscd does to a version that is not
its own (pcsc-lite, winscard_svc.c: CMD_VERSION, SCARD_E_SERVICE_STOPPED).
"""

import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.pcsc_plugin import LIMIT_S

HEADER = struct.Struct("=II")
VERSION = struct.Struct("=iiI")
"""winscard_msg.h: the size and the command of a message; the version's major, minor, and its return code."""
SERVICE_STOPPED = 0x8010001E


@pytest.fixture
def other_version(tmp_path: Path) -> Iterator[Path]:
    """The socket of a pcscd that speaks another version."""
    path = tmp_path / "pcscd.comm"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        serving = threading.Thread(target=serve, args=(listener,), daemon=True)
        serving.start()
        yield path
        listener.shutdown(socket.SHUT_RDWR)
        serving.join(LIMIT_S)


def serve(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            with client:
                size, _command = HEADER.unpack(client.recv(HEADER.size, socket.MSG_WAITALL))
                major, minor, _rv = VERSION.unpack(client.recv(size, socket.MSG_WAITALL))
                client.sendall(VERSION.pack(major + 1, minor, SERVICE_STOPPED))


def sesame(*arguments: str, socket_path: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PCSCLITE_CSOCK_NAME": str(socket_path)}
    command = [sys.executable, "-m", "sesame", *arguments]
    return subprocess.run(
        command, env=environment, input="", capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


@pytest.mark.parametrize("command", [("code",), ("card", "readers"), ("card", "info")])
def test_different_versions_are_named_and_not_a_service_that_does_not_run(
    command: tuple[str, ...], other_version: Path
) -> None:
    done = sesame(*command, socket_path=other_version)

    assert done.returncode == 3
    assert "libpcsclite here and pcscd are of different protocol versions" in done.stderr
    assert "install the same pcsc-lite" in done.stderr
    assert "systemctl start" not in done.stderr


def test_a_service_that_does_not_run_is_to_be_started(tmp_path: Path) -> None:
    done = sesame("card", "readers", socket_path=tmp_path / "nobody")

    assert done.returncode == 3
    assert "start pcscd (systemctl start pcscd.socket)" in done.stderr
