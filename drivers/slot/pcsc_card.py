"""One powered card over PC/SC, and the synchronous face for the command line."""

import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Self
from unicodedata import normalize

from drivers.errors import NoCardError, NoReaderError, SlotError
from drivers.slot.pcsc_api import Pcsc, event_count, is_present
from drivers.slot.pcsc_errors import CardBusyError, CardMuteError, CardRemovedError, Code, ReaderLostError, error_for
from sesame_core.smartcard.apdu import Protocol, wants_warm_reset

ReaderChoice = str | int | None
"""Which reader: its place in `list_readers()` from 0, its name or a part of it, or None for any of them."""


def reader_named(name: str | None) -> ReaderChoice:
    """The choice that a person wrote down: a number, a part of a name, or nothing for any."""
    return name or None


BUSY_TRIES: Final = 20
BUSY_PAUSE_S: Final = 0.1
"""Desktop programs look at a card for a moment when it is inserted: 2 s are allowed for that."""
LONGEST_PLACE: Final = 4
"""Digits of a reader's place: pcscd has 16 readers."""
REMOVAL_TOLD_S: Final = 1.0
"""pcscd looks whether a card is in every 400 ms; a failed exchange is a removal when it says so within this time."""


@contextmanager
def hold_context(pcsc: Pcsc) -> Iterator[int]:
    """A context that is released in every case."""
    made = pcsc.establish_context()
    try:
        yield made
    finally:
        pcsc.release_context(made)


def list_readers(pcsc: Pcsc | None = None) -> list[str]:
    """The names of the connected readers, maybe none. Raises SlotError when PC/SC is absent or refuses."""
    pcsc = pcsc or Pcsc()
    with hold_context(pcsc) as made:
        return pcsc.list_readers(made)


def choose_readers(names: Sequence[str], choice: ReaderChoice) -> list[str]:
    """The readers that a choice allows: all for None; the one that is called so; the one at that place; or every one
    that has the choice as a part of its name, however its letters and accents are written. A number that is the place
    of no reader is a part of a name, too: ACR3901, 3121."""
    if choice is None:
        return list(names)
    wanted = str(choice)
    if wanted in names:
        return [wanted]
    if (place := _place(wanted)) < len(names):
        return [names[place]]
    return [name for name in names if _plain(wanted) in _plain(name)]


def require_readers(names: Sequence[str], choice: ReaderChoice) -> list[str]:
    """The readers that a choice allows, one at least. Raises NoReaderError, which says what there is."""
    if not names:
        raise error_for(Code.NO_READERS_AVAILABLE, "SCardListReaders")
    if allowed := choose_readers(names, choice):
        return allowed
    raise NoReaderError(f"no reader is called {choice!r}; there are: {', '.join(names)}")


def read_states(pcsc: Pcsc, made: int, names: Sequence[str]) -> dict[str, int]:
    """The states at this moment of those among the readers that are still there: one may have been unplugged since it
    was listed, and must not hide the others. Raises SlotError."""
    try:
        return pcsc.get_states(made, dict.fromkeys(names, 0), 0) if names else {}
    except ReaderLostError:
        return {name: state for name in names for state in _read_state(pcsc, made, name)}


def _read_state(pcsc: Pcsc, made: int, name: str) -> list[int]:
    try:
        return list(pcsc.get_states(made, {name: 0}, 0).values())
    except ReaderLostError:
        return []


def _place(wanted: str) -> int:
    """The place in a list that is written here; beyond every list where none is."""
    return int(wanted) if len(wanted) <= LONGEST_PLACE and wanted.isascii() and wanted.isdecimal() else sys.maxsize


def _plain(name: str) -> str:
    """Without regard to capitals, and to how accents are composed (Unicode Standard Annex 15)."""
    return normalize("NFC", normalize("NFC", name).casefold())


class PoweredCard:
    """A card that has power, with a context and a handle of its own. One thread at a time."""

    def __init__(self, pcsc: Pcsc, reader: str, *, exclusive: bool = True) -> None:
        """Give the card power and read its ATR; reset it warm once when the ATR starts with 3F.

        Raises NoCardError, CardMuteError, CardBusyError (at once: see `power_card`), NoReaderError, SlotError.
        """
        self._pcsc, self.reader, self._exclusive = pcsc, reader, exclusive
        made = pcsc.establish_context()
        self._context: int | None = made
        self._handle: int | None = None
        self._in = True
        try:
            self._handle, self.protocol = pcsc.connect_card(made, reader, exclusive=exclusive)
            self._inserted = self._count_changes()
            self.atr = pcsc.read_atr(self._handle)
            self.cold_atr = b""
            if wants_warm_reset(self.atr):
                self.reset_card()
        except BaseException:
            self.close()
            raise

    def reset_card(self) -> None:
        """Reset the card warm; its ATR and protocol are read again. Raises SlotError."""
        handle = self._open_handle()
        self.cold_atr = self.cold_atr or self.atr
        self.protocol = self._pcsc.reset_card(handle, exclusive=self._exclusive)
        self.atr = self._pcsc.read_atr(handle)

    def exchange(self, apdu: bytearray) -> bytes:
        """Send the bytes as they are; the answer with its status word. The bytes are not copied and not kept.

        Raises CardRemovedError, CardMuteError (the card is still in), NoReaderError, SlotError.
        """
        try:
            answer = self._pcsc.transmit(self._open_handle(), self.protocol, apdu)
        except CardMuteError as error:
            if self._is_removed():
                raise self._note_pulled() from error
            raise
        except CardRemovedError as error:
            raise self._note_pulled() from error
        if not answer:
            raise self._note_pulled()
        return answer

    def close(self) -> None:
        """Take the power away and let go of PC/SC. May be called twice."""
        if self._handle is not None:
            self._pcsc.disconnect_card(self._handle, unpower=self._in)
            self._handle = None
        if self._context is not None:
            self._pcsc.release_context(self._context)
            self._context = None

    def _open_handle(self) -> int:
        if self._handle is None:
            raise SlotError("the connection to the card is closed: connect again")
        return self._handle

    def _note_pulled(self) -> CardRemovedError:
        """The card is not to be unpowered: pcscd would hold the slot to be empty without telling those who wait for the
        change, and would miss a card that comes at once."""
        self._in = False
        return CardRemovedError("the card was pulled: insert it again")

    def _count_changes(self) -> int:
        return event_count(self._read_state(0, 0))

    def _read_state(self, known: int, timeout_ms: int) -> int:
        assert self._context is not None
        return self._pcsc.get_states(self._context, {self.reader: known}, timeout_ms)[self.reader]

    def _is_removed(self) -> bool:
        """Whether this very card is gone: a failed exchange looks the same for a pulled card and for a silent one."""
        deadline = time.monotonic() + REMOVAL_TOLD_S
        state = self._read_state(0, 0)
        while is_present(state) and event_count(state) == self._inserted:
            if not (left_ms := _left_ms(deadline)):
                return False
            state = self._read_state(state, left_ms)
        return True


def power_card(
    pcsc: Pcsc, reader: str, *, exclusive: bool = True, pause: Callable[[float], object] = time.sleep
) -> PoweredCard:
    """A `PoweredCard`, waiting for another program to let go of the card, 2 s at most. Raises like PoweredCard."""
    for _ in range(BUSY_TRIES - 1):
        try:
            return PoweredCard(pcsc, reader, exclusive=exclusive)
        except CardBusyError:
            pause(BUSY_PAUSE_S)
    return PoweredCard(pcsc, reader, exclusive=exclusive)


class PcscConnection:
    """A card in a PC/SC reader, for a program that can wait. A context manager; `close` takes the power away."""

    def __init__(self, card: PoweredCard) -> None:
        self._card = card

    @classmethod
    def connect(
        cls,
        reader: ReaderChoice = None,
        *,
        exclusive: bool = True,
        patience_ms: int = 1000,
        pcsc: Pcsc | None = None,
    ) -> Self:
        """Power the card in the chosen reader, the first one with a card when several are allowed.

        Where there is none yet, one is waited for during `patience_ms`. Raises NoReaderError, NoCardError,
        CardMuteError, CardBusyError, SlotError.
        """
        pcsc = pcsc or Pcsc()
        return cls.open_reader(find_cards(pcsc, reader, patience_ms=patience_ms)[0], exclusive=exclusive, pcsc=pcsc)

    @classmethod
    def open_reader(cls, reader: str, *, exclusive: bool = True, pcsc: Pcsc | None = None) -> Self:
        """Power the card in the reader of this very name. Raises like `connect`."""
        return cls(power_card(pcsc or Pcsc(), reader, exclusive=exclusive))

    @property
    def reader(self) -> str:
        """The name of the reader that the card is in."""
        return self._card.reader

    @property
    def atr(self) -> bytes:
        """The answer to the last reset."""
        return self._card.atr

    @property
    def cold_atr(self) -> bytes:
        """The answer to the first, cold reset; empty where there was no other."""
        return self._card.cold_atr

    @property
    def protocol(self) -> Protocol:
        """The protocol since the last reset."""
        return self._card.protocol

    def exchange(self, apdu: bytearray) -> bytes:
        """Send the bytes as they are; the answer with its status word. The caller wipes `apdu` when it is a secret.

        Raises CardRemovedError, CardMuteError, NoReaderError, SlotError.
        """
        return self._card.exchange(apdu)

    def reset_card(self) -> None:
        """Reset the card warm; `atr` and `protocol` are new. Raises SlotError."""
        self._card.reset_card()

    def close(self) -> None:
        """Take the power away. May be called twice."""
        self._card.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def find_cards(pcsc: Pcsc, choice: ReaderChoice = None, *, patience_ms: int = 1000) -> list[str]:
    """The names of the allowed readers that a card is in, one at least; the first card is waited for.

    Raises NoReaderError, NoCardError, SlotError.
    """
    with hold_context(pcsc) as made:
        allowed = require_readers(pcsc.list_readers(made), choice)
        deadline = time.monotonic() + patience_ms / 1000
        states = read_states(pcsc, made, allowed)
        while not (found := [name for name, state in states.items() if is_present(state)]):
            if not states:
                raise error_for(Code.READER_UNAVAILABLE, "SCardGetStatusChange")
            if not (left_ms := _left_ms(deadline)):
                raise NoCardError(f"no card is in {' or '.join(allowed)}: insert one")
            states = pcsc.get_states(made, states, left_ms)
    return found


def _left_ms(deadline: float) -> int:
    """Whole milliseconds until then, 0 when it is past."""
    return max(0, math.ceil((deadline - time.monotonic()) * 1000))
