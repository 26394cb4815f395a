"""CCID as bytes: what a host may send, what it is told, and what nobody should send."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.usb.ccid import MAX_APDU, MAX_MESSAGE, CcidError, PinSupport, describe_class
from drivers.usb.interface import (
    Act,
    CcidInterface,
    CutPower,
    DropJob,
    EnterPin,
    ExchangeApdu,
    PowerCard,
    SendReply,
)
from drivers.usb.packets import MessageAssembler
from drivers.usb.pin_request import PinOperation, read_pin_request
from tests.usb.wire import DATA_BLOCK, PARAMETERS, SLOT_STATUS, Reply, message, modification, parse, verification

ATR = bytes.fromhex("3B888001652D736563757265")
POWER_ON, POWER_OFF, STATUS, SECURE, XFR, ABORT = 0x62, 0x63, 0x65, 0x69, 0x6F, 0x72
SELECT = bytes.fromhex("00A4040005A000000308")


def packets(raw: bytes, size: int = 512) -> list[bytes]:
    """As a host's controller sends them: no empty packet after a full last one."""
    return [raw[at : at + size] for at in range(0, len(raw), size)]


class Slot:
    """An interface and what came of each message."""

    def __init__(self, pin_support: PinSupport = PinSupport.VERIFY_AND_MODIFY) -> None:
        self.interface = CcidInterface(pin_support)

    def send(self, raw: bytes, size: int = 512) -> list[Act]:
        """A message: what is to be done."""
        return [act for packet in packets(raw, size) for act in self.interface.take_packet(packet, size)]

    def reply(self, raw: bytes) -> Reply:
        """A message that is answered at once."""
        return only(self.send(raw))

    def power(self) -> Reply:
        """The card with power."""
        assert self.send(message(POWER_ON, sequence=1)) == [PowerCard()]
        return only(self.interface.finish_power(ATR))


def only(acts: object) -> Reply:
    """The one reply among nothing else."""
    assert isinstance(acts, list | tuple)
    (act,) = acts
    assert isinstance(act, SendReply)
    return parse(act.raw)


@pytest.fixture
def slot() -> Slot:
    return Slot()


# The class descriptor


def test_the_descriptor_says_what_is_true() -> None:
    raw = describe_class(PinSupport.VERIFY_AND_MODIFY)
    assert (len(raw), raw[0], raw[1], raw[2:4]) == (54, 54, 0x21, b"\x10\x01")
    protocols, features, longest = (struct.unpack_from("<I", raw, at)[0] for at in (6, 40, 44))
    assert (protocols, features & 0x70000, longest) == (2, 0x40000, MAX_MESSAGE)
    assert raw[52] == 3
    assert describe_class(PinSupport.NONE)[52] == 0


# Messages


def test_power_and_a_command(slot: Slot) -> None:
    assert slot.reply(message(STATUS, sequence=7)) == Reply(SLOT_STATUS, 0, 7, True, 0, 0, 1, b"")
    assert slot.power() == Reply(DATA_BLOCK, 0, 1, False, 0, 0, 0, ATR)
    assert slot.send(message(XFR, SELECT, 2)) == [ExchangeApdu(SELECT)]
    assert only(slot.interface.finish_block(b"\x90\x00")) == Reply(DATA_BLOCK, 0, 2, False, 0, 0, 0, b"\x90\x00")
    acts = slot.send(message(POWER_OFF, sequence=3))
    assert acts[0] == CutPower()
    assert only(acts[1:]) == Reply(SLOT_STATUS, 0, 3, True, 0, 0, 1, b"")


def test_a_command_without_power_is_mute(slot: Slot) -> None:
    for kind, data in ((XFR, SELECT), (SECURE, verification())):
        assert slot.reply(message(kind, data, 4)) == Reply(DATA_BLOCK, 0, 4, True, 1, 0xFE, 0, b"")


@pytest.mark.parametrize("kind", [0x6C, 0x6D])
def test_the_parameters_are_those_of_t1(slot: Slot, kind: int) -> None:
    slot.power()
    answer = slot.reply(message(kind, sequence=9))
    assert (answer.kind, answer.last, answer.data.hex()) == (PARAMETERS, 1, "1110004d00fe00")


def test_parameters_can_be_set_and_are_gone_with_reset(slot: Slot) -> None:
    slot.power()
    wished = bytes.fromhex("9610004500FE00")
    assert slot.reply(message(0x61, wished, special=b"\1\0\0")).data == wished
    assert slot.reply(message(0x6C)).data == wished
    assert slot.reply(message(0x6D)).data != wished
    assert slot.reply(message(0x61, wished, special=b"\0\0\0")).error == 7
    assert slot.reply(message(0x61, wished[:5], special=b"\1\0\0")).error == 1


@pytest.mark.parametrize(
    ("raw", "kind", "error"),
    [
        (message(STATUS, slot=1), SLOT_STATUS, 5),
        (message(STATUS, b"x"), SLOT_STATUS, 1),
        (message(POWER_ON, special=b"\4\0\0"), DATA_BLOCK, 7),
        (message(XFR, SELECT, special=b"\0\1\0"), DATA_BLOCK, 8),
        (message(XFR), DATA_BLOCK, 1),
        (message(0x6B, b"\x6a"), 0x83, 0),
        (message(0x6E), SLOT_STATUS, 0),
        (message(0x6A), SLOT_STATUS, 0),
        (message(0x71), SLOT_STATUS, 0),
        (message(0x73, bytes(8)), 0x84, 0),
        (message(0x00), SLOT_STATUS, 0),
        (message(0xFF, b"abc"), SLOT_STATUS, 0),
    ],
)
def test_what_cannot_be_done_says_why(slot: Slot, raw: bytes, kind: int, error: int) -> None:
    slot.power()
    answer = slot.reply(raw)
    assert (answer.kind, answer.command, answer.error, answer.data) == (kind, 1, error, b"")


# Packets


@pytest.mark.parametrize("size", [64, 512])
@pytest.mark.parametrize("length", [4, 53, 54, 55, 118, 501, 502, 503, 1014, MAX_APDU])
def test_a_message_is_whole_whatever_its_packets(slot: Slot, size: int, length: int) -> None:
    """Where it fills its last packet, no empty one follows: the length says that it is whole."""
    slot.power()
    assert slot.send(message(XFR, bytes(length)), size) == [ExchangeApdu(bytes(length))]


def test_half_a_message_of_a_host_that_went_is_not_the_next_ones_beginning(slot: Slot) -> None:
    slot.power()
    assert slot.send(message(XFR, bytes(900))[:512]) == []
    assert slot.interface.host_gone() == (CutPower(),)
    assert slot.send(message(POWER_ON)) == [PowerCard()]


@pytest.mark.parametrize("told", [0, 11, 600, MAX_APDU + 1, 0xFFFFFFFF])
def test_a_length_that_is_not_the_datas_is_refused_and_the_next_message_is_read(slot: Slot, told: int) -> None:
    slot.power()
    raw = struct.pack("<BIBB", XFR, told, 0, 5) + bytes(3) + bytes(10)
    assert slot.reply(raw) == Reply(DATA_BLOCK, 0, 5, False, 1, 1, 0, b"")
    assert slot.reply(message(STATUS, sequence=6)).sequence == 6


def test_too_long_a_message_is_read_to_its_end_and_none_of_it_is_kept(slot: Slot) -> None:
    slot.power()
    raw = message(XFR, bytes(MAX_APDU + 1))
    assert only(slot.send(raw)).error == 1
    assert "0 bytes" in repr(slot.interface._assembler)
    assert slot.reply(message(STATUS, sequence=6)).sequence == 6


@pytest.mark.parametrize("length", range(10))
def test_less_than_a_header_is_nobodys(slot: Slot, length: int) -> None:
    assert slot.send(message(STATUS)[:length]) == []
    assert slot.reply(message(STATUS, sequence=2)).sequence == 2


# Waiting


def test_a_host_is_kept_patient_and_answered_once(slot: Slot) -> None:
    slot.power()
    slot.send(message(XFR, SELECT, 8))
    for _ in range(2):
        assert only(slot.interface.extend_time()) == Reply(DATA_BLOCK, 0, 8, False, 2, 1, 0, b"")
    assert only(slot.interface.finish_block(b"\x90\0")).sequence == 8
    assert slot.interface.extend_time() == ()
    assert slot.interface.finish_block(b"\x90\0") == ()


def test_one_job_at_a_time(slot: Slot) -> None:
    slot.power()
    slot.send(message(XFR, SELECT, 8))
    assert slot.reply(message(STATUS, sequence=9)) == Reply(SLOT_STATUS, 0, 9, False, 1, 0xE0, 0, b"")
    assert only(slot.interface.finish_block(b"\x90\0")).sequence == 8


@pytest.mark.parametrize("kind", [POWER_ON, POWER_OFF])
def test_a_new_host_that_powers_the_card_need_not_wait_for_the_last_ones_job(slot: Slot, kind: int) -> None:
    slot.power()
    slot.send(message(SECURE, verification(), 8))
    acts = slot.send(message(kind, sequence=0))
    assert acts[0] == DropJob()
    assert slot.interface.busy is (kind == POWER_ON)


def test_nothing_is_owed_to_a_host_that_is_gone(slot: Slot) -> None:
    slot.power()
    slot.send(message(XFR, SELECT, 8))
    assert slot.interface.host_gone() == (DropJob(), CutPower())
    assert slot.interface.finish_block(b"\x90\0") == ()
    assert slot.interface.host_gone() == ()


def test_a_card_that_is_taken_out_is_back_with_the_next_host(slot: Slot) -> None:
    """Table 6.2-3: bmICCStatus 2. The power goes in any case: who has let go has nothing left to say."""
    assert slot.interface.take_card_out() == (CutPower(),)
    assert slot.reply(message(POWER_ON, sequence=7)) == Reply(DATA_BLOCK, 0, 7, False, 1, 0xFE, 0, b"", absent=True)
    assert not slot.interface.busy
    assert slot.interface.host_gone() == ()
    slot.power()
    slot.send(message(SECURE, verification(), 8))
    dropped, failed, cut = slot.interface.take_card_out()
    assert (dropped, cut) == (DropJob(), CutPower())
    assert only([failed]) == Reply(DATA_BLOCK, 0, 8, False, 1, 0xFE, 0, b"", absent=True)
    assert slot.interface.finish_block(b"\x90\0") == ()


# Abort


def test_abort_by_both_ways(slot: Slot) -> None:
    slot.power()
    slot.send(message(SECURE, verification(), 8))
    acts = slot.interface.take_abort(0, 9)
    assert acts[0] == DropJob()
    assert only(acts[1:]) == Reply(DATA_BLOCK, 0, 8, False, 1, 0xFF, 0, b"")
    assert slot.reply(message(STATUS, sequence=10)).error == 0xFF, "until the second half has come"
    assert slot.reply(message(ABORT, sequence=8)).error == 0xFF, "another one's"
    assert slot.reply(message(ABORT, sequence=9)) == Reply(SLOT_STATUS, 0, 9, False, 0, 0, 0, b"")
    assert slot.reply(message(STATUS, sequence=11)).error == 0


def test_abort_whose_halves_come_the_other_way_round(slot: Slot) -> None:
    slot.power()
    slot.send(message(XFR, SELECT, 8))
    assert slot.send(message(ABORT, sequence=9)) == []
    acts = slot.interface.take_abort(0, 9)
    assert acts[0] == DropJob()
    assert only(acts[1:]).sequence == 9
    assert slot.interface.take_abort(1, 3) == ()


def test_a_bulk_abort_alone_is_forgotten_with_the_next_message(slot: Slot) -> None:
    slot.power()
    assert slot.send(message(ABORT, sequence=9)) == []
    assert slot.reply(message(STATUS, sequence=10)).error == 0
    assert slot.interface.take_abort(0, 9) == ()
    assert slot.reply(message(STATUS, sequence=11)).error == 0xFF


# PINs


def test_a_verification(slot: Slot) -> None:
    slot.power()
    (act,) = slot.send(message(SECURE, verification(timeout=20)))
    assert isinstance(act, EnterPin)
    request = act.request
    assert (request.operation, request.timeout_s, request.block_size, request.digits) == (
        PinOperation.VERIFY,
        20,
        8,
        (6, 8),
    )
    assert (request.template.hex(), request.old_at) == ("0020008008" + "ff" * 8, 0)


def test_what_libccid_writes_was_seen_on_a_machine() -> None:
    """As a real libccid sent it for pkcs11-tool, against another card of ours."""
    seen = bytes.fromhex("001E8208000804 02FF0904000000000020008008FFFFFFFFFFFFFFFF".replace(" ", ""))
    request = read_pin_request(seen)
    assert (request.timeout_s, request.digits, request.template[:5].hex()) == (30, (4, 8), "0020008008")


@pytest.mark.parametrize("messages", [0, 1, 2, 3, 0xFF])
def test_a_change(messages: int) -> None:
    request = read_pin_request(modification(messages=messages))
    assert (request.operation, request.old_at, request.new_at) == (PinOperation.MODIFY, 0, 8)
    assert (request.asks_old, request.confirms, request.template[:5].hex()) == (True, True, "0024008010")
    assert not read_pin_request(modification(confirm=0)).asks_old


def test_a_key_that_has_no_pad_says_so() -> None:
    slot = Slot(PinSupport.NONE)
    slot.power()
    assert slot.reply(message(SECURE, verification())).error == 0


def patched(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes((value,)) + data[at + 1 :]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", 1),
        (verification()[:18], 1),
        (patched(verification(), 0, 4), 10),  # cancel: no such operation
        (patched(verification(), 2, 0x81), 12),  # BCD
        (patched(verification(), 2, 0x86), 12),  # to the right
        (patched(verification(), 2, 0x0A), 12),  # from a bit that begins no byte
        (patched(verification(), 3, 0x48), 13),  # its length beside it
        (patched(verification(), 3, 0x00), 13),
        (patched(verification(), 4, 0x14), 14),
        (verification(digits=0x0806), 15),
        (patched(modification(), 9, 4), 19),
        (patched(modification(), 11, 4), 21),
        (modification()[:20], 1),
    ],
)
def test_a_pin_entry_of_another_kind_is_refused_at_its_field(slot: Slot, data: bytes, error: int) -> None:
    slot.power()
    answer = slot.reply(message(SECURE, data))
    assert (answer.command, answer.error) == (1, error)


# Whatever comes


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=600),
            st.builds(
                message,
                st.sampled_from([*range(0x60, 0x75), 0]),
                st.binary(max_size=60),
                st.integers(0, 255),
                st.binary(min_size=3, max_size=3),
                st.integers(0, 1),
            ),
            st.builds(lambda data: message(SECURE, data), st.binary(max_size=40)),
            st.just(message(POWER_ON)),
        ),
        max_size=12,
    ),
    st.integers(0, 2),
)
def test_whatever_is_sent_every_answer_is_whole_and_nothing_grows(raws: list[bytes], answers: int) -> None:
    slot = Slot()
    for count, raw in enumerate(raws):
        for act in slot.send(raw):
            if isinstance(act, SendReply):
                parse(act.raw)
        if slot.interface.busy and count % 3 == answers:
            only(slot.interface.finish_power(ATR))
        assert len(slot.interface._assembler._held) <= MAX_MESSAGE
    slot.interface.host_gone()
    assert only(slot.send(message(STATUS, sequence=200))).sequence == 200


@settings(max_examples=300)
@given(st.binary(max_size=80))
def test_a_pin_request_is_read_or_refused(data: bytes) -> None:
    try:
        request = read_pin_request(data)
    except CcidError as refusal:
        assert 0 <= refusal.error <= 0xFF
    else:
        assert len(request.template) >= 4


def test_nothing_that_is_held_is_shown() -> None:
    assembler = MessageAssembler()
    assembler.take_packet(message(XFR, b"123456" * 100)[:512], 512)
    assert "123456" not in repr(assembler)
    assert "123456" not in repr(ExchangeApdu(b"123456"))
    assert "123456" not in repr(SendReply(b"123456"))
    assert "xff" not in repr(EnterPin(read_pin_request(verification())))
