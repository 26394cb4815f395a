"""One code for a program that can wait: the same conversation, and every fault a CardError with a sentence."""

import pytest

from bank.cards.gallery import open_card
from sesame_core.cap.blocking import CardWork
from sesame_core.cap.codes import Function, Request
from sesame_core.errors import CardError, Fault
from sesame_core.events import CardFaulty, PinAgain
from sesame_core.smartcard.apdu import Protocol


def work_on(name: str, sent: list[bytes] | None = None) -> CardWork:
    """A card of the gallery at work; `sent` is given what goes to it."""
    card = open_card(name)
    card.power_on()

    def exchange(apdu: bytearray) -> bytes:
        if sent is not None:
            sent.append(bytes(apdu))
        return card.transmit(bytes(apdu))

    return CardWork(exchange, Protocol(card.protocol))


def typed(work: CardWork, pin: str) -> CardWork:
    for digit in pin:
        work.pin.append(int(digit))
    return work


@pytest.mark.parametrize("name", ["bank-card", "sesame-card", "t1"])
def test_a_code(name: str) -> None:
    work = work_on(name)
    work.select_application()
    assert work.prepare_card(Request()) == 3
    assert typed(work, "1234").confirm_pin() is None
    code = work.make_code()
    assert len(code) == 8
    work.close()
    work.forget()
    assert (len(code), len(work.pin)) == (0, 0)


def test_the_tries_are_asked_for_in_as_many_commands_as_it_takes() -> None:
    for name, tries in (("bank-card", 3), ("last-try", 1)):
        work = work_on(name)
        work.select_application()
        assert work.read_tries() == tries


def test_the_card_is_told_that_it_is_over() -> None:
    """EMV Book 3, 9.3: a transaction that began with GENERATE AC ends with a second one."""
    sent: list[bytes] = []
    work = work_on("bank-card", sent)
    work.select_application()
    work.prepare_card(Request())
    typed(work, "1234").confirm_pin()
    before = len(sent)
    work.close()
    assert sent[before][1] == 0xAE


def test_a_card_that_wants_the_pin_once_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    work = work_on("bank-card")
    work.select_application()
    work.prepare_card(Request())
    monkeypatch.setattr(work._session, "confirm_pin", PinAgain)
    with pytest.raises(CardError, match="put in again"):
        work.confirm_pin()


def test_transaction_data() -> None:
    work = work_on("bank-card")
    work.select_application()
    work.prepare_card(Request(Function.DATA))
    typed(work, "1234").confirm_pin()
    code = work.make_code(["1234", "56"])
    assert len(code) == 8
    assert work.make_code(["1234", "56"]) is code, "the card mixes once"


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_of_a_card_is_said(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    work = work_on("bank-card")
    monkeypatch.setattr(work._session, "answer", lambda _at, _response: CardFaulty(0, fault))
    with pytest.raises(CardError) as caught:
        work.select_application()
    assert caught.value.fault is fault
    assert len(str(caught.value)) > len("the card")


def test_a_wrong_pin_tells_the_tries_left() -> None:
    work = work_on("bank-card")
    work.select_application()
    work.prepare_card(Request())
    assert typed(work, "9999").confirm_pin() == 2
    assert work.card is not None


@pytest.mark.parametrize(
    ("name", "fault", "said"),
    [
        ("no-cap", Fault.UNSUPPORTED, "no application for codes"),
        ("silent", Fault.MUTE, "does not answer"),
        ("garbage", Fault.GARBAGE, "makes no sense"),
        ("endless", Fault.ENDLESS, "never comes to an end"),
    ],
)
def test_faults_at_selection(name: str, fault: Fault, said: str) -> None:
    with pytest.raises(CardError, match=said) as caught:
        work_on(name).select_application()
    assert caught.value.fault is fault


def test_faults_later() -> None:
    blocked = work_on("blocked")
    blocked.select_application()
    with pytest.raises(CardError, match="ask your bank"):
        blocked.prepare_card(Request())
    declining = work_on("declines")
    declining.select_application()
    declining.prepare_card(Request())
    with pytest.raises(CardError, match="declines"):
        typed(declining, "1234").confirm_pin()
