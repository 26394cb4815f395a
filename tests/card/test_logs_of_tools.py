"""Logs as other tools really print them: kept as they came from the tools, and made anew by running them.

The kept ones are of the gallery's cards, fresh, in vsmartcard's virtual reader: OpenSC 0.23.0, pcsc-tools 1.6.2.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bank.cards import gallery
from bank.cards.vpcd import VirtualReader
from sesame.card.trace.reading import read_trace
from sesame.card.trace.recording import Trace, write_trace
from tests.card.conftest import Talk
from tests.card.test_recording import recorded
from tests.pcsc_plugin import FIRST, PcscService

LOGS = Path(__file__).parent / "logs"
PIN_BLOCK = "241234FFFFFFFFFF"
CARDS = {"opensc-tool": ("t1", "mastercard-cap"), "scriptor": ("sesame-card", "t1", "mastercard-cap")}
"""OpenSC fetches no answer on T=0 where a command bears no Le: its log of such a card has none."""

RUNS = [(tool, card) for tool, cards in CARDS.items() for card in cards]
KEPT = [*RUNS, ("pcsc-spy", "t1"), ("pcsc-spy", "mastercard-cap")]
"""pcsc-spy's are of `sesame code` itself: it stands in for libpcsclite (pcsc-lite 1.9.9)."""


def spaced(digits: str) -> str:
    return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def sent_to(card: str) -> list[str]:
    """What the reader sends to a fresh card for a code, PIN and all."""
    return [turn.command.replace("*" * 16, PIN_BLOCK) for turn in recorded(card)[0].turns]


def of_interest(trace: Trace) -> list[tuple[str, str]]:
    return [(turn.command, turn.response) for turn in trace.turns]


@pytest.mark.parametrize(("tool", "card"), KEPT)
def test_a_kept_log_is_the_recording_that_we_would_have_made(tool: str, card: str, talk: Talk) -> None:
    trace = read_trace((LOGS / f"{tool}-{card}.txt").read_text(encoding="utf-8"))
    ours, code = recorded(card)

    assert of_interest(trace) == of_interest(ours)
    assert talk(trace, ()) == (code, [])
    assert PIN_BLOCK not in write_trace(trace)


@pytest.mark.parametrize(("tool", "card"), [each for each in KEPT if each[0] != "opensc-tool"])
def test_some_tell_atr_and_protocol(tool: str, card: str) -> None:
    trace = read_trace((LOGS / f"{tool}-{card}.txt").read_text(encoding="utf-8"))
    ours, _ = recorded(card)

    assert (trace.atr, trace.protocol) == (ours.atr, ours.protocol)


@pytest.mark.parametrize(("tool", "card"), KEPT)
@pytest.mark.parametrize(
    ("before", "end"), [("\ufeff", "\n"), ("", "\r\n"), ("\ufeff", "\r\n"), ("[2026-11-28 06:07] a note\n", "\n")]
)
def test_what_an_editor_or_a_shell_does_to_a_log(tool: str, card: str, before: str, end: str) -> None:
    log = (LOGS / f"{tool}-{card}.txt").read_text(encoding="utf-8")

    assert of_interest(read_trace(before + log.replace("\n", end))) == of_interest(read_trace(log))


@pytest.mark.parametrize("stamp", ["[12:00:01] ", "[0001] [main] ", "[DEBUG] "])
def test_a_log_whose_every_line_begins_with_a_bracket(stamp: str, traces: Path) -> None:
    lines = (traces / "french-dpa.trace").read_text(encoding="utf-8").splitlines()
    marked = [line for line in lines if line[:1] in "<>"]

    assert of_interest(read_trace("\n".join(stamp + line for line in marked))) == of_interest(
        read_trace("\n".join(marked))
    )


def test_a_spied_exchange_that_failed_had_no_answer() -> None:
    """And what pcsc-spy prints of other calls is none: a reader's own commands (SCardControl) go the same way."""
    log = (
        "SCarControl\n i bSendBuffer\n i  0000 06 00                                           ..\n o bRecvBuffer\n"
        "SCardTransmit\n i bSendBuffer\n i  0000 80 CA 9F 17 00                                  .....\n"
        " o bRecvLength 0x00000000 (0)\n o bRecvBuffer\n => Reader removed. (SCARD_W_REMOVED_CARD [0x80100069])\n"
    )
    assert of_interest(read_trace(log)) == [("80CA9F1700", "")]


def test_an_answer_whose_characters_look_like_hexadecimal() -> None:
    """opensc-tool prints 41 42 as AB behind them."""
    log = (
        "Sending: 00 B2 01 0C 00 \nReceived (SW1=0x90, SW2=0x00):\n41 42 20 41 42 AB AB\n"
        "Sending: 00 B2 02 0C 00 \nReceived (SW1=0x6A, SW2=0x83)\n"
        "Sending: 00 B2 03 0C 00 \nReceived (SW1=0x90, SW2=0x00):\n20 20 20   \n"
    )
    assert [turn.response for turn in read_trace(log).turns] == ["41422041429000", "6A83", "2020209000"]


@pytest.mark.parametrize(("tool", "card"), RUNS)
def test_a_log_made_by_running_the_tool(
    tool: str, card: str, pcscd: PcscService, virtual_readers: tuple[VirtualReader, VirtualReader], talk: Talk
) -> None:
    assert shutil.which(tool), f"{tool} is not installed: see tools/packages.txt"
    virtual_readers[0].insert(gallery.open_card(card))
    pcscd.until_present(FIRST, True)
    if tool == "scriptor":
        command = [tool, "-r", FIRST]
        script = "".join(f"{spaced(each)}\n" for each in sent_to(card))
    else:
        command = [tool, "-r", FIRST, *(word for each in sent_to(card) for word in ("-s", each))]
        script = ""
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=True)

    assert talk(read_trace(done.stdout), ()) == (recorded(card)[1], [])


def test_our_own_calls_as_pcsc_spy_prints_them(
    pcscd: PcscService, virtual_readers: tuple[VirtualReader, VirtualReader], talk: Talk, tmp_path: Path
) -> None:
    """It stands in for libpcsclite, and fell over a call of ours (SIGSEGV)."""
    virtual_readers[0].insert(gallery.open_card("t1"))
    pcscd.until_present(FIRST, True)
    libraries = next(Path("/usr/lib").glob("*/libpcscspy.so.0")).parent
    (tmp_path / "libpcsclite.so.1").symlink_to(libraries / "libpcscspy.so.0")
    (tmp_path / "libpcsclite_nospy.so.1").symlink_to(libraries / "libpcsclite.so.1")
    home = {**os.environ, "HOME": str(tmp_path), "LD_LIBRARY_PATH": str(tmp_path)}
    with subprocess.Popen(["pcsc-spy"], env={**os.environ, "HOME": str(tmp_path)}, stdout=subprocess.PIPE) as spy:
        while not (tmp_path / "pcsc-spy").is_fifo():
            assert spy.poll() is None
        code = [sys.executable, "-m", "sesame", "code", "--reader", FIRST]
        done = subprocess.run(code, env=home, input="1234\n", capture_output=True, text=True, check=True)
        log = spy.communicate()[0].decode()

    # Which code it is depends on how often the card was asked, and not on who listens.
    assert talk(read_trace(log), ()) == (done.stdout.replace(" ", "").strip(), [])
