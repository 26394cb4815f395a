"""`sesame bank next` and `reset`: the demonstration's first state, while it runs or not."""

import argparse

from sesame.bank.printing import say_either
from sesame.books import StateInUseError, claim_state, hold_state, needing_extra, open_books
from sesame.exits import CommandError, Exit
from sesame.serving import READERS_VERB, tell_servers


def bring_next(arguments: argparse.Namespace) -> Exit:
    """Whoever serves pages over this state does it; where nobody does, it is done here."""
    from bank.cards.forgetting import forget_cards  # noqa: PLC0415 - where it is asked for
    from bank.demo.people import begin_anew  # noqa: PLC0415

    told = tell_servers(arguments.state)
    reader = any(verb.endswith(READERS_VERB) for verb in told)
    if not reader:
        with hold_state(arguments.state), open_books(arguments) as store:
            begin_anew(store)
            forget_cards(arguments.state)
    done = ["card out"] * reader + ["everybody signed off"] * bool(told) + ["cards and accounts as at first"]
    return say_either(arguments, f"ready for the next customer: {', '.join(done)}\n", done=done)


def reset_books(arguments: argparse.Namespace) -> Exit:
    """Empty the books and forget the counters. Raises CommandError, StateError."""
    if not arguments.yes:
        raise CommandError(Exit.USAGE, "every customer, attempt and counter would be gone: say `reset --yes`")
    with needing_extra("bank"):
        from bank.demo.reset import reset  # noqa: PLC0415 - SQLAlchemy, only where there are books
    with needing_extra("bank"):
        try:
            with claim_state(arguments.state):
                left = reset(arguments.state, arguments.database)
        except StateInUseError:
            left = _reset_beside(arguments)
    if left:
        message = f"all but {', '.join(left)}: called like a card's memory, but none of this program's. Move it away"
        raise CommandError(Exit.BOOKS, message)
    return say_either(arguments, "all as it was at the beginning\n", empty=True)


def _reset_beside(arguments: argparse.Namespace) -> list[str]:
    """While others use the state: the books are emptied and furnished, then whoever serves pages begins anew."""
    from bank.demo.reset import reset  # noqa: PLC0415

    with hold_state(arguments.state):
        left = reset(arguments.state, arguments.database)
        with open_books(arguments):
            tell_servers(arguments.state)
    return left
