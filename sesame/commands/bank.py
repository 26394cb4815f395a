"""The issuer's side of the demonstration: its keys are published test keys.

verify CODE       accept a code of --who once (exit code 0), refuse it afterwards like any other wrong one (exit code 1)
resync CODE CODE  find the counter of --who again by two codes made one after the other; uses both up
list [WHO]        customers and cards, or the attempts on one card
issue USER        take a customer into the books: --name, and the --card that makes the codes
block WHO         refuse every code of a card; `unblock WHO` takes them again and forgets the refusals, but not a PIN
                  that the card itself has blocked
next              the next customer: card out, everybody signed off, cards and accounts as at first, while ./run is up
reset --yes       empty the books that are named and forget the cards' counters: all as it was at the beginning
serve             Coop@net alone, on loopback, until interrupted

WHO is a user code, or a card's name or number.
"""

import argparse
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bank.books.records import Customer, IssuedCard
from bank.books.store import Store
from bank.emv.codes import normalise_code
from bank.emv.terminal import CodeRequest, RequestError
from bank.errors import UnknownCardError
from bank.verification import CodeVerdict, Verifier, find_card
from sesame.amounts import parse_cents
from sesame.books import add_database_argument, claim_state, hold_state, needing_extra, open_books
from sesame.exits import CommandError, Exit
from sesame.serving import READERS_VERB, announced, tell_servers
from sesame.state import add_state_argument
from sesame.streams import visible
from sesame.typed_input import read_input

USUAL_PORT: Final = 8036
SOURCE: Final = "command line"
WARNINGS: Final[dict[int | None, str]] = {
    1: "sesame: one more refusal closes the card\n",
    0: "sesame: the card is closed; `sesame bank unblock WHO` opens it\n",
}
"""By the number of refusals that are left."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, for whom, with which code."""
    parser.add_argument("action", choices=(*ACTIONS, *WITHOUT_BOOKS), help="what the bank is asked")
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="codes, `0000 0000` or `00000000` (- reads them from standard input); WHO",
    )
    parser.add_argument(
        "--who", default="bank-card", metavar="NAME", help="a user code, or a card's name or number (%(default)s)"
    )
    parser.add_argument("--challenge", default="", metavar="N", help="the challenge that the code answers")
    parser.add_argument("--amount", metavar="EUROS", help="the amount that the code signs")
    parser.add_argument("--account", default="", metavar="N", help="the account that the code signs")
    parser.add_argument("--data", nargs="+", default=[], metavar="N", help="the transaction data that the code signs")
    parser.add_argument("--name", default="", metavar="NAME", help="the new customer's name")
    parser.add_argument("--card", default="bank-card", metavar="CARD", help="the new customer's card (%(default)s)")
    parser.add_argument(
        "--port", type=int, metavar="N", help=f"where Coop@net is served ({USUAL_PORT}, or any if taken)"
    )
    parser.add_argument("--yes", action="store_true", help="reset: yes, everything")
    add_database_argument(parser)
    add_state_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it. Raises BankError, CommandError."""
    if arguments.action in WITHOUT_BOOKS:
        return WITHOUT_BOOKS[arguments.action](arguments)
    with hold_state(arguments.state), open_books(arguments) as store:
        return ACTIONS[arguments.action](store, arguments)


def _verify(store: Store, arguments: argparse.Namespace) -> int:
    request = _request(arguments)
    code = _wellformed(_typed(arguments))
    return _said(Verifier(store).verify(arguments.who, code, request, SOURCE))


def _resync(store: Store, arguments: argparse.Namespace) -> int:
    first, second = _halves(_typed(arguments).split())
    codes = _wellformed(first), _wellformed(second)
    return _said(Verifier(store).resynchronise_counter(arguments.who, codes, SOURCE))


def _halves(words: Sequence[str]) -> tuple[str, str]:
    """Two codes, each in as many groups as the other, or both in one piece. Raises CommandError."""
    pieces = words if len(words) % 2 == 0 else "".join(words)
    half, rest = divmod(len(pieces), 2)
    if rest:
        raise CommandError(Exit.USAGE, "where the first code ends cannot be told: write the two in the same way, apart")
    return "".join(pieces[:half]), "".join(pieces[half:])


def _list(store: Store, arguments: argparse.Namespace) -> int:
    if arguments.words:
        card = _card(store, arguments)
        for attempt in store.list_attempts(card.card_id):
            _line((f"{attempt.at:%Y-%m-%d %H:%M:%S}", 21), (attempt.reason.value, 42), (attempt.source, 0))
        return Exit.OK
    _line(("card", 20), ("user", 10), ("counter", 9), ("refusals", 10), ("", 9), ("name", 0))
    for card_id, customer in _held(store):
        status = store.card_status(card_id)
        _line(
            (card_id, 20),
            (customer.user if customer else "-", 10),
            (str(status.last_atc), 9),
            (str(status.failures), 10),
            ("blocked" if status.blocked else "", 9),
            (customer.name if customer else "", 0),
        )
    return Exit.OK


def _held(store: Store) -> Iterator[tuple[str, Customer | None]]:
    """Every card with each customer who has it."""
    customers = store.list_customers()
    for card in store.list_cards():
        holders = [customer for customer in customers if customer.card_id == card.card_id]
        yield from ((card.card_id, holder) for holder in holders)
        if not holders:
            yield card.card_id, None


def _issue(store: Store, arguments: argparse.Namespace) -> int:
    user = _only(arguments, "issue USER --name NAME --card CARD").upper()
    card = find_card(store, arguments.card)
    if card is None:
        raise UnknownCardError("the bank has issued no such card; `sesame bank list` shows them")
    store.add_customer(Customer(user, arguments.name or user, card.card_id))
    sys.stdout.write(f"{user} signs in with {card.card_id}\n")
    return Exit.OK


def _block(store: Store, arguments: argparse.Namespace) -> int:
    card = _card(store, arguments)
    store.block_card(card.card_id, arguments.action == "block")
    sys.stdout.write(SAYS[arguments.action].format(card=card.card_id))
    return Exit.OK


def _serve(store: Store, arguments: argparse.Namespace) -> int:
    with needing_extra("web"):
        from bank.web.coopanet.pages import Pages  # noqa: PLC0415
        from bank.web.coopanet.sign_in import Desk  # noqa: PLC0415 - a web server's libraries
        from bank.web.coopanet.site import NEXT, lone_bank  # noqa: PLC0415
        from device.signals import on_ending, wait_for_end  # noqa: PLC0415
        from web.serving import Server, bind_listener, url_of  # noqa: PLC0415
    listener = bind_listener(arguments.port, USUAL_PORT)
    sys.stdout.write(f"Coop@net is at {url_of(listener)} until Ctrl-C\n")
    sys.stdout.flush()
    ended = threading.Event()
    server = Server(lone_bank(Pages(Desk(Verifier(store)))), listener)
    with on_ending(ended.set), server.beside(), announced(arguments.state, f"{url_of(listener)}{NEXT}"):
        wait_for_end(ended)
    return Exit.OK


def _next(arguments: argparse.Namespace) -> int:
    """Whoever serves pages over this state does it; where nobody does, it is done here."""
    from bank.cards.forgetting import forget_cards  # noqa: PLC0415 - where it is asked for
    from bank.demo.customers import begin_anew  # noqa: PLC0415

    told = tell_servers(arguments.state)
    reader = any(verb.endswith(READERS_VERB) for verb in told)
    if not reader:
        with hold_state(arguments.state), open_books(arguments) as store:
            begin_anew(store)
            forget_cards(arguments.state)
    done = ["card out"] * reader + ["everybody signed off"] * bool(told) + ["cards and accounts as at first"]
    sys.stdout.write(f"ready for the next customer: {', '.join(done)}\n")
    return Exit.OK


def _reset(arguments: argparse.Namespace) -> int:
    if not arguments.yes:
        raise CommandError(Exit.USAGE, "every customer, attempt and counter would be gone: say `reset --yes`")
    with needing_extra("bank"):
        from bank.demo.reset import reset  # noqa: PLC0415 - SQLAlchemy, only where there are books
    with claim_state(arguments.state):
        left = reset(arguments.state, arguments.database)
    if left:
        message = f"all but {', '.join(left)}: called like a card's memory, but none of this program's. Move it away"
        raise CommandError(Exit.FAILED, message)
    sys.stdout.write("all as it was at the beginning\n")
    return Exit.OK


SAYS: Final = {
    "block": "the bank refuses every code of {card} from now on; the card itself knows nothing of it\n",
    "unblock": "the bank takes codes of {card} again, and its refusals are forgotten. A card that shows CARTE BLOQUÉE "
    "is another thing: it has blocked its own PIN, which no bank's books undo; `sesame bank next` makes it as new\n",
}

ACTIONS: Final[dict[str, Callable[[Store, argparse.Namespace], int]]] = {
    "verify": _verify,
    "resync": _resync,
    "list": _list,
    "issue": _issue,
    "block": _block,
    "unblock": _block,
    "serve": _serve,
}
WITHOUT_BOOKS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {"next": _next, "reset": _reset}
"""Those that see for themselves which books are opened, and when."""


def _card(store: Store, arguments: argparse.Namespace) -> IssuedCard:
    card = find_card(store, _only(arguments, f"{arguments.action} WHO"))
    if card is None:
        raise UnknownCardError("no such user code or card; `sesame bank list` shows them")
    return card


def _only(arguments: argparse.Namespace, usage: str) -> str:
    if len(arguments.words) != 1:
        raise CommandError(Exit.USAGE, f"write: sesame bank {usage}")
    word: str = arguments.words[0]
    return word


def _typed(arguments: argparse.Namespace) -> str:
    if not arguments.words:
        raise CommandError(Exit.USAGE, "a code is missing: write it, or - to read it from standard input")
    return read_input() if arguments.words == ["-"] else " ".join(arguments.words)


def _wellformed(code: str) -> str:
    """The code, when it is one. Raises CommandError: a slip in typing is no attempt."""
    if normalise_code(code) is None:
        raise CommandError(Exit.USAGE, "a code is 8 digits or more, as the reader shows it: 0000 0000 or 00000000")
    return code


def _said(verdict: CodeVerdict) -> Exit:
    sys.stdout.write("accepted\n" if verdict.accepted else "refused\n")
    sys.stderr.write(WARNINGS.get(verdict.left, ""))
    return Exit.OK if verdict.accepted else Exit.FAILED


def _line(*cells: tuple[str, int]) -> None:
    sys.stdout.write("".join(f"{visible(text):<{width}}" for text, width in cells).rstrip() + "\n")


def _request(arguments: argparse.Namespace) -> CodeRequest:
    amount = None if arguments.amount is None else int(parse_cents(arguments.amount))
    if amount is None and arguments.account:
        amount = 0
    given = {"challenge": arguments.challenge, "amount": amount, "account": arguments.account}
    try:
        return CodeRequest(**given, data=tuple(arguments.data))
    except RequestError as error:
        raise CommandError(Exit.USAGE, str(error)) from None
