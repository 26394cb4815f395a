"""The verbs of `sesame bank`: each has options and help of its own, and what was typed before still works."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sesame import cli
from sesame.bank.verbs import VERBS
from sesame.completion_tree import Node, build_tree

State = tuple[str, str]


@pytest.fixture
def state(tmp_path: Path, fresh_books: Path) -> State:
    shutil.copytree(fresh_books, tmp_path / "state")
    return "--state", str(tmp_path / "state")


def bank_nodes() -> Iterator[Node]:
    """Every verb as completion and documents know it."""
    bank = next(node for node in build_tree().nodes if node.path[-1] == "bank")
    return (node for node in bank.walk() if not node.nodes)


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_each_has_help_of_its_own(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["bank", *words, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: sesame bank {' '.join(words)} ")
    assert "--state DIR" in said


def test_each_is_offered_by_the_shells_completion() -> None:
    assert {node.path[2:] for node in bank_nodes()} == set(VERBS)
    assert not [option.help for node in bank_nodes() for option in node.options if "SUPPRESS" in option.help]


def test_an_option_belongs_to_its_verb(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["bank", "next", "--amount", "12", *state])
    assert "--amount" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "1234", "5678", "--who", "ten-digits"),
        ("verify", "1234", "--who", "ten-digits", "5678"),
        ("--who", "ten-digits", "verify", "12345678"),
    ],
)
def test_words_and_options_come_in_any_order(words: tuple[str, ...], state: State) -> None:
    assert cli.main(["bank", *state, *words]) == 1
    assert cli.main(["bank", "card", "attempts", "ten-digits", *state]) == 0


@pytest.mark.parametrize("before", [True, False])
def test_the_state_may_stand_before_the_verb_or_behind_it(
    before: bool, state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["bank", *state, "customer", "add"] if before else ["bank", "customer", "add", *state]
    assert cli.main([*given, "LEFEVRE1", "--name", "Lou Lefèvre", "--card", "no-limits"]) == 2
    assert cli.main([*given, "LEFEVRE1", "--name", "Lou Lefèvre", "--card", "ten-digits"]) == 0
    capsys.readouterr()
    assert cli.main(["bank", "customer", "list", "--json", *state]) == 0
    listed = json.loads(capsys.readouterr().out)["customers"]
    assert {"user": "LEFEVRE1", "card": "ten-digits", "name": "Lou Lefèvre"} in listed


def test_what_is_read_by_programs_holds_no_code(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["bank", "verify", "12345678", "--who", "DURAND42", *state])
    cli.main(["bank", "card", "block", "DURAND42", *state])
    capsys.readouterr()
    assert cli.main(["bank", "card", "attempts", "DURAND42", "--json", *state]) == 0
    said = capsys.readouterr().out
    (attempt,) = json.loads(said)["attempts"]
    assert (attempt["reason"], attempt["source"]) == ("no counter in the window gives this code", "command line")
    assert "12345678" not in said
    cli.main(["bank", "card", "list", "--json", *state])
    own = next(one for one in json.loads(capsys.readouterr().out)["cards"] if one["user"] == "DURAND42")
    assert (own["card"], own["blocked"], own["counter"]) == ("bank-card", True, 0)


FORMER = (
    (("list",), ("card", "list")),
    (("list", "DURAND42"), ("card", "attempts", "DURAND42")),
    (("block", "DURAND42"), ("card", "block", "DURAND42")),
    (("unblock", "DURAND42"), ("card", "unblock", "DURAND42")),
)


@pytest.mark.parametrize(("before", "now"), FORMER, ids=" ".join)
def test_the_former_spelling_says_the_same(
    before: tuple[str, ...], now: tuple[str, ...], state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for words in (before, now):
        assert cli.main(["bank", *words, *state]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert said[0] or before == ("list", "DURAND42"), "nobody has tried that card yet"


@pytest.mark.parametrize("port", ["-1", "65536", "99999", "9" * 5000, "\u0663", "8e3", ""])
@pytest.mark.parametrize(
    "words",
    [
        "bank serve",
        "run --simulated --no-browser",
        "mirror --no-browser",
        "virtual-card bank-card",
        "card replay x --vpcd",
    ],
)
def test_a_port_that_there_is_not_is_a_misused_line(words: str, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It was "may be taken" with exit code 1, or ten seconds of waiting for a virtual reader."""
    with pytest.raises(SystemExit) as ended:
        cli.main([*words.split(), f"--port={port}"])
    assert ended.value.code == 2
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err
