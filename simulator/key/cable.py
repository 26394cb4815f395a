"""The cable between the simulated key and the simulated PC: the twin's, with somebody who waits at the PC's end.

What the PC sends, it sends on the key's thread (`KeyBench.submit`); what comes back is taken on the PC's own.
"""

from queue import Empty, SimpleQueue
from typing import Final

from drivers.ports import Clock
from drivers.usb.ccid import CommandState, HostMessageType
from drivers.usb.twin import HostTwin
from sesame_core.errors import SesameError
from simulator.key.ccid_host import HostReply, read_reply, write_message
from simulator.live import LiveFront

PATIENCE_S: Final = 30.0
"""How long a reply, or a time extension, is waited for: the key sends one of the two every second."""

GONE: Final = b""
ABSENT: Final = "the key is not in the computer"
LET_GO: Final = "no card is in the key's reader: the computer has let go of it"


class KeyAbsentError(SesameError):
    """The key is not in the computer, was pulled while it was asked, or was let go of."""


class KeyFailedError(SesameError):
    """The key's interface refuses the message. `error`: CCID's bError."""

    def __init__(self, error: int) -> None:
        super().__init__(f"the key's interface refuses this: CCID error {error:02X}")
        self.error = error


class DeskCable(HostTwin):
    """The twin, whose replies wait in a queue for whoever asked."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.arrived: SimpleQueue[bytes] = SimpleQueue()

    def send_reply(self, raw: bytes) -> None:
        """See UsbCable."""
        if self.there:
            self.arrived.put(raw)
        else:
            self.lost += 1

    def pull(self) -> None:
        """See HostTwin; whoever waits is told."""
        super().pull()
        self.arrived.put(GONE)


class HostPort:
    """The PC's USB port, as its CCID driver uses it: one message at a time, from one thread at a time."""

    def __init__(self, key: LiveFront, cable: DeskCable) -> None:
        self._key = key
        self._cable = cable
        self._sequence = 0
        self.has_card = True
        """As the last answer says, and after a plug."""

    def exchange_message(self, kind: HostMessageType, data: bytes = b"") -> bytes:
        """Send a message, wait for its answer, and give back what is in it. The person may take as long as the key
        lets him. Raises KeyAbsentError, KeyFailedError, EndedError."""
        self._sequence = (self._sequence + 1) % 256
        raw, sequence = write_message(kind, self._sequence, data), self._sequence
        self._key.submit(lambda: self._send(raw)).result()
        while True:
            reply = self._take_reply()
            self.has_card = reply.card
            if reply.sequence != sequence or reply.command is CommandState.TIME_EXTENSION:
                continue
            if reply.command is CommandState.FAILED and not reply.card:
                raise KeyAbsentError(LET_GO)
            if reply.command is CommandState.FAILED:
                raise KeyFailedError(reply.error)
            return reply.data

    def _send(self, raw: bytes) -> None:
        if not self._cable.there:
            raise KeyAbsentError(ABSENT)
        while True:  # what nobody has waited for to the end
            try:
                self._cable.arrived.get_nowait()
            except Empty:
                break
        self._cable.send(raw)

    def _take_reply(self) -> HostReply:
        try:
            raw = self._cable.arrived.get(timeout=PATIENCE_S)
        except Empty:
            raise KeyAbsentError("the key does not answer: pull it and put it in again") from None
        if raw == GONE:
            raise KeyAbsentError("the key was pulled")
        return read_reply(raw)
