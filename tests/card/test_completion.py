"""Completion as the shells do it: each real shell is asked what it would offer."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bank.cards.gallery import list_names
from sesame.cli import COMMANDS, main
from sesame.completion import SHELLS
from sesame.completion_tree import Node, Option, Takes, build_tree
from tests.golden_plugin import GoldenText
from tests.left_out import leave_out

Offer = Callable[..., set[str]]

BASH = """
source {script}
COMP_WORDS=({words})
COMP_CWORD={last}
_sesame
printf '%s\\n' "${{COMPREPLY[@]}}"
"""

ZSH = """
compdef() {{ : }}
compadd() {{ [[ $1 == -- ]] && shift; print -l -- $@ }}
_files() {{ print -l -- *(N) }}
source {script}
words=({words})
CURRENT={last}+1
_sesame
"""

FISH = """
source {script}
complete -C "{line}"
"""


@pytest.fixture
def shell(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if shutil.which(name) is None:
        leave_out(f"{name} is not installed: apt install {name}")
    return name


@pytest.fixture
def offered(shell: str, tmp_path: Path) -> Offer:
    """What the shell offers after these words; the last one is being typed."""
    script = tmp_path / "completion"
    script.write_text(SHELLS[shell](build_tree()), encoding="utf-8")
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "session.trace").touch()

    def ask(*words: str) -> set[str]:
        quoted = " ".join(word or "''" for word in words)
        template = {"bash": BASH, "zsh": ZSH, "fish": FISH}[shell]
        text = template.format(script=script, words=quoted, last=len(words) - 1, line=" ".join(words))
        plain = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
        done = subprocess.run(
            [shell, *plain, "-c", text],
            cwd=folder,
            env={"PATH": os.defpath, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "TERM": "dumb"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.stderr, done.stderr
        return {line.partition("\t")[0] for line in done.stdout.splitlines() if line}

    return ask


TREE = Node(
    ("sesame",),
    "",
    (Option(("--help", "-h"), Takes.NOTHING, (), "say what there is"),),
    nodes=(
        Node(
            ("sesame", "code"),
            "make a code",
            (
                Option(("--card", "-c"), Takes.ANYTHING, ("bank-card", "o'clock"), "which card"),
                Option(("--trace",), Takes.FILE, (), "a file"),
                Option(("--state",), Takes.FOLDER, (), "a folder"),
            ),
            words=("fr", "en"),
        ),
        Node(
            ("sesame", "card"),
            "look at a card",
            nodes=(
                Node(("sesame", "card", "tlv"), "taken apart", takes=Takes.FILE),
                Node(("sesame", "card", "all"), "a folder of them", takes=Takes.FOLDER),
            ),
        ),
    ),
)
"""One of everything, so that what is written of it need not be looked at again with every option that comes."""


@pytest.mark.parametrize("name", SHELLS)
def test_what_is_written_for_one_of_everything(golden_text: GoldenText, name: str) -> None:
    golden_text(SHELLS[name](TREE), f"completion-{name}")


every_shell = pytest.mark.parametrize("shell", SHELLS, indirect=True)


@every_shell
def test_commands_are_offered(offered: Offer) -> None:
    assert set(COMMANDS) <= offered("sesame", "")


@every_shell
def test_tools_are_offered(offered: Offer) -> None:
    assert {"readers", "apps", "info", "tlv", "trace", "replay", "explain"} <= offered("sesame", "card", "")


@every_shell
def test_options_of_a_tool_are_offered(offered: Offer) -> None:
    assert {"--virtual", "--json", "--yes"} <= offered("sesame", "card", "info", "--")


@every_shell
def test_cards_of_the_gallery_are_offered_where_one_is_wanted(offered: Offer) -> None:
    assert set(list_names()) <= offered("sesame", "card", "info", "--virtual", "")
    assert set(list_names()) <= offered("sesame", "virtual-card", "")


@every_shell
def test_files_are_offered_where_one_is_wanted(offered: Offer) -> None:
    assert "session.trace" in offered("sesame", "card", "info", "--from", "")
    assert "session.trace" in offered("sesame", "card", "replay", "")


@every_shell
def test_choices_are_offered(offered: Offer) -> None:
    assert {"show", "check"} <= offered("sesame", "config", "")


@every_shell
def test_a_number_to_type_is_not_guessed(offered: Offer) -> None:
    assert offered("sesame", "code", "--challenge", "") == set()


def test_what_bash_has_of_a_word_narrows_the_offer(tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text(SHELLS["bash"](build_tree()), encoding="utf-8")
    text = BASH.format(script=script, words="sesame card ex", last=2)

    assert (
        subprocess.run(["bash", "--norc", "-c", text], capture_output=True, text=True, check=True).stdout == "explain\n"
    )


def test_every_option_of_every_command_is_in_the_tree() -> None:
    def reach(node: Node) -> list[str]:
        return [name for option in node.options for name in option.names]

    assert all("--help" in reach(node) for node in build_tree().walk())
    assert {node.path[1] for node in build_tree().walk() if len(node.path) > 1} == set(COMMANDS)


def test_a_summary_that_names_a_commands_tools_names_all_of_them() -> None:
    said = {name: set(entry.summary.partition(": ")[2].split(", ")) for name, entry in COMMANDS.items()}
    tools: dict[str, set[str]] = {name: set() for name in COMMANDS}
    for node in build_tree().walk():
        if len(node.path) == 3:
            tools[node.path[1]].add(node.path[2])
    naming = {name: words for name, words in said.items() if words & tools[name]}
    assert set(naming) == {"card", "key"}
    assert naming == {name: tools[name] for name in naming}


@pytest.mark.parametrize("name", SHELLS)
def test_the_command_writes_it(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", name]) == 0

    assert capsys.readouterr().out == SHELLS[name](build_tree())
