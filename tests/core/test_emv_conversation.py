"""The conversation with the card, step by step, against scripted cards: each rule of the protocol once."""

import pytest

from sesame_core.cap import emv
from sesame_core.cap.codes import FilterRule, Function, Request
from sesame_core.errors import CardError, Fault
from sesame_core.smartcard.apdu import MAX_RECORDS, Budget, Protocol, Response, carry_conversation
from sesame_core.smartcard.tlv import parse_objects
from tests.core.scripted import (
    BELGIAN,
    CAP,
    CDOL1,
    CDOL2,
    DPA,
    FRENCH_AC,
    FRENCH_BITMAP,
    MAESTRO,
    OK,
    VISA,
    Answer,
    ScriptedCard,
    card_with,
    fci,
    french_card,
    packed,
    pin_of,
    run,
    tlv,
)

CODE = Request()


def select_of(aid: str) -> str:
    return f"00A40400{len(aid) // 2:02X}{aid}"


def application(aid: str = DPA, *proprietary: bytes) -> emv.Application:
    return emv.Application(bytes.fromhex(aid), parse_objects(fci(aid, *proprietary)))


def fault_of(card: ScriptedCard, request: Request = CODE, aid: str = DPA) -> Fault:
    with pytest.raises(CardError) as caught:
        run(emv.prepare_card(application(aid), request), card)
    return caught.value.fault


def test_a_blocked_application_is_not_there() -> None:
    assert run(emv.select_application_by(bytes.fromhex(DPA)), card_with({select_of(DPA): b"\x62\x83"})) is None


# What the application says of itself


def test_languages() -> None:
    assert application(DPA, tlv(0x5F2D, b"FRennl")).languages == ("fr", "en", "nl")
    assert application(DPA, tlv(0x5F2D, b"fre")).languages == ("fr",)
    assert application(DPA).languages == ()
    assert len(application(DPA, tlv(0x5F2D, b"\xff\xfffr")).languages) == 2


def test_labels() -> None:
    assert application(DPA, tlv(0x50, b"DPA")).label == "DPA"
    assert application(DPA, tlv(0x50, b"DPA"), tlv(0x9F12, b" Mon DPA\x07\x7f~ ")).label == "Mon DPA~"
    assert application(DPA).label == ""


@pytest.mark.parametrize(
    ("table", "name", "shown"),
    [
        (b"\x01", b"D\xe9bit", "Débit"),
        (b"\x05", b"\xba\xe3\xdf\xe3", "Купу"),
        (b"\x0f", b"CB \xa4", "CB €"),
        (b"\x0c", b"D\xe9bit", "DPA"),  # ISO 8859 has no part 12
        (b"\x63", b"D\xe9bit", "DPA"),
        (b"", b"D\xe9bit", "DPA"),
        (b"\x01", b"\x07\x9b", "DPA"),
    ],
)
def test_a_preferred_name_is_in_the_letters_that_its_table_says(table: bytes, name: bytes, shown: str) -> None:
    fci = (tlv(0x50, b"DPA"), tlv(0x9F12, name), *([tlv(0x9F11, table)] if table else []))
    assert application(DPA, *fci).label == shown


# GET PROCESSING OPTIONS

BELGIAN_SIGNS = tlv(0x5F2C, b"\x00\x56") + tlv(0xDF07, b"BKS056-01")
BELGIAN_PDOLS = [
    (MAESTRO, b"", "348000000000000000"),
    (MAESTRO, BELGIAN_SIGNS, "378000000800000000"),
    (VISA, BELGIAN_SIGNS, "378000000800000000"),
    (VISA, b"", "348000000000010101"),
    (CAP, BELGIAN_SIGNS, "348000000000000000"),
]


def options_for(pdol: str, request: Request = CODE, aid: str = DPA) -> str:
    card = french_card() if aid == DPA else card_with(aid=aid, record=tlv(0x9F56, FRENCH_BITMAP))
    run(emv.prepare_card(application(aid, tlv(0x9F38, bytes.fromhex(pdol))), request), card)
    return card.sent[0]


def test_no_pdol() -> None:
    card = french_card()
    run(emv.prepare_card(application(), CODE), card)
    assert card.sent == ["80A80000028300", "00B2010C00", "80CA9F1700"]


@pytest.mark.parametrize(
    ("pdol", "sent"),
    [
        ("9F3501", "0383" "0134"),
        ("9F35019F33039F1A029F40055F2A029F1502", "1183" "0F" "34208000" + "00" * 11),
        ("9F3704", "0683" "0400000042"),
        ("DF0103", "0583" "03000000"),
        ("DF017F", "81" "83" "7F" + "00" * 127),
        ("DF018180", "83" "838180" + "00" * 128),
        ("DF0181FC", "FF" "8381FC" + "00" * 252),
    ],
)  # fmt: skip
def test_pdols(pdol: str, sent: str) -> None:
    assert options_for(pdol, Request(Function.CHALLENGE, "42")) == "80A80000" + sent


def test_a_pdol_that_asks_for_too_much() -> None:
    with pytest.raises(CardError) as caught:
        options_for("DF0181FD")
    assert caught.value.fault is Fault.GARBAGE


@pytest.mark.parametrize(("aid", "signs", "values"), BELGIAN_PDOLS)
def test_a_belgian_pdol_is_filled_as_the_signs_in_the_fci_say(aid: str, signs: bytes, values: str) -> None:
    card = card_with(aid=aid, record=tlv(0x9F56, FRENCH_BITMAP))
    run(emv.prepare_card(application(aid, tlv(0x9F38, bytes.fromhex("9F350195059A03")), signs), CODE), card)
    assert card.sent[0][-18:] == values


@pytest.mark.parametrize(
    "answer", [packed("1000" + "08010100"), tlv(0x77, tlv(0x82, b"\x10\x00"), tlv(0x94, b"\x08\x01\x01\x00"))]
)
def test_both_formats_of_gpo(answer: bytes) -> None:
    assert run(emv.prepare_card(application(), CODE), french_card({"80A8": answer + OK})).cdol1.hex().upper() == CDOL1


def test_format_77_of_gpo_in_the_other_order() -> None:
    answer = tlv(0x77, tlv(0x94, b"\x08\x01\x01\x00"), tlv(0x82, b"\x10\x00"))
    assert run(emv.prepare_card(application(), CODE), french_card({"80A8": answer + OK})).tries == 3


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"\x69\x85", Fault.REFUSED),
        (OK, Fault.GARBAGE),
        (packed("1000") + OK, Fault.GARBAGE),  # no AFL
        (packed("1000" + "080101") + OK, Fault.GARBAGE),
        (packed("1000" + "00010100") + OK, Fault.GARBAGE),  # SFI 0
        (packed("1000" + "F8010100") + OK, Fault.GARBAGE),  # SFI 31
        (packed("1000" + "08000100") + OK, Fault.GARBAGE),  # record 0
        (packed("1000" + "08020100") + OK, Fault.GARBAGE),  # last before first
        (tlv(0x77, tlv(0x82, b"\x10\x00")) + OK, Fault.GARBAGE),
        (tlv(0x70, tlv(0x94, b"\x08\x01\x01\x00")) + OK, Fault.GARBAGE),
        (packed("1000" + "08010100") * 2 + OK, Fault.GARBAGE),
        (packed("1000" + "08010100") + b"\x63\x00", Fault.REFUSED),
    ],
)
def test_answers_to_gpo_that_are_none(answer: bytes, fault: Fault) -> None:
    assert fault_of(french_card({"80A8": answer})) is fault


def test_a_refusal_names_the_status_and_nothing_else() -> None:
    with pytest.raises(CardError, match=r"^status 6985$"):
        run(emv.prepare_card(application(), CODE), french_card({"80A8": b"\x69\x85"}))


# Records


def test_every_record_of_the_file_locator_is_read() -> None:
    whole = {"1": tlv(0x8C, bytes.fromhex(CDOL1)), "2": tlv(0x9F56, FRENCH_BITMAP), "3": tlv(0x8D, b""), "4": b""}
    card = french_card(
        {
            "80A8": packed("1000" + "10020300" + "F0FEFF01") + OK,
            "00B20214": tlv(0x70, whole["1"]) + OK,
            "00B20314": tlv(0x70, whole["2"]) + OK,
            "00B2FEF4": tlv(0x70, whole["3"]) + OK,
            "00B2FFF4": OK,
        }
    )
    data = run(emv.prepare_card(application(), CODE), card)
    assert card.sent[1:] == ["00B2021400", "00B2031400", "00B2FEF400", "00B2FFF400", "80CA9F1700"]
    assert (data.cdol1.hex().upper(), data.cdol2, data.filter.bitmap) == (CDOL1, b"", FRENCH_BITMAP)


def test_a_card_with_many_records_is_read_to_the_end() -> None:
    named = {"80A8": packed("1000" + "0801FF00" + "10012000") + OK, "00B2": tlv(0x70) + OK}
    last = {"00B22014": tlv(0x70, tlv(0x8C, b"\x9a\x03"), tlv(0x9F56, FRENCH_BITMAP)) + OK, "00B2010C": tlv(0x70) + OK}
    card = french_card(named | last)
    exchanges = carry_conversation(emv.prepare_card(application(), CODE), Protocol.T1, Budget())
    raw = next(exchanges)
    with pytest.raises(StopIteration) as end:
        while True:
            raw = exchanges.send(card(raw))
    assert end.value.value.cdol1 == b"\x9a\x03"
    assert card.kinds().count("B2") == 255 + 32


def test_a_record_named_twice_is_read_once() -> None:
    card = french_card({"80A8": packed("1000" + "08010100" * 60) + OK})
    run(emv.prepare_card(application(), CODE), card)
    assert card.kinds() == ["A8", "B2", "CA"]


def test_a_file_locator_without_end_is_not_begun() -> None:
    card = french_card({"80A8": packed("1000" + "0801FF00" + "1001FF00" + "1801FF00") + OK, "00B2": tlv(0x70) + OK})
    assert fault_of(card) is Fault.ENDLESS
    assert MAX_RECORDS < 255 + 255 + 255
    assert card.kinds() == ["A8"]


@pytest.mark.parametrize("status", [b"\x6a\x82", b"\x6a\x83"])
def test_a_record_that_is_not_there_is_left_out(status: bytes) -> None:
    locator = {"80A8": packed("1000" + "08010200") + OK}
    assert run(emv.prepare_card(application(), CODE), french_card(locator | {"00B2020C": status})).tries == 3
    assert fault_of(french_card({"00B2010C": status})) is Fault.INCOMPLETE


NEEDLESS = [
    b"\x69\x85",
    b"\x6d\x00",
    b"\x6a\x81",
    b"\x6f\x00",
    b"\x62\x83",
    b"\x70\x01\x50\x62\x83",
    b"\x70\x09\x50" + OK,
    OK,
]


@pytest.mark.parametrize("answer", NEEDLESS)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_record_that_nobody_needs_may_fail(answer: bytes, number: int) -> None:
    good = french_card().answers["00B2010C"]
    records: dict[str, Answer] = {
        f"00B2{each:02X}0C": answer if each == number else tlv(0x70) + OK for each in (1, 2, 3)
    }
    records["00B2040C"] = good
    data = run(emv.prepare_card(application(), CODE), french_card(records | {"80A8": packed("1000" + "08010400") + OK}))
    assert (data.cdol1.hex().upper(), data.filter.bitmap, data.tries) == (CDOL1, FRENCH_BITMAP, 3)


@pytest.mark.parametrize("answer", NEEDLESS[:5])
def test_what_a_failing_record_hid_is_missed_by_its_name(answer: bytes) -> None:
    assert fault_of(french_card({"00B2010C": answer})) is Fault.INCOMPLETE


def test_what_a_broken_record_hid_is_the_records_fault() -> None:
    assert fault_of(french_card({"00B2010C": b"\x70\x09\x50" + OK})) is Fault.GARBAGE


@pytest.mark.parametrize("answer", [b"\x69\x85", b"\x62\x83", b"\x70\x09\x50" + OK])
def test_a_bitmap_that_a_failing_record_may_hold_is_not_guessed(answer: bytes) -> None:
    """A default bitmap in place of a dedicated application's own gives a wrong code without a word."""
    lost = {"80A8": packed("1000" + "08010200") + OK, "00B2020C": answer}
    assert fault_of(card_with(lost)) in (Fault.UNSUPPORTED, Fault.GARBAGE)
    data = run(emv.prepare_card(application(VISA), CODE), card_with(lost, VISA))
    assert data.filter.bitmap.hex() == "0000ffffff0000000000000000000020b938", "a payment application mostly has none"


@pytest.mark.parametrize("padding", [b"\x00", b"\xff", b"\x00\x00\xff\xff\x00"])
def test_padding_before_between_and_behind_data_objects(padding: bytes) -> None:
    parts = [tlv(0x5F34, b"\x01"), tlv(0x8C, padding + bytes.fromhex(CDOL1) + padding), tlv(0x9F56, FRENCH_BITMAP)]
    spread = padding + padding.join(parts) + padding
    changes: dict[str, Answer] = {
        "80A8": padding + tlv(0x77, padding, tlv(0x94, b"\x08\x01\x01\x00"), padding) + padding + OK,
        "00B2010C": padding + tlv(0x70, spread) + padding + OK,
        "80CA9F17": padding + tlv(0x9F17, b"\x02") + padding + OK,
    }
    selected = emv.Application(
        bytes.fromhex(DPA), parse_objects(padding + fci(DPA, padding, tlv(0x5F2D, b"en"), padding))
    )
    card = french_card(changes)
    data = run(emv.prepare_card(selected, CODE), card)
    assert (data.filter.bitmap, data.psn, data.tries) == (FRENCH_BITMAP, b"\x01", 2)
    assert selected.languages == ("en",)
    run(emv.generate_ac(data, CODE), card)
    assert card.sent[-1] == "80AE800024" + ac_data(DPA)


@pytest.mark.parametrize("bitmap", ["00" * 17, "8001FF", "FFFFFF0000000000000000FFFFFF"])
def test_a_bitmap_that_keeps_nothing_of_the_cryptogram(bitmap: str) -> None:
    assert fault_of(card_with(record=tlv(0x9F56, bytes.fromhex(bitmap)))) is Fault.UNSUPPORTED


def test_where_the_cryptogram_lies_behind_a_sequence_number() -> None:
    record = tlv(0x9F55, b"\x40") + tlv(0x9F56, bytes.fromhex("000000FF"))
    assert fault_of(card_with(record=record)) is Fault.UNSUPPORTED, "the fourth byte is the counter's, then"


def test_no_cdol1() -> None:
    assert fault_of(french_card({"00B2010C": tlv(0x70, tlv(0x9F56, FRENCH_BITMAP)) + OK})) is Fault.INCOMPLETE


def test_no_cdol2_is_no_fault() -> None:
    record = tlv(0x70, tlv(0x8C, b"\x9f\x37\x04"), tlv(0x9F56, FRENCH_BITMAP))
    data = run(emv.prepare_card(application(), CODE), french_card({"00B2010C": record + OK}))
    assert data.cdol2 is None
    silent = ScriptedCard({})
    run(emv.close_card(data, CODE), silent)
    assert silent.sent == []


def test_repeated_tags_count_once_and_the_first_time() -> None:
    data = run(
        emv.prepare_card(application(), CODE), french_card(record=tlv(0x9F56, bytes(16)) + tlv(0x8C, b"\x9a\x03"))
    )
    assert (data.filter.bitmap, data.cdol1.hex().upper()) == (FRENCH_BITMAP, CDOL1)


@pytest.mark.parametrize(
    ("fci_iaf", "record", "prefix"),
    [
        (b"", tlv(0x9F55, b"\x40") + tlv(0x5F34, b"\x01"), b"\x01"),
        (tlv(0xBF0C, tlv(0x9F55, b"\x40")), tlv(0x5F34, b"\x02"), b"\x02"),
        (tlv(0xBF0C, tlv(0x9F55, b"\xc0\x00")), b"", b"\x00"),  # no PSN on the card counts as 00
        (b"", tlv(0x9F55, b"\xbf") + tlv(0x5F34, b"\x01"), b""),
        (b"", tlv(0x9F55, b"") + tlv(0x5F34, b"\x01"), b""),
        (b"", tlv(0x5F34, b"\x01"), b""),
        (b"", tlv(0x9F55, b"\x40") + tlv(0x5F34, b"\x01\x02"), b"\x01"),
    ],
)
def test_the_sequence_number_is_prefixed_where_the_flags_say_so(fci_iaf: bytes, record: bytes, prefix: bytes) -> None:
    data = run(emv.prepare_card(application(DPA, fci_iaf), CODE), french_card(record=record))
    assert data.psn_prefix == prefix


def test_an_empty_bitmap_is_none() -> None:
    data = run(emv.prepare_card(application(VISA), CODE), card_with(aid=VISA, record=tlv(0x9F56)))
    assert data.filter.bitmap.hex() == "0000ffffff0000000000000000000020b938"


def test_the_bitmap_may_stand_in_the_fci() -> None:
    data = run(emv.prepare_card(application(DPA, tlv(0x9F56, FRENCH_BITMAP)), CODE), card_with())
    assert data.filter.bitmap == FRENCH_BITMAP


def test_a_belgian_card_has_its_rule() -> None:
    data = run(emv.prepare_card(application(MAESTRO), CODE), card_with(aid=MAESTRO, record=BELGIAN_SIGNS))
    assert (data.belgian, data.filter.rule) == (True, FilterRule.BELGIAN)


@pytest.mark.parametrize(
    "record",
    [
        b"",
        tlv(0x5F2C, b"\x00\x56"),
        tlv(0x5F2C, b"\x00\x56") + tlv(0xDF07, b"BKS057"),
        tlv(0x5F2C, b"\x02\x50") + tlv(0xDF07, b"BKS056"),
        tlv(0xDF07, b"BKS056"),
    ],
)
def test_no_bitmap_and_no_rule(record: bytes) -> None:
    assert fault_of(card_with(aid=MAESTRO, record=record), aid=MAESTRO) is Fault.UNSUPPORTED


# The try counter


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        (tlv(0x9F17, b"\x01") + OK, 1),
        (tlv(0x9F17, b"\x00") + OK, 0),
        (b"\x6a\x88", None),
        (b"\x6d\x00", None),
        (b"\x6a\x81", None),
        (b"\x69\x85", None),
        (b"\x6f\x00", None),
        (b"\x62\x83", None),
        (tlv(0x9F17, b"\x01") + b"\x62\x83", None),
        (OK, None),
        (tlv(0x9F17) + OK, None),
        (tlv(0x9F17, b"\x00\x03") + OK, None),
        (tlv(0x9F36, b"\x01") + OK, None),
        (b"\x9f" + OK, None),
    ],
)
def test_tries_left_are_optional(answer: bytes, tries: int | None) -> None:
    assert run(emv.prepare_card(application(), CODE), french_card({"80CA9F17": answer})).tries == tries


def test_no_card_data_in_a_repr() -> None:
    data = run(emv.prepare_card(application(DPA, tlv(0x50, b"A" * 9)), CODE), french_card(record=tlv(0x57, b"B" * 9)))
    shown = repr(data)
    assert "A" * 9 not in shown
    assert "B" * 9 not in shown
    assert repr(data.cdol1) not in shown
    assert repr(data.cdol2) not in shown


# VERIFY and GENERATE AC


def test_verify() -> None:
    card = french_card()
    assert run(emv.verify_pin(pin_of("1234")), card) == Response(b"", 0x9000)
    assert card.sent == ["0020008008241234FFFFFFFFFF"]


def prepared(aid: str = DPA, record: bytes = b"", bitmap: bytes = FRENCH_BITMAP) -> emv.CardData:
    content = (tlv(0x9F56, bitmap) if bitmap else b"") + record
    return run(emv.prepare_card(application(aid), CODE), card_with(aid=aid, record=content))


def ac_data(aid: str, request: Request = CODE, record: bytes = b"", bitmap: bytes = FRENCH_BITMAP) -> str:
    card = french_card()
    run(emv.generate_ac(prepared(aid, record, bitmap), request), card)
    assert card.sent[0].startswith("80AE800024")
    return card.sent[0][10:]


ZEROS = "00" * 12
DATES = {DPA: "010101", CAP: "000000", VISA: "010101", MAESTRO: "000000", BELGIAN: "000000"}
RESULTS = {DPA: "010002", CAP: "010002", VISA: "000000", MAESTRO: "000000", BELGIAN: "000000"}


@pytest.mark.parametrize("aid", DATES)
def test_the_terminals_values(aid: str) -> None:
    """9F02 9F03 9F1A 95 5F2A, 9A, 9C 9F37, 9F34, 9F35 9F33."""
    wanted = [ZEROS + "0000" + "8000000000" + "0000", DATES[aid], "00" + "00000000", RESULTS[aid], "34" + "208000"]
    assert ac_data(aid) == "".join(wanted)


@pytest.mark.parametrize("aid", [MAESTRO, BELGIAN])
def test_the_terminals_values_for_a_belgian_payment_application(aid: str) -> None:
    wanted = [ZEROS + "0000" + "8000000800" + "0000", "000000", "00" + "00000000", "000000", "37" + "208000"]
    assert ac_data(aid, record=BELGIAN_SIGNS, bitmap=b"") == "".join(wanted)


def test_a_belgian_card_with_a_dedicated_application_is_like_any_other() -> None:
    assert ac_data(CAP, record=BELGIAN_SIGNS) == ac_data(CAP)


def test_challenge_amount_and_account_go_into_the_dol() -> None:
    assert ac_data(DPA, Request(Function.CHALLENGE, challenge="12345"))[50:58] == "00012345"
    signed = ac_data(DPA, Request(Function.SIGN, challenge="87654321", amount="123456"))
    assert (signed[:12], signed[50:58]) == ("000000123456", "87654321")


def test_the_closing_command_asks_for_an_aac() -> None:
    card = french_card()
    run(emv.close_card(prepared(), CODE), card)
    assert card.sent == ["80AE000026" + "5A33" + ac_data(DPA)]
    card = french_card()
    run(emv.close_card(prepared(MAESTRO, BELGIAN_SIGNS, b""), CODE), card)
    assert card.sent[0][10:14] == "5A31"
    assert CDOL2.startswith("8A02")


@pytest.mark.parametrize("answer", [b"\x69\x85", b"\x6f\x00", OK, b"\x00\x00"])
def test_whatever_the_card_says_at_the_end_changes_nothing(answer: bytes) -> None:
    run(emv.close_card(prepared(), CODE), french_card({"80AE00": answer}))


def test_a_card_that_wants_a_new_selection() -> None:
    assert run(emv.generate_ac(prepared(), CODE), french_card({"80AE80": b"\x69\x85"})) is None


def test_a_card_that_refuses() -> None:
    with pytest.raises(CardError) as caught:
        run(emv.generate_ac(prepared(), CODE), french_card({"80AE80": b"\x69\x84"}))
    assert caught.value.fault is Fault.REFUSED


def test_restart_selects_and_starts_again() -> None:
    card = french_card()
    run(emv.restart_card(prepared(), CODE), card)
    assert card.sent == [select_of(DPA), "80A80000028300"]


def test_an_application_that_does_not_come_back() -> None:
    with pytest.raises(CardError, match="selected again") as caught:
        run(emv.reselect_application(application()), ScriptedCard({}))
    assert caught.value.fault is Fault.REFUSED


# Cryptograms

PARTS = {
    0x9F27: b"\x80",
    0x9F36: b"\x00\x10",
    0x9F26: bytes.fromhex("CF17CD2F3F369044"),
    0x9F10: bytes.fromhex("06780A03"),
}


def tlv_answer(*tags: int, **changes: bytes) -> bytes:
    values = PARTS | {int(tag[1:], 16): value for tag, value in changes.items()}
    return tlv(0x77, *(tlv(tag, values[tag]) for tag in tags))


def test_the_packed_answer() -> None:
    read = emv.read_cryptogram(packed(FRENCH_AC), b"\x05")
    assert read.data.hex().upper() == "05" + FRENCH_AC
    assert (read.cid, read.atc.hex(), read.ac.hex(), read.psn) == (0x80, "0010", "cf17cd2f3f369044", b"\x05")


@pytest.mark.parametrize("iad", ["", "06", "AA" * 32])
def test_any_length_of_iad(iad: str) -> None:
    assert emv.read_cryptogram(packed(FRENCH_AC[:22] + iad)).iad.hex().upper() == iad


@pytest.mark.parametrize(
    "tags", [(0x9F27, 0x9F36, 0x9F26, 0x9F10), (0x9F10, 0x9F26, 0x9F36, 0x9F27), (0x9F36, 0x9F10, 0x9F27, 0x9F26)]
)
def test_the_tlv_answer_in_any_order(tags: tuple[int, ...]) -> None:
    read = emv.read_cryptogram(tlv_answer(*tags))
    assert read.data.hex() == "800010cf17cd2f3f36904406780a03"


def test_no_iad_in_a_tlv_answer() -> None:
    assert emv.read_cryptogram(tlv_answer(0x9F27, 0x9F36, 0x9F26)).iad == b""


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (packed("00" + FRENCH_AC[2:]), Fault.DECLINED),  # AAC
        (packed("40" + FRENCH_AC[2:]), Fault.DECLINED),  # TC
        (packed("C0" + FRENCH_AC[2:]), Fault.DECLINED),
        (packed(FRENCH_AC[:20]), Fault.GARBAGE),
        (packed(""), Fault.GARBAGE),
        (tlv_answer(0x9F27, 0x9F36), Fault.GARBAGE),
        (tlv_answer(0x9F36, 0x9F26), Fault.GARBAGE),
        (tlv_answer(0x9F27, 0x9F26), Fault.GARBAGE),
        (tlv_answer(0x9F27, 0x9F36, 0x9F26, x9F36=b"\x00\x00\x10"), Fault.GARBAGE),
        (tlv_answer(0x9F27, 0x9F36, 0x9F26, x9F27=b""), Fault.GARBAGE),
        (tlv_answer(0x9F27, 0x9F36, 0x9F26, x9F26=bytes(9)), Fault.GARBAGE),
        (tlv(0x70, b""), Fault.GARBAGE),
        (b"", Fault.GARBAGE),
        (b"\x77\x05\x00", Fault.GARBAGE),
    ],
)
def test_cryptograms_that_are_none(answer: bytes, fault: Fault) -> None:
    with pytest.raises(CardError) as caught:
        emv.read_cryptogram(answer)
    assert caught.value.fault is fault


@pytest.mark.parametrize("cid", ["80", "88", "BF"])
def test_an_arqc_by_its_two_top_bits(cid: str) -> None:
    assert emv.read_cryptogram(packed(cid + FRENCH_AC[2:])).cid == int(cid, 16)
