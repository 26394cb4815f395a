"""`sesame bank serve --smpp`: text messages go out through an operator's message centre while the bank is served."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sesame.books import needing_extra
from sesame.exits import CommandError, Exit

if TYPE_CHECKING:
    from bank.books.store_sql import SqlStore
    from bank.sms.smpp import SmppSettings

PASSWORD: Final = "SESAME_SMPP_PASSWORD"  # noqa: S105 - where it stands, not what it is
MOST_PORT: Final = 65535


def read_carrier(arguments: argparse.Namespace) -> "SmppSettings | None":
    """The message centre that was asked for, if one was. Raises CommandError, CarrierError."""
    if not arguments.smpp:
        return None
    host, _, port = arguments.smpp.rpartition(":")
    if not (host and port.isascii() and port.isdecimal() and len(port) < 6 and 0 < int(port) <= MOST_PORT):
        raise CommandError(Exit.USAGE, "--smpp takes the message centre's HOST:PORT, as 127.0.0.1:2775")
    if PASSWORD not in os.environ:
        raise CommandError(Exit.USAGE, f"the message centre's password is missing: give it in {PASSWORD}")
    with needing_extra("smpp"):
        from bank.sms.smpp import SmppSettings  # noqa: PLC0415 - where it is asked for
    return SmppSettings(host, int(port), arguments.smpp_user, os.environ[PASSWORD])


@contextmanager
def carrying_texts(store: "SqlStore", settings: "SmppSettings | None") -> Iterator[None]:
    """While the context lasts, what is in the outbox goes out; without a message centre it stays there."""
    if settings is None:
        yield
        return
    from bank.sms.dispatching import TextDispatcher  # noqa: PLC0415
    from bank.sms.smpp import SmppCarrier  # noqa: PLC0415

    with TextDispatcher(store, SmppCarrier(settings)).running():
        yield
