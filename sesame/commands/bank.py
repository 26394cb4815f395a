"""The issuer's side of the demonstration: its keys are published test keys.

WHO is a user code, or a card's name or number. --state and --database may stand before the verb, as every option may.
"""

import argparse
import importlib
from collections.abc import Callable
from typing import Any

from sesame.answers import add_json_argument
from sesame.bank.verbs import FORMER, VERBS, AnyOrderParser, Verb
from sesame.books import add_database_argument, hold_state, open_books
from sesame.state import add_state_argument

FORMERLY = "formerly_"
"""Before the name of an option that stands before the verb."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs, each with its own options."""
    add_database_argument(parser)
    add_state_argument(parser)
    _take_former(parser)
    tree: dict[tuple[str, ...], Any] = {(): _below(parser)}
    for words, verb in VERBS.items():
        if words[:-1] not in tree:
            kind = tree[()].add_parser(words[0], help=verb.kind, description=verb.kind)
            tree[words[:-1]] = _below(kind)
        one = tree[words[:-1]].add_parser(words[-1], help=verb.summary, description=verb.summary)
        verb.takes(one)
        add_json_argument(one, **verb.keys)
        for add in (add_database_argument, add_state_argument):
            add(one)
        for action in one._actions:
            if action.dest in ("database", "state"):
                action.default = argparse.SUPPRESS  # what stands before the verb is not to be overwritten
                action.help = (action.help or "").removesuffix(" (%(default)s)")
        one.set_defaults(verb=verb)


def run(arguments: argparse.Namespace) -> int:
    """Do it. Raises BankError, CommandError."""
    for name, value in list(vars(arguments).items()):
        if name.startswith(FORMERLY):
            setattr(arguments, name.removeprefix(FORMERLY), value)
    verb: Verb = arguments.verb
    act: Callable[..., int] = getattr(importlib.import_module(f"sesame.bank.{verb.module}"), verb.function)
    if not verb.books:
        return act(arguments)
    with hold_state(arguments.state), open_books(arguments) as store:
        return act(store, arguments)


def _below(parser: argparse.ArgumentParser) -> Any:  # noqa: ANN401 - argparse has no public name for it
    return parser.add_subparsers(required=True, metavar="VERB", parser_class=AnyOrderParser)


def _take_former(parser: argparse.ArgumentParser) -> None:
    """Every option of a verb once stood before it as well as behind it."""
    for name, kind in FORMER.items():
        dest = FORMERLY + name.removeprefix("--")
        parser.add_argument(name, dest=dest, default=argparse.SUPPRESS, help=argparse.SUPPRESS, **kind)
