"""One conversation, written in every way in which people and tools write it down."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sesame.card.trace.reading import read_trace
from sesame.card.trace.recording import Trace, TraceError, Turn, write_trace
from tests.card.conftest import Talk

CODE = "34656023"


def spaced(digits: str) -> str:
    return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def pasted(trace: Trace) -> str:
    return "\n".join(f"> {spaced(turn.command)}\n< {spaced(turn.response).lower()}" for turn in trace.turns)


def bare(trace: Trace) -> str:
    return "\n".join(f"{turn.command}\n{turn.response}" for turn in trace.turns)


def arrows(trace: Trace) -> str:
    return "\n".join(f"--> {turn.command}\n<-- {turn.response}" for turn in trace.turns)


def emv_cap(trace: Trace) -> str:
    lines = [f"ATR:          {trace.atr}", "Trying list of pre-defined applications:"]
    for turn in trace.turns:
        if turn.command.startswith("0020"):
            lines.append(f"CAPDU:        {turn.command[:12].replace('*', '2')}*** (masked as it contains PIN info)")
        else:
            lines.append(f"CAPDU:        {turn.command}")
        lines.append(f"RAPDU({turn.response[-4:-2]} {turn.response[-2:]}): {turn.response[:-4]}")
    return "\n".join(lines)


def python_emv(trace: Trace) -> str:
    lines = ["INFO:emv.transmission:Connected to reader"]
    for turn in trace.turns:
        data, sw = turn.response[:-4], turn.response[-4:].lower()
        lines.append(f"DEBUG:emv.transmission:Tx: [{spaced(turn.command)}]")
        lines.append(f"DEBUG:emv.transmission:Rx: [{spaced(data)}], SW1: {sw[:2]}, SW2: {sw[2:]}")
    return "\n".join(lines)


def pcscd(trace: Trace) -> str:
    lines = [f"00000012 APDU: {spaced(turn.command)}\n00041234 SW: {spaced(turn.response)}" for turn in trace.turns]
    return "\n".join(lines)


def opensc(trace: Trace) -> str:
    lines = [f"Using ATR: {spaced(trace.atr)}"]
    lines += [f"Sending: {spaced(turn.command)}\nReceived: {spaced(turn.response)}" for turn in trace.turns]
    return "\n".join(lines)


def global_platform_pro(trace: Trace) -> str:
    lines = [
        f"A>> T=0 (4+{len(turn.command) // 2 - 4:04}) {turn.command[:8]} {turn.command[8:]}\n"
        f"A<< ({len(turn.response) // 2 - 2:04}+2) (16ms) {turn.response[:-4]} {turn.response[-4:]}"
        for turn in trace.turns
    ]
    return "\n".join(lines)


def json_object(trace: Trace) -> str:
    return json.dumps({"T": 0, "atr": trace.atr, **{turn.command: turn.response for turn in trace.turns}})


def json_pairs(trace: Trace) -> str:
    return json.dumps([[turn.command, turn.response] for turn in trace.turns])


def json_lines(trace: Trace) -> str:
    return "\n".join(json.dumps({"command": turn.command, "response": turn.response}) for turn in trace.turns)


def python_literal(trace: Trace) -> str:
    entries = [
        f"  '{turn.command}':\n    '{turn.response[:20]}' +\\\n    '{turn.response[20:]}'," for turn in trace.turns
    ]
    return "messages = {\n  'T': 0,  # protocol\n" + "\n".join(entries) + "\n}"


def without_the_pin(trace: Trace) -> str:
    """Many people leave the VERIFY out altogether."""
    return pasted(Trace(tuple(turn for turn in trace.turns if not turn.command.startswith(("0020", "80CA")))))


WAYS: tuple[Callable[[Trace], str], ...] = (
    write_trace, pasted, bare, arrows, emv_cap, python_emv, pcscd, opensc, global_platform_pro, json_object, json_pairs,
    json_lines, python_literal, without_the_pin,
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_the_same_code(way: Callable[[Trace], str], traces: Path, talk: Talk) -> None:
    french = read_trace((traces / "french-dpa.trace").read_text())

    assert talk(read_trace(way(french)), ()) == (CODE, [])


@pytest.mark.parametrize("way", [write_trace, emv_cap, opensc, json_object])
def test_the_atr_comes_along_where_it_is_told(way: Callable[[Trace], str], traces: Path) -> None:
    french = read_trace((traces / "french-dpa.trace").read_text())

    assert read_trace(way(french)).atr == "3B65000065046C9000"


def test_what_is_written_is_what_is_read() -> None:
    trace = Trace(
        (
            Turn("00A4040007A0000000038002", "612F", 2100),
            Turn("00C000002F", "6F00**009000", 41_700),
            Turn("0020008008" + "*" * 16, "63C2"),
            Turn("00B2010C00", "", 500),
        ),
        atr="3B65000065046C9000",
        protocol=1,
        cold_atr="3F65250052096A9000",
    )

    assert read_trace(write_trace(trace)) == trace


def test_a_pin_that_another_tool_did_not_hide_is_hidden() -> None:
    trace = read_trace("> 00A4040000\n< 9000\n> 0020008008241234FFFFFFFFFF\n< 9000")

    assert "1234" not in write_trace(trace)
    assert trace.turns[1].command == "0020008008" + "*" * 16


def test_long_lines_may_go_on_indented() -> None:
    trace = read_trace("> 00A4040007\n    A0000000038002\n< 6F02\n    8400\n    9000")

    assert trace.turns == (Turn("00A4040007A0000000038002", "6F0284009000"),)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no exchange"),
        ("hello", "line 1: not whole bytes"),
        ("> 00A4040\n< 9000", "line 1: not whole bytes"),
        ("> 000*0000\n< 9000", "line 1: of a command no part but its data"),
        ("> 00200080zz*\n< 9000", "line 1: not whole bytes"),
        ("> 00A40400\n> 00B2010C00", "line 2: the command before has no answer"),
        ("< 9000", "line 1: an answer without a command"),
        ("> 00A4\n< 9000", "line 1: a command has four bytes"),
        ("{'a':", "neither JSON"),
        ('[["00A40400"]]', "an exchange is a pair"),
        ('{"00A40400": "90 0"}', "entry 1: not whole bytes"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(TraceError, match=complaint):
        read_trace(text)


EXCHANGE = '["00A40400", "6A82"]'


@pytest.mark.parametrize("protocol", ['"x"', '""', "null", "7", "true", '"T=\u0663"', "1e999"])
def test_a_protocol_that_there_is_not_is_an_error_of_ours(protocol: str) -> None:
    written = f'[["protocol", {protocol}], {EXCHANGE}]'
    with pytest.raises(TraceError, match="protocol is 0 or 1"):
        read_trace(written)
    assert read_trace(written.replace(protocol, '"T=1"', 1)).protocol == 1


@pytest.mark.parametrize("literal", ["{[]: 1}", "{{}: 1}", "[{1: {[]}}]", "{'a': -'b'}"])
def test_a_literal_that_python_cannot_make_is_an_error_of_ours(literal: str) -> None:
    with pytest.raises(TraceError, match="neither JSON"):
        read_trace(literal)


@pytest.mark.parametrize("kind", ["atr", "cold-atr"])
def test_an_atr_with_hidden_digits_is_refused(kind: str) -> None:
    with pytest.raises(TraceError, match="ATR has no digits to hide"):
        read_trace(f"{kind} 3B**\n> 00A40400\n< 6A82\n")


TABLES = {
    "as it is mostly written": """| command | answer |
| --- | --- |
| 00A40400 | 6A82 |
| `00B2010C00` | `7003 5A01 12 9000` |
""",
    "without a heading": """|00A40400|6A82|
|00B2010C00|70035A01129000|
""",
    "numbered, the status word apart, with words": """Look:

| # | C-APDU | R-APDU | SW | what it is |
|---|:------|------:|:--:|---|
| 1 | 00 A4 04 00 |  | 6A82 | nothing of the kind |
| 2 | 0x00B2010C00 | 70:03:5A:01:12 | 90 00 | a record |

That is all.
""",
    "the status word alone": """| Sent | SW1 SW2 |
| - | - |
| 00A40400 | 6A82 |

| Sent | Response |
| - | - |
| 00B2010C00 | 70035A01129000 |
""",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_is_read_row_by_row(table: str) -> None:
    """Both cells of a row were one command."""
    assert read_trace(table).turns == (Turn("00A40400", "6A82"), Turn("00B2010C00", "70035A01129000"))


def test_what_is_no_hexadecimal_in_a_table_is_said_with_its_line() -> None:
    with pytest.raises(TraceError, match="line 3: not whole bytes of hexadecimal"):
        read_trace("| command | answer |\n| --- | --- |\n| SELECT | 6A82 |\n")


def test_a_line_with_bars_that_is_no_table_stays(traces: Path) -> None:
    wanted = read_trace((traces / "french-dpa.trace").read_text())
    assert read_trace("| a remark | of somebody |\n" + (traces / "french-dpa.trace").read_text()) == wanted
