"""`sesame bank verify` and `resync`: codes of the reader, looked at as the bank's pages do."""

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from bank.books.store import Store
from bank.emv.codes import normalise_code
from bank.emv.terminal import CodeRequest, CodeRequestError
from bank.verification import CodeVerdict, Verifier
from sesame.amounts import parse_cents
from sesame.bank.printing import say_either
from sesame.exits import CommandError, Exit
from sesame.foreign_text import read_input

SOURCE: Final = "command line"
WARNINGS: Final[dict[int | None, str]] = {
    1: "sesame: one more refusal closes the card\n",
    0: "sesame: the card is closed; `sesame bank unblock WHO` opens it\n",
}
"""By the number of refusals that are left."""


def verify(store: Store, arguments: argparse.Namespace) -> Exit:
    """One code. Raises CommandError: a slip in typing is no attempt."""
    request = _request(arguments)
    code = _wellformed(_typed(arguments))
    return _say_verdict(Verifier(store).verify(arguments.who, code, request, SOURCE), arguments)


def resynchronise(store: Store, arguments: argparse.Namespace) -> Exit:
    """Two codes. Raises CommandError."""
    first, second = _halves(_typed(arguments).split())
    codes = _wellformed(first), _wellformed(second)
    return _say_verdict(Verifier(store).resynchronise_counter(arguments.who, codes, SOURCE), arguments)


def _halves(words: Sequence[str]) -> tuple[str, str]:
    """Two codes, each in as many groups as the other, or both in one piece. Raises CommandError."""
    pieces = words if len(words) % 2 == 0 else "".join(words)
    half, rest = divmod(len(pieces), 2)
    if rest:
        raise CommandError(Exit.USAGE, "where the first code ends cannot be told: write the two in the same way, apart")
    return "".join(pieces[:half]), "".join(pieces[half:])


def _typed(arguments: argparse.Namespace) -> str:
    if not arguments.words:
        raise CommandError(Exit.USAGE, "a code is missing: write it, or - to read it from standard input")
    return read_input() if arguments.words == ["-"] else " ".join(arguments.words)


def _wellformed(code: str) -> str:
    """The code, when it is one. Raises CommandError: a slip in typing is no attempt."""
    if normalise_code(code) is None:
        raise CommandError(Exit.USAGE, "a code is 8 digits or more, as the reader shows it: 0000 0000 or 00000000")
    return code


def _say_verdict(verdict: CodeVerdict, arguments: argparse.Namespace) -> Exit:
    text, exit_code = ("accepted\n", Exit.OK) if verdict.accepted else ("refused\n", Exit.FAILED)
    say_either(arguments, text, exit_code, accepted=verdict.accepted, refusals_left=verdict.left)
    sys.stderr.write(WARNINGS.get(verdict.left, ""))
    return exit_code


def _request(arguments: argparse.Namespace) -> CodeRequest:
    amount = None if arguments.amount is None else int(parse_cents(arguments.amount))
    if amount is None and arguments.account:
        amount = 0
    given = {"challenge": arguments.challenge, "amount": amount, "account": arguments.account}
    try:
        return CodeRequest(**given, data=tuple(arguments.data))
    except CodeRequestError as error:
        raise CommandError(Exit.USAGE, str(error)) from None
