"""`sesame bank keys ...`: what the helpdesk does about business customers' access keys, and the maker before it.

Activation code and security number are printed once, as the letter to the customer would have them.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bank.books.store_sql import SqlStore
from sesame.bank.printing import format_rows, say_either
from sesame.exits import CommandError, Exit

if TYPE_CHECKING:
    from bank.esecure.helpdesk import HeldKey, Helpdesk, PostedLetter
    from bank.pki.records import ClientCertificate

HEADS: Final = (("serial", 12), ("state", 11), ("user", 10), ("certificate", 42), ("state", 9), ("until", 0))
LARGEST_FILE: Final = 16_384
"""Octets of a file that is read as a certificate; one has some 500."""


def list_keys(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """Every key, oldest first."""
    held = _desk(store).list_held()
    rows = [row for each in held for row in _rows(each)]
    return say_either(arguments, format_rows(HEADS, rows), keys=[_facts(each) for each in held])


def make_key(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """The maker's step. Raises CommandError."""
    octets = _read_octets(arguments.file)
    with _hear_no():
        key = _desk(store).make_key(octets)
    pem = _pem(key.certificate)
    return say_either(arguments, f"key {key.serial} is in stock\n", serial=key.serial, certificate=pem)


def issue_key(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """To a customer. Raises CommandError."""
    with _hear_no():
        letter = _desk(store).issue_key(arguments.user, arguments.serial)
    return _say_letter(arguments, letter)


def post_activation(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """A new activation code. Raises CommandError."""
    with _hear_no():
        letter = _desk(store).post_activation(arguments.user)
    return _say_letter(arguments, letter)


def post_number(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """A new security number. Raises CommandError."""
    user = arguments.user.upper()
    with _hear_no():
        number = _desk(store).post_number(user)
    text = f"user ID          {user}\nsecurity number  {number}\nIt is shown this once, and good once: to choose one.\n"
    return say_either(arguments, text, user=user, security_number=number)


def revoke_key(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """The certificates of a key. Raises CommandError."""
    with _hear_no():
        count = _desk(store).revoke_certificates(arguments.serial, arguments.reason)
    text = f"{count} revoked; `sesame bank keys activation USER` lets the key have another\n"
    return say_either(arguments, text, serial=arguments.serial, revoked=count)


def lose_key(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """A lost key. Raises CommandError."""
    from bank.pki.records import AccessKeyState  # noqa: PLC0415 - cryptography

    with _hear_no():
        count = _desk(store).end_key(arguments.serial, AccessKeyState.LOST)
    text = f"key {arguments.serial} is lost, {count} revoked; `sesame bank keys issue USER SERIAL` gives a new one\n"
    return say_either(arguments, text, serial=arguments.serial, revoked=count)


def withdraw_key(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """A key that came back, or that nobody wants any more. Raises CommandError."""
    from bank.pki.records import AccessKeyState  # noqa: PLC0415 - cryptography

    with _hear_no():
        count = _desk(store).end_key(arguments.serial, AccessKeyState.WITHDRAWN)
    text = f"key {arguments.serial} is withdrawn, {count} revoked; it is never given out again\n"
    return say_either(arguments, text, serial=arguments.serial, revoked=count)


def show_authority(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """What whoever verifies wants."""
    authorities = _desk(store).frame.open_authorities()
    named = {
        "issuing": authorities.issuing.certificate,
        "root": authorities.root,
        "maker": authorities.maker.certificate,
    }
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - only here

    pems = {name: each.public_bytes(Encoding.PEM).decode() for name, each in named.items()}
    key = authorities.sentence.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return say_either(arguments, "".join(pems.values()) + key, sentence_key=key, **pems)


@contextmanager
def _hear_no() -> Iterator[None]:
    """What the bank does not do is an answer; a file that is none is a misused line."""
    from bank.esecure.helpdesk import HelpdeskError  # noqa: PLC0415 - cryptography
    from bank.pki.foreign import CsrError  # noqa: PLC0415

    try:
        yield
    except CsrError as error:
        raise CommandError(Exit.USAGE, str(error)) from error
    except HelpdeskError as error:
        raise CommandError(Exit.FAILED, str(error)) from error


def _desk(store: SqlStore) -> "Helpdesk":
    from bank.esecure.frame import EsecureFrame  # noqa: PLC0415 - cryptography
    from bank.esecure.helpdesk import Helpdesk  # noqa: PLC0415

    return Helpdesk(EsecureFrame(store))


def _say_letter(arguments: argparse.Namespace, letter: "PostedLetter") -> Exit:
    lines = [
        ("user ID", letter.user),
        ("key", str(letter.serial)),
        ("activation code", letter.code),
        ("good until", _iso(letter.until_ms) or ""),
        *([("security number", letter.number)] if letter.number else []),
    ]
    text = "".join(f"{label:<17}{value}\n" for label, value in lines) + "They are shown this once: post them apart.\n"
    return say_either(
        arguments,
        text,
        user=letter.user,
        serial=letter.serial,
        activation_code=letter.code,
        until=_iso(letter.until_ms),
        security_number=letter.number or None,
    )


def _rows(held: "HeldKey") -> list[list[str]]:
    """A line for each certificate, or one for a key without."""
    head = [str(held.key.serial), held.key.state.value, held.user]
    lines = [[each.serial, each.state.value, _iso(each.until_ms) or ""] for each in held.certificates]
    return [[*head, *line] for line in lines or [["", "", ""]]]


def _facts(held: "HeldKey") -> dict[str, object]:
    return {
        "serial": held.key.serial,
        "state": held.key.state.value,
        "user": held.user,
        "holder": held.key.holder,
        "registered": _iso(held.key.registered_ms),
        "certificates": [_certificate_facts(each) for each in held.certificates],
    }


def _certificate_facts(one: "ClientCertificate") -> dict[str, object]:
    return {
        "serial": one.serial,
        "state": one.state.value,
        "since": _iso(one.since_ms),
        "until": _iso(one.until_ms),
        "reason": one.reason,
    }


def _iso(moment_ms: int | None) -> str | None:
    return None if moment_ms is None else datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat(timespec="seconds")


def _pem(octets: bytes) -> str:
    from cryptography import x509  # noqa: PLC0415 - only where it is asked
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    return x509.load_der_x509_certificate(octets).public_bytes(Encoding.PEM).decode()


def _read_octets(file: str) -> bytes:
    """Raises CommandError."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(LARGEST_FILE)
        with Path(file).open("rb") as opened:
            return opened.read(LARGEST_FILE)
    except OSError as error:
        raise CommandError(Exit.USAGE, f"{file} cannot be read: {error.strerror}") from error
