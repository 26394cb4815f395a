"""A mobile operator's message centre as the carrier: SMPP 3.4, spoken by aiosmpplib.

Texts go in the alphabet of GSM 03.38 where they fit it (an é, a €), else in UCS-2; what is longer than a PDU's own
field goes as `message_payload` (SMPP 3.4, 5.3.2.32), which the centre cuts for the telephone. The library would log
whole messages where something fails, and so is given no log.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from aiosmpplib import (  # type: ignore[import-untyped]
    ESME,
    NPI,
    TON,
    AbstractBroker,
    AbstractHook,
    DeliverSm,
    PduHeader,
    PhoneNumber,
    SmppCommandStatus,
    SmppMessage,
    SubmitSm,
    SubmitSmResp,
)
from aiosmpplib.correlator import SimpleCorrelator  # type: ignore[import-untyped]
from aiosmpplib.retrytimer import SimpleExponentialBackoff  # type: ignore[import-untyped]

from bank.sms.ports import (
    CarrierError,
    CarryAnswer,
    CarryOutcome,
    OutgoingText,
    ReceiptTaker,
    TextReceipt,
    TextState,
)

SILENT: Final = logging.CRITICAL + 1
MOST_PDU: Final = 65_536 + 1024
"""Octets of a PDU that we read: a message_payload, and what is around it."""
LONGEST_ID: Final = 65
"""Octets of a message's identifier (SMPP 3.4, 4.4.2)."""

STATES: Final[Mapping[str, TextState]] = MappingProxyType(
    {
        "DELIVRD": TextState.DELIVERED,
        "EXPIRED": TextState.UNDELIVERABLE,
        "DELETED": TextState.UNDELIVERABLE,
        "UNDELIV": TextState.UNDELIVERABLE,
        "REJECTD": TextState.UNDELIVERABLE,
    }
)
"""What a receipt's `stat` means for good (SMPP 3.4, appendix B); others say that it is still on its way."""

BUSY: Final = frozenset(
    (
        SmppCommandStatus.ESME_RTHROTTLED,
        SmppCommandStatus.ESME_RMSGQFUL,
        SmppCommandStatus.ESME_RSYSERR,
        SmppCommandStatus.ESME_RX_T_APPN,
    )
)
"""SMPP 3.4, 5.1.3: try again later."""


@dataclass(frozen=True)
class SmppSettings:
    """Where the message centre is, and who we are there. `sender`: what telephones show as the sender, 11 signs at most
    (3GPP TS 23.040, 9.1.2.5). `answer_s`: how long it may take to answer; `retry_ms`: before the second connection."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    sender: str = "COOPNET"
    answer_s: float = 10.0
    retry_ms: int = 1000
    enquire_s: float = 30.0

    def __post_init__(self) -> None:
        if not 0 < len(self.system_id) <= 15 or len(self.password) > 8:
            raise CarrierError("SMPP: a system_id has 1 to 15 signs, a password at most 8 (SMPP 3.4, 4.1.1)")
        if not (0 < len(self.sender) <= 11 and self.sender.isascii() and self.sender.isalnum()):
            raise CarrierError("SMPP: the sender's name has 1 to 11 letters and digits")


class BoundedEsme(ESME):  # type: ignore[misc]
    """The library's client, which would read a PDU of four gigabytes, and leave lost connections to the collector."""

    _line: asyncio.StreamWriter | None = None

    async def connect(self) -> None:
        """See ESME."""
        await self.abandon()
        try:
            await super().connect()
        finally:
            self._line = self._writer

    async def abandon(self) -> None:
        """Close the connection there was, if any."""
        line, self._line = self._line, None
        if line:
            line.transport.abort()
            with suppress(OSError):
                await line.wait_closed()

    async def _get_pdu(self) -> tuple[bytes, PduHeader]:
        reader = self._reader
        head = await reader.readexactly(4) if reader else b""
        length = int.from_bytes(head, "big")
        if reader is None or not 16 <= length <= MOST_PDU:
            raise ValueError("a PDU of an impossible length")
        pdu = head + await reader.readexactly(length - 4)
        return pdu, SmppMessage.parse_header(pdu[:16])


@dataclass
class SmppQueue(AbstractBroker, AbstractHook):  # type: ignore[misc]
    """Messages that are to go, and whoever waits for the answer to each: both by the number of the outbox's row."""

    take_receipt: ReceiptTaker
    queue: asyncio.Queue[SubmitSm] = field(default_factory=asyncio.Queue)
    answers: dict[str, asyncio.Future[CarryAnswer]] = field(default_factory=dict)

    async def enqueue(self, message: SmppMessage) -> None:
        """See AbstractBroker."""
        if isinstance(message, SubmitSm):
            self.queue.put_nowait(message)

    async def dequeue(self) -> SmppMessage:
        """See AbstractBroker. What nobody waits for any more is not sent: it will be tried anew."""
        while True:
            message = await self.queue.get()
            if message.log_id in self.answers:
                return message

    async def sending(self, smpp_message: SmppMessage, pdu: bytes, client_id: str) -> None:
        """See AbstractHook."""

    async def received(self, smpp_message: SmppMessage | None, pdu: bytes, client_id: str) -> None:
        """See AbstractHook."""
        if isinstance(smpp_message, SubmitSmResp):
            self._settle(smpp_message.log_id, read_answer(smpp_message))
        elif isinstance(smpp_message, DeliverSm) and smpp_message.is_receipt():
            receipt = read_receipt(smpp_message)
            if receipt:
                self.take_receipt(receipt)

    async def send_error(self, smpp_message: SmppMessage, error: Exception, client_id: str) -> None:
        """See AbstractHook."""
        if isinstance(smpp_message, SubmitSm):
            refused = isinstance(error, ValueError)
            self._settle(smpp_message.log_id, CarryAnswer(CarryOutcome.REFUSED if refused else CarryOutcome.LATER))

    def _settle(self, log_id: str, answer: CarryAnswer) -> None:
        future = self.answers.get(log_id)
        if future and not future.done():
            future.set_result(answer)


class SmppCarrier:
    """See TextCarrier."""

    def __init__(self, settings: SmppSettings) -> None:
        self._settings = settings
        self._waiting: SmppQueue | None = None

    @asynccontextmanager
    async def connected(self, take_receipt: ReceiptTaker) -> AsyncIterator[None]:
        """See TextCarrier."""
        waiting = SmppQueue(take_receipt)
        client = self._make_client(waiting)
        task = asyncio.create_task(client.start())
        self._waiting = waiting
        try:
            yield
        finally:
            self._waiting = None
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await client.abandon()

    async def carry_text(self, text: OutgoingText) -> CarryAnswer:
        """See TextCarrier."""
        waiting = self._waiting
        if waiting is None:
            return CarryAnswer(CarryOutcome.LATER)
        log_id = str(text.number)
        answer = asyncio.get_running_loop().create_future()
        waiting.answers[log_id] = answer
        await waiting.enqueue(make_submit(text, self._settings.sender))
        try:
            return await asyncio.wait_for(answer, self._settings.answer_s)
        except TimeoutError:
            return CarryAnswer(CarryOutcome.LATER)
        finally:
            del waiting.answers[log_id]

    def _make_client(self, waiting: SmppQueue) -> BoundedEsme:
        settings = self._settings
        return BoundedEsme(
            smsc_host=settings.host,
            smsc_port=settings.port,
            system_id=settings.system_id,
            password=settings.password,
            enquire_link_interval=float(settings.enquire_s),
            socket_timeout=float(settings.answer_s),
            broker=waiting,
            hook=waiting,
            # Receipts are told apart by the books: the library need not keep the text of any message for them.
            correlator=SimpleCorrelator(settings.system_id, max_ttl_delivery=1.0),
            retry_timer=SimpleExponentialBackoff(settings.retry_ms, 5),
            log_level=SILENT,
            log_handler=logging.NullHandler(),
        )


def make_submit(text: OutgoingText, sender: str) -> SubmitSm:
    """submit_sm: from a name to an international number, with a receipt (SMPP 3.4, 4.4.1)."""
    return SubmitSm(
        short_message=text.text,
        source=PhoneNumber(sender, TON.ALPHANUMERIC),
        destination=PhoneNumber(text.telephone, TON.INTERNATIONAL, NPI.ISDN),
        registered_delivery=1,
        log_id=str(text.number),
    )


def read_answer(answer: SubmitSmResp) -> CarryAnswer:
    """What the centre says to a message."""
    if answer.command_status is SmppCommandStatus.ESME_ROK:
        return CarryAnswer(CarryOutcome.TAKEN, answer.message_id[:LONGEST_ID])
    later = answer.command_status in BUSY
    return CarryAnswer(CarryOutcome.LATER if later else CarryOutcome.REFUSED)


def read_receipt(message: DeliverSm) -> TextReceipt | None:
    """What a delivery receipt says for good; None where it says nothing final, or not of which message."""
    try:
        said = message.parse_receipt()
    except ValueError:
        return None
    message_id, state = str(said.get("id") or ""), STATES.get(str(said.get("stat") or "").upper())
    return TextReceipt(message_id, state) if message_id and state else None
