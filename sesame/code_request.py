"""Which code is asked for on the command line: `sesame code` and the card tools take the same options."""

import argparse

from sesame.amounts import parse_cents
from sesame.exits import CommandError, Exit
from sesame_core.cap.codes import Function, Request, encode_numbers
from sesame_core.errors import UsageError


def read_request(arguments: argparse.Namespace) -> Request:
    """What was asked for on the command line. Raises CommandError(USAGE)."""
    functions = [bool(arguments.challenge), bool(arguments.amount or arguments.account), bool(arguments.data)]
    if sum(functions) > 1:
        raise CommandError(Exit.USAGE, "--challenge, --amount with --account, and --data are three functions: take one")
    try:
        if arguments.challenge:
            return Request(Function.CHALLENGE, challenge=arguments.challenge)
        if arguments.amount or arguments.account:
            return Request(Function.SIGN, challenge=arguments.account, amount=parse_cents(arguments.amount or "0"))
        if arguments.data:
            encode_numbers(arguments.data)
        return Request(Function.DATA if arguments.data else Function.CODE)
    except UsageError as error:
        raise CommandError(Exit.USAGE, str(error)) from None
