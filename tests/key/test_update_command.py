"""`sesame key update`: what the key's unit calls as root, and what it says; and an installation in the middle of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.updates.settling import settle_program
from launcher.updating.carrying import CarryEnd
from sesame import cli
from tests.architecture_rules import heavy_at_start, project
from tests.key.update_rig import FIRST, FolderSource, Publisher, UpdatedKey, carry, name_of
from tools.release import switch

Step = Callable[[str], dict[str, Any]]


@pytest.fixture
def bank(tmp_path: Path) -> Publisher:
    bank = Publisher(tmp_path)
    bank.publish(2)
    return bank


@pytest.fixture
def key(tmp_path: Path, bank: Publisher) -> UpdatedKey:
    return UpdatedKey(tmp_path / "key", bank.root)


@pytest.fixture
def step(tmp_path: Path, key: UpdatedKey, bank: Publisher, capsys: pytest.CaptureFixture[str]) -> Step:
    root, config = tmp_path / "root.json", tmp_path / "reader.toml"
    root.write_bytes(bank.root)
    config.write_text(f'[key]\nupdates = "{root}"\n')

    def run(which: str) -> dict[str, Any]:
        capsys.readouterr()
        places = ["--config", str(config), "--programs", str(key.programs), "--state", str(key.folder)]
        assert cli.main(["key", "update", which, "--json", *places]) == 0
        said = capsys.readouterr()
        return {**json.loads(said.out), "said": said.err}

    return run


def bring(key: UpdatedKey, bank: Publisher) -> None:
    carrier, _ = carry(key.plug(), FolderSource(bank.repository.public))
    assert carrier.carry_update(lambda _percent: None, lambda: False) is CarryEnd.REPLUG


def test_what_waits_is_tried_and_kept(key: UpdatedKey, bank: Publisher, step: Step) -> None:
    assert (step("settle")["program"], step("confirm")["release"]) == (FIRST, 1)
    bring(key, bank)
    told = step("settle")
    assert (told["program"], told["release"]) == (name_of(2), 2)
    assert told["said"] == "release 2 is tried from now on\n"
    assert key.releases.find_name("current") == FIRST, "it has not run yet"
    assert step("confirm")["program"] == name_of(2)
    assert key.releases.find_name("current") == name_of(2)
    assert step("settle")["said"] == ""


def test_what_is_settled_is_the_number_that_is_tried(key: UpdatedKey, bank: Publisher) -> None:
    """0 is nobody's release: the unit may settle where nothing waits, as often as it likes."""
    assert settle_program(bank.root, key.room, key.releases) == 0
    bring(key, bank)
    assert settle_program(bank.root, key.room, key.releases) == 2
    assert settle_program(bank.root, key.room, key.releases) == 0


def test_three_times_and_no_more(key: UpdatedKey, bank: Publisher, step: Step) -> None:
    bring(key, bank)
    assert [step("settle")["program"] for _ in range(5)] == [name_of(2)] * 3 + [FIRST] * 2
    assert step("confirm")["program"] == FIRST


def test_what_is_not_taken_keeps_no_key_from_starting(key: UpdatedKey, bank: Publisher, step: Step) -> None:
    bring(key, bank)
    (whole,) = key.room.folder.glob("*.whole")
    whole.write_bytes(b"another")
    told = step("settle")
    assert told["program"] == FIRST
    assert told["said"].startswith("the update is not taken: the program that waits is not the signed one. ")
    assert told["said"].endswith("The program that ran before runs again.\n")


def test_an_installation_ends_what_is_tried(key: UpdatedKey, bank: Publisher, step: Step) -> None:
    bring(key, bank)
    assert step("settle")["program"] == name_of(2)
    switch(key.programs, FIRST)
    assert step("settle")["program"] == FIRST
    assert step("confirm")["program"] == FIRST


@pytest.mark.parametrize(
    "start",
    ["device.service", "device.esecure.compose", "sesame.key.update", "sesame.bank.updates", "bank.web.updates.site"],
)
def test_nobody_pays_for_tuf_who_takes_no_update(start: str) -> None:
    chains = heavy_at_start(project(), start)
    assert not [chain for chain in chains if chain.endswith(("tuf", "securesystemslib")) or " -> tuf." in chain]
    assert [chain for chain in heavy_at_start(project(), "drivers.updates.judging") if " -> tuf." in chain]
