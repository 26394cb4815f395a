"""The one form of JSON: what every command prints with `--json`. docs/json.md describes it.

One object, whatever happens. `schema`, `command` and `exit` are always in it; beside them stand the command's own
results or, where it failed, `error`. A program therefore reads every command with the same ten lines, and never has to
guess from the shape of an answer whether it went well.
"""

import argparse
import sys
from collections.abc import Mapping
from typing import Final

from sesame.streams import as_json

SCHEMA: Final = 1
"""Counted up when a key goes or changes its meaning; a new key does not count."""

RESERVED: Final = frozenset({"schema", "command", "exit", "error"})
"""Keys of the form itself: no result is called like one."""


def add_json_argument(parser: argparse.ArgumentParser, **keys: str) -> None:
    """The option of every command that prints a result. `keys`: what may stand beside the form's own keys, each with
    its kind and meaning, such as "text: the code"; docs/json.md is made from them, and a test holds the answers to it.
    """
    parser.add_argument("--json", action="store_true", help="print one JSON object instead: docs/json.md")
    parser.set_defaults(json_keys=keys, command=parser.prog.removeprefix("sesame "))


def say_result(arguments: argparse.Namespace, exit_code: int, /, **facts: object) -> None:
    """Print what a command found, and what it ends with. A refused code is a result as well, with its exit code."""
    _say(arguments.command, {"exit": int(exit_code)}, facts)


def say_ready(arguments: argparse.Namespace, /, **facts: object) -> None:
    """Print, as soon as a command that goes on running is ready, where it is reached: its `exit` is null."""
    _say(arguments.command, {"exit": None}, facts)


def say_error(command: str, exit_code: int, message: str, facts: Mapping[str, object]) -> None:
    """Print why a command failed: the same message as on standard error, and what is known of it as values."""
    _say(command, {"exit": int(exit_code), "error": message}, facts)


def _say(command: str, head: Mapping[str, object], facts: Mapping[str, object]) -> None:
    if RESERVED & facts.keys():
        raise ValueError(f"a result may not be called {', '.join(sorted(RESERVED & facts.keys()))}")
    sys.stdout.write(as_json({"schema": SCHEMA, "command": command, **head, **facts}) + "\n")
    sys.stdout.flush()
