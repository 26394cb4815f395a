"""One card for each way in which real cards differ, and one for each way in which they can fail."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bank.cards.faulty import Defect
from bank.cards.patterns import DEMO_PIN, FLAGS, GalleryCard, draft_dpa, draft_payment, make_small_card, mastercard_cap
from bank.cards.personalise import (
    APACS,
    BRITISH_IPB,
    CARTES_BANCAIRES,
    FRENCH_IPB,
    IN_HOUSE,
    MAESTRO,
    MASTERCARD,
    MASTERCARD_KEY,
    VISA,
    cap_elements,
    draft_application,
    draft_numbered,
    holder_elements,
    rule_elements,
    with_files,
    write_records,
    written_apart,
    written_small,
)
from bank.cards.profile import CardApplication, CardProfile, Declines, Format, Pse, atr_t0, atr_t1
from bank.emv.codes import BANCONTACT, VISA_DPA
from bank.emv.issuer import CryptogramVersion, demo_pan
from bank.emv.tlv import encode_dol, join_objects

MIXED_PDOL = encode_dol((0x9F35, 1), (0x9F33, 3), (0x9F1A, 2), (0x9F40, 5), (0x5F2A, 2), (0x9F15, 2), (0xDF01, 4))
LONG_PDOL = encode_dol((0x9F4E, 64), (0x9F37, 4), (0x9F7C, 64), (0x9F35, 1), (0x9F33, 3))
OTHER_CDOL1 = encode_dol(
    (0x9F37, 4), (0x9C, 1), (0x9A, 3), (0x9F45, 2), (0x5F2A, 2), (0x9F34, 3), (0x95, 5), (0x9F35, 1), (0x9F1A, 2),
    (0x9F03, 6), (0x9F02, 6), (0x9F4C, 8),
)  # fmt: skip


def list_variants() -> Iterator[GalleryCard]:
    """The good cards, by what is unusual about them."""
    yield from _lists_and_records()
    yield from _bitmaps()
    yield from _without_bitmap()
    yield from _answers()
    yield from _refusals_and_flags()
    yield from _counters_and_pin()
    yield from _transport()
    yield from _several_applications()
    yield from _of_strangers()


def defective_cards() -> Iterator[GalleryCard]:
    """The cards with a defect."""
    sesame = written_small(draft_dpa(90))
    for name, defect in (
        ("silent", Defect.SILENT),
        ("one-byte", Defect.ONE_BYTE),
        ("endless", Defect.ENDLESS),
        ("length-loop", Defect.LENGTH_LOOP),
        ("cut-short", Defect.CUT_SHORT),
        ("lying-length", Defect.LYING_LENGTH),
        ("garbage", Defect.NOISE),
        ("flood", Defect.FLOOD),
    ):
        yield GalleryCard(make_small_card(name, sesame), defect)


def _one(name: str, application: CardApplication) -> GalleryCard:
    return GalleryCard(make_small_card(name, application))


def _lists_and_records() -> Iterable[GalleryCard]:
    yield _one(
        "pdol",
        write_records(replace(draft_dpa(10), pdol=MIXED_PDOL)),
    )
    yield _one(
        "long-pdol",
        write_records(replace(draft_dpa(15), pdol=LONG_PDOL)),
    )
    yield _one(
        "other-cdol",
        write_records(replace(draft_dpa(11), cdol1=OTHER_CDOL1, cdol2=encode_dol((0x91, 8)) + OTHER_CDOL1)),
    )
    yield _one(
        "iaf-in-fci",
        write_records(replace(draft_dpa(12), iaf_in_fci=True, iaf=b"\x80")),
    )
    yield _one(
        "spread-records",
        written_apart(draft_dpa(13)),
    )
    yield _one(
        "repeated-tags",
        _repeated(draft_dpa(14)),
    )


def _repeated(application: CardApplication) -> CardApplication:
    own, lists, cap = holder_elements(application, True), rule_elements(application), cap_elements(application)
    return with_files(
        application, (1, (join_objects(own + cap), join_objects(lists))), (2, (join_objects(cap + lists + own),))
    )


BITMAPS = (
    ("short-bitmap", 20, "8001FFFFFF"),
    ("long-bitmap", 21, "8001FFFFFF" + "00" * 27),
    ("ten-digits", 22, "8001FFFFFFFE" + "00" * 11),
    ("leading-zeros", 23, "00000FFFFF" + "00" * 12),
    ("no-counter-bits", 24, "000000FFFFFFC0" + "00" * 10),
)
"""Name, serial, bitmap."""

PREFIXED_IPB = bytes.fromhex("030000FFFFFF" + "00" * 12)
"""Two bits of the sequence number, then eight of the ATC and sixteen of the cryptogram."""


def _bitmaps() -> Iterable[GalleryCard]:
    for name, serial, bitmap in BITMAPS:
        yield _one(name, write_records(draft_dpa(serial, bytes.fromhex(bitmap))))
    yield _one(
        "psn-prefix",
        write_records(replace(draft_application(VISA_DPA, "DPA", 25, psn="01"), ipb=PREFIXED_IPB, iaf=b"\x40")),
    )


def _without_bitmap() -> Iterable[GalleryCard]:
    yield _one(
        "visa-default",
        write_records(draft_application(VISA, "VISA", 26)),
    )
    bancontact = replace(draft_application(BANCONTACT, "BANCONTACT", 29), belgian=True, ipb=FRENCH_IPB, iaf=FLAGS)
    yield _one(
        "bancontact",
        write_records(bancontact),
    )
    yield _one(
        "belgian-visa",
        write_records(replace(draft_application(VISA, "VISA", 70), belgian=True)),
    )
    yield _one(
        "belgian",
        write_records(replace(draft_application(MAESTRO, "MAESTRO", 27, MASTERCARD_KEY), belgian=True)),
    )
    without = make_small_card(
        "no-bitmap", write_records(draft_application(MASTERCARD, "MASTERCARD", 28, MASTERCARD_KEY))
    )
    yield GalleryCard(
        without,
        issued=False,
    )


def _answers() -> Iterable[GalleryCard]:
    either = replace(draft_dpa(30), options_format=Format.TLV, cryptogram_format=Format.TLV)
    yield _one(
        "tlv-any-order",
        write_records(replace(either, tag_order=(0x9F10, 0xDF02, 0x9F26, 0x9F27, 0x9F36))),
    )
    yield _one(
        "long-iad",
        write_records(replace(draft_dpa(31), tail=bytes.fromhex("0F" + "A5" * 15) + bytes(9))),
    )
    british = replace(draft_dpa(32, BRITISH_IPB), dki=0x0A, new_card=True, languages="en")
    yield _one(
        "british",
        write_records(british),
    )
    yield _one(
        "cvn18",
        write_records(
            replace(
                draft_numbered(VISA_DPA, "DPA", demo_pan(33, 19)),
                version=CryptogramVersion.CVN18,
                ipb=FRENCH_IPB,
                iaf=FLAGS,
            )
        ),
    )


def _refusals_and_flags() -> Iterable[GalleryCard]:
    yield _one(
        "declines",
        write_records(replace(draft_dpa(34), declines=Declines.ALWAYS)),
    )
    yield _one(
        "amount",
        write_records(replace(draft_dpa(35), iaf=b"\xa0")),
    )


def _counters_and_pin() -> Iterable[GalleryCard]:
    for name, serial, changes in (
        ("no-tries", 40, {"tells_tries": False}),
        (
            "no-get-data",
            41,
            {"tells_tries": False, "unknown_data": 0x6D00},
        ),
        (
            "fresh-selection",
            42,
            {"wrong_pin_ends": True},
        ),
        (
            "late-counter",
            43,
            {"counts_at_options": False},
        ),
        (
            "last-code",
            44,
            {"first_atc": 0xFFFE},
        ),
        ("six-digit-pin", 45, {"pin": "123456"}),
        ("twelve-digit-pin", 46, {"pin": "123456789012"}),
    ):
        card = make_small_card(name, written_small(draft_dpa(serial)))
        yield GalleryCard(replace(card, **changes))


def _transport() -> Iterable[GalleryCard]:
    yield GalleryCard(
        replace(make_small_card("chained", written_small(draft_dpa(50))), chunk=16),
    )
    yield GalleryCard(
        CardProfile("t1", (write_records(draft_dpa(51)),), DEMO_PIN, protocol=1, atr=atr_t1(b"SESAM")),
    )
    yield GalleryCard(
        replace(
            make_small_card("inverse", write_records(draft_dpa(52))),
            atr=bytes.fromhex("3F65250052096A9000"),
            warm_atr=atr_t0(b"SESAM"),
        ),
    )


PADDING = bytes.fromhex("00FFFF00FF")


def _padded(application: CardApplication) -> CardApplication:
    """With bytes that mean nothing before, between and behind its data objects (EMV Book 3, annex B1)."""
    elements = (*holder_elements(application, True), *rule_elements(application), *cap_elements(application))
    record = PADDING + PADDING.join(join_objects((element,)) for element in elements) + PADDING
    return replace(with_files(application, (1, (record,))), extra_fci=PADDING)


def _of_strangers() -> Iterable[GalleryCard]:
    """As people who do this job have met them."""
    apacs = write_records(replace(draft_application(APACS, "CAP", 64), ipb=BRITISH_IPB, iaf=FLAGS, languages="en"))
    both = (draft_payment(VISA, "VISA DEBIT", 64), apacs)
    yield GalleryCard(
        CardProfile("visa-apacs", both, DEMO_PIN, pse=Pse((0,)), atr=atr_t0(b"BANK5")),
    )
    payment = draft_payment(CARTES_BANCAIRES, "CB", 67)
    in_house = replace(draft_application(IN_HOUSE, "CODES", 67), ipb=FRENCH_IPB, iaf=FLAGS, priority=2)
    inner = Pse((1,), sfi=3, name=b"CODES.DDF01")
    yield GalleryCard(
        CardProfile(
            "nested-directory",
            (payment, write_records(in_house)),
            DEMO_PIN,
            pse=Pse((0,), nested=(inner,)),
            atr=atr_t0(b"BANK6"),
        ),
    )
    yield _one(
        "padded",
        _padded(draft_dpa(65)),
    )
    yield GalleryCard(
        make_small_card("blocked-application", replace(written_small(draft_dpa(66)), shut=0x6283)),
        issued=False,
    )


def _several_applications() -> Iterable[GalleryCard]:
    hidden = (draft_payment(CARTES_BANCAIRES, "CB", 60), write_records(draft_dpa(60)))
    yield GalleryCard(
        CardProfile("not-in-pse", hidden, DEMO_PIN, pse=Pse((0,)), atr=atr_t0(b"BANK2")),
    )
    both = (
        write_records(mastercard_cap(61)),
        write_records(draft_dpa(61)),
        draft_payment(MASTERCARD, "MASTERCARD", 61),
    )
    yield GalleryCard(
        CardProfile("two-caps", both, DEMO_PIN, pse=Pse((2, 0, 1), sfi=2, per_record=3), atr=atr_t0(b"BANK3")),
    )
    longer = replace(draft_application(VISA_DPA + b"\x01\x01", "DPA 1", 62), ipb=FRENCH_IPB, iaf=FLAGS)
    second = replace(draft_application(VISA_DPA + b"\x01\x02", "DPA 2", 63), ipb=FRENCH_IPB, iaf=FLAGS, priority=2)
    yield GalleryCard(
        CardProfile(
            "partial-name",
            (write_records(longer), write_records(second)),
            DEMO_PIN,
            pse=Pse((1, 0)),
            atr=atr_t0(b"BANK4"),
        ),
    )
