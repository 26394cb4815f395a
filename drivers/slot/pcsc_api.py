"""The few functions of PC/SC that this reader needs, with errors that say what to do.

pyscard's low level does everything but the exchange itself. An exchange may carry a PIN, and pyscard would copy it into
a Python list and a C buffer which it frees as it is; so SCardTransmit is called in the same library by `ctypes`, which
sends straight from the caller's own bytearray. pcsc-lite writes these bytes to its socket without a copy of its own.
"""

import ctypes
import importlib
from collections.abc import Mapping
from typing import Any, Final

from drivers.install_hints import install_extra
from drivers.slot.pcsc_errors import Code, PcscMissingError, error_for
from sesame_core.smartcard.apdu import Protocol

PNP: Final = "\\\\?PnP?\\Notification"
"""The name that stands for "any reader" in SCardGetStatusChange: it changes when one comes or goes."""

STATE_CHANGED: Final = 0x0002
STATE_PRESENT: Final = 0x0020
FOREVER_MS: Final = 0xFFFFFFFF
MAX_EXTENDED_ANSWER: Final = 65548
"""MAX_BUFFER_SIZE_EXTENDED of pcsclite.h, in bytes."""

_CURE: Final = "install PC/SC: sudo apt install pcscd libpcsclite1 python3-pyscard"


class _IoRequest(ctypes.Structure):
    """SCARD_IO_REQUEST of pcsclite.h."""

    _fields_ = (("protocol", ctypes.c_ulong), ("length", ctypes.c_ulong))


class Pcsc:
    """PC/SC, loaded when first made. Raises PcscMissingError where it is not installed.

    Every call raises what `drivers.slot.pcsc_errors.error_for` makes of its return code. Contexts are used by one
    thread at a time, `cancel` excepted.
    """

    def __init__(self) -> None:
        try:
            self._scard: Any = importlib.import_module("smartcard.scard")
            library = ctypes.CDLL("libpcsclite.so.1")
        except (ImportError, OSError) as error:
            raise PcscMissingError(f"PC/SC cannot be loaded: {_CURE}, or {install_extra('pcsc')}") from error
        self._send = library.SCardTransmit
        self._send.restype = ctypes.c_ulong
        self._send.argtypes = (
            ctypes.c_long,
            ctypes.POINTER(_IoRequest),
            ctypes.c_void_p,
            ctypes.c_ulong,
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.POINTER(ctypes.c_ulong),
        )

    def establish_context(self) -> int:
        """A new context: a connection to pcscd."""
        code, context = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_SYSTEM)
        _check(code, "SCardEstablishContext")
        return int(context)

    def release_context(self, context: int) -> None:
        """Let go of a context, whether pcscd is still there or not."""
        self._scard.SCardReleaseContext(context)

    def list_readers(self, context: int) -> list[str]:
        """The names of the readers, in pcscd's order; empty when there is none."""
        code, names = self._scard.SCardListReaders(context, [])
        if _unsigned(code) == Code.NO_READERS_AVAILABLE:
            return []
        _check(code, "SCardListReaders")
        return list(names)

    def get_states(self, context: int, known: Mapping[str, int], timeout_ms: int) -> dict[str, int]:
        """Wait until a reader's state differs from what is known (0: not known yet), the time is over or `cancel` was
        called; the states then. The upper 16 bits of a state count insertions and removals."""
        asked = [(name, state & ~STATE_CHANGED) for name, state in known.items()]
        code, answers = self._scard.SCardGetStatusChange(context, timeout_ms, asked)
        if _unsigned(code) in (Code.TIMEOUT, Code.CANCELLED):
            return dict(known)
        _check(code, "SCardGetStatusChange")
        return {name: int(state) for name, state, _atr in answers}

    def cancel_waiting(self, context: int) -> None:
        """End a `states` that another thread waits in; lost when that thread does not wait yet."""
        self._scard.SCardCancel(context)

    def connect_card(self, context: int, reader: str, *, exclusive: bool) -> tuple[int, Protocol]:
        """Connect to the card, which gives it power; a handle, and the protocol that was chosen."""
        code, handle, chosen = self._scard.SCardConnect(context, reader, self._share(exclusive), self._any_protocol)
        _check(code, "SCardConnect")
        return int(handle), _protocol(chosen)

    def reset_card(self, handle: int, *, exclusive: bool) -> Protocol:
        """Reset the card warm; the protocol that was chosen now."""
        code, chosen = self._scard.SCardReconnect(
            handle, self._share(exclusive), self._any_protocol, self._scard.SCARD_RESET_CARD
        )
        _check(code, "SCardReconnect")
        return _protocol(chosen)

    def read_atr(self, handle: int) -> bytes:
        """The ATR since the last reset."""
        code, _reader, _state, _chosen, atr = self._scard.SCardStatus(handle)
        _check(code, "SCardStatus")
        return bytes(atr)

    def disconnect_card(self, handle: int, *, unpower: bool) -> None:
        """Give the handle back, and take the power from the card; nothing to do where the handle is void already."""
        self._scard.SCardDisconnect(handle, self._scard.SCARD_UNPOWER_CARD if unpower else self._scard.SCARD_LEAVE_CARD)

    def transmit(self, handle: int, protocol: Protocol, apdu: bytearray) -> bytes:
        """One exchange, sent straight from `apdu`; the answer may be empty when the card is pulled meanwhile."""
        request = _IoRequest(1 << protocol.value, ctypes.sizeof(_IoRequest))
        answer = bytearray(MAX_EXTENDED_ANSWER)
        length = ctypes.c_ulong(len(answer))
        code = self._send(
            handle,
            ctypes.byref(request),
            _view(apdu),
            len(apdu),
            None,
            _view(answer),
            ctypes.byref(length),
        )
        _check(code, "SCardTransmit")
        return bytes(memoryview(answer)[: length.value])

    @property
    def _any_protocol(self) -> int:
        return int(self._scard.SCARD_PROTOCOL_T0 | self._scard.SCARD_PROTOCOL_T1)

    def _share(self, exclusive: bool) -> int:
        return int(self._scard.SCARD_SHARE_EXCLUSIVE if exclusive else self._scard.SCARD_SHARE_SHARED)


def event_count(state: int) -> int:
    """How often a card came or went, as pcscd counts (modulo 65536)."""
    return state >> 16 & 0xFFFF


def is_present(state: int) -> bool:
    """True when a card is in, mute or not."""
    return bool(state & STATE_PRESENT)


def _view(buffer: bytearray) -> ctypes.Array[ctypes.c_char]:
    return (ctypes.c_char * len(buffer)).from_buffer(buffer)


def _protocol(chosen: int) -> Protocol:
    return Protocol.T1 if chosen == 2 else Protocol.T0


def _unsigned(code: int) -> int:
    """Return codes are negative where a C long has 32 bits."""
    return code & 0xFFFFFFFF


def _check(code: int, call: str) -> None:
    if _unsigned(code) != Code.SUCCESS:
        raise error_for(_unsigned(code), call)
