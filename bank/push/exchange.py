"""One HTTP request that is bounded in everything: time, octets, and nowhere it could be led to (RFC 9112).

No redirect is followed, no cookie kept, no proxy asked: what goes to a push service says nothing but that.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from bank.push.endpoints import Target, choose_address

MOST_ANSWER: Final = 16_384
"""Octets of an answer's head; its body is not read."""
STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] ([2-5]\d\d)(?: [^\r\n]*)?")
HEAD_END: Final = b"\r\n\r\n"

Resolver = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses that a name leads to. Raises OSError."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and the headers, their names in lower case."""

    status: int
    headers: Mapping[str, str]


class ExchangeError(Exception):
    """No answer that means anything: nobody there, too slow, too long, or no HTTP."""


async def resolve_name(host: str) -> Sequence[str]:
    """By the machine's own resolver. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


@dataclass(frozen=True)
class Poster:
    """Posts. `limit_s`: seconds for the whole exchange, name, handshake and answer included."""

    limit_s: float = 10.0
    resolve: Resolver = resolve_name
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        """One POST. Raises ExchangeError, and SubscriptionError where the name leads somewhere it must not."""
        try:
            async with asyncio.timeout(self.limit_s):
                return await self._exchange(target, headers, body)
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError) as cause:  # TimeoutError is an OSError
            raise ExchangeError(type(cause).__name__) from cause

    async def _exchange(self, target: Target, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        address = target.host if target.own else choose_address(await self.resolve(target.host))
        secure = {"ssl": self.context, "server_hostname": target.host} if target.tls else {}
        reader, writer = await asyncio.open_connection(address, target.port, limit=MOST_ANSWER, **secure)  # type: ignore[arg-type]
        try:
            writer.write(_write_request(target, headers, body))
            await writer.drain()
            return read_answer(await reader.readuntil(HEAD_END))
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()


def _write_request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    host = target.origin.partition("://")[2]
    lines = [f"POST {target.path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body


def read_answer(head: bytes) -> HttpAnswer:
    """An answer's head. Raises ValueError for what is none."""
    first, *rest = head.removesuffix(HEAD_END).split(b"\r\n")
    matched = STATUS_LINE.fullmatch(first)
    if matched is None:
        raise ValueError("no answer of HTTP/1.1")
    named = (line.decode("latin-1").partition(":") for line in rest)
    return HttpAnswer(int(matched[1]), {name.lower(): value.strip() for name, _, value in named})
