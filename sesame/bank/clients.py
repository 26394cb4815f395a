"""`sesame bank clients ...`: partners that may ask customers, each with a secret that is shown once."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from bank.books.clock import pass_time, wall_ms
from bank.books.store import Store
from bank.partners.ports import Partner, PartnerKind, UnknownPartnerError
from bank.partners.registry import RegistrationError, add_partner, close_partner
from bank.partners.registry import list_partners as read_partners
from sesame.bank.printing import format_rows, say_either
from sesame.exits import CommandError, Exit

HEADS: Final = (("client", 30), ("kind", 12), ("since", 12), ("", 9), ("name", 0))


def add_client(store: Store, arguments: argparse.Namespace) -> Exit:
    """Take a partner in. Raises CommandError where it cannot be one."""
    with _told_as_misuse(), store.writing() as connection:
        now_ms = pass_time(connection, wall_ms())
        kind = PartnerKind(arguments.kind)
        partner, secret = add_partner(connection, arguments.name, kind, arguments.iban, now_ms)
    text = f"client_id      {partner.client_id}\nclient_secret  {secret}\nThe secret is shown this once: keep it.\n"
    return say_either(arguments, text, client=partner.client_id, secret=secret)


def list_clients(store: Store, arguments: argparse.Namespace) -> Exit:
    """Every partner, oldest first."""
    with store.reading() as connection:
        partners = read_partners(connection)
    text = format_rows(HEADS, [_row(partner) for partner in partners])
    return say_either(arguments, text, clients=[_fields(partner) for partner in partners])


def close_client(store: Store, arguments: argparse.Namespace) -> Exit:
    """It may ask and read nothing from now on. Raises CommandError where there is none."""
    with _told_as_misuse(), store.writing() as connection:
        partner = close_partner(connection, arguments.client, pass_time(connection, wall_ms()))
    text = f"{partner.client_id} may ask nobody and read nothing from now on\n"
    return say_either(arguments, text, client=partner.client_id, closed=True)


@contextmanager
def _told_as_misuse() -> Iterator[None]:
    """What was written names no partner, or none that can be."""
    try:
        yield
    except (RegistrationError, UnknownPartnerError) as error:
        raise CommandError(Exit.USAGE, str(error)) from None


def _row(partner: Partner) -> tuple[str, ...]:
    since = f"{datetime.fromtimestamp(partner.since_ms / 1000, UTC):%Y-%m-%d}"
    return partner.client_id, partner.kind.value, since, "closed" if partner.until_ms else "", partner.name


def _fields(partner: Partner) -> dict[str, object]:
    return {
        "client": partner.client_id,
        "kind": partner.kind.value,
        "name": partner.name,
        "iban": partner.iban,
        "since_ms": partner.since_ms,
        "closed": partner.until_ms is not None,
    }
