"""Whatever is read, replayed or hidden: only the errors that are promised, and nothing told that must not be."""

import string
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sesame.card.trace.masks import hide_owner
from sesame.card.trace.reading import read_trace
from sesame.card.trace.recording import Trace, TraceError, Turn, write_trace
from sesame.card.trace.replay import ReplayCard, recorded_request

ROOT = Path(__file__).parents[2]
HEX = st.binary(max_size=40).map(lambda data: data.hex().upper())
TURNS = st.builds(Turn, st.binary(min_size=4, max_size=40).map(lambda data: data.hex().upper()), HEX)
TRACES = st.builds(
    Trace,
    st.lists(TURNS, min_size=1, max_size=6).map(tuple),
    st.just("3B00"),
    st.sampled_from((0, 1)),
)
LINES = st.lists(
    st.one_of(
        st.text(alphabet=string.printable, max_size=40),
        st.tuples(st.sampled_from(("> ", "< ", "atr ", "SW: ", "A>> ", "RAPDU(90 00): ", "")), HEX).map("".join),
    ),
    max_size=8,
).map("\n".join)


@given(st.one_of(LINES, st.text(), st.text(alphabet="{}[]'\":,0A *+\n")))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_trace_or_a_trace_error(text: str) -> None:
    try:
        trace = read_trace(text)
    except TraceError:
        return
    assert trace.turns


LONG = 100_000
CPU_SECONDS = 60
"""Generous: all of them take a tenth of it. Blanks alone took more than it when the work grew with their square."""

SLOW = (
    "t" + " " * LONG + "x",
    " " * LONG + "x",
    "> 00A4" + " " * LONG + "zz",
    "1" * LONG,
    "(" * LONG,
    "> " + "(" * LONG,
    "'" + "'+" + " " * LONG,
    "[" * LONG,
    "{" + " " * LONG,
    "[" * LONG + "]" * LONG,
    '{"turns":' * LONG,
    " : " * LONG + "#",
    "> 00A40400\n< 9000\n" + " 00\n" * LONG,
    "[x] " * LONG,
    "> 00A40400\n< 9000 # " + "9." * LONG + " ms",
)
PROGRAM = """
import resource, sys
from tests.card.test_trace_fuzz import CPU_SECONDS, SLOW, TraceError, read_trace
resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
for text in SLOW:
    try:
        read_trace(text)
    except TraceError:
        pass
"""


def test_the_work_grows_with_a_text_and_not_with_its_square() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@given(TRACES, st.lists(st.binary(max_size=40), max_size=8))
@settings(max_examples=200, deadline=None)
def test_any_recording_answers_any_command(trace: Trace, commands: list[bytes]) -> None:
    card = ReplayCard(trace)
    card.power_on()

    for command in commands:
        answer = card.transmit(command)
        assert isinstance(answer, bytes)
    recorded_request(trace)


@given(TRACES)
@settings(max_examples=200, deadline=None)
def test_hiding_keeps_the_shape_and_adds_nothing(trace: Trace) -> None:
    once = hide_owner(trace)

    assert [len(turn.response) for turn in once.turns] == [len(turn.response) for turn in trace.turns]
    assert all(
        one in (other, "*")
        for new, old in zip(once.turns, trace.turns, strict=True)
        for one, other in zip(new.response, old.response, strict=True)
    )
    assert hide_owner(once) == once


@given(TRACES)
@settings(max_examples=200, deadline=None)
def test_what_is_read_again_has_no_pin_and_is_read_the_same(trace: Trace) -> None:
    once = read_trace(write_trace(trace))

    assert read_trace(write_trace(once)) == once
    for turn in once.turns:
        if turn.command[2:4] in ("20", "24", "2C") and len(turn.command) > 10:
            assert set(turn.command[10:]) <= {"*"}
