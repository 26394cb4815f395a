"""`sesame COMMAND ...`: finds the command, runs it, and turns every error into one line and an exit code.

Only the command's own module is imported: a code from the command line must not wait for a web server's libraries.
"""

import argparse
import errno
import importlib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from bank.errors import BankError
from sesame.collector import calm_collector
from sesame.parsing import OTHER, USAGE, CommandParser, Misused, name_call
from sesame.streams import OutputError, drop_output, hold_streams
from sesame.version import VERSION
from sesame_core.errors import CardError, SesameError
from web.errors import ServingError

OUTPUT_ERRORS: Final = (errno.ENOSPC, errno.EIO)

LONE: Final = re.compile("[\ud800-\udfff]")
"""Stands for a byte of the command line that is no UTF-8 (PEP 383)."""

NAMED_BY_BYTES: Final = frozenset({"reader", "file", "openssl"})
"""Arguments that need not be UTF-8, besides every `Path`: a file is called by whatever bytes its file system has, a
smart-card reader by those of its maker."""


class CommandModule(Protocol):
    """A module below sesame.commands."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say what the command takes."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; the exit code. Raises SesameError."""
        ...


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """Where a command lives, and its line in the help."""

    module: str
    summary: str


COMMANDS: Final = {
    "run": CommandEntry("run", "the reader itself: on the real hardware, or simulated on a page or in this terminal"),
    "mirror": CommandEntry("mirror", "show the real reader's glass on a page, big, for a projector"),
    "script": CommandEntry("script", "play a script on the simulated reader, in simulated time"),
    "code": CommandEntry("code", "make one code with a card in a PC/SC reader, and print it"),
    "card": CommandEntry("card", "look into a card: readers, apps, info, tlv, trace, replay, explain"),
    "virtual-card": CommandEntry("virtual_card", "put a card of the gallery into the virtual PC/SC reader (vpcd)"),
    "key": CommandEntry(
        "key", "the e-secure access key: virtual, run, gadget, usbguard, update, seal, image, launcher, launch"
    ),
    "config": CommandEntry("config", "show or check the configuration"),
    "selftest": CommandEntry("selftest", "test every part of the reader, and say what to do about what is wrong"),
    "doctor": CommandEntry("doctor", "the same without touching the board: machine, configuration, smart-card reader"),
    "blank": CommandEntry("blank", "make the display dark, whatever became of the reader"),
    "bank": CommandEntry("bank", "the bank's books: codes, customers, and Coop@net"),
    "shop": CommandEntry("shop", "a shop beside the bank, where a payment by card on the internet is tried"),
    "completion": CommandEntry("completion", "write the completion for bash, zsh or fish"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of `sesame` with these arguments (default: the process's own)."""
    calm_collector()
    words = list(sys.argv[1:] if argv is None else argv)
    with hold_streams():
        try:
            return _run_to_end(words)
        finally:
            _hand_on_output()


def _run_to_end(words: list[str]) -> int:
    """Run the command; whatever it ends in becomes a line and an exit code."""
    called = argparse.Namespace(command=_command_in(words), json="--json" in words)
    try:
        exit_code = _run_flushed(words, called)
    except BrokenPipeError:
        drop_output(sys.stdout)
        return 141
    except Misused as error:
        _also_as_json(called, USAGE, error.message, {})
        raise
    except (SesameError, BankError, ServingError) as error:
        from sesame.cures import say_cured  # noqa: PLC0415 - only a failure needs it
        from sesame.exits import exit_of, facts_of  # noqa: PLC0415

        said = say_cured(error) if isinstance(error, CardError) else str(error)
        print(f"sesame: {said}", file=sys.stderr)  # noqa: T201
        _also_as_json(called, exit_of(error), said, facts_of(error))
        return exit_of(error)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # the last line of defence: no trace may reach a screen
        if isinstance(error, OSError) and (isinstance(error, OutputError) or error.errno in OUTPUT_ERRORS):
            drop_output(sys.stdout)
            print(f"sesame: the output cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201
        else:
            said = _say_unforeseen(error)
            print(f"sesame: {said}", file=sys.stderr)  # noqa: T201
            _also_as_json(called, OTHER, said, {})
        return OTHER
    return exit_code


def _also_as_json(called: argparse.Namespace, exit_code: int, message: str, facts: Mapping[str, object]) -> None:
    """What went wrong, on standard output too where JSON is awaited there. A pipe that is gone hears nothing."""
    if not called.json:
        return
    from sesame.answers import say_error  # noqa: PLC0415 - only a failure needs it

    try:
        say_error(called.command, exit_code, message, facts)
    except OSError:
        drop_output(sys.stdout)


def _command_in(words: Sequence[str]) -> str:
    """The command as far as it can be told without its parser; empty where there is none."""
    return words[0] if words and words[0] in COMMANDS else ""


def parser_of(name: str) -> tuple[argparse.ArgumentParser, CommandModule]:
    """The parser of one command, and the command."""
    entry = COMMANDS[name]
    command: CommandModule = importlib.import_module(f"sesame.commands.{entry.module}")
    parser = CommandParser(
        f"sesame {name}", description=command.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.arguments(parser)
    return parser, command


def parse_arguments(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace:
    """The arguments, words and options in any order: `bank verify --who X CODE`. argparse knows that
    of no command with tools below it."""
    try:
        return parser.parse_intermixed_args(words)
    except TypeError:
        return parser.parse_args(words)


def _hand_on_output() -> None:
    """What a command that failed has printed before, where somebody takes it."""
    try:
        sys.stdout.flush()
    except OSError:
        drop_output(sys.stdout)


def _run_flushed(words: list[str], called: argparse.Namespace) -> int:
    """Parse and do it, and hand on all that was printed, while it can still be told that nobody takes it. Help ends
    the command by SystemExit."""
    try:
        exit_code = _run_command(words, called)
    except SystemExit:
        sys.stdout.flush()
        raise
    sys.stdout.flush()
    return exit_code


def _run_command(words: list[str], called: argparse.Namespace) -> int:
    """Parse and do it; `called` learns which command it is in full, and whether JSON is awaited."""
    if words and words[0] in COMMANDS:
        parser, command = parser_of(words[0])
        arguments = parse_arguments(parser, words[1:])
        called.command, called.json = name_call(words[0], arguments), getattr(arguments, "json", False)
        arguments.command = called.command
        _require_values(words)
        _require_text(arguments)
        return command.run(arguments)
    _top_parser().parse_args(words or ["--help"])
    return 0


def _require_values(words: Sequence[str]) -> None:
    """No word is empty. An option with nothing behind it is a script's variable that has no value: the command would do
    something else than it was asked for, without a word. Raises CommandError."""
    if any(not word or (word.startswith("--") and word.endswith("=")) for word in words):
        from sesame.exits import CommandError, Exit  # noqa: PLC0415 - only a failure needs it

        raise CommandError(Exit.USAGE, "an argument is empty: give it a value, or leave it out")


def _require_text(arguments: argparse.Namespace) -> None:
    """Every value is text, but for what is called by bytes: names, numbers and codes go into books and onto cards.
    Raises CommandError."""
    for name, value in vars(arguments).items():
        if name in NAMED_BY_BYTES:
            continue
        each = value if isinstance(value, list) else [value]
        if any(isinstance(one, str) and LONE.search(one) for one in each):
            from sesame.exits import CommandError, Exit  # noqa: PLC0415 - only a failure needs it

            raise CommandError(Exit.USAGE, f"an argument is not text ({name}): its bytes are no UTF-8")


def _top_parser() -> argparse.ArgumentParser:
    listing = "\n".join(f"  {name:<14}{entry.summary}" for name, entry in COMMANDS.items())
    parser = CommandParser(
        "sesame",
        usage="sesame COMMAND ...",
        description="The Sésame reader: EMV-CAP and DPA codes from a bank card.",
        epilog=f"commands:\n{listing}\n\n`sesame COMMAND --help` says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sesame {VERSION}")
    parser.add_argument("command", metavar="COMMAND", choices=tuple(COMMANDS), help=argparse.SUPPRESS)
    return parser


def _say_unforeseen(error: Exception) -> str:
    """What no command expects; of which a folder that somebody removed under our feet is no fault of ours."""
    if isinstance(error, FileNotFoundError):
        try:
            Path.cwd()
        except FileNotFoundError:
            return "the current folder is gone: cd into one that is there"
    return f"this should not have happened ({_locate_error(error)}); please report it"


def _locate_error(error: BaseException) -> str:
    """The kind of an error and the place of ours it came from; never its text, which might quote anything."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return type(error).__name__
    return f"{type(error).__name__} in {place.tb_frame.f_code.co_name}, line {place.tb_lineno}"
