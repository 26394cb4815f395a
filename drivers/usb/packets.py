"""Packets of the bulk endpoint to whole messages, whatever the host leaves away.

One read of the endpoint is one packet. One that is shorter than the endpoint's packets ends a transfer (USB 2.0,
5.8.3), so that a message which a host began and never ended is known as such by the next packet at the latest.
"""

from dataclasses import replace
from typing import Final

from drivers.usb.ccid import HEADER_SIZE, MAX_APDU, CcidError, CcidFault, HostMessage, read_header

LARGEST_PACKET: Final = 512
"""Of a bulk endpoint at high speed (USB 2.0, 5.8.3); 64 at full speed."""


class BrokenMessageError(CcidError):
    """A message whose length is not its data's. `message`: its header, which an answer needs."""

    def __init__(self, message: HostMessage) -> None:
        super().__init__(CcidFault.BAD_LENGTH)
        self.message = message


class MessageAssembler:
    """Half a message at most, never more than one of the longest."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._skipping = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self._held)} bytes>"

    def forget(self) -> None:
        """Whoever sent the first half is gone."""
        self._held[:] = bytes(len(self._held))
        self._held.clear()
        self._skipping = False

    def take_packet(self, packet: bytes, size: int) -> HostMessage | None:
        """One packet of an endpoint whose packets have `size` bytes: the message that it makes whole, or None.

        Raises BrokenMessageError; what is too short to be a header is dropped without a word, since there is nobody to
        answer to.
        """
        ends = len(packet) < size
        if self._skipping:
            self._skipping = not ends
            return None
        self._held += packet
        if len(self._held) < HEADER_SIZE:
            if ends:
                self.forget()
            return None
        return self._judge(ends)

    def _judge(self, ends: bool) -> HostMessage | None:
        message, claimed = read_header(bytes(self._held[:HEADER_SIZE]))
        there = len(self._held) - HEADER_SIZE
        if claimed > MAX_APDU or there > claimed or (ends and there < claimed):
            self.forget()
            self._skipping = not ends
            raise BrokenMessageError(message)
        if there < claimed:
            return None
        whole = replace(message, data=bytes(self._held[HEADER_SIZE:]))
        self.forget()
        return whole
