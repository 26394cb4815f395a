"""`sesame bank journal ...`: whether what is written there is what was written."""

import argparse
import re
from typing import Final

from bank.books.store import Store
from bank.journal.chain import GENESIS
from bank.journal.keeping import verify_journal
from sesame.bank.printing import say_either
from sesame.exits import CommandError, Exit

DIGEST: Final = re.compile("[0-9a-f]{64}")


def verify_lines(store: Store, arguments: argparse.Namespace) -> Exit:
    """Walk the chain of the journal from its first line to its last. Raises CommandError."""
    wanted = _digest(arguments.digest)
    with store.reading() as connection:
        verdict = verify_journal(connection, wanted or GENESIS)
    if verdict.broken is not None:
        text = f"line {verdict.broken} does not fit the {verdict.lines} before it: the journal was changed\n"
    elif not verdict.met:
        text = (
            f"{verdict.lines} lines hold, but that digest is none of theirs: the end was cut off, or it is another's\n"
        )
    else:
        text = f"{verdict.lines} lines hold; the last digest, to be noted elsewhere, is\n{verdict.head}\n"
    whole = verdict.broken is None and verdict.met
    facts = {"lines": verdict.lines, "digest": verdict.head, "broken": verdict.broken, "whole": whole}
    return say_either(arguments, text, Exit.OK if whole else Exit.FAILED, **facts)


def _digest(text: str) -> str:
    """What was noted, when it can be one: a slip in writing is no journal that was changed. Raises CommandError."""
    noted = "".join(text.split()).lower()
    if noted and not DIGEST.fullmatch(noted):
        raise CommandError(Exit.USAGE, "--digest takes the 64 hexadecimal digits that `journal verify` has printed")
    return noted
