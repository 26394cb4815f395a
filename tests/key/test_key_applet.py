"""The key's card alone: consent, a vault that fails, power, and bytes that nobody should send."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.vault.twin import MemoryMedium
from sesame_core.piv.applet import PivApplet
from sesame_core.piv.consent import AskConsent, Purpose
from sesame_core.piv.fields import split_fields
from sesame_core.piv.names import KeyReference, TouchPolicy
from sesame_core.piv.status import PivRefusedError, PivStatus
from tests.key import host as piv
from tests.key.host import padded, tlv
from tests.key.made import KeyBench, Person, vault_on

DIGEST = hashlib.sha256(b"what is signed").digest()
SELECT = bytes.fromhex("00A4040005A000000308")


@pytest.fixture
def bench() -> KeyBench:
    return KeyBench()


def managed(bench: KeyBench) -> KeyBench:
    bench.host.manage()
    return bench


# Whoever holds the device


@pytest.mark.parametrize(
    ("slot", "policy"), [(0x9A, TouchPolicy.CACHED), (0x9C, TouchPolicy.ALWAYS), (0x95, TouchPolicy.CACHED)]
)
def test_a_signature_asks_whoever_holds_the_device(bench: KeyBench, slot: int, policy: TouchPolicy) -> None:
    managed(bench).host.generate(slot)
    bench.host.verify()
    assert bench.host.use(slot, DIGEST)[1] == 0x9000
    assert bench.person.asked == [AskConsent(slot, Purpose.SIGN, policy)]


def test_nothing_is_signed_without_consent(bench: KeyBench) -> None:
    managed(bench).host.generate(0x9C)
    bench.person.agrees = False
    bench.host.verify()
    assert bench.host.use(0x9C, DIGEST) == (b"", 0x6985)
    bench.person.agrees = True
    assert bench.host.use(0x9C, DIGEST) == (b"", 0x6982), "the PIN was for that signature"


def test_nobody_is_asked_for_what_cannot_be_done(bench: KeyBench) -> None:
    managed(bench).host.generate(0x9A)
    bench.host.use(0x9A, DIGEST)
    bench.host.verify()
    bench.host.use(0x9A, bytes(33))
    bench.host.use(0x9A, b"")
    bench.host.use(0x9A, DIGEST, piv.RSA_2048)
    assert bench.person.asked == []


def test_a_key_without_touch_asks_nobody(bench: KeyBench) -> None:
    managed(bench).host.generate(0x9E)
    bench.person.agrees = False
    assert bench.host.use(0x9E, DIGEST)[1] == 0x9000


def test_a_shared_secret_is_asked_for_as_such(bench: KeyBench) -> None:
    managed(bench).host.generate(0x9D)
    bench.host.verify()
    bench.host.use(0x9D, b"\x04" + bytes(64), tag=0x85)
    assert bench.person.asked == [AskConsent(0x9D, Purpose.AGREE, TouchPolicy.CACHED)]


def test_a_management_key_may_want_a_touch(bench: KeyBench) -> None:
    managed(bench).host.status("00FFFFFE", b"\x03\x9b\x18" + bytes(range(24)))
    assert bench.host.metadata(0x9B)[2].hex() == "0002"
    bench.person.agrees = False
    assert bench.host.manage(bytes(range(24))) == "6985"
    assert bench.host.put("5FC105", b"x") == "6982"
    bench.person.agrees = True
    assert bench.host.manage(bytes(range(24))) == "9000"


def test_a_host_that_goes_while_somebody_is_asked_leaves_nothing(bench: KeyBench) -> None:
    managed(bench).host.generate(0x9A)
    applet = PivApplet(bench.vault)
    for command in (SELECT, bytes.fromhex("0020008008") + padded(piv.PIN)):
        with pytest.raises(StopIteration):
            next(applet.exchange(command))
    sign = tlv(0x7C, tlv(0x82) + tlv(0x81, DIGEST))
    steps = applet.exchange(bytes.fromhex("0087119A") + bytes((len(sign),)) + sign + b"\0")
    assert next(steps) == AskConsent(0x9A, Purpose.SIGN, TouchPolicy.CACHED)
    steps.close()
    applet.forget()
    with pytest.raises(StopIteration) as ended:
        next(applet.exchange(bytes.fromhex("00C0000000")))
    assert ended.value.value == bytes.fromhex("6985")


def test_a_pin_that_is_taken_back_locks_the_vault_too(bench: KeyBench) -> None:
    bench.host.verify()
    assert bench.vault._root
    bench.host.raw("0020FF80")
    assert not bench.vault._root


# Power


@pytest.mark.parametrize("how", ["off and on", "warm reset"])
def test_power_takes_away_all_that_was_proved_or_half_said(bench: KeyBench, how: str) -> None:
    managed(bench).host.generate(0x9A)
    bench.host.verify()
    bench.host.raw("00CB3FFF035C017E02")
    bench.host.raw("10DB3FFF055C035FC105")
    bench.host.raw("00CB3FFF035C017E02")
    if how == "warm reset":
        assert bench.card.reset_card() == bench.card.power_on()
    else:
        bench.card.power_off()
        assert bench.card.transmit(SELECT) == b""
        assert bench.card.reset_card() == b""
        bench.card.power_on()
    assert not bench.vault._root
    assert bench.host.raw("00C0000000") == "6985"
    assert bench.host.raw("00FD000000") == "6D00", "nothing is selected"
    bench.host.select()
    assert bench.host.raw("0020008000") == "63C3"
    assert bench.host.use(0x9A, DIGEST)[1] == 0x6982
    assert bench.host.put("5FC105", b"x") == "6982"


def test_keys_objects_and_tries_are_there_after_power(bench: KeyBench) -> None:
    public = managed(bench).host.generate(0x9A)
    bench.host.put("5FC105", b"certificate")
    bench.host.verify(b"000000")
    bench.plug()
    assert bench.host.metadata(0x9A)[4] == public
    assert bench.host.get("5FC105")[0] == tlv(0x53, b"certificate")
    assert bench.host.raw("0020008000") == "63C2"


# A vault that fails


def test_a_full_medium_is_a_memory_failure_and_compares_no_pin(bench: KeyBench) -> None:
    managed(bench).host.verify()
    bench.medium.full = True
    assert bench.host.put("5FC105", b"x") == "6581"
    assert bench.host.raw("0020008000") == "63C3"
    assert [bench.host.verify(), bench.host.verify(b"000000")] == ["6581", "6581"]
    assert bench.host.raw("0020008000") == "63C3"
    bench.medium.full = False
    assert bench.host.put("5FC105", b"x") == "6982", "what was proved before is to be proved again"
    assert bench.host.verify() == "9000"


def test_a_field_has_a_tag_of_one_or_two_bytes() -> None:
    assert split_fields(bytes.fromhex("7F4901AA5C00")) == {0x7F49: b"\xaa", 0x5C: b""}
    for wrong in ("7F814901AA", "7F", "1F8101", "5C", "5C80", "5C83000001AA", "5C82"):
        with pytest.raises(PivRefusedError):
            split_fields(bytes.fromhex(wrong))


def test_it_speaks_t1(bench: KeyBench) -> None:
    assert bench.card.protocol == 1


# What is said of it


def test_no_secret_is_in_a_repr_or_an_exception(bench: KeyBench) -> None:
    managed(bench).host.generate(0x9A)
    bench.host.verify()
    shown = "".join(
        map(repr, (bench.card, bench.vault, PivApplet(bench.vault), bench.vault._digits, bench.vault._keys))
    )
    assert "123456" not in shown
    assert "0102030405" not in shown
    assert "\\x01\\x02\\x03" not in shown
    assert str(PivRefusedError(PivStatus.BLOCKED)) == "status word 6983"


# Bytes that nobody should send

INSTRUCTIONS = (0x20, 0x24, 0x2C, 0x47, 0x87, 0xA4, 0xC0, 0xCB, 0xDB, 0xF6, 0xF7, 0xF8, 0xF9, 0xFB, 0xFD, 0xFE, 0xFF)
PIECES = (
    *(tlv(0x7C, each) for each in (tlv(0x81), tlv(0x80), tlv(0x82) + tlv(0x81, DIGEST), tlv(0x82, bytes(8)))),
    *(bytes.fromhex(each) for each in ("5C035FC105", "5C017E", "53820001AA", "AC03800111", "A000000308", "039B18")),
    padded(piv.PIN),
    padded(b"000000"),
    piv.PUK,
)
COMMANDS = st.builds(
    lambda cla, ins, p1, p2, data, tail: bytes((cla, ins, p1, p2)) + data + tail,
    st.sampled_from((0x00, 0x10, 0x0C, 0x80, 0x01)),
    st.sampled_from(INSTRUCTIONS),
    st.sampled_from((0x00, 0x01, 0x03, 0x04, 0x11, 0x3F, 0x9A, 0xFF)),
    st.sampled_from((0x00, 0x80, 0x81, 0x82, 0x9A, 0x9B, 0x9E, 0xF9, 0xFF)),
    st.lists(st.sampled_from(PIECES), max_size=2).map(b"".join).map(lambda data: bytes((len(data),)) + data),
    st.sampled_from((b"", b"\x00", b"\x10", b"\x00\x00")),
)
KNOWN = {status.value for status in PivStatus}


def known(answer: bytes) -> bool:
    status = int.from_bytes(answer[-2:], "big")
    return status in KNOWN or status & 0xFFF0 == PivStatus.TRIES_LEFT or status >> 8 == PivStatus.MORE_DATA >> 8


@given(st.lists(COMMANDS | st.binary(max_size=40), max_size=12), st.booleans())
@settings(max_examples=150)
def test_no_bytes_make_it_raise_or_give_a_try_back(commands: list[bytes], trusted: bool) -> None:
    bench = KeyBench()
    if trusted:
        bench.host.manage()
    for command in commands:
        before = [bench.vault.describe_tries(each).left for each in KeyReference]
        answer = bench.card.transmit(command)
        after = [bench.vault.describe_tries(each).left for each in KeyReference]
        assert known(answer), answer[-2:].hex()
        if answer[-2:] != b"\x90\x00":
            assert all(now <= then for now, then in zip(after, before, strict=True))


def test_the_shortest_bytes_are_too_short(bench: KeyBench) -> None:
    """One byte never comes here through vpcd, where it is a message of the reader's own."""
    assert [bench.host.raw(text) for text in ("", "00", "00A4", "00A404")] == ["6700"] * 4


def test_a_second_card_on_the_same_medium_knows_nothing_of_what_was_proved() -> None:
    medium = MemoryMedium()
    first = KeyBench(medium, Person())
    first.host.verify()
    assert not vault_on(medium)._root
