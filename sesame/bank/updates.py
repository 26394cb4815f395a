"""`sesame bank updates ...`: the repository of the access key's programs, in the state folder, its keys sealed by the
books' own."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bank.books.store_sql import SqlStore
from bank.updates.packing import pack_program
from bank.updates.repository import METADATA, PUBLIC, UpdateNotPublishedError, UpdateRepository
from sesame.bank.printing import say_either
from sesame.books import needing_extra
from sesame.exits import CommandError, Exit

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = "updates"
"""Below --state."""


def find_public(state: Path) -> Path:
    """What is served of it."""
    return state / FOLDER / PUBLIC


def make_repository(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """A new one. Raises CommandError."""
    with _hear_no():
        _repository(store, arguments).make()
    public = find_public(arguments.state)
    root = public / METADATA / "1.root.json"
    text = f"root    {root}\nserve   {public}\nCopy the root to every key and set key.updates to it.\n"
    return say_either(arguments, text, root=str(root), public=str(public))


def publish_program(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """Offer a program. Raises CommandError."""
    folder = arguments.folder.resolve()
    if not (folder / "complete").is_file():
        raise CommandError(Exit.USAGE, f"{arguments.folder} is no finished program: ./install makes one")
    with _hear_no(), tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch, "archive")
        unpacked = pack_program(folder, archive)
        done = _repository(store, arguments).publish(archive, arguments.release, folder.name, unpacked)
    text = f"release {done.release} ({done.name}) is offered: {done.size} bytes\n"
    facts = {"release": done.release, "name": done.name, "size": done.size, "unpacked": done.unpacked}
    return say_either(arguments, text, **facts, sha256=done.digest)


def renew_repository(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """Sign anew. Raises CommandError."""
    with _hear_no():
        until = _repository(store, arguments).renew().isoformat()
    return say_either(arguments, f"good until {until}\n", until=until)


def rotate_keys(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """New keys. Raises CommandError."""
    with _hear_no():
        version = _repository(store, arguments).rotate_root()
    return say_either(arguments, f"root {version} is signed by the former keys and by new ones\n", version=version)


def _repository(
    store: SqlStore, arguments: argparse.Namespace, now: "Callable[[], datetime] | None" = None
) -> UpdateRepository:
    return UpdateRepository(arguments.state / FOLDER, store, now or (lambda: datetime.now(UTC)))


@contextmanager
def _hear_no() -> Iterator[None]:
    """What the repository does not do is an answer; without the library nothing is signed."""
    with needing_extra("key"):
        try:
            yield
        except UpdateNotPublishedError as error:
            raise CommandError(Exit.FAILED, str(error)) from error
