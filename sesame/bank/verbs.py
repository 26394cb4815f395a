"""The verbs of `sesame bank`: where each lives, what it takes, and how it was spelt before."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sesame.bank.business import BUSINESS_PORT
from sesame.bank.key_verbs import KEY_VERBS
from sesame.bank.update_verbs import UPDATE_VERBS
from sesame.bank.verb import Verb, take_nothing, take_user
from sesame.parsing import CommandParser, read_port, read_whole

__all__ = ["FORMER", "USUAL_PORT", "VERBS", "AnyOrderParser", "Verb"]

USUAL_PORT: Final = 8036
WORKERS: Final = read_whole(1, 64)
TO_LIST: Final = read_whole(1, 100_000)

CARD: Final = "the cards in the books"
CLIENTS: Final = "aggregators and merchants that may ask customers"
CUSTOMER: Final = "the customers in the books"
JOURNAL: Final = "the journal of the bank"
OPERATIONS: Final = "what customers asked for"
STAFF: Final = "those who work at the bank"
SECURPASS: Final = "Sécur'Pass: the customers' telephones"
MERCHANT: Final = "the shops that may ask for card payments"


class AnyOrderParser(CommandParser):
    """A parser below another that takes words and options in any order: `verify 0000 --who X 0000`."""

    _mixing = False

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]  # noqa: ANN401
        """See argparse; it is how a parser hands over to one below it."""
        if self._mixing or any(isinstance(one, argparse._SubParsersAction) for one in self._actions):
            return super().parse_known_args(args, namespace)
        self._mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._mixing = False


def _codes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        nargs="*",
        metavar="CODE",
        help="`0000 0000` or `00000000`; - reads from standard input",
    )
    parser.add_argument(
        "--who", default="bank-card", metavar="NAME", help="a user code, or a card's name or number (%(default)s)"
    )


def _signed(parser: argparse.ArgumentParser) -> None:
    _codes(parser)
    parser.add_argument("--challenge", default="", metavar="N", help="the challenge that the code answers")
    parser.add_argument("--amount", metavar="EUROS", help="the amount that the code signs")
    parser.add_argument("--account", default="", metavar="N", help="the account that the code signs")
    parser.add_argument("--data", nargs="+", default=[], metavar="N", help="the transaction data that the code signs")


def _customer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", metavar="USER", help="the new user code: 8 letters and digits")
    parser.add_argument("--name", default="", metavar="NAME", help="the customer's name (the user code)")
    parser.add_argument(
        "--card", default="bank-card", metavar="CARD", help="the card that makes the codes (%(default)s)"
    )


def _client(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="as customers read it: 1 to 70 signs")
    parser.add_argument("--kind", required=True, choices=("aggregator", "merchant"), help="what it may ask for")
    parser.add_argument("--iban", default="", metavar="IBAN", help="where a merchant is paid")


def _closed_client(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("client", metavar="CLIENT", help="its client_id")


def _who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("wanted", metavar="WHO", help="a user code, or a card's name or number")


def _merchant(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="the shop's code: small letters, digits and hyphens")
    parser.add_argument("--name", required=True, metavar="NAME", help="as customers read it on the bank's page")
    parser.add_argument(
        "--origin",
        required=True,
        metavar="URL",
        help="of its pages and its 3DS server, without a path: https://host, or http://127.0.0.1:port",
    )
    parser.add_argument("--category", default="5943", metavar="MCC", help="its category of ISO 18245 (%(default)s)")


def _code(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="the shop's code")


def _latest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--customer", default="", metavar="USER", help="of this customer alone")
    parser.add_argument(
        "--most", type=TO_LIST, default=50, metavar="N", help="so many at most, the latest (%(default)s)"
    )


def _operations(parser: argparse.ArgumentParser) -> None:
    _latest(parser)
    states = ("pending", "approved", "refused", "fraud", "expired", "withdrawn")
    parser.add_argument("--only", default="", choices=states, help="of these latest, those in that state alone")


def _digest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--digest", default="", metavar="HEX", help="a last digest that was noted earlier, which must still be there"
    )


def _listed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("wanted", nargs="?", default="", metavar="WHO", help="the attempts on this card alone")


def _by(parser: argparse.ArgumentParser) -> None:
    take_user(parser)
    parser.add_argument("--by", required=True, metavar="STAFF", help="the adviser's staff code, for the journal")


def _lifted(parser: argparse.ArgumentParser) -> None:
    _by(parser)
    parser.add_argument(
        "--seen",
        action="append",
        default=[],
        metavar="ITEM=NOTE",
        help="what was looked at and seen; once for each item of the identity check",
    )


def _proof(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("operation", metavar="OPERATION", help="its number, as `operations list` shows it")
    parser.add_argument(
        "--with-code-key",
        action="store_true",
        help="with the key that the code's signature is verified with: whoever has it and the telephone can try codes",
    )


def _verified(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a proof; - reads from standard input")
    parser.add_argument("--openssl", default="", metavar="FOLDER", help="write what openssl verifies into that folder")


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="yes, everything")


def _served(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=read_port, metavar="N", help=f"where it is served ({USUAL_PORT}, or any if taken)"
    )
    parser.add_argument(
        "--business-port",
        type=read_port,
        metavar="N",
        help=f"where the business site is, by TLS ({BUSINESS_PORT}, or any if taken)",
    )
    parser.add_argument("--workers", type=WORKERS, default=1, metavar="N", help="by how many processes (%(default)s)")
    parser.add_argument("--tls", action="store_true", help="with a certificate under the demonstration's own root")
    parser.add_argument(
        "--listen",
        nargs="?",
        default="127.0.0.1",
        const="0.0.0.0",  # noqa: S104 - what the option is for
        metavar="ADDRESS",
        help="also for other machines: at this address of this machine, or at all (this machine alone)",
    )
    parser.add_argument(
        "--host", action="append", default=[], metavar="NAME", help="answer to this name too, as behind a proxy"
    )
    parser.add_argument(
        "--behind-proxy",
        action="store_true",
        help="a proxy on this machine says who asks and by which scheme (X-Forwarded-For, X-Forwarded-Proto)",
    )
    parser.add_argument(
        "--log", choices=("plain", "json"), default="plain", help="troubles in words, or all as JSON, a line each"
    )
    _carried(parser)


def _carried(parser: argparse.ArgumentParser) -> None:
    """What leaves the bank's own pages: text messages, and wakings of telephones."""
    parser.add_argument(
        "--smpp",
        default="",
        metavar="HOST:PORT",
        help="text messages go out through this message centre (SMPP 3.4); its password is in SESAME_SMPP_PASSWORD",
    )
    parser.add_argument(
        "--push-service",
        type=read_port,
        metavar="PORT",
        help="Chromium's push service is the one on this machine at that port: `python -m simulator.push`",
    )
    parser.add_argument(
        "--smpp-user", default="coopnet", metavar="NAME", help="who the bank is at the message centre (%(default)s)"
    )


VERDICT: Final = {
    "accepted": "yes or no: whether the bank takes it",
    "refusals_left": "number or null: how many more before the card is closed; null where no card was looked at",
}
LISTED: Final = {"cards": "list: each with `card`, `user`, `name`, `counter`, `refusals`, `blocked`"}
ATTEMPTED: Final = {
    "card": "text: its name",
    "attempts": "list: oldest first: `at`, `reason`, `source`",
}
BLOCKED: Final = {"card": "text: its name", "blocked": "yes or no: what it is now"}
CUSTOMERS: Final = {"customers": "list: each with `user`, `card`, `name`"}
ADDED: Final = {"user": "text: the user code", "card": "text: what makes the codes"}
CHAIN: Final = {
    "lines": "number: how many hold",
    "digest": "text: of the last that holds",
    "broken": "number or null: the line that does not fit",
    "whole": "yes or no: whether all hold, and --digest is one of theirs",
}
ASKED: Final = {
    "operations": "list: newest first: `id`, `seq`, `kind`, `state`, `means`, `terminal`, `created`, `until`, "
    "`decided`, `digest`, `schedule` (or null: `day`, `rhythm`, `last_day`, `state`, `next`, `past`)",
}
LINES: Final = {"lines": "list: newest first: `seq`, `at`, `actor`, `subject`, `event`, `detail`, `digest`"}
SHOP_ADDED: Final = {
    "code": "text: the shop's code",
    "origin": "text: its address",
    "key": "text: what it asks with; the bank does not keep it",
}
SHOPS: Final = {"merchants": "list: each with `code`, `state`, `origin`, `name`"}
SHOP_CLOSED: Final = {"closed": "yes or no: whether it was open"}
FACE: Final = {
    "card": "text: its name",
    "number": "text: its number",
    "expires": "text: its last month, MM/YY",
    "value": "text: the three digits that shops ask for",
}
NEW_CLIENT: Final = {"client": "text: its client_id", "secret": "text: its client_secret, shown this once"}
ALL_CLIENTS: Final = {"clients": "list: oldest first: `client`, `kind`, `name`, `iban`, `since_ms`, `closed`"}
NO_CLIENT: Final = {"client": "text: its client_id", "closed": "yes or no: always true"}
MEMBERS: Final = {"staff": "list: each with `code`, `post`, `name`"}
ENROLMENT: Final = {
    "user": "text: the user code",
    "state": "text: `none`, `initiated`, `subscribed`, `suspended`, `closed` or `lapsed`",
    "path": "text: `self-care`, `branch` or `transfer`",
    "since": "text or null: when it was activated",
    "usable_from": "text or null: from when it approves",
    "usable": "yes or no: whether it approves now",
    "until": "text or null: until when an initiated one can be activated",
    "reason": "text: why it is as it is",
    "device": "object or null: `id`, `label`, `state`, `since`, `counter`, `tries_left`, `trusted`, `bio_log_on`, "
    "`bio_approve`",
}
ENROLMENTS: Final = {"enrolments": "list: each as `securpass show` has it"}
LAPSED: Final = {"lapsed": "number: how many were not activated in time"}
PROOF: Final = {"proof": "object: the file that `securpass verify-proof` takes"}
PROVED: Final = {
    "operation": "text: its number",
    "kind": "text: what it was",
    "shown": "list: label and value of each line that the customer saw",
    "act": "text: `approve`, `refuse` or `fraud`",
    "by": "text: `code`, `biometrics` or `device`",
    "counter": "number: the telephone's",
    "code_verified": "yes or no: whether the code's signature was verified, too",
}
DONE: Final = {"done": "list: what was done, in words"}
EMPTIED: Final = {"empty": "yes or no: always true; what could not be emptied is an error"}
SERVED: Final = {
    "address": "text: where Coop@net is",
    "business": "text: where the business site and the certificate issuing service are",
    "business_root": "text: the file with the root certificate of that",
    "root": "text: with --tls, where the root certificate is",
    "fingerprint": "text: with --tls, its SHA-256",
}

VERBS: Final[Mapping[tuple[str, ...], Verb]] = {
    ("verify",): Verb(
        "codes",
        "verify",
        "accept a code of --who once (exit code 0); any other is refused (exit code 1)",
        _signed,
        VERDICT,
    ),
    ("resync",): Verb(
        "codes",
        "resynchronise",
        "find the counter of --who again by two codes made one after the other",
        _codes,
        VERDICT,
    ),
    ("card", "list"): Verb(
        "cards", "list_cards", "cards, their counters, and who has them", take_nothing, LISTED, CARD
    ),
    ("card", "attempts"): Verb("cards", "list_attempts", "the log of one card, oldest first", _who, ATTEMPTED, CARD),
    ("card", "block"): Verb("cards", "block_card", "refuse every code of a card", _who, BLOCKED, CARD),
    ("card", "unblock"): Verb(
        "cards", "unblock_card", "take its codes again, and forget its refusals", _who, BLOCKED, CARD
    ),
    ("card", "face"): Verb(
        "merchants", "show_face", "what is printed on a demonstration card that pays", _who, FACE, CARD
    ),
    ("merchant", "list"): Verb("merchants", "list_shops", "every shop and its address", take_nothing, SHOPS, MERCHANT),
    ("merchant", "add"): Verb(
        "merchants", "add_merchant", "let a shop ask for card payments; its key", _merchant, SHOP_ADDED, MERCHANT
    ),
    ("merchant", "close"): Verb("merchants", "close_shop", "let it ask no longer", _code, SHOP_CLOSED, MERCHANT),
    ("customer", "list"): Verb("customers", "list_customers", "every customer", take_nothing, CUSTOMERS, CUSTOMER),
    ("customer", "add"): Verb(
        "customers", "add_customer", "take a customer into the books", _customer, ADDED, CUSTOMER
    ),
    ("clients", "add"): Verb(
        "clients", "add_client", "take a partner in; its secret is shown this once", _client, NEW_CLIENT, CLIENTS
    ),
    ("clients", "list"): Verb("clients", "list_clients", "every partner", take_nothing, ALL_CLIENTS, CLIENTS),
    ("clients", "close"): Verb(
        "clients", "close_client", "it may ask and read nothing any more", _closed_client, NO_CLIENT, CLIENTS
    ),
    ("journal", "verify"): Verb(
        "journal",
        "verify_lines",
        "walk the journal's chain: whether a line was changed (exit code 1), and the last digest",
        _digest,
        CHAIN,
        JOURNAL,
    ),
    ("journal", "list"): Verb("evidence", "list_journal", "the latest lines, newest first", _latest, LINES, JOURNAL),
    ("operations", "list"): Verb(
        "evidence", "list_operations", "the latest operations, newest first", _operations, ASKED, OPERATIONS
    ),
    ("staff", "list"): Verb("evidence", "list_members", "everybody who works there", take_nothing, MEMBERS, STAFF),
    ("securpass", "show"): Verb(
        "securpass", "show_enrolment", "how it stands with one customer", take_user, ENROLMENT, SECURPASS
    ),
    ("securpass", "list"): Verb(
        "securpass", "list_enrolments", "everybody who has it, or has begun it", take_nothing, ENROLMENTS, SECURPASS
    ),
    ("securpass", "lift"): Verb(
        "securpass", "lift_latency", "lift the 72 hours after an identity check", _lifted, ENROLMENT, SECURPASS
    ),
    ("securpass", "close"): Verb("securpass", "close_enrolment", "end it: a lost telephone", _by, ENROLMENT, SECURPASS),
    ("securpass", "sweep"): Verb(
        "securpass", "sweep_lapsed", "write down what was not activated in time", take_nothing, LAPSED, SECURPASS
    ),
    ("securpass", "proof"): Verb(
        "securpass", "export_proof", "a telephone's decision, for anybody to verify", _proof, PROOF, SECURPASS
    ),
    ("securpass", "verify-proof"): Verb(
        "securpass", "verify_file", "verify every signature of a proof", _verified, PROVED, SECURPASS, books=False
    ),
    **KEY_VERBS,
    **UPDATE_VERBS,
    ("next",): Verb(
        "beginning",
        "bring_next",
        "the next customer: card out, everybody signed off, all as at first",
        take_nothing,
        DONE,
        books=False,
    ),
    ("reset",): Verb(
        "beginning",
        "reset_books",
        "empty the books that are named, and forget the cards' counters",
        _yes,
        EMPTIED,
        books=False,
    ),
    ("serve",): Verb("serving", "serve_bank", "serve Coop@net alone until it is interrupted", _served, SERVED),
    ("list",): Verb(
        "cards", "list_former", "the same as `card list`; with WHO as `card attempts WHO`", _listed, LISTED | ATTEMPTED
    ),
    ("issue",): Verb("customers", "add_customer", "the same as `customer add`", _customer, ADDED),
    ("block",): Verb("cards", "block_card", "the same as `card block`", _who, BLOCKED),
    ("unblock",): Verb("cards", "unblock_card", "the same as `card unblock`", _who, BLOCKED),
}

FORMER: Final[Mapping[str, Mapping[str, Any]]] = {
    **{name: {} for name in ("--who", "--challenge", "--amount", "--account", "--name", "--card")},
    "--port": {"type": read_port},
    "--yes": {"action": "store_true"},
}
"""The options that once were the command's own, and stood anywhere."""
