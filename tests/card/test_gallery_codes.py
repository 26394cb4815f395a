"""Every card of the gallery, on T=0 and T=1, for every function: a code the bank takes once, or its right error."""

from dataclasses import replace

import pytest

from bank.books.store_sql import SqlStore
from bank.cards import gallery
from bank.cards.card import CardInSlot, VirtualCard
from bank.cards.faulty import Defect, FaultyCard
from bank.cards.patterns import GalleryCard
from bank.cards.profile import Declines
from bank.emv.terminal import CodeRequest as BankRequest
from bank.verification import Verifier
from sesame_core.cap.blocking import CardWork
from sesame_core.cap.codes import Function, Request
from sesame_core.errors import CardError, Fault
from sesame_core.smartcard.apdu import Protocol

NUMBERS = ("1234", "3101234567")
FUNCTIONS = {
    Function.CODE: (Request(), BankRequest()),
    Function.CHALLENGE: (Request(Function.CHALLENGE, challenge="00420815"), BankRequest(challenge="00420815")),
    Function.SIGN: (
        Request(Function.SIGN, challenge="4711", amount="123456"),
        BankRequest(account="4711", amount=123456),
    ),
    Function.DATA: (Request(Function.DATA), BankRequest(data=NUMBERS)),
}
DEFECTS = {
    Defect.MUTE: Fault.MUTE,
    Defect.SILENT: Fault.MUTE,
    Defect.ONE_BYTE: Fault.GARBAGE,
    Defect.ENDLESS: Fault.ENDLESS,
    Defect.LENGTH_LOOP: Fault.UNSUPPORTED,  # to SELECT it is a refusal like any other
    Defect.CUT_SHORT: Fault.GARBAGE,
    Defect.LYING_LENGTH: Fault.GARBAGE,
    Defect.NOISE: Fault.GARBAGE,
    Defect.FLOOD: Fault.GARBAGE,
}


def fault_of(entry: GalleryCard) -> Fault | None:
    """The right error of a card; None for one that makes codes."""
    if entry.defect is not None:
        return DEFECTS[entry.defect]
    application = entry.code_application
    if any(each.shut for each in entry.profile.applications):
        return Fault.APPLICATION_BLOCKED
    if application is None:
        return Fault.UNSUPPORTED
    if entry.profile.tries == 0:
        return Fault.BLOCKED
    return Fault.DECLINED if application.declines is Declines.ALWAYS else None


def card_of(entry: GalleryCard, protocol: int) -> CardInSlot:
    good = VirtualCard(replace(entry.profile, protocol=protocol))
    return FaultyCard(good, entry.defect) if entry.defect else good


def code_of(card: CardInSlot, request: Request, pin: str) -> str:
    """As the reader makes it. Raises CardError."""
    if card.power_on()[:1] == b"\x3f":
        card.reset_card()
    work = CardWork(lambda apdu: card.transmit(bytes(apdu)), Protocol(card.protocol))
    work.select_application()
    work.prepare_card(request)
    for digit in pin:
        work.pin.append(int(digit))
    assert work.confirm_pin() is None
    code = "".join(map(str, work.make_code(NUMBERS if request.function is Function.DATA else ())))
    work.close()
    return code


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("protocol", [0, 1])
@pytest.mark.parametrize("name", gallery.list_names())
def test_its_code_is_taken_once_or_its_error_is_right(
    bank: SqlStore, name: str, protocol: int, function: Function
) -> None:
    entry = gallery.describe_card(name)
    request, at_the_bank = FUNCTIONS[function]
    card, fault = card_of(entry, protocol), fault_of(entry)
    if fault is not None:
        with pytest.raises(CardError) as error:
            code_of(card, request, entry.pin)
        assert error.value.fault is fault
        return
    desk = Verifier(bank)

    code = code_of(card, request, entry.pin)

    assert desk.verify(name, code, at_the_bank).accepted
    assert not desk.verify(name, code, at_the_bank).accepted


@pytest.mark.parametrize(
    "name", [name for name in gallery.list_names() if fault_of(gallery.describe_card(name)) is None]
)
def test_a_code_for_one_thing_is_no_code_for_another(bank: SqlStore, name: str) -> None:
    entry = gallery.describe_card(name)
    desk = Verifier(bank)
    request, _ = FUNCTIONS[Function.CHALLENGE]

    code = code_of(card_of(entry, 0), request, entry.pin)

    assert not desk.verify(name, code, BankRequest(challenge="00420816")).accepted
    assert not desk.verify(name, code).accepted


def test_the_gallery_holds_every_kind_of_outcome() -> None:
    outcomes = {fault_of(gallery.describe_card(name)) for name in gallery.list_names()}

    assert outcomes >= {
        None,
        Fault.MUTE,
        Fault.GARBAGE,
        Fault.ENDLESS,
        Fault.UNSUPPORTED,
        Fault.BLOCKED,
        Fault.APPLICATION_BLOCKED,
        Fault.DECLINED,
    }
