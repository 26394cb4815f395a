"""The verbs of `sesame bank keys`."""

import argparse
from collections.abc import Mapping
from typing import Final

from sesame.bank.verb import Verb, take_nothing, take_user
from sesame.parsing import read_serial

KEYS: Final = "access keys of business customers: the helpdesk"


def _made(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the certificate in slot F9, PEM or DER; - reads standard input")


def _serial(parser: argparse.ArgumentParser) -> None:
    says = "the key's serial number, as `keys list` shows it"
    parser.add_argument("serial", type=read_serial, metavar="SERIAL", help=says)


def _issued(parser: argparse.ArgumentParser) -> None:
    take_user(parser)
    _serial(parser)


def _revoked(parser: argparse.ArgumentParser) -> None:
    _serial(parser)
    reasons = ("unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation")
    parser.add_argument("--reason", choices=reasons, default="unspecified", help="why (%(default)s)")


HELD: Final = {
    "keys": "list: oldest first: `serial`, `state`, `user`, `holder`, `registered`, `certificates`, each of these with "
    "`serial`, `state`, `since`, `until`, `reason`"
}
KEY_MADE: Final = {"serial": "number: the key's", "certificate": "text: of its attestation key by the maker, PEM"}
LETTER: Final = {
    "user": "text: the user ID",
    "serial": "number: the key's",
    "activation_code": "text: shown this once",
    "until": "text: until when that is good",
    "security_number": "text or null: shown this once; null where the customer's stays",
}
NUMBER: Final = {"user": "text: the user ID", "security_number": "text: shown this once"}
KEY_REVOKED: Final = {"serial": "number: the key's", "revoked": "number: how many certificates"}
AUTHORITY: Final = {
    "issuing": "text: the issuing authority's certificate, PEM",
    "root": "text: the root's, PEM",
    "maker": "text: the maker's, PEM",
    "sentence_key": "text: the public key that the bank signs sentences with, PEM",
}

KEY_VERBS: Final[Mapping[tuple[str, ...], Verb]] = {
    ("keys", "list"): Verb("keys", "list_keys", "every key with its certificates", take_nothing, HELD, KEYS),
    ("keys", "make"): Verb(
        "keys",
        "make_key",
        "the maker's step: certify a key's attestation, and into stock",
        _made,
        KEY_MADE,
        KEYS,
    ),
    ("keys", "issue"): Verb(
        "keys", "issue_key", "give a key to a customer: activation code and security number", _issued, LETTER, KEYS
    ),
    ("keys", "activation"): Verb(
        "keys", "post_activation", "a new activation code for the customer's key", take_user, LETTER, KEYS
    ),
    ("keys", "number"): Verb(
        "keys", "post_number", "a new security number: forgotten, or three wrong ones", take_user, NUMBER, KEYS
    ),
    ("keys", "revoke"): Verb(
        "keys", "revoke_key", "revoke a key's certificates; it may be activated anew", _revoked, KEY_REVOKED, KEYS
    ),
    ("keys", "lost"): Verb("keys", "lose_key", "a lost key: nothing of it opens anything", _serial, KEY_REVOKED, KEYS),
    ("keys", "withdrawn"): Verb(
        "keys", "withdraw_key", "a key that came back: it is never given out again", _serial, KEY_REVOKED, KEYS
    ),
    ("keys", "authority"): Verb(
        "keys", "show_authority", "the authorities' certificates, for whoever verifies", take_nothing, AUTHORITY, KEYS
    ),
}
