"""The PC that the key is plugged into: its CCID driver, its CD-ROM drive, and what programs on it ask of the card."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import RLock
from typing import Final

from drivers.usb.ccid import CcidFault, HostMessageType
from drivers.usb.twin import DriveTwin
from sesame_core.errors import SesameError
from simulator.key.bench import KeyBench
from simulator.key.cable import HostPort, KeyAbsentError, KeyFailedError
from simulator.key.ccid_host import write_pin_entry, write_unblocking
from simulator.key.piv_host import (
    SELECT_PIV,
    STATUS_NO_PIN,
    STATUS_OK,
    STATUS_REFUSED,
    HostStatusError,
    chain_command,
    read_signature,
    write_signing,
)
from simulator.key.scsi import read_disc

EJECT: Final = bytes((0x1B, 0, 0, 0, 2, 0))
"""START STOP UNIT (SBC-3): LOEJ without START."""

UNTYPED: Final = frozenset({CcidFault.PIN_CANCELLED, CcidFault.PIN_TIMEOUT})
AUTHENTICATION: Final = 0x9A


class PinMissingError(SesameError):
    """The PIN was not typed on the key, or not rightly."""


class SigningRefusedError(SesameError):
    """Nobody has pressed OK on the key."""


class SimulatedComputer:
    """From any thread; one command of the key at a time."""

    def __init__(self, key: KeyBench, image: bytes, name: str) -> None:
        """`image`: what is on the key's CD-ROM; `name`: as INQUIRY tells it."""
        self._key = key
        self._port = HostPort(key, key.cable)
        self._drive = DriveTwin(image, name)
        self._lock = RLock()
        self._powered = False
        self.plugs = 0
        """How often the key was put in: what a program has opened, it has opened of one of them."""

    # The cable

    @property
    def has_key(self) -> bool:
        """Whether the key is in."""
        return self._key.cable.there

    def plug(self) -> None:
        """Put the key in, and the drive loads: once whoever was asking the key has seen that it went; harmless where
        it is in. Raises EndedError."""
        if self.has_key:
            return
        with self._lock:
            self.plugs += 1
            self._key.submit(self._key.plug).result()
            self._powered = False
            self._port.has_card = True
            self._drive.insert()

    def unplug(self) -> None:
        """Pull it, whoever is asking it something. Raises EndedError."""
        self._key.submit(self._key.unplug).result()
        self._powered = False

    # The drive

    def read_files(self) -> Mapping[str, bytes]:
        """What is on the CD-ROM, by SCSI; nothing where no key is in, or the disc is ejected. Raises UsbDeviceError."""
        return read_disc(self._drive) if self.has_disc else {}

    @property
    def has_disc(self) -> bool:
        """Whether the disc is in the drive."""
        return self.has_key and not self._drive.ejected

    def eject(self) -> None:
        """Let go of the key: it says that it may be pulled, and has no card until it was. Raises EndedError."""
        if not self.has_key:
            return
        self._drive.do(EJECT)
        self._key.submit(self._key.cable.eject).result()
        with self._lock, suppress(KeyAbsentError):
            self._port.exchange_message(HostMessageType.GET_SLOT_STATUS)
            self._powered = False

    # The card

    @property
    def has_card(self) -> bool:
        """Whether a card is in the key's reader: not after the computer has let go of it."""
        return self.has_key and self._port.has_card

    @contextmanager
    def hold_plug(self, plug: int) -> Iterator[None]:
        """Nobody else asks the card meanwhile, and the key is not put in. `plug`: the one (`plugs`) in which it was
        opened. Raises KeyAbsentError: the key was pulled since, even if it is in again (PC/SC's
        SCARD_W_REMOVED_CARD)."""
        with self._lock:
            if plug != self.plugs:
                raise KeyAbsentError("the key was pulled since it was opened")
            yield

    def transmit(self, apdu: bytes) -> bytes:
        """A command to the card, its response. Raises KeyAbsentError, KeyFailedError, EndedError."""
        with self._lock:
            if not self._powered:
                self._port.exchange_message(HostMessageType.ICC_POWER_ON)
                self._powered = True
            try:
                return self._port.exchange_message(HostMessageType.XFR_BLOCK, apdu)
            except KeyAbsentError:
                self._powered = False
                raise

    def verify_on_pad(self) -> bytes:
        """Have the PIN typed on the key; the response of VERIFY. Raises PinMissingError where nobody types it,
        KeyAbsentError, KeyFailedError, EndedError."""
        return self._type_on_key(write_pin_entry())

    def unblock_on_pad(self) -> bytes:
        """Have the PUK and a new PIN typed on the key; the response of RESET RETRY COUNTER. Raises as
        `verify_on_pad`."""
        return self._type_on_key(write_unblocking())

    def _type_on_key(self, entry: bytes) -> bytes:
        with self._lock:
            try:
                return self._port.exchange_message(HostMessageType.SECURE, entry)
            except KeyFailedError as error:
                if error.error not in UNTYPED:
                    raise
                raise PinMissingError("the PIN was not typed on the key") from None

    def type_pin(self) -> None:
        """The same, which must end well. Raises PinMissingError, KeyAbsentError, KeyFailedError, EndedError."""
        with self._lock:
            self.transmit(SELECT_PIV)
            if self.verify_on_pad() != STATUS_OK:
                raise PinMissingError("the key does not take this PIN")

    def sign_digest(self, digest: bytes, slot: int = AUTHENTICATION) -> bytes:
        """An ECDSA signature (DER) by a key of the card, once the person has typed the PIN and pressed OK. Raises
        SigningRefusedError, PinMissingError, KeyAbsentError, KeyFailedError, EndedError."""
        with self._lock:
            self.transmit(SELECT_PIV)
            answer = chain_command(self.transmit, write_signing(slot, digest))
            if answer[-2:] == STATUS_NO_PIN:
                self.type_pin()
                answer = chain_command(self.transmit, write_signing(slot, digest))
            if answer[-2:] == STATUS_REFUSED:
                raise SigningRefusedError("nobody has pressed OK on the key")
            if answer[-2:] != STATUS_OK:
                raise HostStatusError(answer)
            return read_signature(answer[:-2])

    def read_object(self, tag: int) -> bytes | None:
        """What the card gives out to anybody; None where there is nothing. Raises KeyAbsentError, KeyFailedError."""
        asked = b"\x5c\x03" + tag.to_bytes(3, "big")
        with self._lock:
            self.transmit(SELECT_PIV)
            answer = chain_command(self.transmit, bytes.fromhex("00CB3FFF") + bytes((len(asked),)) + asked + b"\0")
        return answer[:-2] if answer[-2:] == STATUS_OK else None
