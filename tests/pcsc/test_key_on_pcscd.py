"""The contract of the access key's card, through a real pcscd: extended lengths, chains and answers in parts as they
get there."""

from collections.abc import Iterator

import pytest

from bank.cards.vpcd import VirtualReader
from drivers.slot.pcsc_api import Pcsc
from drivers.slot.pcsc_card import hold_context
from drivers.vault.twin import MemoryMedium
from sesame_core.piv.card import PivCard
from tests.key.contract import *  # noqa: F403 - every test of the contract, on this bench
from tests.key.contract import Plugged
from tests.key.contract_keys import *  # noqa: F403
from tests.key.host import Host
from tests.key.made import Person, vault_on
from tests.pcsc_plugin import FIRST, PcscService


class ChangingCard:
    """Stays in the reader while the key behind it is another for each test."""

    protocol = 1

    def __init__(self) -> None:
        self.key = PivCard(vault_on(MemoryMedium()), Person())

    def power_on(self) -> bytes:
        """See CardInSlot."""
        return self.key.power_on()

    def reset_card(self) -> bytes:
        """See CardInSlot."""
        return self.key.power_on()

    def power_off(self) -> None:
        """See CardInSlot."""
        self.key.power_off()

    def transmit(self, apdu: bytes) -> bytes:
        """See CardInSlot."""
        return self.key.transmit(apdu)


@pytest.fixture(scope="module")
def changing(pcscd_service: PcscService) -> Iterator[ChangingCard]:
    pcscd_service.ensure()
    card = ChangingCard()
    with VirtualReader() as reader:
        reader.insert(card)
        pcscd_service.until_present(FIRST, True)
        yield card
    pcscd_service.until_present(FIRST, False)


@pytest.fixture
def plugged(changing: ChangingCard, pcscd: PcscService) -> Iterator[Plugged]:
    assert pcscd
    changing.key = PivCard(vault_on(MemoryMedium()), Person())
    pcsc = Pcsc()
    with hold_context(pcsc) as context:
        handle, protocol = pcsc.connect_card(context, FIRST, exclusive=True)
        pcsc.reset_card(handle, exclusive=True)
        yield Plugged(Host(lambda apdu: pcsc.transmit(handle, protocol, bytearray(apdu))), pcsc.read_atr(handle))
        pcsc.disconnect_card(handle, unpower=False)
