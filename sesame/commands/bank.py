"""The issuer's side of the demonstration: its keys are published test keys.

`sesame bank verify CODE` accepts a code of the gallery's card once (exit code 0), and refuses it afterwards like any
other wrong code (exit code 1).
"""

import argparse
import sys

from bank.demo import open_store
from bank.terminal import Request
from bank.verify import verify
from sesame.amounts import cents
from sesame.exits import Exit
from sesame.state import add_state_argument


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, for whom, with which code."""
    parser.add_argument("action", choices=("verify",), help="what the bank is asked")
    parser.add_argument(
        "code", nargs="+", metavar="CODE", help="`0000 0000` or `00000000`; - reads it from standard input"
    )
    parser.add_argument(
        "--who", default="bank-card", metavar="NAME", help="a user code, or a card's name or number (%(default)s)"
    )
    parser.add_argument("--challenge", default="", metavar="N", help="the challenge that the code answers")
    parser.add_argument("--amount", metavar="EUROS", help="the amount that the code signs")
    parser.add_argument("--account", default="", metavar="N", help="the account that the code signs")
    parser.add_argument("--data", nargs="+", default=[], metavar="N", help="the transaction data that the code signs")
    add_state_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Say yes or no. Raises BankError."""
    code = sys.stdin.readline() if arguments.code == ["-"] else "".join(arguments.code)
    verdict = verify(open_store(arguments.state), arguments.who, code, _request(arguments))
    sys.stdout.write("accepted\n" if verdict.accepted else "refused\n")
    return Exit.OK if verdict.accepted else Exit.FAILED


def _request(arguments: argparse.Namespace) -> Request:
    amount = None if arguments.amount is None else int(cents(arguments.amount))
    if amount is None and arguments.account:
        amount = 0
    given = {"challenge": arguments.challenge, "amount": amount, "account": arguments.account}
    return Request(**given, data=tuple(arguments.data))
