"""`sesame.Reader.connected`: the library with a card in a real PC/SC service."""

import pytest

import sesame
from bank.cards import gallery
from bank.cards.card import VirtualCard
from bank.cards.vpcd import VirtualReader
from tests.pcsc_plugin import FIRST, SECOND, PcscService

Readers = tuple[VirtualReader, VirtualReader]


def bank_card() -> VirtualCard:
    return VirtualCard(gallery.describe_card("bank-card").profile)


@pytest.mark.parametrize("name", [None, 1, "PCD 00 01", SECOND])
def test_the_card_in_a_pcsc_reader_makes_the_code(
    name: str | int | None, pcscd: PcscService, virtual_readers: Readers
) -> None:
    virtual_readers[1].insert(bank_card())
    pcscd.until_present(SECOND, True)
    with sesame.Reader.connected(name) as reader:
        assert reader.tries_left == 3
        assert reader.code("1234") == "3366 6525"
        with pytest.raises(sesame.WrongPinError):
            reader.code("9999")


def test_a_pulled_card_says_so(pcscd: PcscService, virtual_readers: Readers) -> None:
    virtual_readers[0].insert(bank_card())
    pcscd.until_present(FIRST, True)
    with sesame.Reader.connected(FIRST) as reader:
        assert reader.tries_left == 3
        virtual_readers[0].remove()
        with pytest.raises(sesame.SlotError, match="pulled"):
            reader.code("1234")


def test_no_card_and_no_reader_say_so(pcscd: PcscService, virtual_readers: Readers) -> None:
    with pytest.raises(sesame.NoCardError):
        sesame.Reader.connected(FIRST)
    with pytest.raises(sesame.NoReaderError):
        sesame.Reader.connected("ACR39")
