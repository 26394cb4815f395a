"""The card slot on PC/SC: any CCID reader that pcscd serves (`CardSlot` of drivers.ports).

Two threads: the watcher (`drivers.slot.pcsc_watch`) waits for cards and readers, the worker (`pcsc_worker`) does what
is asked, one request after the other. What they find lies in `drivers.slot.mailbox` until the loop asks.
"""

from collections.abc import Callable, Sequence

from drivers.errors import SlotError
from drivers.ports import Notify
from drivers.slot.mailbox import News
from drivers.slot.pcsc_api import Pcsc
from drivers.slot.pcsc_card import ReaderChoice, hold_context
from drivers.slot.pcsc_errors import ServiceLostError
from drivers.slot.pcsc_watch import View, Watcher
from drivers.slot.pcsc_worker import PowerOff, PowerOn, Transmit, Worker
from sesame_core.events import Event, Millis


class PcscSlot:
    """A `CardSlot` over pcscd. `reader`: see ReaderChoice. `exclusive` keeps other programs from the card while it has
    power; without it they may send it commands between ours, with the PIN verified."""

    def __init__(self, reader: ReaderChoice = None, *, exclusive: bool = True, load: Callable[[], Pcsc] = Pcsc) -> None:
        self._choice, self._exclusive, self._load = reader, exclusive, load
        self._news: News | None = None
        self._watcher: Watcher | None = None
        self._worker: Worker | None = None
        self._ended = False

    def start(self, notify: Notify) -> None:
        """Begin to watch. Raises PcscMissingError when PC/SC is not installed, AccessRefusedError when polkit forbids
        it; a reader or service that is not there is an event."""
        pcsc = self._load()
        # Asked here, in the caller's thread: in the watcher's a refusal by polkit would only be tried again for ever.
        _try(pcsc)
        self._news = News(notify)
        self._worker = Worker(pcsc, self._news, exclusive=self._exclusive)
        self._watcher = Watcher(pcsc, self._choice, self._seen, self._watch_ended)
        self._notify = notify
        self._worker.start()
        self._watcher.start()

    def next_due(self) -> Millis | None:
        """At once when something is new; else only when notified."""
        return 0 if self._ended or (self._news is not None and self._news.has_events) else None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """What is new, as having happened at `now`. Raises SlotError when cards can be heard of no more: only a new
        process can do something about it."""
        if self._ended:
            raise SlotError("the watch over the smart-card readers has ended: start the reader anew")
        return [] if self._news is None else self._news.take_events(now)

    def close(self) -> None:
        """End both threads, take the power from the card, let go of pcscd. Waits 3 s at most for an exchange."""
        if self._watcher is not None:
            self._watcher.stop_thread()
        if self._worker is not None:
            self._worker.stop_thread()
        self._watcher = self._worker = self._news = None

    @property
    def card_in(self) -> bool:
        """True when a card was told of, and no end of it since."""
        return self._news is not None and self._news.session_card(self._news.known_session) is not None

    def power_on(self, ticket: int) -> None:
        """Ask for power and the ATR. Answer: CardPowered or CardSilent."""
        if (session := self._session()) is not None and self._news is not None and self._worker is not None:
            self._news.start_anew(session)
            self._worker.do(PowerOn(session, ticket))

    def power_next(self, ticket: int) -> bool:
        """Ask for power for the card in another reader."""
        session = self._session()
        if session is None or self._news is None or self._worker is None or not self._news.take_another(session):
            return False
        self._worker.do(PowerOn(session, ticket))
        return True

    def transmit(self, ticket: int, apdu: bytearray) -> None:
        """Ask for one exchange; `apdu` is copied and the copy wiped. Answer: CardAnswered or CardSilent."""
        if (session := self._session()) is not None and self._worker is not None:
            self._worker.do(Transmit(session, ticket, bytearray(apdu)))

    def power_off(self) -> None:
        """Ask for the power to be cut after what was asked before. No answer."""
        if self._worker is not None and self._news is not None:
            self._worker.do(PowerOff(self._news.known_session))

    def _watch_ended(self) -> None:
        """Called by the watcher."""
        self._ended = True
        self._notify()

    def _session(self) -> int | None:
        return None if self._news is None else self._news.request_session()

    def _seen(self, view: View) -> None:
        """Called by the watcher. A card that went takes its connection with it."""
        if self._news is None or self._worker is None:
            return
        if (ended := self._news.update_readers(view)) is not None:
            self._worker.do(PowerOff(ended))


def _try(pcsc: Pcsc) -> None:
    """Let a refusal be known now; that pcscd is not there yet is no error."""
    try:
        with hold_context(pcsc):
            pass
    except ServiceLostError:
        return
