"""The synchronous connection on a real pcscd, and what it leaves in memory."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bank.cards.vpcd import VirtualReader
from drivers.errors import NoCardError, NoReaderError
from drivers.slot.pcsc_card import PcscConnection, list_readers
from drivers.slot.pcsc_errors import CardBusyError, CardMuteError, CardRemovedError, ServiceLostError
from sesame_core.smartcard.apdu import Protocol
from tests.pcsc_plugin import FIRST, LIMIT_S, SECOND, IsoCard, PcscService

Readers = tuple[VirtualReader, VirtualReader]

SELECT = bytearray.fromhex("00A4040007A0000000038002")


@pytest.mark.parametrize(("atr", "protocol"), [("3b6500002063cb6a00", Protocol.T0), ("3b800181", Protocol.T1)])
def test_connect_exchange_close(virtual_readers: Readers, atr: str, protocol: Protocol) -> None:
    card = IsoCard(lambda apdu: apdu[:2] + b"\x61\x10", atr=bytes.fromhex(atr))
    virtual_readers[0].insert(card)
    with PcscConnection.connect() as connection:
        assert (connection.reader, connection.atr.hex(), connection.protocol) == (FIRST, atr, protocol)
        assert connection.exchange(SELECT).hex() == "00a46110"
    assert card.off.wait(LIMIT_S)


def test_the_first_reader_with_a_card_is_found(virtual_readers: Readers) -> None:
    virtual_readers[1].insert(IsoCard())
    with PcscConnection.connect() as connection:
        assert connection.reader == SECOND


@pytest.mark.parametrize("choice", [SECOND, "00 01", 1])
def test_the_named_reader_is_taken(virtual_readers: Readers, choice: str | int) -> None:
    virtual_readers[0].insert(IsoCard())
    virtual_readers[1].insert(IsoCard())
    with PcscConnection.connect(choice) as connection:
        assert connection.reader == SECOND


def test_the_readers_are_listed(pcscd: PcscService) -> None:
    assert list_readers() == [FIRST, SECOND]


@pytest.mark.parametrize("choice", ["Gemalto", 2, -1])
def test_an_unknown_reader_names_those_that_are_there(pcscd: PcscService, choice: str | int) -> None:
    with pytest.raises(NoReaderError, match=f"{FIRST}, {SECOND}"):
        PcscConnection.connect(choice)


def test_no_card_says_where(pcscd: PcscService) -> None:
    with pytest.raises(NoCardError, match=f"no card is in {FIRST} or {SECOND}: insert one"):
        PcscConnection.connect(patience_ms=0)


def test_a_card_is_waited_for(virtual_readers: Readers) -> None:
    inserting = threading.Thread(target=virtual_readers[1].insert, args=(IsoCard(),))
    inserting.start()
    with PcscConnection.connect(patience_ms=int(LIMIT_S * 1000)) as connection:
        assert connection.reader == SECOND
    inserting.join()


def test_no_service_says_what_to_start(pcscd: PcscService) -> None:
    pcscd.stop()
    with pytest.raises(ServiceLostError, match=r"start pcscd"):
        PcscConnection.connect()
    with pytest.raises(ServiceLostError, match=r"start pcscd"):
        list_readers()


def test_no_reader_is_an_error_of_its_own(pcscd: PcscService, tmp_path: Path) -> None:
    pcscd.stop()
    pcscd.start("--config", str(tmp_path), expect=0)
    try:
        assert list_readers() == []
        with pytest.raises(NoReaderError, match="plug one in"):
            PcscConnection.connect()
    finally:
        pcscd.stop()


def test_a_mute_card(virtual_readers: Readers) -> None:
    virtual_readers[0].insert(IsoCard(atr=b""))
    with pytest.raises(CardMuteError, match="clean its contacts"):
        PcscConnection.connect()


def test_a_card_held_by_another(virtual_readers: Readers) -> None:
    virtual_readers[0].insert(IsoCard())
    with PcscConnection.connect(), pytest.raises(CardBusyError, match="another program holds the card"):
        PcscConnection.connect()


def test_warm_reset(virtual_readers: Readers) -> None:
    card = IsoCard(warm_atr=bytes.fromhex("3b800181"))
    virtual_readers[0].insert(card)
    with PcscConnection.connect() as connection:
        assert connection.protocol is Protocol.T0
        connection.reset_card()
        assert (connection.atr.hex(), connection.protocol) == ("3b800181", Protocol.T1)
        assert connection.exchange(SELECT) == b"\x90\x00"


def test_pulled_before_a_command(virtual_readers: Readers) -> None:
    """0x80100016, and pcscd confirms within its next look that the card is gone."""
    virtual_readers[0].insert(IsoCard())
    with PcscConnection.connect() as connection:
        virtual_readers[0].remove()
        for _ in range(2):
            with pytest.raises(CardRemovedError, match="insert it again"):
                connection.exchange(SELECT)


def test_pulled_and_noticed(virtual_readers: Readers, pcscd: PcscService) -> None:
    """0x80100069."""
    virtual_readers[0].insert(IsoCard())
    with PcscConnection.connect() as connection:
        virtual_readers[0].remove()
        pcscd.until_present(FIRST, False)
        with pytest.raises(CardRemovedError):
            connection.exchange(SELECT)


def test_pulled_during_a_command(virtual_readers: Readers) -> None:
    """An empty answer."""
    virtual_readers[0].insert(IsoCard(lambda _: b""))
    with PcscConnection.connect() as connection, pytest.raises(CardRemovedError):
        connection.exchange(SELECT)


def test_the_service_dies_in_between(virtual_readers: Readers, pcscd: PcscService) -> None:
    virtual_readers[0].insert(IsoCard())
    with PcscConnection.connect() as connection:
        pcscd.kill()
        with pytest.raises(ServiceLostError):
            connection.exchange(SELECT)


# What stays in memory: one process sends a PIN block to a card in another process, a third one searches the memory of
# the first. Between them the PIN travels disguised, so that only copies which the sending left behind are found.

SENDER = """
import sys
from drivers.slot.pcsc_card import PcscConnection
disguised = bytes.fromhex(sys.stdin.readline())
apdu = bytearray.fromhex("0020008008")
apdu += bytes(8)
with PcscConnection.connect() as connection:
    for index, byte in enumerate(disguised):
        apdu[5 + index] = byte ^ 0xA5
    if "keep" not in sys.argv:
        connection.exchange(apdu)
        apdu[:] = bytes(len(apdu))
    print("sent", flush=True)
    sys.stdin.readline()
"""

SEARCHER = """
import re, sys
needle = bytes(byte ^ 0xA5 for byte in bytes.fromhex(sys.argv[2]))
found = 0
with open(f"/proc/{sys.argv[1]}/maps") as maps, open(f"/proc/{sys.argv[1]}/mem", "rb") as memory:
    for line in maps:
        start, end, mode = re.match("([0-9a-f]+)-([0-9a-f]+) (\\\\S+)", line).groups()
        if "r" in mode and "[v" not in line:
            memory.seek(int(start, 16))
            found += memory.read(int(end, 16) - int(start, 16)).count(needle)
print(found)
"""


@pytest.mark.parametrize(("manner", "found"), [("keep", True), ("send", False)])
def test_the_pin_is_not_in_memory_once_it_is_sent(virtual_readers: Readers, manner: str, found: bool) -> None:
    """Promise R10; `keep` proves that the search would find it."""
    virtual_readers[0].insert(IsoCard())
    disguised = os.urandom(8).hex()
    sender = subprocess.Popen(
        [sys.executable, "-c", SENDER, manner],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with sender:
        assert sender.stdin is not None
        assert sender.stdout is not None
        sender.stdin.write(disguised + "\n")
        sender.stdin.flush()
        assert sender.stdout.readline() == "sent\n"
        search = [sys.executable, "-c", SEARCHER, str(sender.pid), disguised]
        hits = int(subprocess.run(search, capture_output=True, text=True, check=True).stdout)
    assert (hits > 0) is found
