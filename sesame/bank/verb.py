"""What a verb of `sesame bank` is."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing the bank is asked. `module`, `function`: below `sesame.bank`. `books`: it is given the open books.
    `keys`: what stands in its JSON, as `add_json_argument` wants it. `kind`: what the word before it means, where there
    is one."""

    module: str
    function: str
    summary: str
    takes: Callable[[argparse.ArgumentParser], None]
    keys: Mapping[str, str]
    kind: str = ""
    books: bool = True


def take_nothing(_parser: argparse.ArgumentParser) -> None:
    """The arguments of a verb that has none of its own."""


def take_user(parser: argparse.ArgumentParser) -> None:
    """A customer."""
    parser.add_argument("user", metavar="USER", help="a user code")
