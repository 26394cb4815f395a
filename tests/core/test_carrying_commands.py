"""How T=0 and T=1 carry a command, and what a card may do to it on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesame_core.errors import CardError, Fault
from sesame_core.smartcard.apdu import (
    MAX_CHAIN,
    MAX_COMMANDS,
    MAX_RECORDS,
    MAX_RESPONSE,
    Budget,
    Command,
    Conversation,
    Exchanges,
    Ins,
    Protocol,
    Response,
    StatusWord,
    T,
    carry_conversation,
    deliver_command,
    wants_warm_reset,
)

SELECT = Command(0x00, 0xA4, 0x04, 0x00, b"\xa0\x00\x00")
READ = Command(0x00, 0xB2, 0x01, 0x0C)
T0, T1 = Protocol.T0, Protocol.T1


def carry(exchanges: Exchanges[T], *answers: str) -> tuple[T, list[str]]:
    """What came of it, and what was sent."""
    sent: list[str] = []
    rest = iter(answers)
    try:
        raw = next(exchanges)
        while True:
            sent.append(raw.hex())
            raw = exchanges.send(bytes.fromhex(next(rest)))
    except StopIteration as stop:
        assert next(rest, None) is None, "it ended before its answers did"
        return stop.value, sent


@pytest.mark.parametrize(
    ("command", "protocol", "sent"),
    [
        (SELECT, T0, "00a4040003a00000"),
        (SELECT, T1, "00a4040003a0000000"),
        (READ, T0, "00b2010c00"),
        (READ, T1, "00b2010c00"),
        (Command(0x00, 0x20, 0x00, 0x80, b"\x24", expects=False), T0, "002000800124"),
        (Command(0x00, 0x20, 0x00, 0x80, b"\x24", expects=False), T1, "002000800124"),
        (Command(0x80, 0xAE), T0, "80ae000000"),
    ],
)
def test_the_bytes_of_a_command(command: Command, protocol: Protocol, sent: str) -> None:
    assert command.encode(protocol).hex() == sent


@pytest.mark.parametrize("protocol", Protocol)
def test_an_answer_at_once(protocol: Protocol) -> None:
    response, sent = carry(deliver_command(READ, protocol), "70019000")
    assert (response, len(sent)) == (Response(b"\x70\x01", 0x9000), 1)


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize(
    ("answers", "data", "fetched"),
    [
        (("6102", "aabb9000"), "aabb", ["00c0000002"]),
        (("6100", "aabb9000"), "aabb", ["00c0000000"]),
        (("6102", "aabb6101", "cc9000"), "aabbcc", ["00c0000002", "00c0000001"]),
        (("aa6101", "bb9000"), "aabb", ["00c0000001"]),
        (("6110", "6c02", "aabb9000"), "aabb", ["00c0000010", "00c0000002"]),
        (("6102", "aabb6a83"), "aabb", ["00c0000002"]),
    ],
)
def test_the_rest_is_fetched_and_appended(
    protocol: Protocol, answers: tuple[str, ...], data: str, fetched: list[str]
) -> None:
    response, sent = carry(deliver_command(SELECT, protocol), *answers)
    assert response == Response(bytes.fromhex(data), int(answers[-1][-4:], 16))
    assert sent[1:] == fetched


def test_the_right_length_is_taken_once() -> None:
    response, sent = carry(deliver_command(READ, T0), "6c02", "aabb9000")
    assert (response.data.hex(), sent) == ("aabb", ["00b2010c00", "00b2010c02"])
    response, sent = carry(deliver_command(READ, T0), "6c02", "6c03")
    assert (response.sw, len(sent)) == (0x6C03, 2)


def test_a_command_with_data_takes_another_length_where_its_protocol_has_one() -> None:
    response, sent = carry(deliver_command(SELECT, T1), "6c02", "aabb9000")
    assert (response.data.hex(), sent) == ("aabb", ["00a4040003a0000000", "00a4040003a0000002"])
    response, sent = carry(deliver_command(SELECT, T1), "6c02", "6c03")
    assert (response.sw, len(sent)) == (0x6C03, 2)
    response, sent = carry(deliver_command(SELECT, T0), "6c02")
    assert (response.sw, len(sent)) == (0x6C02, 1)


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("expects", [True, False])
def test_a_pin_is_never_sent_a_second_time(protocol: Protocol, expects: bool) -> None:
    verify = Command(0x00, 0x20, 0x00, 0x80, bytearray(b"\x24\x12\x34\xff"), expects=expects, secret=True)
    response, sent = carry(deliver_command(verify, protocol), "6c08")
    assert (response.sw, len(sent)) == (0x6C08, 1)


def test_the_right_length_and_then_more() -> None:
    response, sent = carry(deliver_command(READ, T0), "6c02", "6101", "aa9000")
    assert (response.data.hex(), sent[1:]) == ("aa", ["00b2010c02", "00c0000001"])


def test_a_chain_has_an_end() -> None:
    links = ["aa6101"] * MAX_CHAIN
    response, sent = carry(deliver_command(SELECT, T0), *links, "bb9000")
    assert (len(sent), response.data) == (1 + MAX_CHAIN, b"\xaa" * MAX_CHAIN + b"\xbb")
    with pytest.raises(CardError) as caught:
        carry(deliver_command(SELECT, T0), *links, "aa6101")
    assert caught.value.fault is Fault.ENDLESS
    assert MAX_CHAIN == 8


@pytest.mark.parametrize(("raw", "fault"), [(b"", Fault.MUTE), (b"\x90", Fault.GARBAGE), (bytes(4097), Fault.GARBAGE)])
def test_responses_that_are_none(raw: bytes, fault: Fault) -> None:
    with pytest.raises(CardError) as caught:
        Response.decode(raw)
    assert caught.value.fault is fault


def test_the_longest_response() -> None:
    assert MAX_RESPONSE == 4096
    assert Response.decode(bytes(4094) + b"\x90\x00") == Response(bytes(4094), 0x9000)
    assert Response.decode(b"\x6a\x82") == Response(b"", 0x6A82)


@given(st.integers(0, 0xFFFF))
def test_status_words(sw: int) -> None:
    response = Response(b"", sw)
    assert response.ok is (sw == 0x9000)
    assert response.tries_left == (sw - 0x63C0 if 0x63C0 <= sw <= 0x63CF else None)
    assert response.has(StatusWord.BLOCKED) is (sw == 0x6983)


def test_the_status_words_are_those_of_the_standards() -> None:
    assert {word.name: f"{word.value:04X}" for word in StatusWord} == {
        "SUCCESS": "9000",
        "VERIFICATION_FAILED": "6300",
        "BLOCKED": "6983",
        "REFERENCE_DATA_BLOCKED": "6984",
        "CONDITIONS_NOT_SATISFIED": "6985",
        "FILE_INVALIDATED": "6283",
        "FILE_TERMINATED": "6285",
        "FUNCTION_NOT_SUPPORTED": "6A81",
        "FILE_NOT_FOUND": "6A82",
        "RECORD_NOT_FOUND": "6A83",
    }


def test_protocols_have_the_numbers_of_the_standard() -> None:
    assert (Protocol(0), Protocol(1)) == (T0, T1)


# Secrets on their way


def secret() -> Command:
    return Command(0x00, 0x20, 0x00, 0x80, bytearray(b"\x24\x12\x34\xff"), expects=False, secret=True)


def test_a_secret_command_is_wiped_as_soon_as_it_is_sent() -> None:
    command = secret()
    exchanges = deliver_command(command, T0)
    raw = next(exchanges)
    assert raw.hex() == "0020008004241234ff"
    with pytest.raises(StopIteration):
        exchanges.send(b"\x90\x00")
    assert (bytes(raw), bytes(command.data)) == (bytes(9), bytes(4))


def test_a_secret_command_is_wiped_when_the_card_goes() -> None:
    command = secret()
    exchanges = deliver_command(command, T1)
    raw = next(exchanges)
    exchanges.close()
    assert (bytes(raw), bytes(command.data)) == (bytes(9), bytes(4))


def test_other_commands_stay_as_they_are() -> None:
    exchanges = deliver_command(SELECT, T0)
    raw = next(exchanges)
    exchanges.close()
    assert raw.hex() == "00a4040003a00000"
    SELECT.wipe()
    assert SELECT.data == b"\xa0\x00\x00"


def test_no_data_in_a_repr() -> None:
    assert "data" not in repr(secret())
    assert "data" not in repr(Response(b"\x24\x12\x34", 0x9000))


# Whole conversations


def chat(count: int, seen: list[int], command: Command = READ) -> Conversation[str]:
    for _ in range(count):
        response = yield command
        seen.append(response.sw)
    return "done"


def test_a_conversation_has_a_budget() -> None:
    assert (MAX_COMMANDS, MAX_RECORDS) == (64, 512)
    seen: list[int] = []
    result, sent = carry(carry_conversation(chat(3, seen), T0, Budget(0, 3)), "9000", "6a83", "9000")
    assert (result, seen, len(sent)) == ("done", [0x9000, 0x6A83, 0x9000], 3)
    with pytest.raises(CardError) as caught:
        carry(carry_conversation(chat(3, seen), T0, Budget(99, 2)), "9000", "9000")
    assert caught.value.fault is Fault.ENDLESS
    with pytest.raises(CardError) as caught:
        carry(carry_conversation(chat(3, seen, SELECT), T0, Budget(2, 99)), "9000", "9000")
    assert caught.value.fault is Fault.ENDLESS


@pytest.mark.parametrize(("command", "most"), [(SELECT, MAX_COMMANDS), (READ, MAX_RECORDS)])
def test_the_budget_is_shared_by_conversations(command: Command, most: int) -> None:
    budget = Budget()
    for _ in range(most):
        carry(carry_conversation(chat(1, [], command), T1, budget), "9000")
    with pytest.raises(CardError):
        budget.spend_command(command)


def test_a_conversation_that_is_left_is_closed() -> None:
    closed: list[str] = []

    def talk() -> Conversation[None]:
        try:
            yield READ
        finally:
            closed.append("closed")

    left = carry_conversation(talk(), T0, Budget())
    next(left)
    left.close()
    mute = carry_conversation(talk(), T0, Budget())
    next(mute)
    with pytest.raises(CardError):
        mute.send(b"")
    assert closed == ["closed", "closed"]


def test_an_instruction_is_written_once() -> None:
    """The values of ISO/IEC 7816-4 and EMV."""
    assert {each.name: each.value for each in Ins} == {
        "VERIFY": 0x20,
        "CHANGE_REFERENCE_DATA": 0x24,
        "RESET_RETRY_COUNTER": 0x2C,
        "SELECT": 0xA4,
        "GET_PROCESSING_OPTIONS": 0xA8,
        "GENERATE_AC": 0xAE,
        "READ_RECORD": 0xB2,
        "GET_RESPONSE": 0xC0,
        "GET_DATA": 0xCA,
    }


@pytest.mark.parametrize(("atr", "warm"), [("3F6500", True), ("3B6500", False), ("", False)])
def test_the_inverse_convention_wants_a_warm_reset(atr: str, warm: bool) -> None:
    assert wants_warm_reset(bytes.fromhex(atr)) is warm
