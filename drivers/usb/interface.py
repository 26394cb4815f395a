"""The CCID interface between host and card: what a message asks for, what is owed to the host, and what is no more.

    acts = interface.take_packet(packet, size)     # replies to send, and at most one job for the card
    acts = interface.finish_block(response)        # the job is done: the reply that was owed

It keeps no time and no thread. One job at a time is under way (bMaxCCIDBusySlots 1). A host that powers the card
while a job is under way has given that one up, whoever it was: the job is dropped and nothing is owed for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from drivers.usb.ccid import (
    PARAMETERS_T1,
    PROTOCOL_T1,
    SLOT,
    CcidError,
    CcidFault,
    CommandState,
    HostMessage,
    HostMessageType,
    PinSupport,
    ReplyType,
    SlotReply,
    SlotState,
    check_message,
    write_reply,
)
from drivers.usb.packets import BrokenMessageError, MessageAssembler
from drivers.usb.pin_request import PinRequest, read_pin_request

HIGHEST_VOLTAGE_CHOICE: Final = 3
"""bPowerSelect: automatic, 5 V, 3 V, 1.8 V (6.1.1)."""

CLOCK_STOPPED: Final = 1
"""bClockStatus: stopped, low (6.2.2)."""


@dataclass(frozen=True, slots=True)
class SendReply:
    """These bytes are for the host."""

    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PowerCard:
    """Give the card power and say its ATR (`finish_power`)."""


@dataclass(frozen=True, slots=True)
class CutPower:
    """Take the power from the card. Nothing is waited for."""


@dataclass(frozen=True, slots=True)
class ExchangeApdu:
    """A command for the card (`finish_block`)."""

    apdu: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnterPin:
    """A PIN is to be typed on the device (`finish_block`, or `fail_job`)."""

    request: PinRequest


@dataclass(frozen=True, slots=True)
class DropJob:
    """Nobody waits for the job under way any more."""


Act: TypeAlias = SendReply | PowerCard | CutPower | ExchangeApdu | EnterPin | DropJob
Acts: TypeAlias = tuple[Act, ...]


class CcidInterface:
    """One slot. Its card is in it from the cable's coming on until the computer lets go of the key."""

    def __init__(self, pin_support: PinSupport) -> None:
        self._pin_support = pin_support
        self._assembler = MessageAssembler()
        self._state = SlotState.INACTIVE
        self._parameters = PARAMETERS_T1
        self._job: HostMessage | None = None
        self._abort_asked: int | None = None
        self._abort_sent: HostMessage | None = None

    @property
    def busy(self) -> bool:
        """True while a job is under way."""
        return self._job is not None

    def host_gone(self) -> Acts:
        """Nobody is there: half a message, a job, an abort and the card's power go."""
        self._assembler.forget()
        self._abort_asked = self._abort_sent = None
        self._parameters = PARAMETERS_T1
        was, self._state = self._state, SlotState.INACTIVE
        dropped = self._drop_job()
        return (*dropped, CutPower()) if was is SlotState.ACTIVE else dropped

    def take_card_out(self) -> Acts:
        """No card is in the slot, as a host sees it (bmICCStatus 2), until `host_gone`. What it waits for fails as it
        does in a reader from which the card is pulled (ICC_MUTE). There is no interrupt endpoint to say so by (6.3.1):
        a host asks for the slot's status."""
        job, self._job = self._job, None
        self._state = SlotState.ABSENT
        failed = () if job is None else (DropJob(), self._failed(job, CcidFault.ICC_MUTE))
        return (*failed, CutPower())

    def take_packet(self, packet: bytes, size: int) -> Acts:
        """One packet of the bulk-OUT endpoint, whose packets have `size` bytes."""
        try:
            message = self._assembler.take_packet(packet, size)
        except BrokenMessageError as broken:
            return (self._failed(broken.message, broken.error),)
        return () if message is None else self._take_message(message)

    def take_abort(self, slot: int, sequence: int) -> Acts:
        """The class request ABORT (5.3.1). Complete once PC_to_RDR_Abort with the same number has come too."""
        if slot != SLOT:
            return ()
        sent, self._abort_sent = self._abort_sent, None
        if sent is not None and sent.sequence == sequence:
            return (*self._drop_job(), self._answered(sent))
        self._abort_asked = sequence
        job = self._job
        return () if job is None else (*self._drop_job(), self._failed(job, CcidFault.ABORTED))

    # The job under way

    def finish_power(self, atr: bytes) -> Acts:
        """The card has power, and this is its answer to reset."""
        self._state = SlotState.ACTIVE
        return self.finish_block(atr)

    def finish_block(self, data: bytes) -> Acts:
        """The card has answered."""
        job, self._job = self._job, None
        return () if job is None else (self._answered(job, data),)

    def fail_job(self, error: int) -> Acts:
        """It came to nothing."""
        job, self._job = self._job, None
        return () if job is None else (self._failed(job, error),)

    def extend_time(self, multiplier: int = 1) -> Acts:
        """The host is to wait: `multiplier` times the block waiting time (6.2.6)."""
        if self._job is None:
            return ()
        job = self._job
        return (
            self._written(
                SlotReply(job.reply_type, job.sequence, command=CommandState.TIME_EXTENSION, error=multiplier)
            ),
        )

    # Messages

    def _take_message(self, message: HostMessage) -> Acts:
        if self._abort_asked is not None:
            return self._take_while_aborting(message, self._abort_asked)
        self._abort_sent = None
        try:
            check_message(message)
            return self._begin(message)
        except CcidError as refusal:
            return (self._failed(message, refusal.error),)

    def _take_while_aborting(self, message: HostMessage, asked: int) -> Acts:
        """After ABORT every message fails until the one that ends it (5.3.1)."""
        if message.kind == HostMessageType.ABORT and message.sequence == asked and message.slot == SLOT:
            self._abort_asked = None
            return (self._answered(message),)
        return (self._failed(message, CcidFault.ABORTED),)

    def _begin(self, message: HostMessage) -> Acts:
        """Raises CcidError."""
        if message.kind == HostMessageType.ABORT:
            self._abort_sent = message
            return ()
        if self._state is SlotState.ABSENT and message.kind in NEEDS_CARD:
            raise CcidError(CcidFault.ICC_MUTE)
        dropped: Acts = ()
        if self._job is not None:
            if message.kind not in {HostMessageType.ICC_POWER_ON, HostMessageType.ICC_POWER_OFF}:
                raise CcidError(CcidFault.SLOT_BUSY)
            dropped = self._drop_job()
        handler = HANDLERS.get(message.kind)
        if handler is None:
            raise CcidError(CcidFault.NOT_SUPPORTED)
        return (*dropped, *handler(self, message))

    def _power_on(self, message: HostMessage) -> Acts:
        if message.special[0] > HIGHEST_VOLTAGE_CHOICE:
            raise CcidError(CcidFault.BAD_FIRST)
        self._job = message
        return (PowerCard(),)

    def _power_off(self, message: HostMessage) -> Acts:
        if self._state is SlotState.ACTIVE:
            self._state = SlotState.INACTIVE
        return CutPower(), self._answered(message)

    def _tell_status(self, message: HostMessage) -> Acts:
        return (self._answered(message),)

    def _tell_parameters(self, message: HostMessage) -> Acts:
        if message.kind == HostMessageType.RESET_PARAMETERS:
            self._parameters = PARAMETERS_T1
        return (self._answered(message, self._parameters),)

    def _set_parameters(self, message: HostMessage) -> Acts:
        if message.special[0] != PROTOCOL_T1:
            raise CcidError(CcidFault.BAD_FIRST)
        if len(message.data) != len(PARAMETERS_T1):
            raise CcidError(CcidFault.BAD_LENGTH)
        self._parameters = message.data
        return (self._answered(message, self._parameters),)

    def _exchange(self, message: HostMessage) -> Acts:
        self._need_power()
        self._job = message
        return (ExchangeApdu(message.data),)

    def _enter_pin(self, message: HostMessage) -> Acts:
        if self._pin_support is PinSupport.NONE:
            raise CcidError(CcidFault.NOT_SUPPORTED)
        self._need_power()
        request = read_pin_request(message.data)
        self._job = message
        return (EnterPin(request),)

    def _need_power(self) -> None:
        if self._state is not SlotState.ACTIVE:
            raise CcidError(CcidFault.ICC_MUTE)

    # Replies

    def _drop_job(self) -> Acts:
        job, self._job = self._job, None
        return () if job is None else (DropJob(),)

    def _answered(self, message: HostMessage, data: bytes = b"") -> SendReply:
        return self._written(SlotReply(message.reply_type, message.sequence, data, last=self._last_byte(message)))

    def _failed(self, message: HostMessage, error: int) -> SendReply:
        last = self._last_byte(message)
        failed = SlotReply(message.reply_type, message.sequence, b"", CommandState.FAILED, error, last, message.slot)
        return self._written(failed)

    def _last_byte(self, message: HostMessage) -> int:
        """bChainParameter, bClockStatus or bProtocolNum, whichever the answer has there."""
        if message.kind in PARAMETER_TYPES:
            return PROTOCOL_T1
        stopped = message.reply_type is ReplyType.SLOT_STATUS and self._state is not SlotState.ACTIVE
        return CLOCK_STOPPED if stopped else 0

    def _written(self, reply: SlotReply) -> SendReply:
        return SendReply(write_reply(reply, self._state))


PARAMETER_TYPES: Final = frozenset(
    {HostMessageType.GET_PARAMETERS, HostMessageType.RESET_PARAMETERS, HostMessageType.SET_PARAMETERS}
)

NEEDS_CARD: Final = frozenset(
    {HostMessageType.ICC_POWER_ON, HostMessageType.XFR_BLOCK, HostMessageType.SECURE, *PARAMETER_TYPES}
)
"""What fails where none is in the slot (6.1, the errors of each)."""

HANDLERS: Final[dict[int, Callable[[CcidInterface, HostMessage], Acts]]] = {
    HostMessageType.ICC_POWER_ON: CcidInterface._power_on,
    HostMessageType.ICC_POWER_OFF: CcidInterface._power_off,
    HostMessageType.GET_SLOT_STATUS: CcidInterface._tell_status,
    HostMessageType.GET_PARAMETERS: CcidInterface._tell_parameters,
    HostMessageType.RESET_PARAMETERS: CcidInterface._tell_parameters,
    HostMessageType.SET_PARAMETERS: CcidInterface._set_parameters,
    HostMessageType.XFR_BLOCK: CcidInterface._exchange,
    HostMessageType.SECURE: CcidInterface._enter_pin,
}
"""What is not here is not there: no clock, no escape, no mechanics, no T=0."""
