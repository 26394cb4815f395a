"""A whole session with one card: what is sent, what comes of it, and what is left of the secrets afterwards."""

from collections.abc import Mapping

import pytest

from sesame_core.cap.codes import Function, Request
from sesame_core.cap.session import CardSession, Step
from sesame_core.errors import Fault, UsageError
from sesame_core.events import (
    ApplicationFound,
    CardFaulty,
    CardPrepared,
    CardWantsData,
    CodeReady,
    Event,
    PinAgain,
    PinWrong,
)
from sesame_core.pin import Pin
from sesame_core.smartcard.apdu import MAX_COMMANDS, Protocol
from tests.core.scripted import FRENCH_AC, OK, Answer, ScriptedCard, drive, fci, french_card, packed, tlv

VERIFY = "0020008008241234FFFFFFFFFF"
CODE = Request()
DATA = Request(Function.DATA)


class Desk:
    """A session with a scripted card on it."""

    def __init__(self, changes: Mapping[str, Answer] | None = None, protocol: Protocol = Protocol.T0) -> None:
        self.card = french_card(changes)
        self.session = CardSession(protocol, Pin())

    def select(self) -> Step:
        return drive(self.session, self.session.select_application(7), self.card)

    def prepare(self, request: Request = CODE) -> Step:
        return drive(self.session, self.session.prepare_card(7, request), self.card)

    def confirm(self, pin: str = "1234") -> Step:
        for digit in pin:
            self.session.pin.append(int(digit))
        return drive(self.session, self.session.confirm_pin(7), self.card)

    def close(self) -> Step:
        return drive(self.session, self.session.close(7), self.card)

    def ready(self, request: Request = CODE) -> "Desk":
        self.select()
        self.prepare(request)
        self.card.sent.clear()
        return self


def digits(event: Step) -> str:
    assert isinstance(event, CodeReady)
    return "".join(map(str, event.code))


@pytest.mark.parametrize("protocol", Protocol)
def test_a_code_in_seven_commands(protocol: Protocol) -> None:
    desk = Desk(protocol=protocol)
    assert desk.select() == ApplicationFound(7, ("fr", "en"))
    assert desk.prepare() == CardPrepared(7, 3)
    assert desk.card.kinds() == ["A4", "A8", "B2", "CA"]
    assert digits(desk.confirm()) == "34656023"
    assert desk.card.kinds()[4:] == ["20", "AE"], "between OK and the code: VERIFY and GENERATE AC, nothing else"
    assert desk.close() is None
    assert len(desk.card.sent) == 7


def test_the_protocol_carries_the_commands() -> None:
    desk = Desk(protocol=Protocol.T1)
    desk.select()
    assert desk.card.sent[0].endswith("800200")
    desk.card.answers["80A8"] = b"\x61\x08"
    desk.card.answers["00C0"] = packed("1000" + "08010100") + OK
    assert isinstance(desk.prepare(), CardPrepared)


def test_the_pin_is_gone_once_the_code_is_there() -> None:
    desk = Desk().ready()
    event = desk.confirm()
    assert (len(desk.session.pin), bytes(desk.session.pin._digits)) == (0, bytes(12))
    assert isinstance(event, CodeReady)
    desk.session.forget()
    assert len(event.code) == 0, "and the code once it is forgotten"


def test_the_code_outlives_the_closing_command() -> None:
    desk = Desk().ready()
    event = desk.confirm()
    desk.close()
    assert digits(event) == "34656023"


@pytest.mark.parametrize(
    ("counter", "event"),
    [
        ("9F1701029000", PinWrong(7, 2)),
        ("9F1701009000", CardFaulty(7, Fault.BLOCKED)),
        ("6A88", CardFaulty(7, Fault.REFUSED)),
    ],
)
def test_a_wrong_pin_whose_number_the_card_tells_elsewhere(counter: str, event: Event) -> None:
    desk = Desk({"0020": bytes.fromhex("6300")}).ready()
    desk.card.answers["80CA9F17"] = bytes.fromhex(counter)
    assert desk.confirm() == event


@pytest.mark.parametrize(("answer", "tries"), [("63C2", 2), ("63C1", 1), ("63CF", 15)])
def test_a_wrong_pin(answer: str, tries: int) -> None:
    desk = Desk({"0020": bytes.fromhex(answer)}).ready()
    assert desk.confirm() == PinWrong(7, tries)
    assert (len(desk.session.pin), desk.card.sent) == (0, [VERIFY])


def test_a_wrong_pin_can_be_retried_at_once() -> None:
    desk = Desk({"0020": [b"\x63\xc2", OK]}).ready()
    desk.confirm()
    assert digits(desk.confirm()) == "34656023"
    assert desk.card.kinds() == ["20", "20", "AE"]


@pytest.mark.parametrize("answer", ["63C0", "6983", "6984"])
def test_a_blocked_pin(answer: str) -> None:
    desk = Desk({"0020": bytes.fromhex(answer)}).ready()
    assert desk.confirm() == CardFaulty(7, Fault.BLOCKED)
    assert desk.card.kinds() == ["20"]


def test_no_try_left_is_known_before_the_pin() -> None:
    desk = Desk({"80CA9F17": tlv(0x9F17, b"\x00") + OK})
    desk.select()
    assert desk.prepare() == CardFaulty(7, Fault.BLOCKED)


@pytest.mark.parametrize("answer", ["6985", "6A81", "6D00", "6F00", "6C08", "63D0", "9001"])
def test_any_other_answer_to_verify_ends_it(answer: str) -> None:
    desk = Desk({"0020": bytes.fromhex(answer)}).ready()
    assert desk.confirm() == CardFaulty(7, Fault.REFUSED)
    assert desk.card.kinds() == ["20"]


@pytest.mark.parametrize("where", ["0020", "80AE80"])
def test_a_new_selection_after_a_wrong_pin_costs_no_second_verify(where: str) -> None:
    """One OK is one VERIFY: the person confirms again."""
    good = packed(FRENCH_AC) + OK
    verify = [b"\x63\xc2", b"\x69\x85", OK] if where == "0020" else [b"\x63\xc2", OK, OK]
    desk = Desk({"0020": verify, "80AE80": good if where == "0020" else [b"\x69\x85", good]}).ready()
    desk.confirm()
    desk.card.sent.clear()
    assert desk.confirm() == PinAgain(7)
    assert desk.card.kinds() == (["20"] if where == "0020" else ["20", "AE"]) + ["A4", "A8"]
    assert len(desk.session.pin) == 4, "the PIN is still there for the next OK"
    assert digits(drive(desk.session, desk.session.confirm_pin(7), desk.card)) == "34656023"


def test_a_new_selection_is_made_once() -> None:
    desk = Desk({"0020": [b"\x63\xc2", b"\x69\x85"]}).ready()
    desk.confirm()
    desk.confirm()
    assert drive(desk.session, desk.session.confirm_pin(7), desk.card) == CardFaulty(7, Fault.REFUSED)


def test_a_card_that_wants_a_new_selection_without_a_wrong_pin_is_refused() -> None:
    desk = Desk({"80AE80": b"\x69\x85"}).ready()
    assert desk.confirm() == CardFaulty(7, Fault.REFUSED)
    desk = Desk({"0020": [b"\x63\xc2", OK], "80AE80": b"\x69\x85"}).ready()
    desk.confirm()
    desk.prepare()
    assert desk.confirm() == CardFaulty(7, Fault.REFUSED), "a new function has forgotten the wrong PIN"


def test_a_pin_sent_before_anything_was_prepared_was_not_wrong_before() -> None:
    desk = Desk({"0020": b"\x69\x85"})
    desk.select()
    assert desk.confirm() == CardFaulty(7, Fault.REFUSED)


def test_the_first_function_goes_on_with_the_budget_of_the_selection() -> None:
    desk = Desk()
    desk.select()
    budget = desk.session._budget
    desk.prepare()
    assert desk.session._budget is budget
    desk.prepare()
    assert desk.session._budget is not budget


def test_the_second_function_selects_afresh_and_has_its_own_budget() -> None:
    desk = Desk().ready()
    for _ in range(20):
        desk.prepare()
        assert digits(desk.confirm()) == "34656023"
    assert desk.card.kinds()[:4] == ["A4", "A8", "B2", "CA"]


def test_one_session_has_a_budget() -> None:
    names = [tlv(0x61, tlv(0x4F, bytes.fromhex(f"A0000009{number:02X}"))) for number in range(99)]
    pse = "00A404000E315041592E5359532E4444463031"
    desk = Desk({"00A40400": b"\x6a\x82", pse: tlv(0x6F) + OK, "00B2010C": tlv(0x70, *names) + OK})
    del desk.card.answers["00A4040007A0000000038002"]
    assert desk.select() == CardFaulty(7, Fault.ENDLESS)
    assert desk.card.kinds().count("A4") == MAX_COMMANDS


def test_every_function_selects_the_application_that_was_of_use() -> None:
    """The second function does not ask again what the first one has found out."""
    cap = "A0000000048002"
    refused: dict[str, Answer] = {
        "80A8": [b"\x69\x85", packed("1000" + "08010100") + OK],
        f"00A4040007{cap}": fci(cap) + OK,
    }
    desk = Desk(refused)
    assert isinstance(desk.select(), ApplicationFound)
    assert isinstance(desk.prepare(), CardPrepared)
    desk.card.sent.clear()
    assert isinstance(desk.prepare(), CardPrepared)
    assert desk.card.sent[0] == f"00A4040007{cap}"
    assert desk.card.kinds() == ["A4", "A8", "B2", "CA"]


def test_a_choice_that_is_left_is_begun_again() -> None:
    """The person presses another key while the first application is still being tried."""
    refused, good = b"\x69\x85", packed("1000" + "08010100") + OK
    cap = "00A4040007A0000000048002"
    for left_after in range(6):
        desk = Desk({cap: fci("A0000000048002") + OK})

        def card(raw: bytes, desk: Desk = desk) -> bytes:
            last = next((sent for sent in reversed(desk.card.sent) if sent.startswith("00A4")), "")
            desk.card.answers["80A8"] = good if last == cap else refused
            return desk.card(raw)

        drive(desk.session, desk.session.select_application(7), card)
        step = desk.session.prepare_card(7, CODE)
        for _ in range(left_after):
            step = desk.session.answer(7, card(bytes(step))) if isinstance(step, bytearray) else step
        assert drive(desk.session, desk.session.prepare_card(7, CODE), card) == CardPrepared(7, 3), left_after
        assert desk.session.card is not None
        assert desk.session.card.application.aid.hex().upper() == "A0000000048002"


def test_t1_takes_another_length_from_gpo_to_the_code() -> None:
    """6Cxx to a command with data: the same command with that Le."""
    good = packed(FRENCH_AC) + OK
    desk = Desk({"80A8": [b"\x6c\x08", packed("1000" + "08010100") + OK], "80AE80": [b"\x6c\x15", good]}, Protocol.T1)
    desk.select()
    assert isinstance(desk.prepare(), CardPrepared)
    assert digits(desk.confirm()) == "34656023"
    assert desk.card.kinds() == ["A4", "A8", "A8", "B2", "CA", "20", "AE", "AE"]
    assert (desk.card.sent[2][-2:], desk.card.sent[-1][-2:]) == ("08", "15")


def test_an_application_that_does_not_come_back() -> None:
    desk = Desk().ready()
    desk.confirm()
    desk.card.answers.clear()
    assert desk.prepare() == CardFaulty(7, Fault.REFUSED)


@pytest.mark.parametrize(
    ("answer", "fault"), [(b"", Fault.MUTE), (b"\x90", Fault.GARBAGE), (bytes(5000), Fault.GARBAGE)]
)
def test_silence_and_noise(answer: bytes, fault: Fault) -> None:
    desk = Desk({"80A8": answer})
    desk.select()
    assert desk.prepare() == CardFaulty(7, fault)


def test_the_request_reaches_the_card() -> None:
    desk = Desk().ready(Request(Function.CHALLENGE, "87654321"))
    desk.confirm()
    desk.close()
    assert all("87654321" in command for command in desk.card.sent[1:])


# Transaction data


def test_transaction_data_are_mixed_in_afterwards() -> None:
    desk = Desk().ready(DATA)
    assert desk.confirm() == CardWantsData(7)
    assert len(desk.session.pin) == 0
    sent = len(desk.card.sent)
    first = desk.session.mix_numbers(9, ["1234"])
    assert isinstance(first, CodeReady)
    assert first.at == 9
    assert len(desk.card.sent) == sent
    assert digits(first) != "34656023"
    assert digits(desk.session.mix_numbers(9, ["1235"])) != digits(first)


def test_nothing_can_be_mixed_into_what_is_forgotten() -> None:
    desk = Desk().ready(DATA)
    desk.confirm()
    desk.session.forget()
    with pytest.raises(UsageError, match="no cryptogram"):
        desk.session.mix_numbers(7, ["1"])


WIDE = tlv(0x70, tlv(0x8C, b"\x9f\x37\x04"), tlv(0x9F56, b"\xff" * 18)) + OK


@pytest.mark.parametrize("request_", [CODE, DATA])
def test_a_bitmap_that_keeps_everything_makes_no_code(request_: Request) -> None:
    desk = Desk({"00B2010C": WIDE}).ready(request_)
    step = desk.confirm()
    if request_ is DATA:
        step = desk.session.mix_numbers(7, ["1"])
    assert step == CardFaulty(7, Fault.UNSUPPORTED)


# Out of order, and left in the middle


def test_our_own_faults_are_told_apart_from_the_cards() -> None:
    session = CardSession(Protocol.T0, Pin())
    with pytest.raises(UsageError, match="selected"):
        session.prepare_card(7, CODE)
    with pytest.raises(UsageError, match="cryptogram"):
        session.mix_numbers(7, ["1"])
    with pytest.raises(UsageError, match="prepared"):
        drive(session, session.close(7), ScriptedCard({}))
    assert session.card is None


def test_answers_to_what_was_left_are_dropped() -> None:
    desk = Desk().ready()
    raw = desk.session.prepare_card(7, CODE)
    assert isinstance(raw, bytearray)
    desk.session.abandon()
    assert desk.session.answer(7, OK) is None
    assert isinstance(desk.prepare(), CardPrepared), "and the card can still be used"


def test_a_pin_under_way_is_wiped_when_the_session_is_left() -> None:
    desk = Desk().ready()
    for digit in (1, 2, 3, 4):
        desk.session.pin.append(digit)
    raw = desk.session.confirm_pin(7)
    assert isinstance(raw, bytearray)
    assert raw.hex().upper() == VERIFY
    desk.session.forget()
    assert (bytes(raw), bytes(desk.session.pin._digits)) == (bytes(13), bytes(12))
    assert desk.session.answer(7, OK) is None


def test_what_was_read_can_be_asked_for() -> None:
    desk = Desk().ready()
    assert desk.session.card is not None
    assert desk.session.card.tries == 3


def test_the_moment_is_the_answers() -> None:
    desk = Desk()
    step: Step = desk.session.select_application(1)
    events: list[Event] = []
    while isinstance(step, bytearray):
        step = desk.session.answer(99, desk.card(step))
    assert isinstance(step, Event)
    events.append(step)
    assert events == [ApplicationFound(99, ("fr", "en"))]
