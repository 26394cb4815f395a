"""A session for a program that can wait: the same conversation as the reader's, one call after the other."""

from collections.abc import Callable, Sequence

from sesame_core.cap.codes import Request
from sesame_core.cap.emv import CardData, read_tries
from sesame_core.cap.session import CardSession, Step
from sesame_core.errors import CardError, Fault
from sesame_core.events import CardFaulty, CardPrepared, CardWantsData, CodeReady, Event, PinAgain, PinWrong
from sesame_core.pin import Pin
from sesame_core.secrets import SecretDigits
from sesame_core.smartcard.apdu import Budget, Conversation, Protocol, T, carry_conversation

Exchange = Callable[[bytearray], bytes]
"""Sends a command, returns the response; raises SlotError."""


def ask_card(exchange: Exchange, protocol: Protocol, conversation: Conversation[T], budget: Budget) -> T:
    """Have one conversation of `sesame_core.cap.emv` from its first command to its result.

    Raises CardError, and what `exchange` raises.
    """
    exchanges = carry_conversation(conversation, protocol, budget)
    try:
        answer = exchange(next(exchanges))
        while True:
            answer = exchange(exchanges.send(answer))
    except StopIteration as stop:
        result: T = stop.value
        return result


NO_MOMENT = 0
"""Nobody asks these events when they happened."""


class CardWork:
    """One powered card. Every method raises CardError for the card's faults, and what `exchange` raises."""

    def __init__(self, exchange: Exchange, protocol: Protocol) -> None:
        self.pin = Pin()
        self._exchange = exchange
        self._protocol = protocol
        self._session = CardSession(protocol, self.pin)
        self._code: SecretDigits | None = None

    def select_application(self) -> None:
        """Find the CAP application."""
        self._run_session(self._session.select_application(NO_MOMENT))

    def prepare_card(self, request: Request) -> int | None:
        """Read the card for a request; how many PIN tries are left, None where it does not tell."""
        self._code = None  # an earlier request's: it must answer no other
        event = self._run_session(self._session.prepare_card(NO_MOMENT, request))
        assert isinstance(event, CardPrepared)
        return event.tries

    def read_tries(self) -> int | None:
        """How many PIN tries are left (GET DATA 9F17); None where the card does not tell. Moves no counter."""
        return ask_card(self._exchange, self._protocol, read_tries(), Budget())

    def confirm_pin(self) -> int | None:
        """Send the PIN, once. None when it was right; else the tries that are left."""
        event = self._run_session(self._session.confirm_pin(NO_MOMENT))
        if isinstance(event, PinWrong):
            return event.tries
        if isinstance(event, PinAgain):  # only after a wrong PIN in the same session, which ends ours
            raise CardError(Fault.REFUSED, "the card wants to be taken out and put in again")
        if isinstance(event, CodeReady):
            self._code = event.code
        else:
            # The digits wait for the numbers: `make_code` mixes them in.
            assert isinstance(event, CardWantsData)
        return None

    def make_code(self, numbers: Sequence[str] = ()) -> SecretDigits:
        """The digits; `numbers` are mixed in where the request was for DATA."""
        if self._code is None:
            event = self._run_session(self._session.mix_numbers(NO_MOMENT, numbers))
            assert isinstance(event, CodeReady)
            self._code = event.code
        return self._code

    def close(self) -> None:
        """The card's farewell; never raises CardError."""
        self._run_session(self._session.close(NO_MOMENT))

    def forget(self) -> None:
        """Wipe the PIN and the code."""
        self._session.forget()
        self._code = None

    @property
    def card(self) -> CardData | None:
        """What was read of the card."""
        return self._session.card

    def _run_session(self, step: Step) -> Event | None:
        while isinstance(step, bytearray):
            step = self._session.answer(NO_MOMENT, self._exchange(step))
        if isinstance(step, CardFaulty):
            raise CardError(step.fault, _describe_fault(step.fault))
        return step


def _describe_fault(fault: Fault) -> str:
    return {
        Fault.MUTE: "the card does not answer; put it in the other way round, or clean its contacts",
        Fault.GARBAGE: "the card's answer makes no sense; try again, or clean its contacts",
        Fault.REFUSED: "the card refuses",
        Fault.DECLINED: "the card declines to make a code",
        Fault.ENDLESS: "the card never comes to an end",
        Fault.INCOMPLETE: "the card lacks what a code is made from",
        Fault.UNSUPPORTED: "this card has no application for codes",
        Fault.BLOCKED: "the card's PIN is blocked; ask your bank",
        Fault.APPLICATION_BLOCKED: "the card's application for codes is blocked; ask your bank",
        Fault.IN_USE: "another program holds the card: close it, then insert the card again",
    }[fault]
