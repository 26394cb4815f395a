"""What a service tells systemd: ready, alive, stopping (sd_notify(3)). Silent where nobody asked."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

from sesame_core.events import Millis

MICROS_PER_MILLI = 1000


class Notifier:
    """Sends to the socket that NOTIFY_SOCKET names."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        path = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) if path else None
        self.watchdog: Millis = _watchdog_interval(environment) if path else 0

    def tell_ready(self) -> None:
        """The first frame is on the glass."""
        self._send_state("READY=1")

    def tell_alive(self) -> None:
        """The loop turns."""
        if self.watchdog:
            self._send_state("WATCHDOG=1")

    def tell_stopping(self) -> None:
        """The end was asked for."""
        self._send_state("STOPPING=1")

    def _send_state(self, state: str) -> None:
        if self._socket is not None:
            with suppress(OSError):  # a manager that does not listen is no reason to stop
                self._socket.sendto(state.encode(), self._address)


def _watchdog_interval(environment: Mapping[str, str]) -> Millis:
    """How long systemd waits for a sign of life; 0 for ever, or when it waits for another process."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0
    micros = environment.get("WATCHDOG_USEC", "0")
    return int(micros) // MICROS_PER_MILLI if micros.isdigit() else 0
