"""The contract of the access key's card, on the card itself."""

import pytest

from drivers.vault.twin import MemoryMedium
from sesame_core.piv.card import PivCard
from tests.key.contract import *  # noqa: F403 - every test of the contract, on this bench
from tests.key.contract import Plugged
from tests.key.contract_keys import *  # noqa: F403
from tests.key.host import Host
from tests.key.made import Person, vault_on


@pytest.fixture
def plugged() -> Plugged:
    key = PivCard(vault_on(MemoryMedium()), Person())
    return Plugged(Host(key.transmit), key.power_on())
