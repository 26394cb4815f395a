"""Puts a virtual card into a running pcscd, through vsmartcard's virtual reader (package vsmartcard-vpcd).

The card is the TCP client. Every message both ways is a 2-byte big-endian length and a payload. From the reader, one
byte is control (off, on, reset: no answer; get ATR, which is also the presence poll every 0.4 s: the ATR) and more is a
command APDU, answered by the response APDU. vpcd listens on every interface without authentication: it is for
development and demonstration only.
"""

import contextlib
import math
import socket
import struct
import threading
import time
from enum import IntEnum
from typing import Final, Self

from bank.cards.card import CardInSlot
from bank.errors import VirtualReaderError

HOST: Final = "127.0.0.1"
PORT: Final = 35963
"""The first virtual reader, "Virtual PCD 00 00"; the second one listens on the next port."""


QUICK_ANSWER: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)
"""Linux alone has it (tcp(7))."""


class ReaderControl(IntEnum):
    """The one-byte messages of the reader (vsmartcard, `vpcd.h`)."""

    POWER_OFF = 0
    POWER_ON = 1
    RESET = 2
    GET_ATR = 4


UNPOWERED_ATR: Final = b"\x3b\x00"
"""Answers the presence poll while the card has no power; the reader asks again after it has powered the card."""
MUTE_ATR: Final = bytes(34)
"""One byte more than an ATR can have: pcscd then holds the card to be present and mute, as a real one would be. With an
empty ATR it would hold the slot to be empty."""
LONGEST_MESSAGE: Final = 0xFFFF
PAUSE_S: Final = 0.05
CONNECT_S: Final = 3.0
OUT_S: Final = 0.6
"""How long a card stays out before another goes in. pcscd looks every 0.4 s; a card changed in between is not noticed,
or, when a command had just failed, not seen at all until it is pulled."""


class VirtualReader:
    """One virtual reader of vpcd, and the card that is in it. `insert` and `remove` are for one thread at a time.

    A card that gives no answer to a command is taken out: vpcd has no message for silence, and would wait for ever.
    A response of more than 65535 bytes is cut to that length, the most that a message holds.
    """

    def __init__(self, host: str = HOST, port: int = PORT) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._removed = threading.Event()
        self._polled = threading.Event()
        self._out_since = -math.inf

    @property
    def inserted(self) -> bool:
        """True while a card is in and served."""
        return self._thread is not None and self._thread.is_alive()

    def insert(self, card: CardInSlot, *, patience_s: float = 10.0, reconnect: bool = False) -> None:
        """Put the card in and serve it in a thread; returns when the reader has seen it.

        `patience_s` bounds the wait for vpcd. With `reconnect` the card goes in again by itself whenever pcscd comes
        back, until `remove` or until it falls silent. Raises VirtualReaderError when a card is in already, or vpcd does
        not answer in time.
        """
        if self.inserted:
            raise VirtualReaderError("a card is in this virtual reader: remove it first")
        self._removed.clear()
        self._polled.clear()
        time.sleep(max(0.0, self._out_since + OUT_S - time.monotonic()))
        deadline = time.monotonic() + patience_s
        self._socket = self._connect(deadline)
        self._thread = threading.Thread(target=self._serve, args=(card, reconnect), name="vpcd-card", daemon=True)
        self._thread.start()
        if not self._polled.wait(max(0.0, deadline - time.monotonic())):
            self.remove()
            raise VirtualReaderError(f"the virtual reader on {self._where} has another card in it: remove that first")

    def remove(self) -> None:
        """Take the card out; harmless when none is in."""
        self._removed.set()
        self._hang_up()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the card is out (removed, gone silent, pcscd gone); False when the time was over before."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return not self.inserted

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    @property
    def _where(self) -> str:
        return f"{self._address[0]}:{self._address[1]}"

    def _connect(self, deadline: float) -> socket.socket:
        while True:
            try:
                return socket.create_connection(self._address, timeout=CONNECT_S)
            except ValueError:  # UnicodeError: socket encodes the name as IDNA (RFC 3490)
                raise VirtualReaderError(f"{self._where} cannot be a host's name: give another with --host") from None
            except OSError as error:
                if time.monotonic() >= deadline:
                    raise VirtualReaderError(
                        f"no virtual reader listens on {self._where}: install vsmartcard-vpcd and start pcscd -f"
                    ) from error
            if self._removed.wait(PAUSE_S):
                raise VirtualReaderError("the card was removed while it waited for the virtual reader")

    def _serve(self, card: CardInSlot, reconnect: bool) -> None:
        """Serve until the card is out; put it in again where the reader went, not where the card fell silent."""
        hung_up = self._serve_once(card)
        while hung_up and reconnect and not self._removed.wait(OUT_S):
            with contextlib.suppress(VirtualReaderError):
                self._socket = self._connect(math.inf)
                hung_up = self._serve_once(card)

    def _serve_once(self, card: CardInSlot) -> bool:
        """Serve one connection; True when the reader, or `remove`, ended it."""
        link = self._socket
        assert link is not None
        try:
            if not self._removed.is_set():
                _talk(link, card, self._polled)
        except (OSError, EOFError):
            return True
        finally:
            link.close()
            self._out_since = time.monotonic()
            card.power_off()
        return False

    def _hang_up(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _talk(link: socket.socket, card: CardInSlot, polled: threading.Event) -> None:
    """Serve one connection until it ends (EOFError, OSError) or the card is silent."""
    link.settimeout(None)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    atr = UNPOWERED_ATR
    while True:
        message = _receive(link)
        polled.set()
        if len(message) > 1:
            answer = card.transmit(message)
        elif message == bytes((ReaderControl.GET_ATR,)):
            answer = atr
        else:
            atr = _control(card, message, atr)
            continue
        if not answer:
            return
        _send(link, answer)


def _control(card: CardInSlot, message: bytes, atr: bytes) -> bytes:
    """Do what the reader's pins do; the ATR from now on. What is no control message changes nothing."""
    match message[0] if message else None:
        case ReaderControl.POWER_OFF:
            card.power_off()
            return UNPOWERED_ATR
        case ReaderControl.POWER_ON:
            return card.power_on() or MUTE_ATR
        case ReaderControl.RESET:
            return card.reset_card() or MUTE_ATR
    return atr


def _send(link: socket.socket, payload: bytes) -> None:
    payload = payload[:LONGEST_MESSAGE]
    link.sendall(struct.pack(">H", len(payload)) + payload)


def _receive(link: socket.socket) -> bytes:
    (length,) = struct.unpack(">H", _receive_exactly(link, 2))
    return _receive_exactly(link, length)


def _receive_exactly(link: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        # The kernel forgets this after a while; without it each message waits 45 ms for a delayed acknowledgement.
        if QUICK_ANSWER is not None:
            link.setsockopt(socket.IPPROTO_TCP, QUICK_ANSWER, 1)
        chunk = link.recv(count - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return data
