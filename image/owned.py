"""What an owner puts on a card: a reader.toml, and the files that it names. All of it is judged before anything is
built: on a card that is read-only nobody can mend it."""

import stat
from pathlib import Path, PurePosixPath

from device.config import Config, load_config
from device.errors import ConfigError
from device.esecure.compose import identity_of
from image.shell import ImageError
from image.tree import SETTINGS, Flavour

OWN_SETTINGS = "reader.toml"
NAMED = ("drive", "bank")
"""Settings of [key] that name a file."""


def judge_owned(flavour: Flavour) -> None:
    """Raises ImageError with all that is wrong with settings and files."""
    wrong, names = _judge_files(flavour.list_files())
    try:
        config = load_config(flavour.settings) if flavour.settings else Config()
    except ConfigError as error:
        wrong.append(str(error))
    else:
        wrong += _judge_key(config, names) if flavour.key else []
    if wrong:
        raise ImageError("\n".join(wrong))


def _judge_files(files: list[Path]) -> tuple[list[str], set[str]]:
    wrong = [f"{file} is no plain file" for file in files if not stat.S_ISREG(file.lstat().st_mode)]
    if any(file.name == OWN_SETTINGS for file in files):
        wrong.append(f"{OWN_SETTINGS} is named with --config, not with --files")
    return wrong, {file.name for file in files}


def _judge_key(config: Config, names: set[str]) -> list[str]:
    """An access key without USB numbers is none, and what its settings name must be on the card."""
    wrong = []
    try:
        identity_of(config)
    except ConfigError as error:
        wrong.append(f"{error}. Write them below [key] into a file, and name it with --config")
    for setting in NAMED:
        place = getattr(config.key, setting)
        path = PurePosixPath(place)
        if place and (str(path.parent) != SETTINGS or path.name not in names):
            wrong.append(
                f"key.{setting}: {place} will not be on the card: put the file into a folder, name that with --files,"
                f" and write {SETTINGS}/{path.name}"
            )
    if config.key.updates:
        wrong.append(
            "key.updates: a card that is read-only takes no update; leave it out (a new version is a new card)"
        )
    return wrong
