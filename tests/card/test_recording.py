"""What a recording keeps, what it must never keep, and the card that comes back out of it."""

from collections.abc import Iterator

import pytest

from bank.cards import gallery
from bank.cards.profile import Declines
from sesame.card.trace.masks import hide_owner
from sesame.card.trace.reading import read_trace
from sesame.card.trace.recording import Recorder, Trace, Turn, write_trace
from sesame.card.trace.replay import ReplayCard, recorded_request
from sesame_core.cap.blocking import CardWork
from sesame_core.cap.codes import Function, Request
from sesame_core.errors import CardError
from sesame_core.smartcard.apdu import Protocol
from sesame_core.smartcard.masking import HIDDEN
from tests.card.conftest import Talk

PLAIN = Request()


def can_code(name: str) -> bool:
    """Good cards with a try left whose issuer lets them."""
    entry = gallery.describe_card(name)
    application = entry.code_application
    return application is not None and application.declines is Declines.NEVER and entry.profile.tries > 0


CAN_CODE = [name for name in gallery.list_names() if can_code(name)]


def ticking() -> Iterator[int]:
    now = 0
    while True:
        yield now
        now += 1500


def recorded(name: str, request: Request = PLAIN) -> tuple[Trace, str]:
    """A session with a card of the gallery, and its code; empty where the card refuses."""
    card = gallery.open_card(name)
    atr = card.power_on()
    if atr[:1] == b"\x3f":
        atr = card.reset_card()
    recorder = Recorder(lambda apdu: card.transmit(bytes(apdu)), ticking().__next__)
    work = CardWork(recorder, Protocol(card.protocol))
    code = ""
    try:
        work.select_application()
        work.prepare_card(request)
        for digit in gallery.describe_card(name).pin:
            work.pin.append(int(digit))
        work.confirm_pin()
        code = "".join(map(str, work.make_code(("12", "3456789012") if request.function is Function.DATA else ())))
        work.close()
    except CardError:
        pass
    return Trace(tuple(recorder.turns), atr.hex().upper(), card.protocol), code


@pytest.mark.parametrize("name", CAN_CODE)
def test_a_recorded_card_gives_its_code_again_without_owner_and_pin(name: str, talk: Talk) -> None:
    trace, code = recorded(name, Request(Function.CHALLENGE, challenge="90210"))

    assert talk(read_trace(write_trace(hide_owner(trace))), ()) == (code, [])


@pytest.mark.parametrize("name", gallery.list_names())
def test_neither_pin_nor_card_number_is_in_what_is_written(name: str) -> None:
    trace, _ = recorded(name)
    text = write_trace(hide_owner(trace))
    profile = gallery.describe_card(name).profile

    assert f"2{len(profile.pin):X}{profile.pin}" not in text
    assert not any(application.pan in text for application in profile.applications)
    if any(application.pan in write_trace(trace) for application in profile.applications):
        assert profile.applications[0].pan[-4:] in text


def test_a_number_in_pieces_and_one_cut_short_are_hidden_too() -> None:
    pieces = (
        Turn("00B2010C00", "700E5A08497311" + "6111"),
        Turn("00C0000011", "2233445566" + "9000"),
        Turn("00B2020C00", "70405F200A" + "4475706F6E74" + "9000"),
        Turn("80CA9F7F00", "DF01024973" + "9000"),
    )
    number = Turn("00B2030C00", "700A5A08" + "4973112233445566" + "9000")
    text = write_trace(hide_owner(Trace((*pieces, number, Turn("80CA000000", "4973112233445566" + "9000")))))

    assert "4973112233" not in text
    assert "4475706F6E74" not in text
    assert text.count("5566") == 3


@pytest.mark.parametrize(
    "value",
    [
        "9F200810112345678901239000",
        "9F1F0830303030303132339000",
        "5F20065049455252459000",
        "5F200842415054495354459000",
    ],
    ids=["track 2's own data", "track 1's own data", "a name whose bytes look like digits", "another"],
)
def test_of_what_is_no_card_number_not_one_digit_is_left(value: str) -> None:
    shown = hide_owner(Trace((Turn("00B2010C00", f"70{len(value) // 2 - 2:02X}{value}"),))).turns[0].response
    assert set(shown[10:-4]) == {HIDDEN}


PAN = "4973112233445566"
SAID = PAN.encode().hex().upper()


def told(*turns: Turn) -> str:
    """What is written of a session whose owner is to be hidden."""
    return write_trace(hide_owner(Trace(turns)))


def record(content: str) -> Turn:
    return Turn("00B2010C00", content + "9000")


@pytest.mark.parametrize(
    "turn",
    [
        Turn("80E2000008" + PAN, "9000"),
        Turn("80A800000A8308" + PAN, "9000"),
        Turn("80AE80000B" + "0000" + PAN + "00", "9000"),
        Turn("00DA9F5010" + SAID, "9000"),
        Turn("80CA9F5000", "9F5008" + PAN + "9000"),
        record("7012DF0110" + SAID),
        record("700BDF0208" + PAN),
        record(SAID),
        record("112233" + PAN + "44"),
        record("0102" + "1F" + "FF" * 4 + "5A08" + PAN),
    ],
)
def test_a_number_that_a_record_tells_is_hidden_wherever_it_is_said(turn: Turn) -> None:
    text = told(record(f"700A5A08{PAN}"), turn)

    assert PAN[:12] not in text
    assert SAID[:24] not in text


@pytest.mark.parametrize(
    "turn",
    [
        Turn("80E200000A5A08" + PAN, "9000"),
        Turn("80E2000008" + PAN, "9000"),
        Turn("00DA9F5010" + SAID, "9000"),
        Turn("80E200001257" + "0E" + PAN + "D3112201000000", "9000"),
        record("700BDF0208" + PAN),
        record("700BC10BDF0208" + PAN),
        record("7013DF0110" + SAID),
        record("700C9F500A" + PAN + "FFFF"),
        record("7015E113" + "DF0110" + SAID),
        record("FFFF00700A5A08" + PAN),
        record(SAID),
        record(PAN),
        record("010203" + PAN + "31123120"),
        record("7030" + "1F" + "FF" * 4 + "5A08" + PAN),
        record("7030" + "1F" + "FF" * 4 + "5A08" + "4973112233445566"),
        record("7030" + "1F" + "FF" * 4 + "570D" + PAN + "D31122010F"),
        record("7081" * 40 + "5A08" + PAN),
        record("707E" * 60 + "5A08" + PAN),
    ],
    ids=lambda turn: (turn.command + turn.response)[:36],
)
def test_a_number_that_nothing_else_tells_is_hidden_by_its_looks(turn: Turn) -> None:
    text = told(turn)

    assert "497311223344" not in text
    assert SAID[:24] not in text
    assert HIDDEN in text


def test_the_parts_that_a_code_is_made_of_stay() -> None:
    kept = (
        record("7017" + "8C15" + "9F02069F03069F1A0295055F2A029A039C019F3704"),
        Turn("80AE800008" + PAN, "7714" + "9F2701809F3602" + "0010" + "9F2608" + "4973112233445566" + "9000"),
        Turn("80AE80001D" + "0" * 50 + "49731122", "8012" + "800010" + PAN + "06780A03A48000" + "9000"),
    )
    assert hide_owner(Trace(kept)).turns == kept


def test_templates_without_end_end_no_recording() -> None:
    """Five hundred of them, one in the other, ended it."""
    deep = record("7081FF" * 5000)
    assert hide_owner(Trace((deep,))).turns[0].response[-4:] == "9000"


def test_times_are_kept_in_milliseconds() -> None:
    trace, _ = recorded("sesame-card")

    assert {turn.micros for turn in trace.turns} == {1500}
    assert "# 1.5 ms" in write_trace(trace)


def test_a_failed_exchange_is_not_kept() -> None:
    def broken(_apdu: bytearray) -> bytes:
        raise OSError

    recorder = Recorder(broken)
    with pytest.raises(OSError):
        recorder(bytearray(5))

    assert recorder.turns == []


def test_other_data_get_the_recorded_answer_and_a_remark() -> None:
    trace, code = recorded("sesame-card")
    card = ReplayCard(trace)
    card.power_on()
    work = CardWork(lambda apdu: card.transmit(bytes(apdu)), Protocol.T0)
    work.select_application()
    work.prepare_card(Request(Function.CHALLENGE, challenge="1"))
    for digit in (1, 1, 1, 1):
        work.pin.append(digit)
    work.confirm_pin()

    assert "".join(map(str, work.make_code())) == code
    assert card.deviations == ["GENERATE AC was recorded with other data: the recorded answer is given"]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("00A4040007A0000000048002", "6A82"),
        ("00B2090C00", "6A83"),
        ("80CA9F3600", "6A88"),
        ("00C0000010", "6985"),
        ("80AE000000", "6985"),
        ("00B0000000", "6D00"),
        ("0020008008241234FFFFFFFFFF", "9000"),
        ("0020008007241234FFFFFFFF", "6700"),
        ("0020", "6700"),
    ],
)
def test_what_was_never_asked_is_not_there(command: str, answer: str) -> None:
    card = ReplayCard(Trace((Turn("00A4040007A0000000038002", "6F009000"),)))

    assert card.transmit(bytes.fromhex(command)) == bytes.fromhex(answer)


def test_one_command_may_have_several_answers_in_their_order() -> None:
    pin = "0020008008" + "*" * 16
    card = ReplayCard(Trace((Turn(pin, "63C2"), Turn("80CA9F1700", "9F1701029000"), Turn(pin, "9000"))))
    block = bytes.fromhex("0020008008241234FFFFFFFFFF")

    first, tries, second = card.transmit(block), card.transmit(bytes.fromhex("80CA9F1704")), card.transmit(block)
    card.reset_card()

    assert (first.hex(), tries.hex(), second.hex()) == ("63c2", "9f1701029000", "9000")
    assert card.transmit(block).hex() == "63c2"


def test_the_convention_is_replayed() -> None:
    card = ReplayCard(Trace((Turn("00A40400", "9000"),), atr="3B00", cold_atr="3F00", protocol=1))

    assert (card.power_on(), card.reset_card(), card.protocol) == (b"\x3f\0", b"\x3b\0", 1)


@pytest.mark.parametrize(
    "request_",
    [
        Request(),
        Request(Function.CHALLENGE, challenge="12345678"),
        Request(Function.SIGN, challenge="4711", amount="123456"),
    ],
)
def test_the_request_is_told_from_the_recording(request_: Request) -> None:
    trace, _ = recorded("sesame-card", request_)

    assert recorded_request(trace) == request_
