"""The messages of 3-D Secure: what is taken, what is not, and with which of the specification's codes."""

import base64
import json
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.threeds.codec import (
    MOST_BYTES,
    MOST_DEPTH,
    ErrorCode,
    ProtocolError,
    answer_error,
    decode_from_browser,
    decode_message,
    encode_for_browser,
    encode_message,
    read_object,
    to_plain,
)
from bank.threeds.elements import passes_luhn
from bank.threeds.messages import MESSAGES, RULE, TRANS_STATUS, VERSIONS, AReq, ARes, CReq, CRes, Erro, RReq, RRes
from tests.threeds.samples import ACS_ID, DS_ID, NUMBER, SERVER_ID, areq, creq

IDS = {"threeDSServerTransID": SERVER_ID, "dsTransID": DS_ID, "acsTransID": ACS_ID}
SAMPLES: dict[type, dict[str, Any]] = {
    AReq: areq(),
    CReq: creq(),
    ARes: {
        "messageType": "ARes",
        "messageVersion": "2.3.1",
        **IDS,
        "acsReferenceNumber": "ACS",
        "dsReferenceNumber": "DS",
        "transStatus": "C",
        "acsURL": "http://localhost:8036/acs/challenge",
    },
    CRes: {
        "messageType": "CRes",
        "messageVersion": "2.2.0",
        "threeDSServerTransID": SERVER_ID,
        "acsTransID": ACS_ID,
        "transStatus": "N",
    },
    RReq: {
        "messageType": "RReq",
        "messageVersion": "2.2.0",
        "messageCategory": "01",
        **IDS,
        "transStatus": "Y",
        "eci": "05",
        "authenticationValue": base64.b64encode(bytes(20)).decode(),
        "authenticationMethod": "03",
        "interactionCounter": "01",
        "acsRenderingType": {"acsInterface": "02", "acsUiTemplate": "05"},
    },
    RRes: {"messageType": "RRes", "messageVersion": "2.2.0", **IDS, "resultsStatus": "01"},
    Erro: {
        "messageType": "Erro",
        "messageVersion": "2.2.0",
        "errorCode": "203",
        "errorComponent": "A",
        "errorDescription": "what",
        "errorDetail": "mcc",
    },
}


def octets(plain: object) -> bytes:
    return json.dumps(plain).encode()


def code_of(kind: type[Any], given_octets: bytes) -> ErrorCode:
    with pytest.raises(ProtocolError) as caught:
        decode_message(kind, given_octets)
    return caught.value.code


def test_every_message_has_a_sample() -> None:
    assert set(SAMPLES) == set(MESSAGES)


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_a_message_comes_back_as_it_was_and_cannot_be_changed(kind: type[Any]) -> None:
    message = decode_message(kind, octets(SAMPLES[kind]))
    assert to_plain(message) == SAMPLES[kind]
    assert decode_message(kind, encode_message(message)) == message
    with pytest.raises(FrozenInstanceError):
        message.messageVersion = "2.3.1"


NEEDED = [
    (kind, one.name)
    for kind in MESSAGES
    for one in fields(kind)
    if one.metadata[RULE].required and one.name != "messageVersion"
]


@pytest.mark.parametrize(("kind", "name"), NEEDED, ids=[f"{kind.__name__}-{name}" for kind, name in NEEDED])
def test_an_element_that_must_be_there_is_missed_by_its_name(kind: type[Any], name: str) -> None:
    plain = {key: value for key, value in SAMPLES[kind].items() if key != name}
    with pytest.raises(ProtocolError) as caught:
        decode_message(kind, octets(plain))
    assert (caught.value.code, caught.value.detail) == (ErrorCode.ELEMENT_MISSING, name)


EVERY = [(kind, one.name) for kind in MESSAGES for one in fields(kind)]


@pytest.mark.parametrize(("kind", "name"), EVERY, ids=[f"{kind.__name__}-{name}" for kind, name in EVERY])
def test_no_element_takes_emptiness_null_another_type_or_a_flood(kind: type[Any], name: str) -> None:
    wrongs: tuple[Any, ...] = ("", None, 7, 1.5, ["x"], "x" * 4000, "\u202e\x00", {"deep": {}})
    for wrong in wrongs:
        if isinstance(wrong, dict) and name == "acsRenderingType":
            continue
        code = code_of(kind, octets(SAMPLES[kind] | {name: wrong}))
        expected = {ErrorCode.ELEMENT_FORMAT}
        if name == "messageVersion":
            expected |= {ErrorCode.VERSION, ErrorCode.ELEMENT_MISSING}
        assert code in expected, (wrong, code)


WRONG = {
    "acctNumber": ("9999000000000013", "999900000000", "٩٩٩٩000000000012", "9999 0000 0000 0012"),
    "cardExpiryDate": ("3113", "311", "31/12", "0000"),
    "purchaseAmount": ("-1", "41,99", "4199.0", "1e3", "4" * 49),
    "purchaseDate": ("20260231120000", "2026-09-21T12:00", "20260921120060"),
    "threeDSServerTransID": (
        SERVER_ID[:-1],
        SERVER_ID.replace("-", ""),
        f"{{{SERVER_ID}}}",
        SERVER_ID[:14] + "9" + SERVER_ID[15:],
    ),
    "threeDSServerURL": (
        "ftp://127.0.0.1/x",
        "http://user@127.0.0.1/x",
        "http://",
        "//127.0.0.1/x",
        "http://127.0.0.1:99999/x",
        "http://127.0.0.1:x/",
        "http://127.0.0.1/x y",
        "http://127.0.0.1/#x",
        "javascript:alert(1)",
        'http://127.0.0.1/"onload="x',
        "http://127.0.0.1\\@evil.example/",
    ),
    "notificationURL": ("http://127.0.0.1/" + "x" * 256,),
    "threeDSCompInd": ("y", "X"),
    "threeDSRequestorChallengeInd": ("00", "1", "10"),
    "messageCategory": ("00", "03"),
    "browserColorDepth": ("2", "25"),
    "browserJavascriptEnabled": ("true", 1),
    "mcc": ("59", "59432", "abcd"),
}


@pytest.mark.parametrize("name", WRONG)
def test_values_out_of_range(name: str) -> None:
    for wrong in WRONG[name]:
        with pytest.raises(ProtocolError) as caught:
            decode_message(AReq, octets(areq(**{name: wrong})))
        assert (caught.value.code, caught.value.detail) == (ErrorCode.ELEMENT_FORMAT, name), wrong


def test_versions() -> None:
    for version in VERSIONS:
        assert decode_message(AReq, octets(areq(messageVersion=version))).messageVersion == version
    for other in ("2.1.0", "1.0.2", "3.0.0", "2.2"):
        with pytest.raises(ProtocolError) as caught:
            decode_message(AReq, octets(areq(messageVersion=other)))
        assert (caught.value.code, caught.value.detail) == (ErrorCode.VERSION, "2.3.1,2.2.0")


def test_what_is_no_message() -> None:
    invalid = ErrorCode.RECEIVED_INVALID
    for nothing in (
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"AReq"',
        b"\xff\xfe{}",
        b"{}",
        b'{"messageType":"CReq"}',
        b"NaN",
    ):
        assert code_of(AReq, nothing) is invalid
    assert code_of(AReq, octets(areq())[:-1] + b',"x":NaN}') is invalid
    assert code_of(AReq, octets(areq(messageType="areq"))) is invalid


def test_size_depth_and_width_are_bounded() -> None:
    invalid = ErrorCode.RECEIVED_INVALID
    assert code_of(AReq, octets(areq(more="x" * MOST_BYTES))) is invalid
    deep = b'{"a":' * 100_000
    assert code_of(AReq, deep[:MOST_BYTES]) is invalid
    assert code_of(AReq, b"[" * MOST_BYTES) is invalid
    assert code_of(AReq, octets(areq() | {f"n{number}": 1 for number in range(300)})) is invalid
    assert code_of(AReq, b'{"n":' + b"9" * 5000 + b"}") is invalid
    assert read_object(octets({"a": json.loads("[" * (MOST_DEPTH - 1) + "]" * (MOST_DEPTH - 1))}))


def test_a_name_that_stands_twice() -> None:
    twice = octets(areq())[:-1] + b',"purchaseAmount":"1"}'
    assert code_of(AReq, twice) is ErrorCode.ELEMENT_TWICE


def test_elements_of_others_are_passed_over() -> None:
    message = decode_message(AReq, octets(areq(messageExtension=[{"id": "x"}], sdkAppID="x", acctInfo={"a": "b"})))
    assert message == decode_message(AReq, octets(areq()))


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_whatever_comes_is_a_message_or_an_error_of_the_protocol(noise: bytes) -> None:
    for kind in MESSAGES:
        with pytest.raises(ProtocolError):
            decode_message(kind, noise)


def test_base64url_has_one_spelling() -> None:
    message = decode_message(CReq, octets(creq()))
    right = encode_for_browser(message)
    assert decode_from_browser(CReq, right) == message
    loose = right[:-1] + chr(ord(right[-1]) + 1)
    standard = base64.b64encode('{"x":"ÿÿÿ>>>"}'.encode()).decode()
    for wrong in (
        "",
        right + "=",
        right + "\n",
        " " + right,
        right + "é",
        loose,
        standard,
        right[:-2],
        "A",
        "x" * 5000,
    ):
        with pytest.raises(ProtocolError):
            decode_from_browser(CReq, wrong)


def test_an_error_names_elements_and_identifiers_but_no_value() -> None:
    plain = areq(mcc="secret", acctNumber="4111111111111112")
    with pytest.raises(ProtocolError) as caught:
        decode_message(AReq, octets(plain))
    answer = answer_error(caught.value, plain)
    assert (answer.errorCode, answer.errorComponent, answer.errorMessageType) == ("203", "A", "AReq")
    assert answer.threeDSServerTransID == SERVER_ID
    assert set(answer.errorDetail.split(",")) == {"mcc", "acctNumber"}
    said = encode_message(answer).decode() + str(caught.value) + repr(caught.value)
    assert "secret" not in said
    assert "4111" not in said
    assert answer_error(caught.value, {"acsTransID": "<script>", "messageVersion": "9"}).acsTransID is None


def test_no_repr_shows_a_card_number() -> None:
    assert NUMBER not in repr(decode_message(AReq, octets(areq())))
    assert "3112" not in repr(decode_message(AReq, octets(areq())))


def test_the_last_digit_checks_a_number() -> None:
    """ISO/IEC 7812-1's own example, and neighbours."""
    assert passes_luhn("4992739871" + "6")
    assert not any(passes_luhn(f"4992739871{digit}") for digit in range(10) if digit != 6)
    assert set(TRANS_STATUS) >= {"Y", "N", "U", "C", "D", "R"}
