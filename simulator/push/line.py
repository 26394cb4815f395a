"""MCS: the line that a browser keeps open for what comes (`google_apis/gcm/engine/mcs_client.cc`)."""

import asyncio
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field

from simulator.push.mailboxes import Mailboxes, PushMessage
from simulator.push.wire import (
    VERSION,
    Fields,
    Tag,
    WireError,
    read_fields,
    read_frame,
    write_frame,
    write_number,
    write_octets,
)

LOGIN_S = 10
"""How long a browser may take to say who it is."""


@dataclass
class PushLine:
    """Every browser's line, on the loop that `listen` runs on."""

    mailboxes: Mailboxes
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def listen(self, context: ssl.SSLContext) -> asyncio.Server:
        """Listen on loopback, at any port."""
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)

    async def hang_up(self) -> None:
        """End every line."""
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with suppress(OSError, EOFError, WireError):
                async with asyncio.timeout(LOGIN_S):
                    device = await _log_in(reader, writer)
                await self._converse(device, reader, writer)
        finally:
            self._open.discard(task)
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def _converse(self, device: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()

        def deliver(message: PushMessage) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(writer.write, write_frame(Tag.DATA_MESSAGE_STANZA, write_message(message)))

        self.mailboxes.connect(device, deliver)
        try:
            while True:
                tag, _ = await read_frame(reader)
                if tag == Tag.HEARTBEAT_PING:
                    writer.write(write_frame(Tag.HEARTBEAT_ACK, b""))
                elif tag == Tag.CLOSE:
                    return
        finally:
            self.mailboxes.disconnect(device, deliver)


async def _log_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Which browser it is. Raises WireError, EOFError."""
    if (await reader.readexactly(1))[0] != VERSION:
        raise WireError("another version of MCS")
    tag, octets = await read_frame(reader)
    if tag != Tag.LOGIN_REQUEST:
        raise WireError("no login")
    fields = read_fields(octets)
    device = _text(fields, 3)
    if not (device.isascii() and device.isdecimal() and len(device) < 20):
        raise WireError("a browser without a number")
    answer = write_octets(1, _text(fields, 1)) + write_number(8, time.time_ns() // 1_000_000)
    writer.write(bytes((VERSION,)) + write_frame(Tag.LOGIN_RESPONSE, answer))
    return int(device)


def _text(fields: Fields, number: int) -> str:
    found = fields.get(number, [b""])[-1]
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else ""


def write_message(message: PushMessage) -> bytes:
    """DataMessageStanza (mcs.proto)."""
    encoding = write_octets(1, "content-encoding") + write_octets(2, message.encoding)
    return (
        write_octets(3, message.registration.sender)
        + write_octets(5, message.registration.category)
        + write_octets(7, encoding)
        + write_octets(9, message.identifier)
        + write_number(18, time.time_ns() // 1_000_000)
        + write_octets(21, message.octets)
    )
