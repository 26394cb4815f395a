"""The contract of the access key's card, through the key's own CCID, loop and link: a third bench beside the card
itself and pcscd. The PIN comes from the computer here, as a host without a pad has it."""

import pytest

from device.esecure.manner import PinMode
from tests.key.contract import *  # noqa: F403 - every test of the contract, on this bench
from tests.key.contract import Plugged
from tests.key.contract_keys import *  # noqa: F403
from tests.key.desk import POWER_ON, Desk
from tests.key.host import Host


@pytest.fixture
def plugged() -> Plugged:
    desk = Desk(mode=PinMode.HOST)
    desk.cable.plug()
    desk.stepper.settle()
    return Plugged(Host(desk.exchange), desk.finish(desk.send(POWER_ON)).data)
