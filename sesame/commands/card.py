"""Look into a card: readers, applications, what it says of itself, its data objects, and how its codes come about.

Nothing here moves a counter of the card without asking: `info` reads without beginning a transaction where the card
lets it; `trace` and `explain` with a card ask before they make a code, and where nobody can be asked they want --yes.
Cards of the gallery (--virtual) and recordings (--from) have no counters that last.
"""

import argparse
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from sesame.answers import add_json_argument
from sesame.parsing import read_port

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 35963


class Tool(Protocol):
    """A module below sesame.card."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; the exit code."""
        ...


@dataclass(frozen=True, slots=True)
class ToolEntry:
    """Where a tool lives, its line in the help, what it takes, and the keys of its JSON."""

    module: str
    summary: str
    takes: Callable[[argparse.ArgumentParser], None]
    keys: Mapping[str, str]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The tools, each with its own arguments."""
    tools = parser.add_subparsers(dest="tool", required=True, metavar="TOOL", help=" | ".join(TOOLS))
    for name, entry in TOOLS.items():
        one = tools.add_parser(name, help=entry.summary, description=_capitalise_first(entry.summary))
        entry.takes(one)
        add_json_argument(one, **entry.keys)


def run(arguments: argparse.Namespace) -> int:
    """Hand over to the tool. Raises what it raises."""
    tool: Tool = importlib.import_module(f"sesame.card.{TOOLS[arguments.tool].module}")
    return tool.run(arguments)


def _add_readers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reader", "-r", metavar="NAME", help="only this one: its number, or a part of its name")


def _add_apps(parser: argparse.ArgumentParser) -> None:
    _add_card(parser)


def _add_info(parser: argparse.ArgumentParser) -> None:
    _add_card(parser)
    parser.add_argument("--pan", action="store_true", help="print the whole card number")
    parser.add_argument("--yes", "-y", action="store_true", help="the card's counter may move where it must")


def _add_tlv(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "hex", nargs="*", metavar="HEX", help="the objects; without any, or with -, from standard input"
    )


def _add_trace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file; - is standard output")
    parser.add_argument("--force", "-f", action="store_true", help="write over a FILE that is there already")
    _add_card(parser, recordings=False)
    _add_function(parser)
    parser.add_argument("--pan", action="store_true", help="write card number and name as they are")
    parser.add_argument("--times", action="store_true", help="write how long the card took for each answer")
    parser.add_argument("--yes", "-y", action="store_true", help="the card's counters may move")


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the trace; - is standard input")
    _add_function(parser)
    parser.add_argument(
        "--vpcd", action="store_true", help="put the card into the virtual PC/SC reader, until interrupted"
    )
    parser.add_argument("--host", default=DEFAULT_HOST, help="where vpcd listens (%(default)s)")
    parser.add_argument("--port", type=read_port, default=DEFAULT_PORT, help="the virtual reader's port (%(default)s)")


def _add_explain(parser: argparse.ArgumentParser) -> None:
    _add_card(parser)
    _add_function(parser)
    parser.add_argument("--yes", "-y", action="store_true", help="the card's counters may move")
    parser.add_argument("--bits", action="store_true", help="list every bit with what it is worth")
    given = parser.add_argument_group("values, in place of a card")
    for option, what in (
        ("--answer", "the whole answer to GENERATE AC, 77... or 80..."),
        ("--cid", "cryptogram information data, 1 byte"),
        ("--atc", "transaction counter, 2 bytes"),
        ("--ac", "cryptogram, 8 bytes"),
        ("--iad", "issuer application data"),
        ("--psn", "PAN sequence number, 1 byte"),
        ("--ipb", "bitmap"),
        ("--iaf", "flags"),
        ("--aid", "name of the application"),
    ):
        given.add_argument(option, metavar="HEX", help=what)
    given.add_argument("--belgian", action="store_true", help="it is a Belgian card")


def _add_card(parser: argparse.ArgumentParser, recordings: bool = True) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--reader", "-r", metavar="NAME", help="its number, or a part of its name; else any with a card"
    )
    source.add_argument("--virtual", metavar="CARD", help="a card of the gallery, without PC/SC")
    parser.add_argument("--warm-reset", action="store_true", help="reset the card warm first, whatever its ATR is")
    if recordings:
        source.add_argument("--from", dest="recording", type=Path, metavar="FILE", help="a recorded card")
    else:
        parser.set_defaults(recording=None)


def _add_function(parser: argparse.ArgumentParser) -> None:
    """As `sesame code` takes it."""
    parser.add_argument("--challenge", metavar="N", default="", help="answer a challenge of up to 8 digits")
    parser.add_argument("--amount", metavar="EUROS", help="sign an amount, such as 1234.56")
    parser.add_argument("--account", metavar="N", default="", help="sign for an account of up to 8 digits")
    parser.add_argument(
        "--data", metavar="N", nargs="+", default=[], help="transaction data: up to ten numbers of ten digits"
    )


def _capitalise_first(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:] + "."


READERS_KEYS: Final = {"readers": "list: each with `index`, `name` and whether a `card` is in"}
APPS_KEYS: Final = {
    "applications": "list: each with `aid`, `known_as`, `label`, `found_by`, `selectable`, `taken_for_codes`",
}
INFO_KEYS: Final = {
    "reader": "text: where the card is",
    "atr": "text: its answer to reset, hexadecimal",
    "protocol": "text: T=0 or T=1",
    "aid": "text: the application that codes come from",
    "label": "text: its label",
    "languages": "list: preferred ones, two letters each",
    "pan": "text: the card number; of it the last four digits, without --pan",
    "expires": "text: the date",
    "psn": "text: the PAN sequence number",
    "pin_tries_left": "number or null: where the card tells it",
    "atc": "number or null: the transaction counter",
    "atc_last_online": "number or null: what it was when the bank last heard of the card",
    "iaf": "text: the flags, hexadecimal",
    "codes": "object or null: how codes are made: `rule`, `digits`, `bitmap`, the bits taken",
    "why": "text: where `codes` is null, why there are none",
}
TLV_KEYS: Final = {
    "objects": "list: the tree: `tag`, `name`, `length`, then `parts`, or `value` and `meaning`",
    "status": "text: the status word behind the objects, empty where there is none",
}
TRACE_KEYS: Final = {
    "file": "text: where the recording is",
    "exchanges": "number: of commands",
    "code": "text: the code that was made",
}
REPLAY_KEYS: Final = {
    "code": "text: the code, in groups of four",
    "function": "text: what was asked of the card",
    "deviations": "list: where this conversation was another one than the recorded",
    "file": "text: with --vpcd, the trace whose card is in the reader",
    "port": "number: with --vpcd, the virtual reader's port",
}
EXPLAIN_KEYS: Final = {
    "card": "text: the application",
    "cid": "text: cryptogram information data, hexadecimal",
    "cid_means": "text: which cryptogram that is",
    "atc": "text: the counter, hexadecimal",
    "ac": "text: the cryptogram",
    "iad": "text: issuer application data",
    "psn": "text: the PAN sequence number in front of the data, empty for none",
    "numbers": "list: the transaction data",
    "ac_used": "text: the cryptogram that the digits come from: another one where there are transaction data",
    "rule": "text: how the bits are chosen",
    "code": "text: the code, in groups of four",
    "bitmap": "text: which bits are taken",
    "counts": "object: how many bits of each part",
    "bits": "list: each bit taken: `of`, `bit`, `value`, `weight`",
}
"""What stands in each tool's JSON, as `add_json_argument` wants it."""

TOOLS: Final = {
    "readers": ToolEntry(
        "readers", "list the smart-card readers, and whether a card is in them", _add_readers, READERS_KEYS
    ),
    "apps": ToolEntry("apps", "list the applications of a card, by its directories and by name", _add_apps, APPS_KEYS),
    "info": ToolEntry("info", "show what a card says of itself, and its bitmap bit by bit", _add_info, INFO_KEYS),
    "tlv": ToolEntry("tlv", "decode data objects, with EMV names", _add_tlv, TLV_KEYS),
    "trace": ToolEntry(
        "tracing",
        "record a session for a code: the PIN is never in it, the owner only with --pan",
        _add_trace,
        TRACE_KEYS,
    ),
    "replay": ToolEntry(
        "replaying", "let a recorded session be a card again, and print its code", _add_replay, REPLAY_KEYS
    ),
    "explain": ToolEntry(
        "explaining", "walk from the card's answer to the digits, step by step", _add_explain, EXPLAIN_KEYS
    ),
}
