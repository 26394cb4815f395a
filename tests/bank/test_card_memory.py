"""Counters on disk: atomic, private, shared without loss."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bank.cards.gallery import open_card
from bank.cards.memory import Counters, FileMemory, VolatileMemory, keep_counters
from bank.errors import StateError
from bank.files import read_private, write_private

START = Counters(0, 3)
LIMIT_S = 120


def one_more(counters: Counters) -> Counters:
    return replace(counters, atc=counters.atc + 1)


def test_the_file_appears_with_the_first_change_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "cards" / "card.json"
    memory = FileMemory(path, START)
    assert memory.update(keep_counters) == START
    assert not path.exists()
    memory.update(one_more)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert FileMemory(path, START).update(keep_counters) == Counters(1, 3)


def test_a_write_that_fails_changes_nothing_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "card.json"
    memory = FileMemory(path, START)
    memory.update(one_more)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StateError, match=r"card\.json"):
            memory.update(one_more)
    assert memory.update(keep_counters) == Counters(1, 3)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["card.json", "card.json.lock"]


def test_content_is_synced_before_the_name_points_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, rename = os.fsync, Path.replace

    def noted_sync(descriptor: int) -> None:
        steps.append("sync")
        sync(descriptor)

    def noted_rename(self: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_rename)
    write_private(tmp_path / "f", b"x")
    assert steps == ["sync", "rename", "sync"]
    assert read_private(tmp_path / "f") == b"x"


def test_an_exception_in_a_change_leaves_all_as_it_was(tmp_path: Path) -> None:
    def refuse(counters: Counters) -> Counters:
        raise LookupError

    for memory in (FileMemory(tmp_path / "c.json", START), VolatileMemory(START)):
        with pytest.raises(LookupError):
            memory.update(refuse)
        assert memory.update(one_more) == Counters(1, 3)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"{", b'{"atc": 1}', b'{"atc": -1, "tries": 3}', b'{"atc": 1, "tries": "x"}', b"\xff"],
)
def test_a_file_that_is_no_state_is_named_with_the_cure(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(content)
    with pytest.raises(StateError, match=r"card\.json.*delete"):
        FileMemory(path, START).update(keep_counters)
    assert path.read_bytes() == content


def test_a_card_with_such_a_file_is_not_put_into_a_slot(tmp_path: Path) -> None:
    (tmp_path / "bank-card.json").write_bytes(b"?")
    with pytest.raises(StateError, match=r"bank-card\.json"):
        open_card("bank-card", tmp_path)


def test_a_directory_that_cannot_be_made_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StateError, match="cannot lock"):
        FileMemory(tmp_path / "file" / "card.json", START).update(keep_counters)


def test_two_hands_on_one_card_never_count_the_same_value(tmp_path: Path) -> None:
    results: list[int] = []

    def use() -> None:
        memory = FileMemory(tmp_path / "card.json", START)
        for _ in range(20):
            results.append(memory.update(one_more).atc)

    users = [threading.Thread(target=use) for _ in range(4)]
    for user in users:
        user.start()
    for user in users:
        user.join(LIMIT_S)
    assert sorted(results) == list(range(1, 81))


def test_the_last_try_is_given_once_though_two_ask_for_it(tmp_path: Path) -> None:
    answers: list[bytes] = []

    def guess() -> None:
        card = open_card("last-try", tmp_path)
        card.power_on()
        card.transmit(bytes.fromhex("00A4040007A0000000038002"))
        gate.wait(LIMIT_S)
        answers.append(card.transmit(bytes.fromhex("0020008008249999FFFFFFFFFF")))

    gate = threading.Barrier(4)
    guessers = [threading.Thread(target=guess) for _ in range(4)]
    for guesser in guessers:
        guesser.start()
    for guesser in guessers:
        guesser.join(LIMIT_S)
    assert sorted(answer.hex() for answer in answers) == ["63c0", "6983", "6983", "6983"]


@pytest.mark.parametrize("values", [(-1, 3), (65536, 3), (0, -1), (0, 16)])
def test_counters_have_their_range(values: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="range"):
        Counters(*values)
