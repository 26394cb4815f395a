"""The PyPI tool `emv` 1.0.14 on the same cards: equal where it serves them, and its differences, one by one.

docs/comparison.md explains the differences under the names of the tests' parameters.
"""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from bank.cards.card import VirtualCard
from bank.cards.patterns import draft_dpa, draft_payment, mastercard_cap
from bank.cards.personalise import CARTES_BANCAIRES, MASTERCARD, MASTERCARD_KEY, draft_application, write_records
from bank.cards.profile import CardApplication, CardProfile, Declines, Format, Pse, atr_t0
from bank.emv.tlv import encode_dol
from sesame_core.cap.blocking import CardWork
from sesame_core.cap.codes import Function, Request
from sesame_core.errors import CardError
from sesame_core.smartcard.apdu import Protocol
from tests.oracle.conftest import PythonEmv

PIN = "1234"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "comparison.md"
LIST = ((0x9F02, 6), (0x9F03, 6), (0x9F1A, 2), (0x95, 5), (0x5F2A, 2), (0x9A, 3), (0x9C, 1), (0x9F37, 4))


def card(
    application: CardApplication, *others: CardApplication, listed: tuple[int, ...] = (0,), **more: object
) -> CardProfile:
    """A card on T=0 whose directory names its applications in this order."""
    plain = CardProfile("peer", (application, *others), PIN, pse=Pse(listed), atr=atr_t0(b"PEERS"))
    return replace(plain, **more)  # type: ignore[arg-type]


def served(seed: int) -> CardProfile:
    """A random card of the kind the other tool was made for."""
    random = Random(f"{seed} served")
    wishes = random.sample(LIST, len(LIST))
    bitmap = sum(1 << place for place in random.sample(range(17 * 8), random.randrange(4, 33))).to_bytes(17)
    application = replace(
        draft_dpa(random.randrange(1000), bitmap),
        iaf=random.choice((None, b"\x00", b"\x40", b"\x80")),
        psn=f"{random.randrange(100):02}",
        cdol1=encode_dol(*wishes[: random.randrange(4, len(LIST) + 1)]),
        options_format=random.choice(list(Format)),
        cryptogram_format=random.choice(list(Format)),
    )
    return card(write_records(application), first_atc=random.randrange(60_000))


def ours(profile: CardProfile, request: Request) -> str:
    """Our digits, or the name of the fault."""
    return ours_on(VirtualCard(profile), request)


def ours_on(virtual: VirtualCard, request: Request) -> str:
    virtual.power_on()
    work = CardWork(lambda apdu: virtual.transmit(bytes(apdu)), Protocol(virtual.protocol))
    try:
        work.select_application()
        work.prepare_card(request)
        for digit in PIN:
            work.pin.append(int(digit))
        work.confirm_pin()
        return "".join(map(str, work.make_code()))
    except CardError as error:
        return error.fault.name


@pytest.mark.parametrize("seed", range(40))
def test_where_both_serve_a_card_they_agree(seed: int, python_emv: PythonEmv) -> None:
    profile = served(seed)
    challenge = Random(seed).choice(("", "1", "12345678", "90210"))
    amount = Random(seed).choice(("", "12.34", "150")) if challenge else ""
    function = Function.SIGN if amount else Function.CHALLENGE if challenge else Function.CODE
    cents = str(round(float(amount) * 100)) if amount else ""

    theirs = python_emv(VirtualCard(profile), PIN, challenge, amount)

    assert theirs.zfill(8) == ours(profile, Request(function, challenge, cents))


VISA_LIKE = write_records(draft_dpa(701))
CAP = write_records(
    replace(mastercard_cap(702), cryptogram_format=Format.PACKED, tail=b"", version=draft_dpa(1).version)
)

DIFFERENCES = {
    "last-of-the-directory": (
        card(VISA_LIKE, draft_payment(CARTES_BANCAIRES, "CB", 703), listed=(0, 1)),
        "ErrorResponse",
    ),
    "not-in-the-directory": (card(VISA_LIKE, pse=None), "MissingAppException"),
    "pdol": (card(write_records(replace(draft_dpa(704), pdol=encode_dol((0x9F35, 1))))), "ErrorResponse"),
    "date": (card(CAP), "other digits"),
    "short-fields": (
        card(write_records(replace(draft_dpa(706), cdol1=encode_dol(*LIST[:-1], (0x9F37, 2))))),
        "Exception",
    ),
    "iaf-in-fci": (
        card(
            write_records(
                replace(draft_dpa(707, bytes.fromhex("030000FFFFFF")), psn="07", iaf=b"\x40", iaf_in_fci=True)
            )
        ),
        "other digits",
    ),
    "long-iad": (card(write_records(replace(draft_dpa(708), tail=bytes(8)))), "Exception"),
    "tlv-order": (
        card(
            write_records(
                replace(draft_dpa(709), cryptogram_format=Format.TLV, tag_order=(0x9F10, 0x9F26, 0x9F27, 0x9F36))
            )
        ),
        "other digits",
    ),
    "no-bitmap": (card(write_records(draft_application(MASTERCARD, "MC", 710, MASTERCARD_KEY))), "UNSUPPORTED"),
    "refusal": (card(write_records(replace(draft_dpa(711), declines=Declines.ALWAYS))), "DECLINED"),
    "chained-answers": (card(VISA_LIKE, chunk=16), "KeyError"),
    "leading-zeros": (card(write_records(draft_dpa(712, bytes.fromhex("000000FF")))), "no zeros"),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_difference_is_as_explained(name: str, python_emv: PythonEmv) -> None:
    profile, what = DIFFERENCES[name]
    request = Request(Function.CHALLENGE, "123456") if name == "short-fields" else Request()

    theirs = python_emv(VirtualCard(profile), PIN, request.challenge)
    own = ours(profile, request)

    if what in ("UNSUPPORTED", "DECLINED"):
        assert (own, theirs.isdecimal()) == (what, True)  # it makes digits that no bank takes
    elif what == "no zeros":
        assert own == theirs.zfill(8) != theirs
    elif what == "other digits":
        assert own.isdecimal()
        assert theirs.isdecimal()
        assert int(own) != int(theirs)
    else:
        assert own.isdecimal()
        assert theirs == what


class Watched(VirtualCard):
    """It remembers what it was asked for a cryptogram with."""

    asked = b""

    def transmit(self, apdu: bytes) -> bytes:
        if apdu[:3] == bytes.fromhex("80AE80"):
            self.asked = apdu[5:]
        return super().transmit(apdu)


def test_terminal_values_that_it_leaves_out(python_emv: PythonEmv) -> None:
    """The difference called `terminal-values`: a card whose cryptogram covers them gives other digits."""
    profile = card(
        write_records(replace(draft_dpa(705), cdol1=encode_dol((0x9F34, 3), (0x9F35, 1), (0x9F33, 3), (0x95, 5))))
    )
    theirs, own = Watched(profile), Watched(profile)

    python_emv(theirs, PIN)
    ours_on(own, Request())

    assert (theirs.asked.hex(), own.asked.hex()) == ("0" * 14 + "8000000000", "010002" + "34" + "208000" + "8000000000")


def test_every_difference_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [name for name in (*DIFFERENCES, "terminal-values") if f"`{name}`" not in page] == []
