"""A reader's name is whatever bytes its maker or its configuration chose: it ends nothing, whoever's reader it is."""

import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bank.cards.vpcd import HOST, PORT, VirtualReader
from drivers.slot.pcsc_card import PcscConnection, list_readers
from sesame_core.events import CardAbsent, CardAnswered, CardPowered, CardPresent, Event
from tests.pcsc_plugin import DRIVER, LIMIT_S, IsoCard, PcscService, SlotLoop

AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER for a close that leaves nothing behind (socket(7))."""

SLOTS = 2
"""Of a virtual reader; pcscd gives each the reader's name with both numbers behind it."""

NAMES = {
    "accents and signs": "Lecteur de carte à puce ® №1".encode(),
    "an IDBridge K3000": "Gemalto IDBridge K3000 \u00ae".encode(),
    "Latin-1": "Lecteur \u00e0 puce".encode("latin-1"),
    "control characters": b"reader \x1bc\x07\x9b31m",
    "no text": b"\xff\xfe\x80 reader",
}

READER = b"""FRIENDLYNAME "%b"
DEVICENAME /dev/null:0x%X
LIBPATH %b
CHANNELID 0x%X
"""

NamedReader = Callable[..., str]


@pytest.fixture
def named_reader(pcscd: PcscService, tmp_path: Path) -> Iterator[NamedReader]:
    """pcscd anew with readers of these names; the first one's name as the program knows it."""

    def start(*names: bytes) -> str:
        pcscd.stop()
        lines = (READER % (name, PORT + SLOTS * at, bytes(DRIVER), PORT + SLOTS * at) for at, name in enumerate(names))
        (tmp_path / "readers").write_bytes(b"\n".join(lines))
        pcscd.start("--config", str(tmp_path), expect=SLOTS * len(names))
        return os.fsdecode(names[0]) + " 00 00"

    yield start
    pcscd.stop()


def sesame(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "sesame", *arguments]
    return subprocess.run(command, capture_output=True, timeout=LIMIT_S, check=False)


def until(loop: SlotLoop, kind: type[Event]) -> Event:
    while not isinstance(event := loop.next(), kind):
        assert event is not None, f"no {kind.__name__} came"
    return event


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_card_in_such_a_reader_is_spoken_with(name: bytes, named_reader: NamedReader) -> None:
    known = named_reader(name)
    with VirtualReader(port=PORT) as reader:
        reader.insert(IsoCard())

        assert list_readers()[0] == known
        with PcscConnection.connect(patience_ms=int(LIMIT_S * 1000)) as connection:
            assert (connection.reader, connection.atr[0]) == (known, 0x3B)
            assert connection.exchange(bytearray.fromhex("00A4040000")) == b"\x90\x00"
            connection.reset_card()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_service_serves_such_readers(
    name: bytes, named_reader: NamedReader, open_slot: Callable[..., SlotLoop]
) -> None:
    named_reader(name)
    for port in (PORT, PORT + 1):
        with VirtualReader(port=port) as reader:
            loop = open_slot()
            until(loop, CardAbsent)  # the card in the reader before may be noticed to be out only now
            reader.insert(IsoCard())
            until(loop, CardPresent)
            loop.slot.power_on(1)
            until(loop, CardPowered)
            loop.slot.transmit(2, bytearray.fromhex("00A4040000"))
            until(loop, CardAnswered)
            loop.slot.close()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_such_a_reader_is_listed_with_nothing_that_a_terminal_would_obey(
    name: bytes, named_reader: NamedReader
) -> None:
    named_reader(name)

    shown = sesame("card", "readers")
    told = sesame("card", "readers", "--json")

    assert (shown.returncode, told.returncode) == (0, 0)
    text = shown.stdout.decode()  # UTF-8 whatever the name was
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text if character != "\n")
    assert len(json.loads(told.stdout)["readers"]) == SLOTS


def test_a_reader_is_meant_however_its_accents_are_written(named_reader: NamedReader) -> None:
    named_reader("Lecteur à puce".encode())

    for written in ("lecteur à puce", "LECTEUR A\u0300 PUCE", "à"):
        assert sesame("card", "readers", "--reader", written).returncode == 0


def test_a_number_that_is_no_place_is_a_part_of_the_name(named_reader: NamedReader) -> None:
    named_reader(b"Plain reader", b"Alcor 3121 reader")

    found = sesame("card", "readers", "--reader", "3121", "--json")
    lacking = sesame("card", "readers", "--reader", "3122")

    assert [each["name"] for each in json.loads(found.stdout)["readers"]] == [
        "Alcor 3121 reader 00 00",
        "Alcor 3121 reader 00 01",
    ]
    assert lacking.returncode == 3
    assert b"no reader is called '3122'; there are: Plain reader 00 00, Plain reader 00 01, " in lacking.stderr


def test_a_port_that_another_has_for_the_moment_costs_a_reader_only_time(
    pcscd: PcscService, named_reader: NamedReader
) -> None:
    """A client of another test had the second reader's port: pcscd left that reader out, and nobody started it anew."""
    pcscd.stop()
    with socket.create_server((HOST, 0)) as server, socket.socket() as client:
        client.bind((HOST, PORT + SLOTS))
        client.connect(server.getsockname())
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        gone = threading.Timer(1.0, client.close)
        gone.start()
        named_reader(b"Plain reader", b"Alcor 3121 reader")
        gone.join()

    assert len(list_readers()) == 2 * SLOTS
