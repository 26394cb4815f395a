"""The thread that powers the card and speaks with it, one request after the other."""

import logging
import threading
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Final

from drivers.errors import NoCardError, SlotError
from drivers.slot.mailbox import News
from drivers.slot.pcsc_api import Pcsc
from drivers.slot.pcsc_card import PoweredCard, power_card
from drivers.slot.pcsc_errors import CardRemovedError, ReaderLostError, ServiceLostError, fault_of
from drivers.slot.pcsc_watch import Inserted
from sesame_core.errors import Fault
from sesame_core.events import CardAnswered, CardPowered, CardSilent

LOG: Final = logging.getLogger(__name__)
VERDICT_S: Final = 1.0
"""How long a request whose reader went away waits for the watcher to say so."""
STUCK_S: Final = 3.0
"""How long `stop` waits for an exchange, which cannot be interrupted."""


@dataclass(frozen=True, slots=True)
class PowerOn:
    """Give the card power."""

    session: int
    ticket: int


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send the bytes, then wipe them."""

    session: int
    ticket: int
    apdu: bytearray = field(repr=False)

    def wipe(self) -> None:
        """Overwrite the bytes."""
        self.apdu[:] = bytes(len(self.apdu))


@dataclass(frozen=True, slots=True)
class PowerOff:
    """Take the power away, unless the card was powered in a later session: that is another card."""

    session: int


Request = PowerOn | Transmit


class Worker:
    """Carries out requests and hands their answers to `news`."""

    def __init__(self, pcsc: Pcsc, news: News, *, exclusive: bool) -> None:
        self._pcsc, self._news, self._exclusive = pcsc, news, exclusive
        self._jobs: SimpleQueue[Request | PowerOff | None] = SimpleQueue()
        self._stop = threading.Event()
        self._card: PoweredCard | None = None
        self._card_session = 0
        self._thread = threading.Thread(target=self._run_jobs, name="sesame-slot-work", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def do(self, job: Request | PowerOff) -> None:
        """Do this after what was asked before."""
        self._jobs.put(job)

    def stop_thread(self) -> None:
        """End the thread, with the card's power off; what was asked and not begun is not done."""
        self._stop.set()
        self._jobs.put(None)
        self._thread.join(STUCK_S)
        if self._thread.is_alive():
            LOG.error("card slot: the card reader hangs in an exchange: unplug it")

    def _run_jobs(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                self._carry_out(job)
        finally:
            self._power_off()

    def _carry_out(self, job: Request | PowerOff) -> None:
        if isinstance(job, PowerOff):
            # A power-off that was asked for one card must not cut the power of the next, powered since.
            if self._card_session <= job.session:
                self._power_off()
            return
        try:
            # The card may have gone while this job waited in the queue: it is for that card or for none.
            card = self._news.session_card(job.session)
            if card is not None and not self._stop.is_set():
                self._attempt_job(job, card)
        finally:
            if isinstance(job, Transmit):
                job.wipe()

    def _attempt_job(self, job: Request, card: Inserted) -> None:
        """Do it and answer it; what an error means for the slot is decided here."""
        try:
            if isinstance(job, PowerOn):
                self._power_on(job, card[0])
            else:
                self._exchange(job)
        except (CardRemovedError, NoCardError):
            self._power_off()
            self._news.note_removal(card)
        except (ReaderLostError, ServiceLostError):
            self._power_off()
            # The watcher will say what happened, reader or card; only if it does not is the card called silent.
            if not self._news.wait_until_ended(job.session, VERDICT_S):
                self._tell_silence(job)
        except SlotError as error:
            LOG.warning("card slot: %s", error)
            self._tell_silence(job, fault_of(error))

    def _power_on(self, job: PowerOn, reader: str) -> None:
        self._power_off()
        self._card = power_card(self._pcsc, reader, exclusive=self._exclusive, pause=self._stop.wait)
        self._card_session = job.session
        told = partial(CardPowered, ticket=job.ticket, atr=self._card.atr, protocol=self._card.protocol)
        self._news.hand_answer(job.session, told)

    def _exchange(self, job: Transmit) -> None:
        if self._card is None:
            self._tell_silence(job)
            return
        answer = self._card.exchange(job.apdu)
        self._news.hand_answer(job.session, partial(CardAnswered, ticket=job.ticket, response=answer))

    def _tell_silence(self, job: Request, fault: Fault = Fault.MUTE) -> None:
        self._news.hand_answer(job.session, partial(CardSilent, ticket=job.ticket, fault=fault))

    def _power_off(self) -> None:
        if self._card is not None:
            self._card.close()
            self._card = None
