"""Traces of real cards, as published: the codes that real readers showed for them, byte for byte on the way.

Replaying such a card proves both directions: it answers only to the very data that the real reader sent (otherwise the
replay says that it deviated), and its answer must lead to the published code.
"""

from pathlib import Path

import pytest

from sesame.card.trace.masks import hide_owner
from sesame.card.trace.reading import read_trace
from sesame.card.trace.recording import Trace
from sesame.card.trace.replay import ReplayCard
from sesame_core.cap.blocking import CardWork
from sesame_core.cap.codes import Request
from sesame_core.errors import CardError, Fault
from sesame_core.smartcard.apdu import Protocol
from sesame_core.smartcard.masking import write_masked
from tests.card.conftest import Talk

CODES = {
    "belgian-bancontact": "53780079",
    "belgian-cap": "23790240",
    "belgian-dpa": "19814125",
    "belgian-maestro": "53780079",
    "belgian-visa": "53780079",
    "british-challenge": "04822527",
    "dutch-challenge": "34998891",
    "dutch-psn": "07986951",
    "french-dpa": "34656023",
    "french-visa": "102823328",
    "portuguese-eid": "08669448",
}


@pytest.mark.parametrize("name", CODES)
def test_the_code_is_the_published_one_and_so_is_every_command(name: str, traces: Path, talk: Talk) -> None:
    assert talk(kept(traces, name), ()) == (CODES[name], [])


@pytest.mark.parametrize("name", CODES)
def test_hiding_the_owner_changes_no_code(name: str, traces: Path, talk: Talk) -> None:
    assert talk(hide_owner(kept(traces, name)), ()) == (CODES[name], [])


@pytest.mark.parametrize(
    ("name", "numbers", "code"),
    [("dutch-psn-data", ("0530026806",), "08180460"), ("belgian-cap", ("1234",), "23719593")],
)
def test_transaction_data_are_mixed_in(
    name: str, numbers: tuple[str, ...], code: str, traces: Path, talk: Talk
) -> None:
    assert talk(kept(traces, name), numbers) == (code, [])


def test_the_belgian_card_answers_its_challenge(traces: Path, talk: Talk) -> None:
    trace = kept(traces, "belgian-cap")
    plain = next(at for at, turn in enumerate(trace.turns) if turn.command.startswith("80AE8000"))
    with_challenge = Trace(trace.turns[:plain] + trace.turns[plain + 2 :], trace.atr)

    assert talk(with_challenge, ()) == ("23580039", [])


def test_the_card_that_real_readers_failed_on_refuses_ours(traces: Path, talk: Talk) -> None:
    with pytest.raises(CardError) as refusal:
        talk(kept(traces, "luxembourg-refuses"), ())

    assert refusal.value.fault is Fault.DECLINED


def test_its_conversation_is_as_recorded_up_to_the_refusal(traces: Path) -> None:
    trace = kept(traces, "luxembourg-refuses")
    card = ReplayCard(trace)
    card.power_on()
    sent: list[str] = []

    def exchange(apdu: bytearray) -> bytes:
        sent.append(write_masked(apdu))
        return card.transmit(bytes(apdu))

    work = CardWork(exchange, Protocol.T1)
    work.select_application()
    work.prepare_card(Request())

    select, options, *rest = (turn.command for turn in trace.turns)
    assert [command for command in sent if card_has(trace, command)] == [select, options, *rest[:4]]
    assert card.deviations == []


def card_has(trace: Trace, command: str) -> bool:
    return any(turn.command == command for turn in trace.turns)


def kept(traces: Path, name: str) -> Trace:
    return read_trace((traces / f"{name}.trace").read_text())
