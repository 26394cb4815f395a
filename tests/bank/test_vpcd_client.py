"""The virtual reader's client against a reader played on a local socket; the real pcscd is in tests/pcsc."""

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from bank.cards.vpcd import MUTE_ATR, UNPOWERED_ATR, VirtualReader
from bank.errors import VirtualReaderError

ATR = bytes.fromhex("3b6500002063cb6a00")
WARM_ATR = bytes.fromhex("3b800181")
TIMEOUT_S = 10.0


class ReaderSide:
    """What vpcd does: listens, takes one card, sends messages and reads answers."""

    def __init__(self, port: int = 0) -> None:
        self.listener = socket.create_server(("127.0.0.1", port))
        self.listener.settimeout(TIMEOUT_S)
        self.port: int = self.listener.getsockname()[1]
        self.link: socket.socket | None = None

    def accept(self) -> None:
        if self.link is not None:
            self.link.close()
        self.link, _ = self.listener.accept()
        self.link.settimeout(TIMEOUT_S)

    def send(self, message: bytes) -> None:
        assert self.link is not None
        self.link.sendall(struct.pack(">H", len(message)) + message)

    def ask(self, message: bytes) -> bytes:
        self.send(message)
        (length,) = struct.unpack(">H", self._read(2))
        return self._read(length)

    def hung_up(self) -> bool:
        assert self.link is not None
        try:
            return self.link.recv(1) == b""
        except ConnectionResetError:
            return True

    def hang_up(self) -> None:
        assert self.link is not None
        self.link.close()

    def close(self) -> None:
        if self.link is not None:
            self.link.close()
        self.listener.close()

    def _read(self, count: int) -> bytes:
        assert self.link is not None
        data = b""
        while len(data) < count:
            chunk = self.link.recv(count - len(data))
            assert chunk, "the card hung up"
            data += chunk
        return data


class ListedCard:
    """Answers from a list of its own, and says what was done to it."""

    def __init__(self, answers: dict[bytes, bytes] | None = None, atr: bytes = ATR) -> None:
        self.protocol = 0
        self.atr = atr
        self.answers = answers or {}
        self.done: list[str] = []
        self.powered_off = threading.Event()

    def power_on(self) -> bytes:
        self.done.append("on")
        return self.atr

    def reset_card(self) -> bytes:
        self.done.append("reset")
        return WARM_ATR if self.atr else b""

    def power_off(self) -> None:
        self.done.append("off")
        self.powered_off.set()

    def transmit(self, apdu: bytes) -> bytes:
        return self.answers.get(apdu, b"\x90\x00")


@pytest.fixture
def side() -> Iterator[ReaderSide]:
    reader_side = ReaderSide()
    yield reader_side
    reader_side.close()


def put_in(side: ReaderSide, card: ListedCard, *, reconnect: bool = False) -> VirtualReader:
    """Insert the card, with the reader's first poll answered meanwhile."""
    reader = VirtualReader(port=side.port)
    failures: list[Exception] = []

    def insert() -> None:
        try:
            reader.insert(card, reconnect=reconnect, patience_s=TIMEOUT_S)
        except VirtualReaderError as error:
            failures.append(error)

    inserting = threading.Thread(target=insert)
    inserting.start()
    side.accept()
    assert side.ask(b"\x04") == UNPOWERED_ATR
    inserting.join(TIMEOUT_S)
    assert not failures
    return reader


def test_power_reset_and_atr(side: ReaderSide) -> None:
    card = ListedCard()
    with put_in(side, card) as reader:
        side.send(b"\x01")
        assert side.ask(b"\x04") == ATR
        side.send(b"\x02")
        assert side.ask(b"\x04") == WARM_ATR
        side.send(b"\x00")
        assert side.ask(b"\x04") == UNPOWERED_ATR
        assert reader.inserted
    assert card.done == ["on", "reset", "off", "off"]


def test_commands_are_answered_in_order_and_split_messages_are_joined(side: ReaderSide) -> None:
    select, read = bytes.fromhex("00A4040007A0000000038002"), bytes.fromhex("00B2010C00")
    card = ListedCard({select: b"\x61\x20", read: b"\x70" * 300 + b"\x90\x00"})
    with put_in(side, card):
        assert side.ask(select) == b"\x61\x20"
        assert side.link is not None
        for byte in struct.pack(">H", len(read)) + read[:-1]:
            side.link.sendall(bytes((byte,)))
        side.link.sendall(read[-1:])
        assert struct.unpack(">H", side._read(2)) == (302,)
        assert side._read(302) == b"\x70" * 300 + b"\x90\x00"


def test_an_answer_that_no_message_can_hold_is_cut(side: ReaderSide) -> None:
    command = b"\x00\xb2\x01\x0c\x00"
    with put_in(side, ListedCard({command: b"a" * 65538})):
        assert len(side.ask(command)) == 65535


@pytest.mark.parametrize("reset", [b"\x01", b"\x01\x02"])
def test_a_mute_card_is_present_with_an_atr_too_long_to_be_one(side: ReaderSide, reset: bytes) -> None:
    with put_in(side, ListedCard(atr=b"")):
        for control in reset:
            side.send(bytes((control,)))
        assert side.ask(b"\x04") == MUTE_ATR
        assert len(MUTE_ATR) > 33


@pytest.mark.parametrize("reconnect", [False, True])
def test_a_silent_card_is_taken_out_and_never_sends_an_empty_message(side: ReaderSide, reconnect: bool) -> None:
    command = b"\x00\xb2\x01\x0c\x00"
    card = ListedCard({command: b""})
    reader = put_in(side, card, reconnect=reconnect)
    side.send(command)
    assert side.hung_up()
    assert reader.wait(TIMEOUT_S)
    assert card.done == ["off"]
    reader.remove()


def test_empty_and_unknown_messages_change_nothing(side: ReaderSide) -> None:
    card = ListedCard()
    with put_in(side, card):
        side.send(b"")
        side.send(b"\x7f")
        assert side.ask(b"\x00\x84\x00\x00\x08") == b"\x90\x00"
    assert card.done == ["off"]


def test_the_next_card_goes_into_the_same_reader(side: ReaderSide) -> None:
    first = put_in(side, ListedCard())
    first.remove()
    assert side.hung_up()
    first.remove()
    second = put_in(side, ListedCard())
    assert second.inserted
    second.remove()
    assert not second.inserted


def test_without_reconnect_the_card_is_out_when_the_reader_goes(side: ReaderSide) -> None:
    card = ListedCard()
    reader = put_in(side, card)
    side.hang_up()
    assert reader.wait(TIMEOUT_S)
    assert card.done == ["off"]


def test_with_reconnect_the_card_is_in_again_when_the_reader_is_back(side: ReaderSide) -> None:
    card = ListedCard()
    reader = put_in(side, card, reconnect=True)
    side.send(b"\x01")
    assert side.ask(b"\x04") == ATR
    side.close()
    assert card.powered_off.wait(TIMEOUT_S)
    back = ReaderSide(side.port)
    back.accept()
    assert back.ask(b"\x04") == UNPOWERED_ATR
    reader.remove()
    assert back.hung_up()
    back.close()


def test_removed_while_the_reader_is_away(side: ReaderSide) -> None:
    card = ListedCard()
    reader = put_in(side, card, reconnect=True)
    side.close()
    assert card.powered_off.wait(TIMEOUT_S)
    reader.remove()
    assert not reader.inserted


def test_one_card_at_a_time(side: ReaderSide) -> None:
    with put_in(side, ListedCard()) as reader, pytest.raises(VirtualReaderError, match="remove it first"):
        reader.insert(ListedCard())


def test_no_virtual_reader_says_what_to_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(VirtualReaderError, match=r"install vsmartcard-vpcd and start pcscd -f"):
        VirtualReader(port=port).insert(ListedCard(), patience_s=0.0)


def test_a_reader_that_never_polls_has_another_card_in_it(side: ReaderSide) -> None:
    reader = VirtualReader(port=side.port)
    with pytest.raises(VirtualReaderError, match="another card"):
        reader.insert(ListedCard(), patience_s=0.2)
    assert not reader.inserted


@pytest.mark.parametrize("host", ["x" * 300, "\u00e9..\u00e9", "a" * 64 + ".example"])
def test_what_can_be_no_hosts_name_is_said_at_once(host: str) -> None:
    with VirtualReader(host, 1) as reader, pytest.raises(VirtualReaderError, match="--host"):
        reader.insert(ListedCard(), patience_s=0.0)
