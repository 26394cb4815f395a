"""Which application of a card is taken: by SELECT where that is enough, by what it is good for where it is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from sesame_core.cap.choice import AIDS, Choice, select_application
from sesame_core.cap.codes import Request
from sesame_core.cap.directory import list_contactless, list_pse
from sesame_core.cap.emv import CardData
from sesame_core.errors import CardError, Fault
from sesame_core.smartcard.apdu import Budget, Conversation, Protocol, T, carry_conversation
from tests.core.scripted import (
    BELGIAN,
    CAP,
    CDOL1,
    DPA,
    FRENCH_BITMAP,
    MAESTRO,
    OK,
    VISA,
    Answer,
    ScriptedCard,
    fci,
    packed,
    run,
    tlv,
)

APACS = "A0000002040000"
ELECTRON, MASTERCARD = "A0000000032010", "A0000000041010"
DEDICATED = [DPA, CAP, APACS, BELGIAN]
PAYMENT = [ELECTRON, VISA, MASTERCARD, MAESTRO]
OTHER, THIRD = "A000000999", "A000000998"
CB = "A0000000421010"
PSE = "315041592E5359532E4444463031"
CONTACTLESS = "325041592E5359532E4444463031"
DEFAULT_BITMAP = bytes.fromhex("0000FFFFFF0000000000000000000020B938")
OTHER_BITMAP = bytes.fromhex("8000FF000000000001FFFF00000000000000")
CODE = Request()


def select_of(aid: str) -> str:
    return f"00A40400{len(aid) // 2:02X}{aid}"


@dataclass
class App:
    """One application of a card. `bitmap`: none where it is empty. `select`, `options`: the answer, where it is bad.
    `shown`: its file can be read before GPO."""

    bitmap: bytes = FRENCH_BITMAP
    select: bytes = b""
    options: bytes = b""
    cdol1: bool = True
    record: bytes = b""
    marks: bytes = b""
    shown: bool = False
    started: int = 0

    @property
    def readable(self) -> bool:
        return self.shown or self.started > 0

    @property
    def file(self) -> bytes:
        parts = (tlv(0x8C, bytes.fromhex(CDOL1)) if self.cdol1 else b"") + (
            tlv(0x9F56, self.bitmap) if self.bitmap else b""
        )
        return self.record or tlv(0x70, parts) + OK


@dataclass
class Wallet:
    """A card with several applications; `directories` by DDF name: (SFI, records)."""

    apps: Mapping[str, App]
    directories: Mapping[str, tuple[int, tuple[bytes, ...]]] = field(default_factory=dict)
    contactless: tuple[str, ...] = ()
    absent: bytes = b"\x6a\x82"
    sent: list[str] = field(default_factory=list)
    at: str = ""

    def __call__(self, raw: bytes | bytearray) -> bytes:
        command = bytes(raw).hex().upper()
        self.sent.append(command)
        handlers = {"A4": self._select, "A8": self._options, "B2": self._read, "CA": self._data}
        return handlers[command[2:4]](command)

    def _select(self, command: str) -> bytes:
        name = command[10 : 10 + 2 * int(command[8:10], 16)]
        if name in self.directories:
            self.at = name
            return (
                tlv(0x6F, tlv(0x84, bytes.fromhex(name)), tlv(0xA5, tlv(0x88, bytes((self.directories[name][0],)))))
                + OK
            )
        if name == CONTACTLESS and self.contactless:
            entries = b"".join(tlv(0x61, tlv(0x4F, bytes.fromhex(aid))) for aid in self.contactless)
            return tlv(0x6F, tlv(0x84, bytes.fromhex(name)), tlv(0xA5, tlv(0xBF0C, entries))) + OK
        whole = next((aid for aid in self.apps if aid.startswith(name)), None)
        if whole is None:
            return self.absent
        if self.apps[whole].select:
            return self.apps[whole].select
        self.at = whole
        return fci(whole, tlv(0x50, whole.encode()), self.apps[whole].marks) + OK

    def _options(self, _command: str) -> bytes:
        app = self.apps[self.at]
        app.started += 1
        return app.options or packed("1000" + "08010100") + OK

    def _read(self, command: str) -> bytes:
        number, sfi = int(command[4:6], 16), int(command[6:8], 16) >> 3
        if self.at in self.directories:
            own, records = self.directories[self.at]
            return records[number - 1] if sfi == own and number <= len(records) else b"\x6a\x83"
        return self.apps[self.at].file if (number, sfi) == (1, 1) and self.apps[self.at].readable else b"\x6a\x83"

    def _data(self, _command: str) -> bytes:
        return tlv(0x9F17, b"\x03") + OK

    def selected(self) -> list[str]:
        return [command[10 : 10 + 2 * int(command[8:10], 16)] for command in self.sent if command[2:4] == "A4"]


def entry(aid: str, tag: int = 0x4F) -> bytes:
    return tlv(0x61, tlv(tag, bytes.fromhex(aid)))


def pse(*aids: str, sfi: int = 1) -> dict[str, tuple[int, tuple[bytes, ...]]]:
    return {PSE: (sfi, tuple(tlv(0x70, entry(aid)) + OK for aid in aids))}


def asked(wallet: Wallet, conversation: Conversation[T], budget: Budget) -> T:
    """One conversation with the card."""
    exchanges = carry_conversation(conversation, Protocol.T1, budget)
    try:
        raw = next(exchanges)
        while True:
            raw = exchanges.send(wallet(raw))
    except StopIteration as stop:
        result: T = stop.value
        return result


def held(wallet: Wallet) -> CardData:
    """The card prepared for a code, with the reader's own budget."""
    choice, budget = Choice(), Budget()
    asked(wallet, choice.first(), budget)
    return asked(wallet, choice.prepare(CODE), budget)


def taken(wallet: Wallet) -> tuple[str, bytes]:
    card = held(wallet)
    return card.application.aid.hex().upper(), card.filter.bitmap


def fault_of(wallet: Wallet) -> Fault:
    with pytest.raises(CardError) as caught:
        held(wallet)
    return caught.value.fault


def counters(wallet: Wallet) -> dict[str, int]:
    return {aid: app.started for aid, app in wallet.apps.items() if app.started}


# The order


def test_the_names() -> None:
    assert [aid.hex().upper() for aid in AIDS] == DEDICATED + PAYMENT


@pytest.mark.parametrize("aid", DEDICATED)
def test_a_dedicated_application_is_found_by_its_name_alone(aid: str) -> None:
    wallet = Wallet({aid: App(marks=tlv(0x5F2C, b"\0V") + tlv(0xDF07, b"BKS056") if aid == BELGIAN else b"")})
    assert taken(wallet)[0] == aid
    assert wallet.selected() == DEDICATED[: DEDICATED.index(aid) + 1]
    assert len(wallet.sent) == len(wallet.selected()) + 3, "GPO, one record, the tries"


@pytest.mark.parametrize("aid", PAYMENT)
def test_a_payment_application_is_found_by_its_name_once_there_is_no_other(aid: str) -> None:
    wallet = Wallet({aid: App(OTHER_BITMAP)})
    assert taken(wallet) == (aid, OTHER_BITMAP)
    assert wallet.selected()[:10] == [*DEDICATED, PSE, CONTACTLESS, *PAYMENT]
    assert counters(wallet) == {aid: 1}


def test_the_dedicated_application_is_taken_whatever_else_is_there() -> None:
    wallet = Wallet({VISA: App(OTHER_BITMAP), CAP: App(OTHER_BITMAP), DPA: App()}, pse(VISA, CAP))
    assert taken(wallet) == (DPA, FRENCH_BITMAP)
    assert len(wallet.sent) == 4


def test_a_british_card_with_visa_payment_and_apacs() -> None:
    """Today's wrong code: Visa's default bitmap on the payment application."""
    wallet = Wallet({VISA: App(b""), APACS: App(OTHER_BITMAP)}, pse(VISA))
    assert taken(wallet) == (APACS, OTHER_BITMAP)
    assert counters(wallet) == {APACS: 1}


@pytest.mark.parametrize("listed", [(VISA, OTHER), (OTHER, VISA)])
def test_what_the_directory_lists_with_a_bitmap_goes_before_a_default(listed: tuple[str, str]) -> None:
    wallet = Wallet({VISA: App(b""), OTHER: App(OTHER_BITMAP)}, pse(*listed))
    assert taken(wallet) == (OTHER, OTHER_BITMAP)


def test_the_directories_order_decides_between_two_with_a_bitmap() -> None:
    wallet = Wallet({OTHER: App(OTHER_BITMAP), THIRD: App()}, pse(THIRD, OTHER))
    assert taken(wallet) == (THIRD, FRENCH_BITMAP)
    assert counters(wallet) == {THIRD: 1}


def test_a_directory_inside_a_directory() -> None:
    inner = "325041592E444446"
    outer = tlv(0x70, entry(inner, 0x9D), entry(VISA)) + OK
    directories = {
        PSE: (1, (outer,)),
        inner: (2, (tlv(0x70, entry(inner, 0x9D), entry(PSE, 0x9D), entry(OTHER)) + OK,)),
    }
    wallet = Wallet({VISA: App(b""), OTHER: App(OTHER_BITMAP)}, directories)
    assert taken(wallet) == (OTHER, OTHER_BITMAP)
    assert wallet.selected().count(inner) == wallet.selected().count(PSE) == 1, "round and round it does not go"


def test_directories_without_end_have_one() -> None:
    names = [f"A0DD{number:04X}" for number in range(40)]
    directories = {
        name: (1, (tlv(0x70, entry(after, 0x9D)) + OK,)) for name, after in zip([PSE, *names], names, strict=False)
    }
    assert taken(Wallet({VISA: App(b"")}, directories)) == (VISA, DEFAULT_BITMAP)


def test_the_contactless_directory_is_the_last_resort() -> None:
    wallet = Wallet({VISA: App(b""), OTHER: App(OTHER_BITMAP)}, contactless=(OTHER, VISA))
    assert taken(wallet) == (OTHER, OTHER_BITMAP)
    both = Wallet({THIRD: App(), OTHER: App(OTHER_BITMAP)}, pse(THIRD), contactless=(OTHER,))
    assert taken(both) == (THIRD, FRENCH_BITMAP)


def test_a_payment_application_without_a_bitmap_is_the_last_choice_and_counts_once() -> None:
    wallet = Wallet({VISA: App(b"")}, pse(VISA))
    assert taken(wallet) == (VISA, DEFAULT_BITMAP)
    assert counters(wallet) == {VISA: 1}


def test_the_default_is_gone_back_to_when_the_others_are_of_no_use() -> None:
    wallet = Wallet({VISA: App(b""), MAESTRO: App(b"")}, pse(VISA, MAESTRO))
    assert taken(wallet) == (VISA, DEFAULT_BITMAP)
    assert wallet.at == VISA, "and it is the one that is selected"
    assert counters(wallet) == {VISA: 2, MAESTRO: 1}


def test_cb_is_never_taken() -> None:
    wallet = Wallet({CB: App()}, pse(CB))
    assert fault_of(wallet) is Fault.UNSUPPORTED
    assert CB not in wallet.selected()


def test_nothing_is_asked_for_twice() -> None:
    wallet = Wallet({}, pse(VISA, MAESTRO, DPA, VISA))
    assert fault_of(wallet) is Fault.UNSUPPORTED
    assert len(wallet.selected()) == len(set(wallet.selected()))


def test_one_application_under_two_names_is_tried_once() -> None:
    longer = VISA + "01"
    wallet = Wallet({longer: App(b"", options=b"\x69\x85")}, pse(longer))
    assert fault_of(wallet) is Fault.REFUSED
    assert counters(wallet) == {longer: 1}


# Of no use


def with_cdol1(cdol1: str) -> bytes:
    """The record of an application that has a bitmap, and this list of what its cryptogram is made from."""
    return tlv(0x70, tlv(0x8C, bytes.fromhex(cdol1)), tlv(0x9F56, FRENCH_BITMAP)) + OK


NO_USE = {
    "refused": App(options=b"\x69\x85"),
    "not allowed": App(options=b"\x69\x81"),
    "unknown": App(options=b"\x6d\x00"),
    "broken": App(options=b"\x80\x0a\x00" + OK),
    "no CDOL1": App(cdol1=False),
    "a lost record": App(record=b"\x6f\x00"),
    "an empty bitmap": App(bitmap=bytes(17)),
    "a CDOL1 cut short": App(record=with_cdol1("9F0206" + "9F37")),
    "a CDOL1 that fits no command": App(record=with_cdol1("9F3781FC" + "9F0206")),
}
FAULTS = [Fault.REFUSED] * 3 + [Fault.GARBAGE] + [Fault.INCOMPLETE] * 2 + [Fault.UNSUPPORTED] + [Fault.GARBAGE] * 2


def no_use(why: str) -> App:
    app = NO_USE[why]
    return App(app.bitmap, app.select, app.options, app.cdol1, app.record)


@pytest.mark.parametrize("why", NO_USE)
def test_an_application_of_no_use_is_left_for_the_next_dedicated_one(why: str) -> None:
    wallet = Wallet({DPA: no_use(why), CAP: App(OTHER_BITMAP)})
    assert taken(wallet) == (CAP, OTHER_BITMAP)


@pytest.mark.parametrize("why", NO_USE)
@pytest.mark.parametrize("first", [DPA, OTHER])
def test_an_application_of_no_use_is_left_for_one_of_the_directory(why: str, first: str) -> None:
    wallet = Wallet({first: no_use(why), VISA: App(b""), THIRD: App(OTHER_BITMAP)}, pse(first, VISA, THIRD))
    assert taken(wallet) == (THIRD, OTHER_BITMAP)


@pytest.mark.parametrize(("why", "fault"), list(zip(NO_USE, FAULTS, strict=True)))
def test_when_none_is_left_the_best_ones_fault_is_told(why: str, fault: Fault) -> None:
    wallet = Wallet({MAESTRO: App(b""), DPA: no_use(why), OTHER: App(options=b"\x6a\x81")}, pse(OTHER, MAESTRO))
    assert fault_of(wallet) is fault


def test_the_best_is_the_one_that_came_nearest_to_a_code() -> None:
    refused, unfit = no_use("refused"), App(b"")
    assert fault_of(Wallet({OTHER: refused, MAESTRO: unfit}, pse(OTHER, MAESTRO))) is Fault.UNSUPPORTED
    shut = App(select=b"\x62\x83")
    assert fault_of(Wallet({OTHER: unfit, MAESTRO: shut}, pse(OTHER, MAESTRO))) is Fault.APPLICATION_BLOCKED


def test_no_bitmap_and_no_rule() -> None:
    assert fault_of(Wallet({MAESTRO: App(b"")})) is Fault.UNSUPPORTED


def test_a_dedicated_application_that_refuses_leaves_a_default_to_the_next() -> None:
    wallet = Wallet({DPA: no_use("refused"), VISA: App(b"")})
    assert taken(wallet) == (VISA, DEFAULT_BITMAP)


def test_a_default_is_no_guess_for_a_broken_or_blocked_application() -> None:
    assert fault_of(Wallet({DPA: no_use("broken"), VISA: App(b"")})) is Fault.GARBAGE
    assert fault_of(Wallet({DPA: App(select=b"\x62\x83"), VISA: App(b"")})) is Fault.APPLICATION_BLOCKED


# Blocked


@pytest.mark.parametrize("status", [b"\x62\x83", b"\x62\x85", b"\x6a\x81"])
@pytest.mark.parametrize("aid", [*DEDICATED, *PAYMENT, OTHER])
@pytest.mark.parametrize("shows_fci", [True, False])
def test_a_blocked_application_says_so(status: bytes, aid: str, shows_fci: bool) -> None:
    wallet = Wallet({aid: App(select=(fci(aid) if shows_fci else b"") + status)}, pse(aid))
    assert fault_of(wallet) is Fault.APPLICATION_BLOCKED
    assert wallet.sent.count("80") == 0


@pytest.mark.parametrize("status", [b"\x62\x83", b"\x62\x85", b"\x6a\x81"])
def test_a_blocked_application_is_left_for_the_next(status: bytes) -> None:
    wallet = Wallet({DPA: App(select=status), CAP: App(OTHER_BITMAP)})
    assert taken(wallet) == (CAP, OTHER_BITMAP)


def test_a_card_that_says_6a81_of_every_name_it_lacks_is_not_blocked() -> None:
    wallet = Wallet({VISA: App(b"")}, absent=b"\x6a\x81")
    assert taken(wallet) == (VISA, DEFAULT_BITMAP)
    assert fault_of(Wallet({MAESTRO: App(b"")}, absent=b"\x6a\x81")) is Fault.UNSUPPORTED


def test_a_whole_card_that_is_blocked() -> None:
    assert fault_of(Wallet({}, absent=b"\x6a\x81")) is Fault.APPLICATION_BLOCKED


# Directories


@pytest.mark.parametrize("broken", [b"\x6a\x81", b"\x69\x85", b"\x62\x83", b"\x70\x09\x61" + OK, OK])
@pytest.mark.parametrize("place", [0, 1])
def test_a_record_of_a_directory_that_cannot_be_read_hides_no_other(broken: bytes, place: int) -> None:
    records = [tlv(0x70, entry(OTHER)) + OK]
    records.insert(place, broken)
    assert taken(Wallet({OTHER: App()}, {PSE: (1, tuple(records))}))[0] == OTHER


@pytest.mark.parametrize(
    "answer", [b"\x6f\x09\x84" + OK, tlv(0x6F, tlv(0xA5, tlv(0x88, b"\x1f"))) + OK, b"\x62\x83", OK]
)
def test_a_directory_that_says_nothing_is_none(answer: bytes) -> None:
    card = ScriptedCard({select_of(PSE): answer})
    assert run(list_pse(), card) == ()
    assert len(card.sent) <= 4


def test_a_directory_whose_end_is_not_told_ends() -> None:
    card = ScriptedCard({select_of(PSE): tlv(0x6F) + OK, "00B2": b"\x6d\x00"})
    assert run(list_pse(), card) == ()
    assert card.sent[1:] == ["00B2010C00", "00B2020C00", "00B2030C00"]


def scripted_pse(*aids: str, sfi: int = 1) -> ScriptedCard:
    answers: dict[str, Answer] = {
        f"00B2{number:02X}{sfi << 3 | 4:02X}": tlv(0x70, entry(aid)) + OK for number, aid in enumerate(aids, 1)
    }
    answers[select_of(PSE)] = tlv(0x6F, tlv(0x84, bytes.fromhex(PSE)), tlv(0xA5, tlv(0x88, bytes((sfi,))))) + OK
    return ScriptedCard(answers)


def test_a_listing_keeps_its_order_and_names_each_once() -> None:
    card = scripted_pse(VISA, CB, VISA, "A000", "A0" * 17, "A0" * 16, "A0" * 5, sfi=30)
    assert [aid.hex().upper() for aid in run(list_pse(), card)] == [VISA, CB, "A0" * 16, "A0" * 5]
    assert card.sent[1] == "00B201F400"


def test_padding_in_a_directory_is_passed_over() -> None:
    card = scripted_pse(VISA, CB)
    padded = b"\xff\x00" + tlv(0x70, b"\xff" + entry(VISA) + b"\x00\xff") + b"\x00" + OK
    assert [aid.hex().upper() for aid in run(list_pse(), ScriptedCard({**card.answers, "00B2010C": padded}))] == [
        VISA,
        CB,
    ]


class ManyRecords(Wallet):
    """Each application has 30 records of no use before the one of use."""

    def _options(self, _command: str) -> bytes:
        super()._options(_command)
        return packed("1000" + "10011E00" + "08010100") + OK

    def _read(self, command: str) -> bytes:
        if command[6:8] == "14" and self.at not in self.directories:
            return tlv(0x70, tlv(0x9F08, b"\x00\x02")) + OK
        return super()._read(command)


def test_many_records_behind_a_long_directory_are_not_endless() -> None:
    """In one session with the reader's own budget: 17 names, of which the card has the last one, and its 31 records."""
    names = [f"A0000009{number:02X}" for number in range(16)]
    wallet = ManyRecords({OTHER: App()}, pse(*names, OTHER))
    assert taken(wallet) == (OTHER, FRENCH_BITMAP)
    assert sum(command[2:4] == "B2" for command in wallet.sent) > 17 + 31


def test_several_entries_in_one_record() -> None:
    both = tlv(0x61, tlv(0x4F, bytes.fromhex(VISA))) + tlv(0x61, tlv(0x50, b"x"), tlv(0x4F, bytes.fromhex(CB)))
    card = ScriptedCard({**scripted_pse().answers, "00B2010C": tlv(0x70, both) + OK})
    assert [aid.hex().upper() for aid in run(list_pse(), card)] == [VISA, CB]


def test_a_directory_without_a_file_number_is_file_1_and_has_at_most_30_records() -> None:
    card = ScriptedCard({select_of(PSE): tlv(0x6F, tlv(0xA5)) + OK, "00B2": tlv(0x70, entry(CB)) + OK})
    assert run(list_pse(), card) == (bytes.fromhex(CB),)
    assert card.sent[1:] == [f"00B2{number:02X}0C00" for number in range(1, 31)]


def test_the_contactless_directory_stands_in_its_fci() -> None:
    wallet = Wallet({}, contactless=(VISA, CB))
    assert run(
        list_contactless(), ScriptedCard({select_of(CONTACTLESS): wallet(bytes.fromhex(select_of(CONTACTLESS)))})
    ) == (
        bytes.fromhex(VISA),
        bytes.fromhex(CB),
    )


# For tools, which move no counter


def test_the_likely_application_is_found_without_moving_a_counter() -> None:
    wallet = Wallet({VISA: App(b""), OTHER: App(OTHER_BITMAP)}, pse(VISA, OTHER))
    shown = {
        select_of(VISA): fci(VISA) + OK,
        select_of(OTHER): fci(OTHER) + OK,
        **scripted_pse(VISA, OTHER).answers,
    }
    card = ScriptedCard({**shown, "00B20114": tlv(0x70, tlv(0x8C, b"\x9a\x03"), tlv(0x9F56, OTHER_BITMAP)) + OK})
    assert run(select_application(), card).aid.hex().upper() == VISA, "both show the same file: the first"
    assert run(Choice().first(), ScriptedCard(shown)).aid.hex().upper() == VISA
    assert "A8" not in card.kinds()
    assert counters(wallet) == {}


@pytest.mark.parametrize(
    ("bitmaps", "likely"),
    [
        ((b"", OTHER_BITMAP), OTHER),
        ((OTHER_BITMAP, OTHER_BITMAP), VISA),
        ((b"", b""), VISA),
        ((FRENCH_BITMAP, b""), VISA),
    ],
)
def test_what_a_card_shows_before_gpo_tells_which_application_it_will_be(
    bitmaps: tuple[bytes, bytes], likely: str
) -> None:
    apps = {aid: App(bitmap, shown=True) for aid, bitmap in zip((VISA, OTHER), bitmaps, strict=True)}
    wallet = Wallet(apps, pse(VISA, OTHER))
    found = asked(wallet, select_application(), Budget(200, 200))
    assert found.aid.hex().upper() == likely
    assert wallet.selected()[-1] == likely, "it is the one that is selected"
    assert counters(wallet) == {}


def test_what_is_selected_already_is_not_selected_again() -> None:
    """The first of the two shows nothing of use; the other one is at hand when its file has been read."""
    wallet = Wallet({VISA: App(b"", cdol1=False, shown=True), ELECTRON: App(b"", shown=True)}, pse(VISA, ELECTRON))
    assert asked(wallet, select_application(), Budget(200, 200)).aid.hex().upper() == ELECTRON
    assert wallet.selected()[-2:] == [VISA, ELECTRON], "each once more, to read its file"


def test_the_only_application_is_taken_unread() -> None:
    wallet = Wallet({VISA: App(b"", shown=True)})
    assert asked(wallet, select_application(), Budget()).aid.hex().upper() == VISA
    assert not any(command[2:4] == "B2" for command in wallet.sent)


def test_each_preparation_begins_with_a_selection() -> None:
    """GPO is the second command of a transaction (EMV Book 3, 10.1): a card refuses it without the first."""
    wallet, choice, budget = Wallet({DPA: App()}), Choice(), Budget(200, 200)
    asked(wallet, choice.first(), budget)
    for _ in range(3):
        asked(wallet, choice.prepare(CODE), budget)
    kinds = [command[2:4] for command in wallet.sent if command[2:4] in ("A4", "A8")]
    assert kinds[-6:] == ["A4", "A8"] * 3
