"""The JSON of the commands: its form, and what stands in it, told by the parsers that take `--json`."""

import argparse
import io
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout

from docs.tools.made import Page
from sesame.answers import SCHEMA
from sesame.cli import COMMANDS, main, parser_of

EXAMPLES = ("card tlv 5F340107 --json", "card info --virtual no-cap --json")

FORM = f"""\
# JSON

Every command that prints a result takes `--json` and then prints one object on standard output, and nothing else there.
(`sesame completion` prints a script for a shell, and has none.)

| key | value |
| --- | --- |
| `schema` | {SCHEMA}; counted up when a key goes or changes its meaning. A new key does not count: pass over what \
you do not know |
| `command` | the command with its tool or action: `card apps` |
| `exit` | what the command ends with, as the [exit codes](command-line.md#exit-codes) say; null from a command that \
goes on running |
| `error` | only where it failed: the message that stands on standard error, too, for a person. Not to be parsed |

Beside them stand the command's own keys, below, or, where it failed, what is known of the failure:

| key | value |
| --- | --- |
| `fault` | the number of *ERREUR CARTE n*, [listed here](faults.md) |
| `tries_left` | after a wrong PIN: how many PIN tries the card still has |
| `faults` | of a configuration: every fault of the file, each a sentence |

A result is no error because it is a no: `sesame bank verify` says `"accepted": false` with exit code 1.
A command that goes on running (`run`, `mirror`, `bank serve`, `virtual-card CARD`, `card replay --vpcd`, `key virtual`)
prints its object as soon as it is ready, and an object with `error` should it fail afterwards. What Ctrl-C ends, or a
pipe that is closed, says nothing more. Questions, and remarks such as "last try", stay on standard error.
"""


def page() -> str:
    """The text that the page must have."""
    examples = "".join(f"\n```console\n$ sesame {line}\n{_output(line)}```\n" for line in EXAMPLES)
    return FORM + examples + "\n## The commands' own keys\n" + "".join(_command(*each) for each in list_answering())


def list_answering() -> Iterator[tuple[str, dict[str, str]]]:
    """Every command or tool that takes --json, with its own keys: "card apps" and what stands in its answer."""
    for name in COMMANDS:
        yield from _below(name, parser_of(name)[0])


def list_silent() -> Iterator[str]:
    """Every command or tool that does not take it."""
    answering = {name for name, _ in list_answering()}
    for name in COMMANDS:
        yield from (leaf for leaf, _ in walk_leaves(name, parser_of(name)[0]) if leaf not in answering)


def walk_leaves(name: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The parsers that have no tools below them, by their names."""
    tools = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not tools:
        yield name, parser
    for action in tools:
        for below, one in action.choices.items():
            yield from walk_leaves(f"{name} {below}", one)


def _below(name: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, dict[str, str]]]:
    for leaf, one in walk_leaves(name, parser):
        if any("--json" in action.option_strings for action in one._actions):
            yield leaf, one.get_default("json_keys")


def _command(name: str, keys: dict[str, str]) -> str:
    rows = "".join(f"| `{key}` | {meaning} |\n" for key, meaning in keys.items())
    return f"\n### sesame {name}\n\n| key | value |\n| --- | --- |\n{rows}"


def _output(line: str) -> str:
    """What the program prints for it."""
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(io.StringIO()):
        main(shlex.split(line))
    return printed.getvalue()


PAGES = (Page("json.md", page, "sesame/answers.py and the commands' parsers"),)
