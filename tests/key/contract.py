"""What the access key's card is, holds and asks for: tests for any bench that has a fixture `plugged`.

The other half, what it does with keys, is contract_keys.py. A test file imports all of both.

test_key_contract.py has the card itself, tests/pcsc/test_key_on_pcscd.py one in a real pcscd; a card in a USB gadget
would be a third.
"""

import os
from dataclasses import dataclass

import pytest

from tests.key import host as piv
from tests.key.host import Host, inner, padded, parts, tlv

ATR = "3B888001652D73656375726556"


@dataclass
class Plugged:
    """The way to a key, and its answer to reset."""

    host: Host
    atr: bytes


@pytest.fixture
def host(plugged: Plugged) -> Host:
    """A host that has selected the application."""
    plugged.host.select()
    return plugged.host


# Who it is


def test_the_answer_to_reset_is_its_own(plugged: Plugged) -> None:
    assert plugged.atr.hex().upper() == ATR


@pytest.mark.parametrize("name", [piv.AID, piv.AID[:18], piv.AID[:10]])
def test_it_is_selected_by_its_name_or_the_beginning_of_it(plugged: Plugged, name: str) -> None:
    answer, status = plugged.host.call("00A40400", bytes.fromhex(name))
    assert (answer.hex().upper(), status) == ("61114F0600001000010079074F05A000000308", 0x9000)


@pytest.mark.parametrize("name", ["A0000003", "A00000030800001000010000", "A000000004", "D2760001240103"])
def test_another_name_is_not_found_and_changes_nothing(host: Host, name: str) -> None:
    assert host.verify() == "9000"
    assert host.status("00A40400", bytes.fromhex(name)) == "6A82"
    assert host.raw("0020008000") == "9000", "still selected, the PIN still right (SP 800-73-5 part 2, 3.1.1)"
    host.select()
    assert host.raw("0020008000") == "9000"


def test_nothing_is_done_before_it_is_selected(plugged: Plugged) -> None:
    assert [plugged.host.raw(text) for text in ("0020008000", "00FD000000", "00CB3FFF035C017E00")] == ["6D00"] * 3


def test_version_and_serial(host: Host) -> None:
    assert host.done("00FD0000").hex() == "050403"
    assert 0 < int.from_bytes(host.done("00F80000"), "big") < 1 << 31


# Data objects


def test_the_discovery_object_is_the_standards(host: Host) -> None:
    """SP 800-73-5 part 1, 3.3.2: the application's name, and that its own PIN alone is there."""
    assert host.get("7E")[0].hex().upper() == "7E124F0BA0000003080000100001005F2F024000"


def test_holder_id_and_capabilities_have_the_standards_fields(host: Host) -> None:
    holder = list(parts(inner(host.get("5FC102")[0], 0x53)))
    assert [(tag, len(value)) for tag, value in holder] == [(0x30, 25), (0x34, 16), (0x35, 8), (0x3E, 0), (0xFE, 0)]
    assert holder[0][1].hex().upper() == "D4E739DA739CED39CE739D836858210842108421C84210C3EB"
    capabilities = list(parts(inner(host.get("5FC107")[0], 0x53)))
    assert capabilities[0][1][:7].hex().upper() == "A0000001" + "16FF02"
    assert [f"{tag:02X}{value.hex()}" for tag, value in capabilities[1:]] == [
        "F121", "F221", "F3", "F400", "F510", "F6", "F7", "FA", "FB", "FC", "FD", "FE",
    ]  # fmt: skip


@pytest.mark.parametrize("extended", [False, True], ids=["chained", "extended"])
@pytest.mark.parametrize("size", [1, 127, 128, 247, 255, 256, 1500, 3052])
def test_an_object_is_read_as_it_was_written(host: Host, size: int, extended: bool) -> None:
    host.extended = extended
    value = os.urandom(size)
    assert host.put("5FC105", value) == "6982", "the management key first"
    assert host.manage() == "9000"
    assert host.put("5FC105", value) == "9000"
    assert host.get("5FC105") == (tlv(0x53, value), 0x9000)


def test_an_answer_has_the_length_that_was_asked_for(host: Host) -> None:
    whole = "7E124F0BA0000003080000100001005F2F024000"
    assert host.raw("00CB3FFF035C017E") == whole + "9000"
    assert host.raw("00CB3FFF035C017E00") == whole + "9000"
    assert host.raw("00CB3FFF035C017E10") == whole[:32] + "6104"
    assert host.raw("00C0000003") == whole[32:38] + "6101"
    assert host.raw("00C0000000") == whole[38:] + "9000"
    assert host.raw("00CB3FFF0000035C017E") == whole + "9000"
    assert host.raw("00CB3FFF0000035C017E0010") == whole[:32] + "6104"
    assert host.raw("00FD0000") == "0504039000"
    assert host.raw("00FD000002") == "05046101"
    assert host.raw("00FD0000000002") == "05046101"
    assert host.raw("00FD0000000000") == "0504039000"


def test_an_object_is_taken_away_by_an_empty_one(host: Host) -> None:
    host.manage()
    host.put("5FC105", b"x")
    assert host.put("5FC105", b"") == "9000"
    assert host.get("5FC105") == (b"", 0x6A82)


def test_what_may_not_be_written(host: Host) -> None:
    host.manage()
    assert host.put("5FC105", bytes(3053)) == "6A84"
    assert [host.put(tag, b"x") for tag in ("7E", "7F61", "5FC100", "5FC124", "5FFF20")] == ["6A81"] * 5
    assert host.get("7F61")[1] == 0x6A82


@pytest.mark.parametrize("tag", ["5FC103", "5FC108", "5FC109", "5FC121"])
def test_what_is_private_is_read_after_the_pin(host: Host, tag: str) -> None:
    host.manage()
    host.put(tag, b"Claude Durand")
    assert host.get(tag) == (b"", 0x6982)
    host.verify()
    assert host.get(tag) == (tlv(0x53, b"Claude Durand"), 0x9000)


@pytest.mark.parametrize("tag", ["5FC101", "5FC123", "5FFF00", "5FFF1F"])
def test_the_first_and_the_last_object_can_be_written(host: Host, tag: str) -> None:
    host.manage()
    assert host.put(tag, b"x") == "9000"
    assert host.get(tag)[0] == tlv(0x53, b"x")


def test_a_long_answer_is_fetched_once_and_in_order(host: Host) -> None:
    host.manage()
    value = bytes(range(256)) * 3
    host.put("5FC105", value)
    first = host.send(bytes.fromhex("00CB3FFF055C035FC10500"))
    assert (len(first), first[-2:].hex().upper()) == (258, "61FF")
    second = host.send(bytes.fromhex("00C0000010"))
    assert second[-2:].hex().upper() == "61FF"
    assert first[:-2] + second[:-2] == tlv(0x53, value)[:272]
    assert host.raw("00EE000000") == "6D00"
    assert host.raw("00C0000000") == "6985", "another command came between"


# PIN and PUK


def test_tries_go_down_and_a_right_pin_brings_them_back(host: Host) -> None:
    assert host.raw("0020008000") == "63C3"
    assert [host.verify(b"000000"), host.verify(b"111111")] == ["63C2", "63C1"]
    assert host.raw("0020008000") == "63C1"
    assert host.verify() == "9000"
    assert host.raw("0020008000") == "9000"
    assert host.metadata(0x80)[6].hex() == "0303"
    assert [host.verify(b"000000") for _ in range(4)] == ["63C2", "63C1", "63C0", "6983"]
    assert host.verify() == "6983"
    assert host.raw("0020008000") == "6983"


def test_a_change_takes_tries_like_a_verify(host: Host) -> None:
    change = padded(b"000000") + padded(b"654321")
    assert [host.status("00240080", change) for _ in range(4)] == ["63C2", "63C1", "63C0", "6983"]
    assert host.status("00240081", piv.PUK + b"123456789") == "6A80"
    assert [host.status("00240081", b"00000000" + piv.PUK) for _ in range(4)] == ["63C2", "63C1", "63C0", "6983"]


def test_a_puk_takes_a_right_pin_back(host: Host) -> None:
    host.verify()
    assert host.status("002C0080", b"00000000" + padded(b"222222")) == "63C2"
    assert host.raw("0020008000") == "63C3"


def test_a_wrong_pin_takes_a_right_one_back(host: Host) -> None:
    host.verify()
    host.verify(b"000000")
    assert host.raw("0020008000") == "63C2"


@pytest.mark.parametrize("sent", ["31323334", "313233343536", "3132333435FFFFFF", "3132333435360000",
                                  "FF323334353637FF", "41424344454647FF", "31323334353637383930"])  # fmt: skip
def test_a_pin_in_a_wrong_form_costs_no_try(host: Host, sent: str) -> None:
    assert host.status("00200080", bytes.fromhex(sent)) == "6A80"
    assert host.status("00240080", bytes.fromhex(sent) + padded(b"654321")) == "6A80"
    assert host.status("00240080", padded(piv.PIN) + bytes.fromhex(sent)) == "6A80"
    assert host.status("002C0080", piv.PUK + bytes.fromhex(sent)) == "6A80"
    assert host.raw("0020008000") == "63C3"
    assert host.metadata(0x81)[6].hex() == "0303"


def test_the_pin_is_wanted_again_when_the_host_says_so(host: Host) -> None:
    host.verify()
    assert host.raw("0020FF80") == "9000"
    assert host.raw("0020008000") == "63C3"
    assert host.status("0020FF80", padded(piv.PIN)) == "6A80"


def test_there_is_no_other_reference(host: Host) -> None:
    assert host.status("00200000", padded(piv.PIN)) == "6A88"
    assert host.status("00200081", padded(piv.PUK)) == "6A88"
    assert host.status("00200180", padded(piv.PIN)) == "6A86"
    assert host.status("00240000", padded(piv.PIN) * 2) == "6A88"
    assert host.status("002C0081", padded(piv.PUK) * 2) == "6A88"


def test_the_pin_is_changed_by_the_one_before(host: Host) -> None:
    assert host.status("00240080", padded(b"000000") + padded(b"87654321")) == "63C2"
    assert host.status("00240080", padded(piv.PIN) + padded(b"87654321")) == "9000"
    assert host.raw("0020008000") == "63C3", "all tries again; a change is no VERIFY"
    assert [host.verify(), host.verify(b"87654321")] == ["63C2", "9000"]
    assert host.metadata(0x80)[5] == b"\0", "no longer the published one"


def test_the_puk_unblocks_the_pin_and_has_tries_of_its_own(host: Host) -> None:
    for _ in range(3):
        host.verify(b"000000")
    assert host.status("002C0080", b"00000000" + padded(b"222222")) == "63C2"
    assert host.metadata(0x81)[6].hex() == "0302"
    assert host.status("002C0080", piv.PUK + padded(b"222222")) == "9000"
    assert host.metadata(0x81)[6].hex() == "0303"
    assert host.verify(b"222222") == "9000"
    assert host.status("00240081", piv.PUK + b"\x00\x01ABCD\xfe\xff") == "9000"
    assert host.status("002C0080", piv.PUK + padded(b"333333")) == "63C2"
    assert [host.status("002C0080", piv.PUK + padded(b"333333")) for _ in range(3)] == ["63C1", "63C0", "6983"]
    assert host.verify(b"222222") == "9000", "a blocked PUK blocks no PIN"


# Bytes that no host should send


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("00A404", "6700"),
        ("0020008008313233343536FF", "6700"),
        ("0020008008313233343536FFFF0000", "6700"),
        ("00200080000008313233343536FF", "6700"),
        ("0020008000000000", "6700"),
        ("00CB3FFF00", "6A80"),
        ("00CB3FFF035C007E", "6A80"),
        ("00CB3FFF045C025FC1", "6A82"),
        ("00CB3FFF065C045FC10501", "6A80"),
        ("00CB3FFE035C017E", "6A86"),
        ("00CB3FFF065C017E5C017E", "6A80"),
        ("00CB3FFF025C05", "6A80"),
        ("00A4000000", "6A86"),
        ("00A4040000", "6A82"),
        ("80FD000000", "6E00"),
        ("01FD000000", "6881"),
        ("40FD000000", "6881"),
        ("04FD000000", "6882"),
        ("20FD000000", "6E00"),
        ("00FD010000", "6A86"),
        ("00F8000001AA", "6A86"),
        ("00F7008200", "6A88"),
        ("00F7019A00", "6A86"),
        ("00EE000000", "6D00"),
        ("0084000008", "6D00"),
        ("00C0000000", "6985"),
        ("00C0010000", "6A86"),
    ],
)
def test_every_wrong_command_has_its_status_word(host: Host, sent: str, status: str) -> None:
    assert host.raw(sent) == status


def test_a_chain_that_is_left_is_forgotten(host: Host) -> None:
    host.manage()
    assert host.raw("10DB3FFF055C035FC105") == "9000"
    assert host.raw("00FD000000") == "0504039000", "another command"
    assert host.raw("00DB3FFF0353017A") == "6A80", "the end of no chain"
    assert host.raw("10DB3FFF055C035FC105") == "9000"
    assert host.raw("00DB3FFF0353017A") == "9000"
    assert host.get("5FC105")[0] == tlv(0x53, b"z")


def test_a_chain_without_end_is_cut(host: Host) -> None:
    host.manage()
    link = bytes.fromhex("10DB3FFFFF") + bytes(255)
    answers = [host.send(link).hex().upper() for _ in range(18)]
    assert answers == ["9000"] * 16 + ["6700"] + ["9000"]
