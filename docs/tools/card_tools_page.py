"""The card tools.

What each tool takes is told by its parser, and every example is run.
"""

import argparse
import contextlib
import io
import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from docs.tools.made import DOCS, Page
from sesame.cli import main as sesame
from sesame.commands.card import TOOLS

EXAMPLES = {
    "readers": (),
    "apps": ("card apps --virtual bank-card",),
    "info": ("card info --virtual sesame-card",),
    "tlv": ("card tlv 6F1D8407A0000000038002A51250095649534120417574685F2D046672656E9000",),
    "trace": (),
    "replay": ("card replay tests/card/traces/french-dpa.trace",),
    "explain": (
        "card explain --from tests/card/traces/french-dpa.trace --bits",
        "card explain --cid 80 --atc 002A --ac 633FCCC4883A1C1F --ipb 0000FF000000000003FFFF --data 1234 3101234567",
    ),
}

INTRODUCTION = """\
# Looking into a card

`sesame card TOOL` works on the card in a PC/SC reader (`--reader`: its number, or a part of its name; without it, every
reader is looked into for a card), on a card of the gallery (`--virtual NAME`) or on a recorded one (`--from FILE`); the
last two need no PC/SC. Each tool prints a table, or JSON with `--json`, and ends with the exit codes of
[the command line](command-line.md). Recordings are described in [their own page](trace-format.md).

## What moves the card's counters

A card counts its transactions (ATC) and the PIN tries left, and its issuer sees the first one. So:

| tool | what it does to a real card |
| --- | --- |
| `readers`, `tlv`, `replay` | nothing: no card gets power |
| `apps` | SELECT and READ RECORD only: no counter moves |
| `info` | SELECT, READ RECORD and GET DATA: no counter moves. A card that shows its files only in a transaction \
needs GET PROCESSING OPTIONS, which moves the ATC: that is asked for |
| `trace`, `explain` with a card | a code is made: the ATC moves, and a wrong PIN takes a try. That is asked for |

On a terminal the question is `Go on? [y/N]`; anything but y, yes, o or oui leaves the card alone. Where there is no
terminal, `--yes` is the answer in advance; without it `trace` and `explain` end with exit code 2 before anything was
sent that moves a counter, and `info` prints what it could read. `sesame code` does not ask: a code is what it is for.
"""


def page() -> str:
    """The text that the page must have."""
    return INTRODUCTION + "".join(_tool(name) for name in TOOLS)


def _tool(name: str) -> str:
    rows = "".join(f"| `{usage}` | {meaning} |\n" for usage, meaning in _arguments(name))
    examples = "".join(f"\n```\n$ sesame {line}\n{_output(line)}```\n" for line in EXAMPLES[name])
    summary = TOOLS[name].summary
    return (
        f"\n## {name}\n\n{summary[0].upper()}{summary[1:]}.\n\n| argument | meaning |\n| --- | --- |\n{rows}{examples}"
    )


def _arguments(name: str) -> Iterator[tuple[str, str]]:
    parser = argparse.ArgumentParser("sesame card " + name)
    TOOLS[name].takes(parser)
    for action in parser._actions[1:]:
        value = str(action.metavar or "") if action.nargs != 0 else ""
        yield " ".join((", ".join(action.option_strings), value)).strip(), (action.help or "") % vars(action)


def _output(line: str) -> str:
    """What the program prints for it."""
    printed = io.StringIO()
    before = Path.cwd()
    os.chdir(DOCS.parent)
    try:
        with contextlib.redirect_stdout(printed):
            assert sesame(shlex.split(line)) == 0
    finally:
        os.chdir(before)
    return printed.getvalue()


PAGES = (Page("card-tools.md", page, "sesame/commands/card.py"),)
