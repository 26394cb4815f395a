"""What can be typed after `sesame`, told from the commands' own parsers."""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from sesame.cli import COMMANDS, parser_of


class Takes(Enum):
    """What an option or an argument wants."""

    NOTHING = "nothing"
    ANYTHING = "anything"
    FILE = "file"
    FOLDER = "folder"


FILES = {"FILE": Takes.FILE, "SCRIPT": Takes.FILE, "SOCKET": Takes.FILE, "DIR": Takes.FOLDER, "DIRECTORY": Takes.FOLDER}
"""By the metavariable."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option: all its names, what it wants, the words to choose from, its help."""

    names: tuple[str, ...]
    takes: Takes
    words: tuple[str, ...]
    help: str


@dataclass(frozen=True)
class Node:
    """A command or a tool: how it is reached, its help, its options, arguments and tools."""

    path: tuple[str, ...]
    help: str
    options: tuple[Option, ...] = ()
    words: tuple[str, ...] = ()
    takes: Takes = Takes.NOTHING
    nodes: tuple["Node", ...] = field(default=())

    def walk(self) -> Iterator["Node"]:
        """This one, then everything below it."""
        yield self
        for node in self.nodes:
            yield from node.walk()


def build_tree() -> Node:
    """The whole command line."""
    commands = tuple(
        _read_parser(("sesame", name), entry.summary, parser_of(name)[0]) for name, entry in COMMANDS.items()
    )
    top = (Option(("--help", "-h"), Takes.NOTHING, (), "say what there is"),)
    return Node(("sesame",), "", (*top, Option(("--version",), Takes.NOTHING, (), "say which it is")), nodes=commands)


def _read_parser(path: tuple[str, ...], help_: str, parser: argparse.ArgumentParser) -> Node:
    shown = [action for action in parser._actions if action.help is not argparse.SUPPRESS]
    options = tuple(_read_option(action) for action in shown if action.option_strings)
    arguments = [action for action in parser._actions if not action.option_strings]
    nodes = tuple(node for action in arguments for node in _read_tools(path, action))
    plain = [action for action in arguments if not isinstance(action, argparse._SubParsersAction)]
    words = tuple(word for action in plain for word in _list_words(action))
    takes = next((kind for kind in map(_what_it_takes, plain) if kind in (Takes.FILE, Takes.FOLDER)), Takes.NOTHING)
    return Node(path, help_, options, words, takes, nodes)


def _read_tools(path: tuple[str, ...], action: argparse.Action) -> Iterable[Node]:
    if not isinstance(action, argparse._SubParsersAction):
        return ()
    helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
    return tuple(_read_parser((*path, name), helps.get(name, ""), parser) for name, parser in action.choices.items())


def _read_option(action: argparse.Action) -> Option:
    return Option(tuple(action.option_strings), _what_it_takes(action), _list_words(action), _help_text(action))


def _what_it_takes(action: argparse.Action) -> Takes:
    if action.nargs == 0:
        return Takes.NOTHING
    return FILES.get(str(action.metavar), Takes.ANYTHING)


def _list_words(action: argparse.Action) -> tuple[str, ...]:
    if action.metavar == "CARD":
        from bank.cards.gallery import list_names  # noqa: PLC0415 - only completions need it here

        return list_names()
    return tuple(map(str, action.choices or ()))


def _help_text(action: argparse.Action) -> str:
    return ((action.help or "") % vars(action)).replace("\n", " ")
