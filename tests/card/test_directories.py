"""Directories as real cards have them: with records that cannot be read, and with applications that are not there."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bank.cards.card import VirtualCard
from bank.cards.gallery import describe_card
from bank.cards.personalise import IN_HOUSE
from sesame.card.apps import survey_card
from sesame.card.source import in_process
from sesame_core.cap.choice import Choice, select_application
from sesame_core.errors import CardError, Fault
from tests.oracle.recipe_card import tlv

PSE = b"1PAY.SYS.DDF01"
OWN = bytes.fromhex("A0000000453116")
GONE = bytes.fromhex("A0000002040000")


class Directory:
    """A card whose directory has these records and whose applications are these."""

    protocol = 1

    def __init__(self, *records: bytes, applications: tuple[bytes, ...] = (OWN,)) -> None:
        self._records = records
        self._applications = applications

    def power_on(self) -> bytes:
        return b"\x3b\x00"

    def reset_card(self) -> bytes:
        return self.power_on()

    def power_off(self) -> None:
        return

    def transmit(self, apdu: bytes) -> bytes:
        name = apdu[5 : 5 + apdu[4]]
        if apdu[1] == 0xB2:
            found = self._records[apdu[2] - 1 : apdu[2]]
            return found[0] + b"\x90\x00" if found else b"\x6a\x83"
        if name == PSE or name in self._applications:
            return tlv("6F", tlv("84", name) + tlv("A5", tlv("88", b"\x01"))) + b"\x90\x00"
        return b"\x6a\x82"


def entry(aid: bytes) -> bytes:
    return tlv("70", tlv("61", tlv("4F", aid) + tlv("50", b"BARCLAYS")))


@pytest.mark.parametrize("broken", [b"\x70\x01\x61", b"\x61", b"\x70\x7f\x61\x02\x4f\x00", b""])
@pytest.mark.parametrize("order", [lambda one, two: (one, two), lambda one, two: (two, one)])
def test_a_broken_record_hides_no_other(broken: bytes, order: Callable[[bytes, bytes], tuple[bytes, bytes]]) -> None:
    card = in_process(Directory(*order(broken, entry(OWN))), "here")

    assert card.ask(select_application()).aid == OWN
    assert [one.aid for one in card.ask(survey_card()) if one.used] == [OWN]


def test_a_listed_application_that_is_not_there_is_passed_over() -> None:
    card = in_process(Directory(entry(GONE), entry(OWN)), "here")

    assert card.ask(select_application()).aid == OWN


def test_the_gallerys_card_has_its_codes_behind_a_nested_directory_alone() -> None:
    profile = describe_card("nested-directory").profile
    assert profile.pse is not None
    without = replace(profile, pse=replace(profile.pse, nested=()))

    assert in_process(VirtualCard(profile), "here").ask(Choice().likely()).aid == IN_HOUSE
    with pytest.raises(CardError) as error:
        in_process(VirtualCard(without), "here").ask(Choice().likely())
    assert error.value.fault is Fault.UNSUPPORTED


def test_the_application_of_a_payment_system_that_never_makes_codes_is_not_taken() -> None:
    cb = bytes.fromhex("A0000000421010")
    card = in_process(Directory(entry(cb), applications=(cb,)), "here")

    with pytest.raises(CardError) as error:
        card.ask(select_application())

    assert error.value.fault is Fault.UNSUPPORTED
    assert not any(one.used for one in card.ask(survey_card()))
