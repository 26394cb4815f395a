"""libpcsclite itself, by `ctypes`: the calls in which a name or a secret travels, with bytes as they are.

Types, sizes and layout are those of pcsclite.h and winscard.h (pcsc-lite): LONG, SCARDCONTEXT and SCARDHANDLE are a C
long, DWORD an unsigned one. Every method gives the return code first, as an unsigned 32-bit number, and raises nothing.
"""

import ctypes
from collections.abc import Callable, Sequence
from ctypes import POINTER, byref, c_char_p, c_long, c_ubyte, c_uint32, c_ulong, c_void_p, sizeof
from typing import Any, Final

MAX_ANSWER: Final = 65548
"""MAX_BUFFER_SIZE_EXTENDED, in bytes."""
MAX_ATR: Final = 33
INSUFFICIENT_BUFFER: Final = 0x80100008
LISTINGS: Final = 10
"""How often the readers are listed anew because one came between asking for the size of the list and for the list."""


class _IoRequest(ctypes.Structure):
    """SCARD_IO_REQUEST."""

    _fields_ = (("protocol", c_ulong), ("length", c_ulong))


class _ReaderState(ctypes.Structure):
    """SCARD_READERSTATE."""

    _fields_ = (
        ("reader", c_char_p),
        ("user_data", c_void_p),
        ("current", c_ulong),
        ("event", c_ulong),
        ("atr_length", c_ulong),
        ("atr", c_ubyte * MAX_ATR),
    )


class Library:
    """The library, loaded when first made. Raises OSError where it is not installed."""

    def __init__(self) -> None:
        library = ctypes.CDLL("libpcsclite.so.1")
        dword = POINTER(c_ulong)
        self._list = _typed(library.SCardListReaders, c_char_p, c_void_p, dword)
        self._change = _typed(library.SCardGetStatusChange, c_ulong, POINTER(_ReaderState), c_ulong)
        self._connect = _typed(library.SCardConnect, c_char_p, c_ulong, c_ulong, POINTER(c_long), dword)
        self._status = _typed(library.SCardStatus, c_void_p, dword, dword, dword, c_void_p, dword)
        request = POINTER(_IoRequest)
        self._send = _typed(library.SCardTransmit, request, c_void_p, c_ulong, request, c_void_p, dword)

    def list_readers(self, context: int) -> tuple[int, list[bytes]]:
        """SCardListReaders: the names as they are."""
        for _ in range(LISTINGS):
            size = c_ulong()
            code = self._list(context, None, None, byref(size))
            if code:
                return code, []
            names = bytearray(size.value)
            code = self._list(context, None, _view(names), byref(size))
            if code != INSUFFICIENT_BUFFER:
                break
        return code, [] if code else [bytes(name) for name in names[: size.value].split(b"\0") if name]

    def status_change(self, context: int, timeout_ms: int, known: Sequence[tuple[bytes, int]]) -> tuple[int, list[int]]:
        """SCardGetStatusChange: the event states, in the order that was asked for."""
        states = (_ReaderState * len(known))(*(_ReaderState(name, None, state) for name, state in known))
        code = self._change(context, timeout_ms, states, len(known))
        return code, [state.event for state in states]

    def connect(self, context: int, reader: bytes, share: int, protocols: int) -> tuple[int, int, int]:
        """SCardConnect: the handle and the active protocol."""
        handle, protocol = c_long(), c_ulong()
        code = self._connect(context, reader, share, protocols, byref(handle), byref(protocol))
        return code, handle.value, protocol.value

    def atr(self, handle: int) -> tuple[int, bytes]:
        """SCardStatus: the ATR alone, the name is not asked for."""
        atr, size = bytearray(MAX_ATR), c_ulong(MAX_ATR)
        name_size, state, protocol = c_ulong(), c_ulong(), c_ulong()
        code = self._status(handle, None, byref(name_size), byref(state), byref(protocol), _view(atr), byref(size))
        return code, bytes(atr[: size.value])

    def transmit(self, handle: int, protocol: int, apdu: bytearray) -> tuple[int, bytes]:
        """SCardTransmit, straight from the buffer; `protocol` is 0 or 1. The header of the answer is of no use to
        anybody, but pcsc-spy, which stands in for the library, reads it without asking whether there is one."""
        request, header = (_IoRequest(1 << protocol, sizeof(_IoRequest)) for _ in range(2))
        answer, length = bytearray(MAX_ANSWER), c_ulong(MAX_ANSWER)
        code = self._send(handle, byref(request), _view(apdu), len(apdu), byref(header), _view(answer), byref(length))
        return code, bytes(memoryview(answer)[: length.value])


def _typed(function: Any, *arguments: object) -> Callable[..., int]:  # noqa: ANN401 - a function of ctypes
    """The function with its types: a handle or context first, in all of them; the result is a return code."""
    function.restype = c_uint32
    function.argtypes = (c_long, *arguments)
    typed: Callable[..., int] = function
    return typed


def _view(buffer: bytearray) -> ctypes.Array[ctypes.c_char]:
    return (ctypes.c_char * len(buffer)).from_buffer(buffer)
