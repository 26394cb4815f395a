"""Between the session and the slot: hands bytes over, brings answers back, and keeps the PIN while it is typed."""

from typing import Final

from device.several_cards import MEANT, choose_fault
from drivers.errors import SlotError
from drivers.ports import CardSlot, Clock
from sesame_core.cap.codes import Request
from sesame_core.cap.session import CardSession, Step
from sesame_core.errors import Fault
from sesame_core.events import (
    ApplicationFound,
    CardAbsent,
    CardAnswered,
    CardFaulty,
    CardPowered,
    CardSilent,
    Event,
    Millis,
    SlotLost,
)
from sesame_core.pin import Pin

SlotAnswer = CardPowered | CardAnswered | CardSilent

OF_NO_USE: Final = frozenset({Fault.UNSUPPORTED, Fault.INCOMPLETE, Fault.REFUSED})
"""What a card shows to be no card for codes though an application on it was found."""

HANGS_AFTER: Final[Millis] = 10_000
"""No card takes that long; a slot that does not even say that the card is silent is stuck below us."""


class SlotHangsError(SlotError):
    """The smart-card reader's driver never answers: only a new process can do something about it."""


class CardLink:
    """One conversation at a time over one slot. A ticket marks each request; answers with an older one are dropped."""

    def __init__(self, slot: CardSlot, clock: Clock) -> None:
        self.pin = Pin()
        self._slot = slot
        self._clock = clock
        self._session: CardSession | None = None
        self._ticket = 0
        self._asked: tuple[int, Millis] | None = None
        self._looking = self._found = False
        self._worst: Fault | None = None

    def read_card(self, at: Millis) -> None:
        """Power the card; its application is looked for when it answers, on every card there is until one has it."""
        self.forget()
        self._session = None
        self._looking, self._found, self._worst = True, False, None
        self._slot.power_on(self._request_at(at))

    def prepare_card(self, at: Millis, request: Request) -> Event | None:
        """Have the card read for a request."""
        return self._do_step(at, self._powered_session().prepare_card(at, request))

    def confirm_pin(self, at: Millis) -> Event | None:
        """VERIFY and GENERATE AC."""
        self._looking = False
        return self._do_step(at, self._powered_session().confirm_pin(at))

    def mix_numbers(self, at: Millis, numbers: tuple[str, ...]) -> Event | None:
        """The code with transaction data."""
        return self._powered_session().mix_numbers(at, numbers)

    def close_card(self, at: Millis) -> Event | None:
        """The closing GENERATE AC."""
        return self._do_step(at, self._powered_session().close(at))

    def forget(self) -> None:
        """Wipe PIN and code; whatever the card still answers is dropped."""
        self._next_ticket()
        self.pin.wipe()
        if self._session is not None:
            self._session.forget()

    def release(self) -> None:
        """Forget, and take the power from the card."""
        self.forget()
        self._session = None
        self._slot.power_off()

    def hear_slot(self, answer: SlotAnswer) -> Event | None:
        """An answer of the slot: the event that has come of it, if any."""
        if self._asked is not None and answer.ticket >= self._asked[0]:
            self._asked = None
        # Asked before the card was pulled, or before somebody pressed another key: nobody waits for it now.
        if answer.ticket != self._ticket:
            return None
        event = self._hear_answer(answer)
        self._found |= isinstance(event, ApplicationFound)
        return self._try_another(event) if self._looking and isinstance(event, CardFaulty) else event

    def slot_said(self, event: Event) -> None:
        """A card or a reader that is gone is the answer to everything that was asked."""
        if isinstance(event, CardAbsent | SlotLost):
            self._asked = None

    @property
    def hangs_at(self) -> Millis | None:
        """The moment from which the slot counts as stuck; None when nothing was asked."""
        return None if self._asked is None else self._asked[1] + HANGS_AFTER

    def _hear_answer(self, answer: SlotAnswer) -> Event | None:
        match answer:
            case CardPowered():
                self._session = CardSession(answer.protocol, self.pin)
                return self._do_step(answer.at, self._session.select_application(answer.at))
            case CardAnswered() if self._session is not None:
                return self._do_step(answer.at, self._session.answer(answer.at, answer.response))
            case CardSilent():
                return self._hear_silence(answer.at, answer.fault)
            case _:
                return self._hear_silence(answer.at, Fault.MUTE)

    def _hear_silence(self, at: Millis, fault: Fault) -> Event | None:
        # No session: not even an ATR has come, so there is nobody to carry the silence to.
        if self._session is None:
            return CardFaulty(at, fault)
        # The session is to end the job itself, so that it wipes what it holds; an empty answer is its MUTE.
        event = self._do_step(at, self._session.answer(at, b""))
        return CardFaulty(at, fault) if isinstance(event, CardFaulty) else event

    def _try_another(self, event: CardFaulty) -> CardFaulty | None:
        """A card of no use, before its PIN was sent: the next one's turn. Where none is left, what was wrong with the
        one that comes nearest to a card for codes."""
        self._worst = choose_fault(self._worst, event.fault)
        if event.fault in OF_NO_USE if self._found else event.fault not in MEANT:
            ticket = self._request_at(event.at)
            if self._slot.power_next(ticket):
                self._session, self._found = None, False
                return None
            self._asked = None
        self._looking = False
        return CardFaulty(event.at, self._worst)

    def _do_step(self, at: Millis, step: Step) -> Event | None:
        if isinstance(step, bytearray):
            self._slot.transmit(self._request_at(at), step)
            return None
        return step

    def _powered_session(self) -> CardSession:
        assert self._session is not None, "the table asks for this only once an application is found"
        return self._session

    def _request_at(self, at: Millis) -> int:
        ticket = self._next_ticket()
        # An answer may be hours old when the machine slept: what is asked because of it is asked now.
        self._asked = ticket, max(at, self._clock.now())
        return ticket

    def _next_ticket(self) -> int:
        self._ticket += 1
        return self._ticket
