"""Readers and keys by PC/SC (pyscard's low level, which is one call of winscard.h each)."""

import importlib
import struct
import threading
import time
from typing import Any, Final

from launcher.troubles import CardGoneError, LaunchError, LaunchTrouble

HISTORICAL: Final = b"e-secure"
"""In the ATR of every key: whatever the reader is called, and whatever else is in others."""

SCOPE_SYSTEM: Final = 2
SHARE_EXCLUSIVE, SHARE_SHARED = 1, 2
ANY_PROTOCOL: Final = 3
RESET_CARD: Final = 1
UNAWARE: Final = 0
PRESENT: Final = 0x20

GET_FEATURES: Final = 0x42000000 + 3400
"""CM_IOCTL_GET_FEATURE_REQUEST of pcsc-lite (PC/SC part 10, 2.2)."""
VERIFY_DIRECT: Final = 0x06
"""FEATURE_VERIFY_PIN_DIRECT (2.3)."""

MODIFY_DIRECT: Final = 0x07
"""FEATURE_MODIFY_PIN_DIRECT (2.3)."""

PNP: Final = "\\\\?PnP?\\Notification"

SHARING_VIOLATION: Final = 0x8010000B
GONE: Final = frozenset({0x80100009, 0x8010000C, 0x80100017, 0x80100068, 0x80100069, 0x80100016, 0x80100003})
"""No reader, no card, unavailable, reset, removed, not transacted, an invalid handle."""
NO_SERVICE: Final = frozenset({0x8010001D, 0x8010001E})
NO_READERS: Final = frozenset({0x8010002E, 0x80100009})

TEN_S_AND_THIRTY: Final = (0, 0)
"""bTimeOut and bTimeOut2 of PIN_VERIFY: as the reader has them."""


def _load_pcsc() -> Any:  # noqa: ANN401 - it has no types
    try:
        return importlib.import_module("smartcard.scard")
    except ImportError:
        raise LaunchError(LaunchTrouble.MISSING, "pyscard: apt install pcscd python3-pyscard") from None


def _refuse_code(code: int, call: str) -> None:
    """Raises LaunchError unless the call went well."""
    number = code & 0xFFFFFFFF
    if not number:
        return
    if number in GONE:
        raise CardGoneError(f"{call}: {number:08X}")
    if number == SHARING_VIOLATION:
        raise LaunchError(LaunchTrouble.CONFLICT, "another program holds the key")
    if number in NO_SERVICE:
        raise LaunchError(LaunchTrouble.MISSING, "pcscd does not run: systemctl start pcscd.socket")
    raise LaunchError(LaunchTrouble.INSTALLATION, f"{call}: {number:08X}")


class PcscReaders:
    """See CardReaders. Raises LaunchError (MISSING) where PC/SC is not installed."""

    def __init__(self) -> None:
        self._scard = _load_pcsc()
        self._own = threading.local()
        """A context is used by one thread: pcsc-lite lets no other call into one that waits."""

    def find_key(self, before: str = "") -> str:
        """See CardReaders."""
        names = self._list_names()
        if not names:
            return ""
        asked = [(name, UNAWARE) for name in names]
        code, states = self._scard.SCardGetStatusChange(self._open_context(), 0, asked)
        if code & 0xFFFFFFFF:
            return ""
        keys = [name for name, state, atr in states if state & PRESENT and HISTORICAL in bytes(atr)]
        return before if before in keys else next(iter(keys), "")

    def has_reader(self, reader: str) -> bool:
        """See CardReaders."""
        return reader in self._list_names()

    def open_key(self, reader: str) -> "PcscKey":
        """See CardReaders. Alone with it where nobody else is connected."""
        context = self._establish()
        try:
            handle, protocol = self._connect(context, reader)
        except LaunchError:
            self._scard.SCardReleaseContext(context)
            raise
        return PcscKey(self._scard, context, handle, protocol)

    def _connect(self, context: Any, reader: str) -> tuple[Any, int]:  # noqa: ANN401 - handles
        code, handle, protocol = self._scard.SCardConnect(context, reader, SHARE_EXCLUSIVE, ANY_PROTOCOL)
        if code & 0xFFFFFFFF == SHARING_VIOLATION:
            code, handle, protocol = self._scard.SCardConnect(context, reader, SHARE_SHARED, ANY_PROTOCOL)
        _refuse_code(code, "SCardConnect")
        return handle, protocol

    def wait_change(self, timeout_ms: int) -> None:
        """See CardReaders."""
        try:
            names = self._list_names()
            context = self._open_context()
        except LaunchError:
            time.sleep(timeout_ms / 1000)
            return
        _, states = self._scard.SCardGetStatusChange(context, 0, [(name, UNAWARE) for name in (*names, PNP)])
        known = [(name, state & ~2) for name, state, _ in states]
        self._scard.SCardGetStatusChange(context, timeout_ms, known)

    def list_names(self) -> list[str]:
        """Every reader's. Raises LaunchError."""
        return self._list_names()

    def _list_names(self) -> list[str]:
        code, names = self._scard.SCardListReaders(self._open_context(), [])
        number = code & 0xFFFFFFFF
        if number in NO_READERS:
            return []
        if number:
            self._own.context = None
        _refuse_code(code, "SCardListReaders")
        return list(names)

    def _open_context(self) -> Any:  # noqa: ANN401 - a handle
        context = getattr(self._own, "context", None)
        if context is None:
            context = self._own.context = self._establish()
        return context

    def _establish(self) -> Any:  # noqa: ANN401 - a handle
        code, context = self._scard.SCardEstablishContext(SCOPE_SYSTEM)
        _refuse_code(code, "SCardEstablishContext")
        return context


class PcscKey:
    """See Card."""

    def __init__(self, scard: Any, context: Any, handle: Any, protocol: int) -> None:  # noqa: ANN401 - no types
        self._scard = scard
        self._context = context
        self._handle = handle
        self._protocol = protocol
        features = self._list_features()
        self._verify_code = features.get(VERIFY_DIRECT, 0)
        self._modify_code = features.get(MODIFY_DIRECT, 0)

    @property
    def has_pad(self) -> bool:
        """See Card."""
        return self._verify_code != 0

    def transmit(self, apdu: bytes) -> bytes:
        """See Card."""
        pci = self._scard.SCARD_PCI_T1 if self._protocol == 2 else self._scard.SCARD_PCI_T0
        code, response = self._scard.SCardTransmit(self._handle, pci, list(apdu))
        _refuse_code(code, "SCardTransmit")
        return bytes(each & 0xFF for each in response)

    def verify_on_pad(self) -> bytes:
        """See Card."""
        return self._ask_pad(self._verify_code, write_pin_block())

    def unblock_on_pad(self) -> bytes:
        """See Card."""
        return self._ask_pad(self._modify_code, write_unblocking_block())

    def _ask_pad(self, feature: int, block: bytes) -> bytes:
        code, response = self._scard.SCardControl(self._handle, feature, list(block))
        _refuse_code(code, "SCardControl")
        return bytes(each & 0xFF for each in response)

    def close(self) -> None:
        """See Card. Reset, so that no other program finds it with the PIN proved."""
        self._scard.SCardDisconnect(self._handle, RESET_CARD)
        self._scard.SCardReleaseContext(self._context)

    def _list_features(self) -> dict[int, int]:
        """What the pad can do: the control code of each; nothing where there is none."""
        code, features = self._scard.SCardControl(self._handle, GET_FEATURES, [])
        if code & 0xFFFFFFFF:
            return {}
        octets = bytes(each & 0xFF for each in features)
        starts = range(0, len(octets) - 5, 6)
        return {octets[at]: int(struct.unpack(">I", octets[at + 2 : at + 6])[0]) for at in starts}


def write_pin_block() -> bytes:
    """PIN_VERIFY (PC/SC part 10, 2.5.2) for PIV: ASCII, left, eight bytes filled with FF, six to eight digits."""
    apdu = bytes.fromhex("0020008008") + b"\xff" * 8
    format_string, block, length = 0x82, 0x08, 0x00
    head = struct.pack("<BBBBBHBBHB3sI", *TEN_S_AND_THIRTY, format_string, block, length, 0x0608, 2, 1, 0x0409, 0,
                       b"\0\0\0", len(apdu))  # fmt: skip
    return head + apdu


def write_unblocking_block() -> bytes:
    """PIN_MODIFY (PC/SC part 10, 2.5.3) for PIV's RESET RETRY COUNTER (SP 800-73-5 part 2, 3.2.3): the PUK in the first
    eight bytes, the new PIN, typed twice, in the next."""
    apdu = bytes.fromhex("002C008010") + b"\xff" * 16
    format_string, block, length, old, new, old_and_twice = 0x82, 0x08, 0x00, 0, 8, 3
    head = struct.pack("<BBBBBBBHBBBHBBB3sI", *TEN_S_AND_THIRTY, format_string, block, length, old, new, 0x0608,
                       old_and_twice, 2, 3, 0x0409, 0, 1, 2, b"\0\0\0", len(apdu))  # fmt: skip
    return head + apdu
