"""The reader as a library: codes for programs, from a card of the gallery or from one in a PC/SC reader.

    from sesame import Reader

    with Reader.virtual("bank-card") as reader:
        print(reader.code("1234"))  # 3366 6525

`Reader.connected("ACR39")` does the same with a real card in a smart-card reader of that name. The conversation with
the card is the device's own (`sesame_core.cap`), one call after the other.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from drivers.errors import SlotError
from sesame.reader_errors import WrongPinError, name_fault
from sesame_core.cap.blocking import CardWork, ask_card
from sesame_core.cap.choice import select_application
from sesame_core.cap.codes import Function, Request, encode_numbers
from sesame_core.errors import CardError, UsageError
from sesame_core.pin import MAX_LENGTH, MIN_LENGTH
from sesame_core.screens import group_digits
from sesame_core.smartcard.apdu import Budget, Protocol

if TYPE_CHECKING:
    from drivers.slot.pcsc_card import PcscConnection

Exchange = Callable[[bytearray], bytes]


class Reader:
    """A card that has power. A context manager: leaving it takes the power away. One thread at a time."""

    def __init__(self, exchange: Exchange, protocol: Protocol, power_off: Callable[[], None]) -> None:
        """For `virtual` and `connected`: how a command reaches the card, what carries it, how its power is taken."""
        self._work: CardWork | None = CardWork(exchange, protocol)
        self._power_off = power_off
        self._selected = False

    @classmethod
    def virtual(cls, name: str, state: Path | str | None = None) -> Self:
        """A card of the gallery, in process (`sesame card apps --help` lists the names).

        `state`: a folder where its counter and its PIN tries outlive the program; without it the card is new each time.

        Raises ReaderError, and bank.errors.BankError: no such card, or a state that cannot be used.
        """
        from bank.cards.gallery import open_card  # noqa: PLC0415 - the factory, only for cards of the gallery
        from sesame.card.source import in_process  # noqa: PLC0415 - as above

        card = open_card(name, None if state is None else Path(state))
        with _faults_named():
            powered = in_process(card, name)
        return cls(powered.exchange, powered.protocol, card.power_off)

    @classmethod
    def connected(cls, name: str | int | None = None, *, exclusive: bool = True) -> Self:
        """The card in a PC/SC reader: its name or a part of it, its number, or None for any: the card that makes codes.

        Raises drivers.errors.SlotError: NoReaderError, NoCardError, and those of `drivers.slot.pcsc_errors`.
        """
        from drivers.slot.pcsc_card import PcscConnection, reader_named  # noqa: PLC0415 - PC/SC, only where it is used
        from drivers.slot.several_readers import find_reader  # noqa: PLC0415 - as above

        choice = reader_named(name) if isinstance(name, str) else name
        connection = PcscConnection.open_reader(find_reader(choice, _select_on), exclusive=exclusive)
        return cls(connection.exchange, connection.protocol, connection.close)

    def code(
        self, pin: str, *, challenge: str = "", amount: str = "", account: str = "", data: Sequence[str] = ()
    ) -> str:
        """One code as the glass shows it, `3366 6525`. Sends the PIN to the card once, and uses up one counter value.

        `challenge`: up to 8 digits to answer (*Défi*). `amount` in cents, up to 12 digits, and `account`, up to 8
        digits: what to sign (*Signer*). `data`: one to ten numbers of up to ten digits to sign (TDS). These are three
        functions: take one, or none for a plain code. A `str` cannot be wiped: a program that must not leave the PIN in
        memory reads it digit by digit, as `sesame code` does.

        Raises WrongPinError with the tries that are left, every other ReaderError for the card's own faults, UsageError
        for a PIN, amount or number that cannot be, and SlotError where the card is pulled.
        """
        request = _request_for(challenge, amount, account, data)
        digits = _pin_digits(pin)
        work = self._selected_work()
        try:
            with _faults_named():
                work.prepare_card(request)
                for digit in digits:
                    work.pin.append(digit)
                tries = work.confirm_pin()
                if tries is not None:
                    raise WrongPinError(tries)
                text = group_digits("".join(map(str, work.make_code(data))))
            with suppress(SlotError):  # the code is made: how the card takes its leave changes nothing
                work.close()
        finally:
            work.forget()
        return text

    @property
    def tries_left(self) -> int | None:
        """How often the PIN may still be tried; None where the card does not tell. Moves no counter of the card.

        Raises ReaderError and SlotError.
        """
        work = self._selected_work()
        with _faults_named():
            return work.read_tries()

    def close(self) -> None:
        """Wipe what is left and take the card's power away. May be called twice."""
        work, self._work = self._work, None
        if work is not None:
            work.forget()
            self._power_off()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _selected_work(self) -> CardWork:
        if self._work is None:
            raise UsageError("this reader is closed: open another one")
        if not self._selected:
            with _faults_named():
                self._work.select_application()
            self._selected = True
        return self._work


def _select_on(connection: "PcscConnection") -> object:
    return ask_card(connection.exchange, connection.protocol, select_application(), Budget())


@contextmanager
def _faults_named() -> Iterator[None]:
    try:
        yield
    except CardError as error:
        raise name_fault(error) from None


def _request_for(challenge: str, amount: str, account: str, data: Sequence[str]) -> Request:
    if sum((bool(challenge), bool(amount or account), bool(data))) > 1:
        raise UsageError("a challenge, an amount with an account, and data are three functions: take one")
    if challenge:
        return Request(Function.CHALLENGE, challenge=challenge)
    if amount or account:
        return Request(Function.SIGN, challenge=account, amount=amount or "0")
    if data:
        encode_numbers(data)
        return Request(Function.DATA)
    return Request()


def _pin_digits(pin: str) -> list[int]:
    if not (pin.isascii() and pin.isdecimal() and MIN_LENGTH <= len(pin) <= MAX_LENGTH):
        raise UsageError(f"a PIN has {MIN_LENGTH} to {MAX_LENGTH} digits; nothing was sent to the card")
    return [int(digit) for digit in pin]
