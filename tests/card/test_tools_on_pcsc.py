"""The card tools on a real pcscd: which reader is taken, what is asked first, and recordings in a virtual reader."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bank.cards import gallery
from bank.cards.card import VirtualCard, counters_of
from bank.cards.memory import VolatileMemory, keep_counters
from bank.cards.vpcd import PORT, VirtualReader
from sesame.card.trace.reading import read_trace
from sesame.card.trace.replay import ReplayCard
from tests.card.conftest import Sesame
from tests.pcsc_plugin import FIRST, SECOND, PcscService

Readers = tuple[VirtualReader, VirtualReader]


@contextmanager
def inserted(pcscd: PcscService, reader: VirtualReader, name: str, card: VirtualCard | ReplayCard) -> Iterator[None]:
    reader.insert(card)
    pcscd.until_present(name, True)
    yield


def bank_card() -> tuple[VirtualCard, VolatileMemory]:
    profile = gallery.describe_card("bank-card").profile
    memory = VolatileMemory(counters_of(profile))
    return VirtualCard(profile, memory), memory


def test_readers_are_listed_with_their_cards(pcscd: PcscService, virtual_readers: Readers, sesame: Sesame) -> None:
    with inserted(pcscd, virtual_readers[1], SECOND, bank_card()[0]):
        status, out, _ = sesame("card", "readers", "--json")
        _, text, _ = sesame("card", "readers", "--reader", "00 01")

    assert status == 0
    assert json.loads(out)["readers"] == [
        {"index": 0, "name": FIRST, "card": False},
        {"index": 1, "name": SECOND, "card": True},
    ]
    assert SECOND in text
    assert FIRST not in text


@pytest.mark.parametrize("choice", [(), ("--reader", "1"), ("--reader", "PCD 00 01"), ("--reader", SECOND)])
def test_the_card_is_found_in_whichever_reader_it_is(
    choice: tuple[str, ...], pcscd: PcscService, virtual_readers: Readers, sesame: Sesame
) -> None:
    card, memory = bank_card()
    with inserted(pcscd, virtual_readers[1], SECOND, card):
        told = json.loads(sesame("card", "info", *choice, "--json")[1])

    assert (told["reader"], told["aid"], told["protocol"]) == (SECOND, "A0000000038002", "T=0")
    assert memory.update(keep_counters).atc == 0


@pytest.mark.parametrize(("choice", "status"), [(("--reader", "0"), 4), (("--reader", "nowhere"), 3)])
def test_a_reader_without_card_or_of_no_such_name_is_said(
    choice: tuple[str, ...], status: int, pcscd: PcscService, virtual_readers: Readers, sesame: Sesame
) -> None:
    with inserted(pcscd, virtual_readers[1], SECOND, bank_card()[0]):
        assert sesame("card", "apps", *choice)[0] == status


@pytest.mark.parametrize("tool", [("explain",), ("trace", "-")])
def test_no_counter_moves_unasked(
    tool: tuple[str, ...], pcscd: PcscService, virtual_readers: Readers, sesame: Sesame
) -> None:
    card, memory = bank_card()
    with inserted(pcscd, virtual_readers[0], FIRST, card):
        status, out, err = sesame("card", *tool, typed="1234\n")

    assert (status, out) == (2, "")
    assert "--yes" in err
    assert memory.update(keep_counters) == counters_of(gallery.describe_card("bank-card").profile)


def test_a_recording_goes_into_the_virtual_reader_and_gives_its_code_there(
    pcscd: PcscService, virtual_readers: Readers, sesame: Sesame, traces: Path
) -> None:
    french = read_trace((traces / "french-dpa.trace").read_text())

    with inserted(pcscd, virtual_readers[0], FIRST, ReplayCard(french)):
        assert sesame("code", typed="0000\n")[:2] == (0, "3465 6023\n")


@pytest.mark.parametrize("name", ["bank-card", "mastercard-cap"])
def test_a_session_on_pcsc_is_recorded_and_replayed(
    name: str, pcscd: PcscService, virtual_readers: Readers, sesame: Sesame, tmp_path: Path
) -> None:
    file = str(tmp_path / "s.trace")
    with inserted(pcscd, virtual_readers[0], FIRST, VirtualCard(gallery.describe_card(name).profile)):
        status, made, _ = sesame("card", "trace", file, "--yes", "--json", typed="1234\n")

    assert status == 0
    assert sesame("card", "replay", file)[1].strip() == json.loads(made)["code"]


def test_replay_serves_the_virtual_reader_until_the_card_is_out(
    pcscd: PcscService, virtual_readers: Readers, monkeypatch: pytest.MonkeyPatch, sesame: Sesame, traces: Path
) -> None:
    seen: list[bool] = []

    def look(self: VirtualReader, timeout_s: float | None = None) -> bool:
        seen.append(self.inserted)
        return True

    monkeypatch.setattr(VirtualReader, "wait", look)

    status, _, err = sesame("card", "replay", str(traces / "french-dpa.trace"), "--vpcd", "--port", str(PORT))

    assert (status, seen) == (0, [True])
    assert f"port {PORT}" in err
