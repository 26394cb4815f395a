"""The verbs of `sesame bank updates`."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sesame.bank.verb import Verb, take_nothing
from sesame.parsing import MOST_NUMBER, read_whole

UPDATES: Final = "new programs of access keys: a repository of TUF, served by the business server"


def _published(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the program: a folder below /opt/sesame/releases")
    parser.add_argument(
        "--release",
        type=read_whole(1, MOST_NUMBER),
        required=True,
        metavar="N",
        help="its number, above that of the one before",
    )


ROOT_MADE: Final = {"root": "text: the file that a key is given (key.updates)", "public": "text: the folder to serve"}
PUBLISHED: Final = {
    "release": "number: its number",
    "name": "text: its folder's name",
    "size": "number: bytes of its archive",
    "unpacked": "number: bytes of its files",
    "sha256": "text: of the archive",
}
RENEWED: Final = {"until": "text: until when keys take the repository"}
ROTATED: Final = {"version": "number: the new root's"}

UPDATE_VERBS: Final[Mapping[tuple[str, ...], Verb]] = {
    ("updates", "make"): Verb(
        "updates", "make_repository", "a new repository with keys of its own", take_nothing, ROOT_MADE, UPDATES
    ),
    ("updates", "publish"): Verb(
        "updates", "publish_program", "pack a program, sign it, offer it to keys", _published, PUBLISHED, UPDATES
    ),
    ("updates", "renew"): Verb(
        "updates", "renew_repository", "sign anew what expires, weekly", take_nothing, RENEWED, UPDATES
    ),
    ("updates", "rotate"): Verb(
        "updates", "rotate_keys", "new keys for every role; keys follow by themselves", take_nothing, ROTATED, UPDATES
    ),
}
