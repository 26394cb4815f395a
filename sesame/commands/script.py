"""Play a script on the simulated reader, in simulated time: 35 s take a few milliseconds.

docs/scripts.md describes the language. The exit code is 0 when everything that was expected was seen, 1 when
something else was, 2 when a script cannot be understood.
"""

import argparse
import os
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from device.config import load_config
from drivers.errors import SlotError
from sesame.answers import add_json_argument, say_result
from sesame.books import VARIABLE, begin_books_anew
from sesame.exits import CommandError, Exit, exit_of
from sesame.key.beside import KeyDeskBeside
from sesame.state import add_state_argument
from sesame.telephone import TelephoneBeside, open_own_books
from simulator.bench import Bench
from simulator.script import LARGEST_SCALE, ExpectationError, Player, ScriptError, read_script


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which scripts, and where their pictures go."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="scripts, each on a reader of its own")
    parser.add_argument("--pictures", type=Path, metavar="DIR", default=Path(), help="where screenshots go (here)")
    parser.add_argument(
        "--scale",
        type=_read_scale,
        default=4,
        metavar="N",
        help=f"screen pixels a picture's pixel, 1 to {LARGEST_SCALE} (%(default)s)",
    )
    parser.add_argument(
        "--config", "-c", type=Path, metavar="FILE", help="instead of /etc/sesame/reader.toml and the defaults"
    )
    parser.add_argument("--fresh", action="store_true", help="with cards as new, whose counters are not kept")
    add_state_argument(parser)
    add_json_argument(parser, played="list: the scripts, each of which saw what it expected")


def _read_scale(text: str) -> int:
    """Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and len(text) < 3 and 1 <= int(text) <= LARGEST_SCALE):
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {LARGEST_SCALE}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Play each on a reader of its own. Raises CommandError at the first thing that is not as expected."""
    try:
        _play(arguments)
    except ExpectationError as error:
        raise CommandError(Exit.FAILED, str(error)) from None
    except ScriptError as error:
        raise CommandError(_exit_of_cause(error.__cause__), str(error)) from None
    if arguments.json:
        say_result(arguments, Exit.OK, played=[str(path) for path in arguments.files])
    return Exit.OK


def _exit_of_cause(cause: BaseException | None) -> Exit:
    """A slot of ours refuses only what nobody can do: two cards in it are the script's fault, and no missing reader."""
    return Exit.USAGE if cause is None or isinstance(cause, SlotError) else exit_of(cause)


def _play(arguments: argparse.Namespace) -> None:
    """Raises ScriptError."""
    config = load_config(arguments.config)
    for path in arguments.files:
        statements = tuple(read_script(path))
        bench = Bench(config, state_dir=None if arguments.fresh else arguments.state)
        start_ms = time.time_ns() // 1_000_000 - bench.clock.now()
        wall = partial(_in_script, bench, start_ms)
        with (
            closing(TelephoneBeside(open_own_books, config.reader.language, wall, own=True)) as telephone,
            closing(KeyDeskBeside(config)) as key,
        ):
            bench.anew = partial(_begin_anew, arguments, telephone, key)
            Player(bench, arguments.pictures, arguments.scale, telephone, key).play(statements)


def _in_script(bench: Bench, start_ms: int) -> int:
    """The bank's clock, in the script's time."""
    return start_ms + bench.clock.now()


def _begin_anew(arguments: argparse.Namespace, telephone: TelephoneBeside, key: KeyDeskBeside) -> None:
    """The script's own bank, and the books beside its cards. Raises StateError."""
    telephone.begin_anew()
    key.begin_anew()
    if not arguments.fresh:
        begin_books_anew(arguments.state, os.environ.get(VARIABLE, ""))
