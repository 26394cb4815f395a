"""The few functions of PC/SC that this reader needs, with errors that say what to do.

pyscard's low level does what carries neither names nor secrets. An exchange may carry a PIN, and pyscard would copy it
into a Python list and a C buffer which it frees as it is; so SCardTransmit is called in the same library by `ctypes`,
which sends straight from the caller's own bytearray. pcsc-lite writes these bytes to its socket without a copy of its
own. And the name of a reader is whatever bytes its maker or its configuration chose, while pyscard takes ASCII and
gives UTF-8: every call with a name in it goes by `ctypes`, too (`drivers.slot.pcsc_library`).
"""

import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from drivers.errors import SlotError
from drivers.install_hints import install_extra
from drivers.slot.pcsc_errors import Code, PcscMissingError, error_for
from drivers.slot.pcsc_library import Library
from sesame_core.smartcard.apdu import Protocol

PNP: Final = "\\\\?PnP?\\Notification"
"""The name that stands for "any reader" in SCardGetStatusChange: it changes when one comes or goes."""

STATE_CHANGED: Final = 0x0002
STATE_PRESENT: Final = 0x0020
FOREVER_MS: Final = 0xFFFFFFFF
_CURE: Final = "install PC/SC: sudo apt install pcscd libpcsclite1 python3-pyscard"


class Pcsc:
    """PC/SC, loaded when first made. Raises PcscMissingError where it is not installed.

    Every call raises what `drivers.slot.pcsc_errors.error_for` makes of its return code. Contexts are used by one
    thread at a time, `cancel` excepted.
    """

    def __init__(self) -> None:
        try:
            self._scard: Any = importlib.import_module("smartcard.scard")
            self._library = Library()
        except (ImportError, OSError) as error:
            raise PcscMissingError(f"PC/SC cannot be loaded: {_CURE}, or {install_extra('pcsc')}") from error

    def establish_context(self) -> int:
        """A new context: a connection to pcscd."""
        code, context = self._ask("SCardEstablishContext", self._scard.SCARD_SCOPE_SYSTEM)
        _check_code(code, "SCardEstablishContext")
        return int(context)

    def release_context(self, context: int) -> None:
        """Let go of a context, whether pcscd is still there or not."""
        self._ask("SCardReleaseContext", context)

    def list_readers(self, context: int) -> list[str]:
        """The names of the readers, in pcscd's order; empty when there is none. Bytes that are no UTF-8 are lone
        surrogates in them (PEP 383)."""
        code, names = self._library.list_readers(context)
        if code == Code.NO_READERS_AVAILABLE:
            return []
        _check_code(code, "SCardListReaders")
        return [name.decode(errors="surrogateescape") for name in names]

    def get_states(self, context: int, known: Mapping[str, int], timeout_ms: int) -> dict[str, int]:
        """Wait until a reader's state differs from what is known (0: not known yet), the time is over or `cancel` was
        called; the states then. The upper 16 bits of a state count insertions and removals."""
        asked = [(_encode_name(name), state & ~STATE_CHANGED) for name, state in known.items()]
        code, states = self._library.status_change(context, timeout_ms, asked)
        if code in (Code.TIMEOUT, Code.CANCELLED):
            return dict(known)
        _check_code(code, "SCardGetStatusChange")
        return dict(zip(known, states, strict=True))

    def cancel_waiting(self, context: int) -> None:
        """End a `states` that another thread waits in; lost when that thread does not wait yet."""
        self._ask("SCardCancel", context)

    def connect_card(self, context: int, reader: str, *, exclusive: bool) -> tuple[int, Protocol]:
        """Connect to the card, which gives it power; a handle, and the protocol that was chosen."""
        code, handle, chosen = self._library.connect(
            context, _encode_name(reader), self._share_mode(exclusive), self._any_protocol
        )
        _check_code(code, "SCardConnect")
        return handle, _protocol_of(chosen)

    def reset_card(self, handle: int, *, exclusive: bool) -> Protocol:
        """Reset the card warm; the protocol that was chosen now."""
        code, chosen = self._ask(
            "SCardReconnect", handle, self._share_mode(exclusive), self._any_protocol, self._scard.SCARD_RESET_CARD
        )
        _check_code(code, "SCardReconnect")
        return _protocol_of(chosen)

    def read_atr(self, handle: int) -> bytes:
        """The ATR since the last reset."""
        code, atr = self._library.atr(handle)
        _check_code(code, "SCardStatus")
        return atr

    def disconnect_card(self, handle: int, *, unpower: bool) -> None:
        """Give the handle back, and take the power from the card; nothing to do where the handle is void already."""
        how = self._scard.SCARD_UNPOWER_CARD if unpower else self._scard.SCARD_LEAVE_CARD
        self._ask("SCardDisconnect", handle, how)

    def transmit(self, handle: int, protocol: Protocol, apdu: bytearray) -> bytes:
        """One exchange, sent straight from `apdu`; the answer may be empty when the card is pulled meanwhile."""
        code, answer = self._library.transmit(handle, protocol.value, apdu)
        _check_code(code, "SCardTransmit")
        return answer

    def _ask(self, call: str, *arguments: object) -> Any:  # noqa: ANN401 - what pyscard gives is its own
        """Call pyscard. What it raises besides return codes (SystemError, UnicodeError, TypeError, its own `error`) is
        a SlotError of ours: nothing of it is known to be of use to anybody."""
        function: Callable[..., Any] = getattr(self._scard, call)
        try:
            return function(*arguments)
        except Exception as error:
            raise SlotError(f"pyscard failed: install it anew ({call}: {type(error).__name__})") from error

    @property
    def _any_protocol(self) -> int:
        return int(self._scard.SCARD_PROTOCOL_T0 | self._scard.SCARD_PROTOCOL_T1)

    def _share_mode(self, exclusive: bool) -> int:
        return int(self._scard.SCARD_SHARE_EXCLUSIVE if exclusive else self._scard.SCARD_SHARE_SHARED)


def event_count(state: int) -> int:
    """How often a card came or went, as pcscd counts (modulo 65536)."""
    return state >> 16 & 0xFFFF


def is_present(state: int) -> bool:
    """True when a card is in, mute or not."""
    return bool(state & STATE_PRESENT)


def _encode_name(name: str) -> bytes:
    return name.encode(errors="surrogateescape")


def _protocol_of(chosen: int) -> Protocol:
    return Protocol.T1 if chosen == 2 else Protocol.T0


def _check_code(code: int, call: str) -> None:
    """Return codes are negative where a C long has 32 bits."""
    if (unsigned := code & 0xFFFFFFFF) != Code.SUCCESS:
        raise error_for(unsigned, call)
