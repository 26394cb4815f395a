"""One card in the slot, from its power-on to its code: runs the conversation of `emv` and holds the secrets.

A session is fed with the card's answers and says what to send next, or what has come of it:

    step = session.select(at)          # bytes to send, or an Event
    step = session.answer(at, raw)     # ... and so on

It knows neither slot nor clock nor thread. The PIN it is given and the code it makes are wiped by `forget`.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from sesame_core.cap import emv
from sesame_core.cap.choice import Choice
from sesame_core.cap.codes import Cryptogram, Function, Request, make_code, mix_data
from sesame_core.errors import CardError, Fault, UsageError
from sesame_core.events import (
    ApplicationFound,
    CardFaulty,
    CardPrepared,
    CardWantsData,
    CodeReady,
    Event,
    Millis,
    PinAgain,
    PinWrong,
)
from sesame_core.pin import Pin
from sesame_core.secrets import SecretDigits
from sesame_core.smartcard.apdu import Budget, Conversation, Exchanges, Protocol, StatusWord, T, carry_conversation

Step: TypeAlias = bytearray | Event | None
"""What to do next: send these bytes; tell the reader this; nothing (a closing conversation is over)."""

Outcome: TypeAlias = Callable[[Millis], Event] | None
"""What a job ends in: the event, once the moment is known."""

BLOCKED: Outcome = partial(CardFaulty, fault=Fault.BLOCKED)


PIN_BLOCKED = (StatusWord.BLOCKED.value, StatusWord.REFERENCE_DATA_BLOCKED.value)


class CardSession:
    """The conversation with one powered card. One job at a time; a new job ends the one before."""

    def __init__(self, protocol: Protocol, pin: Pin) -> None:
        self.pin = pin
        self._protocol = protocol
        self._budget = Budget()
        self._job: Exchanges[Outcome] | None = None
        self._choice: Choice | None = None
        self._fresh = False
        self._card: emv.CardData | None = None
        self._request = Request()
        self._pin_was_wrong = False
        self._cryptogram: Cryptogram | None = None
        self._code: SecretDigits | None = None

    # What the reader asks for

    def select_application(self, at: Millis) -> Step:
        """Find the application. Ends in ApplicationFound or CardFaulty."""
        return self._begin_job(at, self._select_application())

    def prepare_card(self, at: Millis, request: Request) -> Step:
        """Have everything read that can be read before the PIN. Ends in CardPrepared or CardFaulty."""
        return self._begin_job(at, self._prepare_card(request))

    def confirm_pin(self, at: Millis) -> Step:
        """VERIFY with the PIN typed, then GENERATE AC.

        Ends in CodeReady, CardWantsData, PinWrong, PinAgain or CardFaulty.
        """
        return self._begin_job(at, self._verify_pin())

    def mix_numbers(self, at: Millis, numbers: Sequence[str]) -> Event:
        """The code with transaction data, from the cryptogram that the card has given. Nothing is sent.

        CodeReady; CardFaulty where the card's bitmap makes no code of it.
        """
        if self._cryptogram is None:
            raise UsageError("there is no cryptogram to mix data into")
        try:
            return self._finish_code(mix_data(self._cryptogram, numbers))(at)
        except CardError as error:
            return CardFaulty(at, error.fault)

    def close(self, at: Millis) -> Step:
        """The closing GENERATE AC. Ends in None, whatever the card answers."""
        return self._begin_job(at, self._close_card())

    # What the card answers

    def answer(self, at: Millis, raw: bytes) -> Step:
        """The card's answer to the bytes sent last. Answers to a job that was ended are dropped (None)."""
        return self._advance_job(at, raw) if self._job is not None else None

    def abandon(self) -> None:
        """End the job under way; whatever the card still answers is dropped. The application stays selected."""
        if self._job is not None:
            self._job.close()
            self._job = None

    def forget(self) -> None:
        """Wipe the PIN and the code, and end the job under way."""
        self.abandon()
        self.pin.wipe()
        if self._code is not None:
            self._code.wipe()
        # Of the cryptogram only the reference goes: it is worth nothing once its code is used or left.
        self._code = self._cryptogram = None

    @property
    def card(self) -> emv.CardData | None:
        """What was read of the card, once it is prepared."""
        return self._card

    # The jobs, each from its first command to its outcome

    def _select_application(self) -> Exchanges[Outcome]:
        self._choice = Choice()
        self._fresh = True
        application = yield from self._carry_over(self._choice.first())
        return partial(ApplicationFound, languages=application.languages)

    def _prepare_card(self, request: Request) -> Exchanges[Outcome]:
        if self._choice is None:
            raise UsageError("no application is selected")
        # The first preparation shares the budget of the search, or a card could make both as long as it likes.
        if not self._fresh:
            self._budget = Budget()
        self._request = request
        self._pin_was_wrong = False
        self._fresh = False
        self._card = yield from self._carry_over(self._choice.prepare(request))
        return BLOCKED if self._card.tries == 0 else partial(CardPrepared, tries=self._card.tries)

    def _verify_pin(self) -> Exchanges[Outcome]:
        response = yield from self._carry_over(emv.verify_pin(self.pin))
        tries = response.tries_left
        # Wrong, without how often it may be typed again (ISO/IEC 7816-4, table 6): its counter may tell.
        if response.has(StatusWord.VERIFICATION_FAILED):
            tries = yield from self._carry_over(emv.read_tries())
        # 63C0 counts as blocked, below: what may be typed again has an x above 0.
        if tries:
            self.pin.wipe()
            self._pin_was_wrong = True
            return partial(PinWrong, tries=tries)
        if tries == 0 or response.sw in PIN_BLOCKED:
            return BLOCKED
        if response.has(StatusWord.CONDITIONS_NOT_SATISFIED):
            return (yield from self._start_again())
        if not response.ok:
            raise CardError(Fault.REFUSED, f"VERIFY: status {response.sw:04X}")
        return (yield from self._generate_code())

    def _generate_code(self) -> Exchanges[Outcome]:
        cryptogram = yield from self._carry_over(emv.generate_ac(self._prepared_card(), self._request))
        # 6985 before any cryptogram: some cards want a new selection after a wrong PIN, and say it this late.
        if cryptogram is None:
            return (yield from self._start_again())
        self.pin.wipe()
        if self._request.function is Function.DATA:
            self._cryptogram = cryptogram
            return CardWantsData
        return self._finish_code(cryptogram)

    def _start_again(self) -> Exchanges[Outcome]:
        """Some cards refuse to go on after a wrong PIN (6985). One OK is one VERIFY: the person confirms again."""
        if not self._pin_was_wrong:
            raise CardError(Fault.REFUSED, "status 6985")
        self._pin_was_wrong = False
        yield from self._carry_over(emv.restart_card(self._prepared_card(), self._request))
        return PinAgain

    def _close_card(self) -> Exchanges[Outcome]:
        # The code is made and shown; how the card takes its leave changes nothing.
        with suppress(CardError):
            yield from self._carry_over(emv.close_card(self._prepared_card(), self._request))
        return None

    # The machinery

    def _begin_job(self, at: Millis, job: Exchanges[Outcome]) -> Step:
        self.abandon()
        self._job = job
        return self._advance_job(at, None)

    def _advance_job(self, at: Millis, raw: bytes | None) -> Step:
        assert self._job is not None
        try:
            return next(self._job) if raw is None else self._job.send(raw)
        except StopIteration as stop:
            outcome: Outcome = stop.value
        except CardError as error:
            outcome = partial(CardFaulty, fault=error.fault)
        self._job = None
        return outcome(at) if outcome else None

    def _carry_over(self, conversation: Conversation[T]) -> Exchanges[T]:
        return carry_conversation(conversation, self._protocol, self._budget)

    def _prepared_card(self) -> emv.CardData:
        if self._card is None:
            raise UsageError("the card is not prepared")
        return self._card

    def _finish_code(self, cryptogram: Cryptogram) -> Callable[[Millis], Event]:
        self._code = make_code(cryptogram, self._prepared_card().filter)
        return partial(CodeReady, code=self._code)
