"""An error that nobody foresaw must not leave a reader that looks alive and hears of no card."""

import threading

import pytest

from drivers.errors import SlotError
from drivers.slot.pcsc import PcscSlot
from drivers.slot.pcsc_api import Pcsc

LIMIT_S = 20


class Strange(Pcsc):
    """A PC/SC whose list of readers cannot be read, as a name that is not text would make it."""

    def __init__(self) -> None:
        """Nothing is loaded."""

    def establish_context(self) -> int:
        return 1

    def release_context(self, context: int) -> None:
        """Nothing to do."""

    def list_readers(self, context: int) -> list[str]:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "not text")


def test_a_watch_that_ends_ends_the_reader(caplog: pytest.LogCaptureFixture) -> None:
    told = threading.Event()
    slot = PcscSlot(load=Strange)
    slot.start(told.set)
    assert told.wait(LIMIT_S)
    assert slot.next_due() == 0
    with pytest.raises(SlotError, match="start the reader anew"):
        slot.poll_events(0)
    assert "UnicodeDecodeError" in caplog.text
    slot.close()
