"""Who is in the slot: a thread that waits for PC/SC to say, and the rules that turn what it says into events.

pcscd tells of every change while one waits in SCardGetStatusChange; nothing is polled while a reader is there. Only
when pcscd is away, when there is no reader, and once after readers came or went, is it asked again after a while.

The call waits until *something differs from what you say you know*, and each word of that has a trap in it:

- **Listing and waiting are two calls.** A reader that is plugged in between them is in neither: pcsc-lite counts the
  readers when the wait begins, so the new one is no change. Hence the second look `SETTLE_MS` later, until two lists
  in a row are the same; only a list that has settled is waited on for ever.
- **A card can be swapped faster than anybody looks.** "Present, then present" would hide that the PIN typed was meant
  for another card. pcscd counts comings and goings in the upper half of the state word; that count makes the name of
  an inserted card (`Inserted`), and a new count is a new card.
- **Two witnesses tell of a removal**: the watch, and a transmit that fails in the other thread. Whoever comes first
  is believed. The other one must then not tell it again, nor, with a state from before, bring the card back: `_gone`
  remembers the card whose exchange has failed until pcscd no longer lists it.
- **A cancel is not remembered.** SCardCancel ends the wait that is under way; one that comes an instant before the
  wait begins is lost. So ending is asked for again and again until the thread has gone (`stop_thread`).
- **A reader that has died quietly looks like an empty one.** If this thread ends for a reason that nobody foresaw,
  the reader on the desk would show INSÉREZ VOTRE CARTE to whoever inserts one. `on_end` makes that a fault instead.

`Presence` has the rules and no thread; `Watcher` the thread and no rules. tests/drivers/test_slot_pcsc_rules.py plays
each of these orders against the rules, tests/pcsc/test_slot_on_pcscd.py against a real pcscd.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Final

from drivers.errors import SlotError
from drivers.slot.pcsc_api import FOREVER_MS, PNP, Pcsc, event_count, is_present
from drivers.slot.pcsc_card import ReaderChoice, choose_readers, hold_context, read_states
from drivers.slot.pcsc_errors import ReaderLostError
from sesame_core.events import CardAbsent, CardPresent, Event, SlotFound, SlotLost

LOG: Final = logging.getLogger(__name__)
FIRST_RETRY_S: Final = 0.25
LAST_RETRY_S: Final = 2.0
"""While pcscd is away it is asked for at these intervals, doubling from the first to the last."""
SETTLE_MS: Final = 1000
NO_READER_MS: Final = 30_000

Inserted = tuple[str, int]
"""A card in a reader: the reader's name and pcscd's count of comings and goings, so that a quick swap is seen."""

View = Mapping[str, int]
"""The readers that may be used, in order, with their PC/SC states."""


class Presence:
    """What was told last about the slot, and what is to be told next. Not for several threads at once.

    Of several cards that are in, one is the slot's. One that turned out to be of no use is set aside for as long as it
    stays in: a security key that is always in must not hide the bank card beside it.
    """

    def __init__(self) -> None:
        self.card: Inserted | None = None
        self._cards: list[Inserted] = []
        self._aside: set[Inserted] = set()
        self._told: type[Event] | None = None
        self._gone: Inserted | None = None

    def note_seen(self, view: View) -> list[type[Event]]:
        """The events that follow from a look at the readers; none when nothing is new."""
        if not view:
            return self.note_loss()
        cards = [(name, event_count(state)) for name, state in view.items() if is_present(state)]
        # A view can be older than the failed exchange that showed the card to be gone: it must not bring it back.
        self._cards = [card for card in cards if card != self._gone]
        # Set aside is this insertion of the card, not the card: pulled and put in again, it is tried again.
        self._aside.intersection_update(self._cards)
        fresh = self._is_fresh()
        if self.card in self._cards and not (self.card in self._aside and fresh):
            return []
        news = self._note_reader() + ([] if self.card is None else self._tell_once(CardAbsent))
        self.card = fresh[0] if fresh else None
        return news + self._tell_once(CardPresent if fresh else CardAbsent)

    def take_another(self) -> bool:
        """The slot's card is of no use: from now on the next one that has not been tried is the slot's. False when
        there is none; then it stays as it is."""
        if self.card is not None:
            self._aside.add(self.card)
        if fresh := self._is_fresh():
            self.card = fresh[0]
        return bool(fresh)

    def start_anew(self) -> None:
        """A card is asked for once more: where all were of no use before, all are looked at again, the first one
        first."""
        if self.card in self._aside:
            self._aside.clear()
            self.card = self._cards[0]

    def _is_fresh(self) -> list[Inserted]:
        return [card for card in self._cards if card not in self._aside]

    def note_loss(self) -> list[type[Event]]:
        """No reader is there that may be used."""
        self.card = self._gone = None
        self._cards = []
        self._aside.clear()
        return self._tell_once(SlotLost)

    def note_removal(self, card: Inserted) -> list[type[Event]]:
        """An exchange showed that the card is gone, maybe before pcscd noticed."""
        if self.card != card:
            return []
        self.card, self._gone = None, card
        self._cards = [each for each in self._cards if each != card]
        return self._tell_once(CardAbsent)

    def look_again(self) -> list[type[Event]]:
        """What was told last about an empty slot, once more; nothing before the first look."""
        return [] if self._told is None else [self._told]

    def _note_reader(self) -> list[type[Event]]:
        return self._tell_once(SlotFound) if self._told is SlotLost else []

    def _tell_once(self, kind: type[Event]) -> list[type[Event]]:
        if self._told is kind:
            return []
        self._told = kind
        return [kind]


class Watcher:
    """The waiting thread. `on_view` is called from it, with the readers that may be used: none when there are none;
    `on_end` when something that nobody foresaw has ended it."""

    def __init__(
        self, pcsc: Pcsc, choice: ReaderChoice, on_view: Callable[[View], None], on_end: Callable[[], None]
    ) -> None:
        self._pcsc, self._choice, self._on_view, self._on_end = pcsc, choice, on_view, on_end
        self._stop = threading.Event()
        self._context: int | None = None
        self._trouble = ""
        self._retry_s = FIRST_RETRY_S
        self._thread = threading.Thread(target=self._run_watch, name="sesame-slot-watch", daemon=True)

    def start(self) -> None:
        """Begin; the first view follows at once."""
        self._thread.start()

    def stop_thread(self) -> None:
        """End the thread and wait for it."""
        self._stop.set()
        while self._thread.is_alive():
            # A cancel that comes just before the thread waits is lost: hence again until it has ended.
            if (waiting := self._context) is not None:
                self._pcsc.cancel_waiting(waiting)
            self._thread.join(0.05)

    def _run_watch(self) -> None:
        while not self._stop.is_set():
            try:
                with hold_context(self._pcsc) as made:
                    self._context = made
                    self._watch_readers(made)
            except SlotError as error:
                self._report_loss(error)
            except Exception as error:  # a reader that is deaf to cards must not look alive
                LOG.error("card slot: the watch ended (%s)", type(error).__name__)
                self._on_end()
                return
            finally:
                self._context = None

    def _report_loss(self, error: SlotError) -> None:
        """Say it once, and try again after a while."""
        if str(error) != self._trouble:
            LOG.warning("card slot: %s", error)
            self._trouble = str(error)
        self._on_view({})
        self._stop.wait(self._retry_s)
        self._retry_s = min(2 * self._retry_s, LAST_RETRY_S)

    def _watch_readers(self, made: int) -> None:
        known: dict[str, int] = {}
        before: list[str] | None = None
        while not self._stop.is_set():
            names = self._pcsc.list_readers(made)
            known = read_states(self._pcsc, made, names)
            # Where one went between listing and looking, the list is looked at again soon.
            settled, before = names == before and len(known) == len(names), names
            usable = {name: known[name] for name in choose_readers(names, self._choice) if name in known}
            self._trouble, self._retry_s = "", FIRST_RETRY_S
            self._on_view(usable)
            patience = FOREVER_MS if usable else NO_READER_MS
            self._wait_for_change(made, known, patience if settled else SETTLE_MS)

    def _wait_for_change(self, made: int, known: dict[str, int], timeout_ms: int) -> None:
        try:
            self._pcsc.get_states(made, {PNP: 0, **known}, timeout_ms)
        except ReaderLostError:
            # Gone between looking and waiting: list again, but not in a tight loop.
            self._stop.wait(0.1)
