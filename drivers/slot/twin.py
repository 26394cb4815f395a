"""The card slot in process: the same port as PC/SC, with a card object in it and moments that are data.

An exchange takes the simulated time that `latency` says, so keys, pulls and time-outs can fall in the middle of one.
The card acts when the command reaches it; a card pulled before its answer is due has acted, and the answer is lost.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from drivers.errors import SlotError
from drivers.ports import Notify
from sesame_core.events import (
    CardAbsent,
    CardAnswered,
    CardPowered,
    CardPresent,
    CardSilent,
    Event,
    Millis,
    SlotFound,
    SlotLost,
)
from sesame_core.smartcard.apdu import Protocol as CardProtocol
from sesame_core.smartcard.apdu import wants_warm_reset
from sesame_core.smartcard.masking import blank_secret


class SlotCard(Protocol):
    """What can be put into a slot: the bank's virtual cards have this shape."""

    @property
    def protocol(self) -> int:
        """0 for T=0, 1 for T=1: what the card speaks since its last reset."""
        ...

    def power_on(self) -> bytes:
        """Cold reset; the ATR, empty for a mute card."""
        ...

    def reset_card(self) -> bytes:
        """Warm reset; the ATR, empty for a mute card."""
        ...

    def power_off(self) -> None:
        """Power is gone: the card forgets its selection and its PIN verification."""
        ...

    def transmit(self, apdu: bytes) -> bytes:
        """Carry out one command; the response with its status word, empty for none."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded exchange; data that may be a PIN are zeros here."""

    command: bytes
    response: bytes


Latency = Callable[[bytes], Millis]
"""How long the card takes for a command, in milliseconds."""

Tamper = Callable[[int, bytes], bytes | None]
"""What the reader receives instead of the card's answer: given the number of the exchange since insertion (from 0) and
the true answer. Empty is silence; None means that the card is pulled at the moment the answer was due."""


def answer_at_once(_command: bytes) -> Millis:
    """A card that takes no time."""
    return 0


@dataclass(frozen=True, slots=True)
class _PowerOn:
    ticket: int


@dataclass(frozen=True, slots=True)
class _Transmit:
    ticket: int
    apdu: bytearray = field(repr=False)


@dataclass(frozen=True, slots=True)
class _PowerOff:
    pass


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A request that has been carried out; `outcome` is told at its moment, None is a pull."""

    until: Millis
    outcome: Event | None


_Request = _PowerOn | _Transmit | _PowerOff


class TwinSlot:
    """A `CardSlot` (drivers.ports) for one card object. All calls from one thread; moments never go back."""

    def __init__(
        self,
        *,
        latency: Latency = answer_at_once,
        power_on_time: Millis = 0,
        record: list[Exchange] | None = None,
        tamper: Tamper | None = None,
    ) -> None:
        self.latency = latency
        self.power_on_time = power_on_time
        self.record = record
        self.tamper = tamper
        self._card: SlotCard | None = None
        self._plugged = True
        self._powered = False
        self._exchanges = 0
        self._requests: deque[_Request] = deque()
        self._under_way: _UnderWay | None = None
        self._events: deque[Event] = deque()
        self._notify: Notify | None = None
        self._announced = False
        self._now: Millis = 0

    # What a person does with it

    @property
    def card(self) -> SlotCard | None:
        """The card that is in, powered or not."""
        return self._card

    def insert_card(self, card: SlotCard, now: Millis) -> None:
        """Put a card in. Raises SlotError when there is one already."""
        if self._card is not None:
            raise SlotError("a card is in the slot already: pull it first")
        self._advance_job(now)
        self._card, self._exchanges = card, 0
        if self._plugged:
            self._tell_event(CardPresent(now))

    def pull_card(self, now: Millis) -> None:
        """Take the card out; harmless when there is none. What was under way is never answered."""
        self._advance_job(now)
        if self._card is not None:
            self._lose_card(now)

    def unplug_reader(self, now: Millis) -> None:
        """Take the reader away, with the card in it if there is one."""
        self._advance_job(now)
        if self._plugged:
            self._cut_power()
            self._plugged = False
            self._tell_event(SlotLost(now))

    def plug_reader(self, now: Millis) -> None:
        """Bring the reader back."""
        self._advance_job(now)
        if not self._plugged:
            self._plugged = True
            self._tell_event(SlotFound(now))
            self._tell_event(self._presence(now))

    # What the loop does with it (drivers.ports.CardSlot)

    def start(self, notify: Notify) -> None:
        """Begin; the first `poll` says how things are."""
        self._notify, self._announced = notify, False

    @property
    def card_in(self) -> bool:
        """True when a card is in a reader that is there, and that was told."""
        return self._plugged and self._card is not None and not self._events

    def next_due(self) -> Millis | None:
        """At once when something waits, at the end of the exchange under way, else None."""
        if self._notify is None:
            return None
        if not self._announced:
            return self._now
        moments = [event.at for event in self._events]
        if self._under_way is not None:
            moments.append(self._under_way.until)
        elif self._requests:
            moments.append(self._now)
        return min(moments, default=None)

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """The events up to `now`, oldest first."""
        if self._notify is None:
            return []
        if not self._announced:
            self._announced = True
            self._events.append(self._presence(now))
        self._advance_job(now)
        ready = []
        while self._events and self._events[0].at <= now:
            ready.append(self._events.popleft())
        return ready

    def close(self) -> None:
        """Forget everything that was asked; a card in the slot stays in it, without power."""
        self._cut_power()
        self._events.clear()
        self._notify = None

    def power_on(self, ticket: int) -> None:
        """Ask for power and the ATR. Answer: CardPowered or CardSilent."""
        self._take_request(_PowerOn(ticket))

    def power_next(self, ticket: int) -> bool:
        """This slot is one reader: there is no other card."""
        return False

    def transmit(self, ticket: int, apdu: bytearray) -> None:
        """Ask for one exchange; `apdu` is copied. Answer: CardAnswered or CardSilent."""
        self._take_request(_Transmit(ticket, bytearray(apdu)))

    def power_off(self) -> None:
        """Ask for the power to be cut after what was asked before. No answer."""
        self._take_request(_PowerOff())

    # How it behaves

    def _take_request(self, request: _Request) -> None:
        """Take a request, unless an end of the session is still to be told: that is its answer. A request to an empty
        slot is answered by saying so again."""
        ending = any(isinstance(event, CardAbsent | SlotLost) for event in self._events)
        if not ending and self._plugged and self._card is not None:
            self._requests.append(request)
            return
        _wipe_command(request)
        if not ending and not isinstance(request, _PowerOff):
            self._tell_event(self._presence(self._now))

    def _presence(self, now: Millis) -> Event:
        if not self._plugged:
            return SlotLost(now)
        return CardAbsent(now) if self._card is None else CardPresent(now)

    def _tell_event(self, event: Event) -> None:
        if self._notify is not None and self._announced:
            self._events.append(event)
            self._notify()

    def _advance_job(self, now: Millis) -> None:
        """Carry out what was asked, as far as time has come: a request begins at the first poll after it was made, or
        at the end of the one before it."""
        start = now
        while True:
            if self._under_way is not None:
                if self._under_way.until > now:
                    break
                start = self._under_way.until
                self._finish_job(self._under_way)
            elif self._requests:
                self._under_way = self._begin_job(self._requests.popleft(), start)
            else:
                break
        self._now = max(self._now, now)

    def _begin_job(self, request: _Request, at: Millis) -> _UnderWay | None:
        assert self._card is not None
        match request:
            case _PowerOff():
                self._unpower()
                return None
            case _PowerOn():
                return self._give_power(self._card, request.ticket, at + self.power_on_time)
            case _Transmit():
                return self._exchange_apdu(self._card, request, at)

    def _finish_job(self, done: _UnderWay) -> None:
        self._under_way = None
        if done.outcome is None:
            self._lose_card(done.until)
        else:
            self._tell_event(done.outcome)

    def _give_power(self, card: SlotCard, ticket: int, until: Millis) -> _UnderWay:
        atr = card.power_on()
        if wants_warm_reset(atr):
            atr = card.reset_card()
        self._powered = bool(atr)
        if not atr:
            return _UnderWay(until, CardSilent(until, ticket))
        return _UnderWay(until, CardPowered(until, ticket, atr, CardProtocol(card.protocol)))

    def _exchange_apdu(self, card: SlotCard, request: _Transmit, at: Millis) -> _UnderWay:
        if not self._powered:
            _wipe_command(request)
            return _UnderWay(at, CardSilent(at, request.ticket))
        command = bytes(request.apdu)
        _wipe_command(request)
        until = at + self.latency(command)
        answer = self._tamper_answer(card.transmit(command))
        self._exchanges += 1
        if self.record is not None:
            self.record.append(Exchange(blank_secret(command), answer or b""))
        return _UnderWay(until, _answered(until, request.ticket, answer))

    def _tamper_answer(self, answer: bytes) -> bytes | None:
        return answer if self.tamper is None else self.tamper(self._exchanges, answer)

    def _lose_card(self, now: Millis) -> None:
        self._cut_power()
        self._card = None
        if self._plugged:
            self._tell_event(CardAbsent(now))

    def _cut_power(self) -> None:
        """Power is gone with everything that was under way or waiting."""
        self._unpower()
        self._under_way = None
        while self._requests:
            _wipe_command(self._requests.popleft())

    def _unpower(self) -> None:
        if self._powered and self._card is not None:
            self._card.power_off()
        self._powered = False


def _answered(at: Millis, ticket: int, answer: bytes | None) -> Event | None:
    if answer is None:
        return None
    return CardAnswered(at, ticket, answer) if answer else CardSilent(at, ticket)


def _wipe_command(request: _Request) -> None:
    if isinstance(request, _Transmit):
        request.apdu[:] = bytes(len(request.apdu))
