"""The card answers as ISO 7816 and EMV say, over both protocols, and never breaks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyemv import cvn

from bank.cards.card import CardInSlot, VirtualCard
from bank.cards.gallery import describe_card, list_names, open_card
from bank.cards.memory import Change, Counters, VolatileMemory
from bank.emv.keys import TEST_KEYS
from bank.errors import StateError

PutIn = Callable[[Any], Any]


def hexed(card: CardInSlot, command: str) -> str:
    return card.transmit(bytes.fromhex(command)).hex().upper()


SELECT_DPA = "00A4040007A0000000038002"
OPTIONS = "80A80000028300"
RIGHT_PIN = "0020008008241234FFFFFFFFFF"
WRONG_PIN = "0020008008249999FFFFFFFFFF"
ARQC = "80AE80001D" + "00" * 29


def powered(name: str) -> CardInSlot:
    card = open_card(name)
    card.power_on()
    return card


def test_nothing_is_answered_without_power() -> None:
    card = open_card("sesame-card")
    assert card.transmit(bytes.fromhex(SELECT_DPA)) == b""
    assert card.reset_card() == b""
    card.power_on()
    card.power_off()
    assert card.transmit(bytes.fromhex(SELECT_DPA)) == b""


def test_t0_answers_are_fetched_and_lengths_corrected() -> None:
    card = powered("sesame-card")
    announced = hexed(card, SELECT_DPA)
    assert announced.startswith("61")
    length = announced[2:]
    assert hexed(card, "00C00000FF") == f"6C{length}"
    assert hexed(card, f"00C00000{length}").endswith("9000")
    assert hexed(card, f"00C00000{length}") == "6985"
    hexed(card, OPTIONS)
    corrected = hexed(card, "00B2010C00")
    assert corrected.startswith("6C")
    assert hexed(card, f"00B2010C{corrected[2:]}").endswith("9000")


def test_t0_answer_is_lost_when_another_command_comes_between() -> None:
    card = powered("sesame-card")
    length = hexed(card, SELECT_DPA)[2:]
    hexed(card, "80CA9F1704")
    assert hexed(card, f"00C00000{length}") == "6985"


def test_t0_long_answers_come_in_the_pieces_the_card_chooses() -> None:
    card = powered("chained")
    assert hexed(card, SELECT_DPA) == "6110"
    first = hexed(card, "00C0000010")
    assert len(first) == 2 * 18
    assert first[-4:-2] == "61"
    assert hexed(card, f"00C00000{first[-2:]}").endswith("9000")


def test_t1_answers_at_once_and_only_where_an_answer_is_expected() -> None:
    card = powered("t1")
    assert hexed(card, SELECT_DPA + "00").endswith("9000")
    assert hexed(card, SELECT_DPA).startswith("61")


def test_t1_lengths_that_do_not_fit_are_refused() -> None:
    card = powered("t1")
    assert hexed(card, "00A4040008A0000000038002") == "6700"
    assert hexed(card, SELECT_DPA + "0000") == "6700"
    assert hexed(card, "00A404000000") == "6700"


def test_selection_by_partial_name_and_next_occurrence(terminal: PutIn) -> None:
    reader = terminal(powered("bank-card"))
    first, _ = reader.send("00A40400", bytes.fromhex("A000000003"))
    second, _ = reader.send("00A40402", bytes.fromhex("A000000003"))
    assert bytes.fromhex("A0000000038002") in first
    assert bytes.fromhex("A0000000031010") in second
    assert reader.send("00A40402", bytes.fromhex("A000000003"))[1] == 0x6A82
    assert reader.send("00A40400", bytes.fromhex("A0000000048002"))[1] == 0x6A82


def test_the_payment_environment_lists_applications(terminal: PutIn) -> None:
    reader = terminal(powered("bank-card"))
    fci, status = reader.send("00A40400", b"1PAY.SYS.DDF01")
    assert status == 0x9000
    assert bytes.fromhex("880101") in fci
    records = [reader.send(f"00B2{number:02X}0C") for number in range(1, 5)]
    assert [status for _, status in records] == [0x9000] * 3 + [0x6A83]
    assert bytes.fromhex("A0000000421010") in records[0][0]
    assert bytes.fromhex("A0000000031010") in records[2][0], "the last one listed is a payment application"


def test_a_nested_directory_is_listed_selected_and_read_like_the_first(terminal: PutIn) -> None:
    """The entry bears the directory's name (9D) and no application's; each directory answers with its own records."""
    reader = terminal(powered("nested-directory"))
    reader.send("00A40400", b"1PAY.SYS.DDF01")
    records = [reader.send(f"00B2{number:02X}0C") for number in (1, 2, 3)]
    assert [status for _, status in records] == [0x9000, 0x9000, 0x6A83]
    assert records[1][0].hex().upper() == "700F610D9D0B" + b"CODES.DDF01".hex().upper()
    fci, status = reader.send("00A40400", b"CODES.DDF01")
    assert (status, bytes.fromhex("880103") in fci) == (0x9000, True)
    assert bytes.fromhex("4F07F0534553414D45") in reader.send("00B2011C")[0]
    assert reader.send("00B2010C")[1] == 0x6A82, "the first directory's file is not this one's"
    assert reader.send("00A40402", b"CODES.DDF01")[1] == 0x6A82


def test_a_card_without_environment_says_so(terminal: PutIn) -> None:
    assert terminal(powered("sesame-card")).send("00A40400", b"1PAY.SYS.DDF01")[1] == 0x6A82


def test_payment_applications_of_the_bank_card_do_not_know_the_commands(terminal: PutIn) -> None:
    reader = terminal(powered("bank-card"))
    reader.select("A0000000031010")
    reader.options()
    assert reader.verify("1234") == 0x6D00
    assert reader.send("80CA9F17")[1] == 0x6D00


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("80A8000000", "6700"),
        ("80A80000028301", "6A80"),
        ("80A8000003838100", "6A80"),
        ("80A80000028400", "6A80"),
        ("80A8000003830100", "6700"),
        ("80A80100028300", "6A86"),
        ("00B2010000", "6A86"),
        ("00B2000C00", "6A86"),
        ("00B2FF0C00", "6A83"),
        ("00B2011C00", "6A82"),
        ("00B2010D00", "6A86"),
        ("002000800824", "6700"),
        ("0020008000", "6700"),
        ("0020008107241234FFFFFFFF", "6A86"),
        ("0020008007241234FFFFFFFF", "6700"),
        ("0020008008341234FFFFFFFFFF", "6A80"),
        ("0020008008241234FFFFFFFF1F", "6A80"),
        ("00A4040000", "6700"),
        ("00A4000002" + "3F00", "6A86"),
        ("80CA9F3600", "6C05"),
        ("80CA9F1300", "6A88"),
        ("80AE80001D" + "00" * 29, "6985"),
        ("8000000000", "6D00"),
        ("00AE800000", "6E00"),
        ("A0A4000000", "6E00"),
        ("00A4", "6700"),
        ("", "6700"),
        ("00C0010010", "6A86"),
        ("00C00000", "6700"),
    ],
)
def test_bad_commands_get_their_status_word(command: str, status: str) -> None:
    card = powered("sesame-card")
    hexed(card, SELECT_DPA)
    assert hexed(card, command) == status


def test_bad_cryptogram_requests_get_theirs() -> None:
    card = powered("sesame-card")
    hexed(card, SELECT_DPA)
    hexed(card, OPTIONS)
    assert hexed(card, "80AE80001C" + "00" * 28) == "6700"
    assert hexed(card, "80AEC0001D" + "00" * 29) == "6A86"
    assert hexed(card, "80AE81001D" + "00" * 29) == "6A86"
    assert hexed(card, ARQC).startswith("61")
    assert hexed(card, "80AE80001F" + "00" * 31) == "6985", "an ARQC once"
    assert hexed(card, "80AE00001D" + "00" * 29) == "6700"
    assert hexed(card, "80AE00001F" + "00" * 31).startswith("61")
    assert hexed(card, "80AE00001F" + "00" * 31) == "6985"


def test_options_come_once_a_selection_and_move_the_counter() -> None:
    card = powered("sesame-card")
    hexed(card, SELECT_DPA)
    assert hexed(card, "80CA9F3605").startswith("9F36020000")
    hexed(card, OPTIONS)
    assert hexed(card, "80CA9F3605").startswith("9F36020001")
    assert hexed(card, OPTIONS) == "6985"
    assert hexed(card, "80CA9F3605").startswith("9F36020001")


def test_a_card_may_count_at_the_cryptogram_instead(terminal: PutIn) -> None:
    reader = terminal(powered("late-counter"))
    reader.start("1234")
    assert reader.send("80CA9F36")[0][-2:] == b"\0\0"
    assert reader.cryptogram()[1] == b"\0\1"
    reader.close()
    assert reader.send("80CA9F36")[0][-2:] == b"\0\1"


def test_a_counter_at_its_end_ends_the_card(terminal: PutIn) -> None:
    reader = terminal(powered("last-code"))
    reader.start("1234")
    assert reader.cryptogram()[1] == b"\xff\xff"
    reader.power()
    reader.select()
    assert reader.options() == 0x6985


def test_pin_tries_go_down_and_a_right_pin_brings_them_back() -> None:
    card = powered("sesame-card")
    assert hexed(card, RIGHT_PIN) == "6985", "nothing is selected"
    hexed(card, SELECT_DPA)
    assert hexed(card, WRONG_PIN) == "63C2"
    assert hexed(card, WRONG_PIN) == "63C1"
    assert hexed(card, "80CA9F1704") == "9F1701019000"
    assert hexed(card, RIGHT_PIN) == "9000"
    assert hexed(card, "80CA9F1704") == "9F1701039000"
    assert [hexed(card, WRONG_PIN) for _ in range(4)] == ["63C2", "63C1", "63C0", "6983"]
    assert hexed(card, RIGHT_PIN) == "6983"


def test_a_card_that_wants_a_fresh_selection_burns_no_try_until_it_has_one() -> None:
    card = powered("fresh-selection")
    hexed(card, SELECT_DPA)
    hexed(card, OPTIONS)
    assert hexed(card, WRONG_PIN) == "63C2"
    assert [hexed(card, RIGHT_PIN), hexed(card, WRONG_PIN), hexed(card, ARQC)] == ["6985"] * 3
    hexed(card, SELECT_DPA)
    hexed(card, OPTIONS)
    assert hexed(card, "80CA9F1704") == "9F1701029000"
    assert hexed(card, RIGHT_PIN) == "9000"


@pytest.mark.parametrize(("name", "status"), [("no-tries", 0x6A88), ("no-get-data", 0x6D00)])
def test_what_get_data_does_not_offer(terminal: PutIn, name: str, status: int) -> None:
    reader = terminal(powered(name))
    reader.select()
    assert reader.send("80CA9F17")[1] == status


@pytest.mark.filterwarnings("ignore:.*TripleDES")
def test_the_cryptogram_is_pyemvs_over_the_data_that_were_sent(terminal: PutIn) -> None:
    reader = terminal(powered("bank-card"))
    reader.start("1234", challenge="12345678", amount="2500")
    cid, atc, mac, iad = reader.cryptogram(challenge="12345678", amount="2500")
    key = TEST_KEYS["TEST-VISA"].value
    oracle = cvn.VisaCVN10(key, key, key, describe_card("bank-card").profile.applications[1].pan, "00")
    expected = oracle.generate_ac(
        bytes.fromhex("000000002500"),
        bytes(6),
        bytes(2),
        bytes.fromhex("8000000000"),
        bytes(2),
        bytes.fromhex("010101"),
        b"\0",
        bytes.fromhex("12345678"),
        b"\x10\x00",
        atc,
        bytes.fromhex("03A48000"),
    )
    assert (cid, atc, iad.hex().upper()) == (b"\x80", b"\0\1", "06780A03A48000")
    assert mac == expected


@pytest.mark.filterwarnings("ignore:.*TripleDES")
@pytest.mark.parametrize("name", ["mastercard-cap", "cvn18", "pdol", "other-cdol"])
def test_other_versions_and_lists_are_pyemvs_too(terminal: PutIn, name: str) -> None:
    reader = terminal(powered(name))
    reader.start("1234", challenge="00000042")
    _, atc, mac, iad = reader.cryptogram(challenge="00000042")
    application = describe_card(name).profile.applications[0]
    key = TEST_KEYS[application.issuer].value
    oracles: dict[str, Any] = {"mastercard-cap": cvn.MasterCardCVN16, "cvn18": cvn.VisaCVN18}
    card = oracles.get(name, cvn.VisaCVN10)(key, key, key, application.pan, application.psn)
    date = bytes(3) if name == "mastercard-cap" else bytes.fromhex("010101")
    last = {"mastercard-cap": iad[2:8], "cvn18": iad}.get(name, iad[3:7])
    values = (
        bytes(6),
        bytes(6),
        bytes(2),
        bytes.fromhex("8000000000"),
        bytes(2),
        date,
        b"\0",
        bytes.fromhex("00000042"),
    )
    application_profile = {"mastercard-cap": b"\x10\0"}.get(name, b"\x10\0")
    assert mac == card.generate_ac(*values, application_profile, atc, last)


def test_the_verification_results_tell_what_became_of_the_pin(terminal: PutIn) -> None:
    reader = terminal(powered("sesame-card"))
    reader.start(None)
    assert reader.cryptogram()[3][3:].hex().upper() == "03A08000"
    reader.start(None)
    reader.verify("9999")
    assert reader.cryptogram()[3][3:].hex().upper() == "03A68000"
    reader.start(None)
    reader.verify("9999")
    reader.verify("1234")
    assert reader.cryptogram()[3][3:].hex().upper() == "03A48000"


@pytest.mark.parametrize("how", ["power", "reset", "select", "options"])
def test_a_right_pin_is_forgotten(terminal: PutIn, how: str) -> None:
    card = powered("sesame-card")
    reader = terminal(card)
    reader.select()
    reader.verify("1234")
    if how == "power":
        card.power_off()
        card.power_on()
    if how == "reset":
        card.reset_card()
    if how != "options":
        reader.select()
    reader.options()
    assert reader.cryptogram()[3][3:].hex().upper() == "03A08000"


def test_a_card_that_declines_says_so_after_a_right_pin(terminal: PutIn) -> None:
    reader = terminal(powered("declines"))
    reader.start("1234")
    cid, _, _, iad = reader.cryptogram()
    assert cid == b"\0"
    assert iad[3:].hex().upper() == "03848000"
    assert reader.close()[1] == 0x6985


def test_a_first_request_for_a_tc_gets_an_arqc_and_for_an_aac_an_aac(terminal: PutIn) -> None:
    for asked, kind in (("40", 0x80), ("00", 0x00)):
        reader = terminal(powered("sesame-card"))
        reader.start("1234")
        data, status = reader.send(f"80AE{asked}00", reader.fill(reader.known[0x8C]))
        assert (data[2], status) == (kind, 0x9000)


def test_an_inverse_convention_card_speaks_emv_after_its_warm_reset_only() -> None:
    card = open_card("inverse")
    assert card.power_on()[0] == 0x3F
    assert hexed(card, SELECT_DPA) == "6E00"
    assert card.reset_card()[0] == 0x3B
    assert hexed(card, SELECT_DPA).startswith("61")


def test_a_t0_command_is_done_once_though_its_length_is_corrected(terminal: PutIn) -> None:
    """A card that wants no data for its cryptogram is asked twice by T=0: 6Cxx, then with the right length."""
    profile = describe_card("sesame-card").profile
    bare = replace(profile.applications[0], cdol1=b"")
    card = VirtualCard(replace(profile, applications=(bare,)))
    reader = terminal(card)
    reader.power()
    reader.select()
    reader.options()
    assert card.transmit(bytes.fromhex("80AE800000"))[0] == 0x6C
    assert hexed(card, "80AE800014").endswith("9000")
    assert hexed(card, "80AE800014") == "6985"


@pytest.mark.parametrize("name", list_names())
@settings(deadline=None)
@given(st.data())
def test_no_bytes_make_a_card_raise_or_lose_its_voice(name: str, data: st.DataObject) -> None:
    card = open_card(name)
    if not card.power_on():
        return
    for _ in range(6):
        head = data.draw(st.sampled_from(["", SELECT_DPA, OPTIONS, RIGHT_PIN, "00B2010C00", "80AE8000", "00C00000"]))
        answer = card.transmit(bytes.fromhex(head) + data.draw(st.binary(max_size=40)))
        assert isinstance(answer, bytes)
        assert describe_card(name).defect is not None or len(answer) >= 2


def test_no_secret_is_in_a_repr() -> None:
    profile = describe_card("twelve-digit-pin").profile
    shown = repr(profile) + repr(VirtualCard(profile))
    assert "123456789012" not in shown
    assert profile.applications[0].pan not in shown
    assert repr(profile.applications[0].icc_key) not in shown


def test_storage_that_fails_is_answered_as_a_memory_failure_and_gives_no_try_away(terminal: PutIn) -> None:
    class Worn(VolatileMemory):
        def update(self, change: Change) -> Counters:
            if change(Counters(0, 3)) != Counters(0, 3):
                raise StateError("worn out")
            return super().update(change)

    card = VirtualCard(describe_card("sesame-card").profile, Worn(Counters(0, 3)))
    card.power_on()
    hexed(card, SELECT_DPA)
    assert hexed(card, RIGHT_PIN) == "6581"
    assert hexed(card, OPTIONS) == "6581"
    assert hexed(card, ARQC) == "6985"


def test_a_name_has_1_to_16_bytes() -> None:
    """A part of one will do (EMV Book 1, 12.3.5)."""
    assert hexed(powered("t1"), "00A4040001A000").endswith("9000")
    assert hexed(powered("t1"), "00A40400" + "10" + "A0" * 16) == "6A82"
    assert hexed(powered("t1"), "00A40400" + "11" + "A0" * 17) == "6700"
