"""Make one code with the card in a PC/SC reader, and print it on standard output, and nothing else there.

The PIN is asked for without showing it or, when standard input is not a terminal, read from its first line. It is
never an argument. What has to be said besides (tries left, errors) goes to standard error.

exit codes: 0 a code; 2 usage; 3 no reader or no PC/SC; 4 no card; 5 wrong PIN; 6 blocked; 7 no CAP application;
8 card error
"""

import argparse
import sys
from contextlib import suppress

from device.secrecy import keep_secrets
from drivers.errors import SlotError
from drivers.slot.pcsc_card import PcscConnection, reader_named
from sesame.answers import add_json_argument, say_result
from sesame.code_request import read_request
from sesame.exits import CommandError, Exit
from sesame.pin_entry import read_pin
from sesame.several_readers import connect_for_codes
from sesame_core.cap.blocking import CardWork
from sesame_core.cap.codes import Request
from sesame_core.screens import group_digits


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which reader, which function, how to print."""
    parser.add_argument(
        "--reader", "-r", metavar="NAME", help="its number, or a part of its name; else any with a card"
    )
    add_json_argument(
        parser,
        code="text: the code, in groups of four",
        tries_left_before="number or null: the PIN tries left before this one, where the card tells them",
    )
    parser.add_argument("--challenge", metavar="N", default="", help="answer a challenge of up to 8 digits")
    parser.add_argument("--amount", metavar="EUROS", help="sign an amount, such as 1234.56")
    parser.add_argument("--account", metavar="N", default="", help="sign for an account of up to 8 digits")
    parser.add_argument(
        "--data", metavar="N", nargs="+", default=[], help="sign with transaction data: up to ten numbers of ten digits"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the code. Raises CommandError, CardError, SlotError."""
    keep_secrets()
    request = read_request(arguments)
    with connect_for_codes(reader_named(arguments.reader), lambda each: _prepare_work(each, request)) as (
        _,
        (work, tries),
    ):
        try:
            _say_code(_make_code(work, tries, arguments), tries, arguments)
            with suppress(SlotError):
                work.close()
        finally:
            work.forget()
    return Exit.OK


def _prepare_work(connection: PcscConnection, request: Request) -> tuple[CardWork, int | None]:
    """The work with a card that can make this code, and the PIN tries that are left. Raises CardError, SlotError."""
    work = CardWork(connection.exchange, connection.protocol)
    work.select_application()
    return work, work.prepare_card(request)


def _make_code(work: CardWork, tries: int | None, arguments: argparse.Namespace) -> str:
    if tries == 1:
        sys.stderr.write("sesame: last try: a wrong PIN blocks the card\n")
    read_pin(work.pin)
    left = work.confirm_pin()
    if left is not None:
        said = f"wrong PIN; {left} {'try' if left == 1 else 'tries'} left"
        raise CommandError(Exit.WRONG_PIN, said, tries_left=left)
    return group_digits("".join(map(str, work.make_code(arguments.data))))


def _say_code(code: str, tries: int | None, arguments: argparse.Namespace) -> None:
    if arguments.json:
        say_result(arguments, Exit.OK, code=code, tries_left_before=tries)
    else:
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()
