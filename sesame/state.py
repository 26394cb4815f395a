"""Where virtual cards keep their counters and the demonstration's bank its books."""

import argparse
import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def state_dir() -> Path | None:
    """$XDG_STATE_HOME/sesame, usually ~/.local/state/sesame (XDG Base Directory Specification); on Windows
    %LOCALAPPDATA%\\sesame.

    None for an account without a home, such as a service's.
    """
    base = os.environ.get("XDG_STATE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else "")
    home = Path(base) if base else _below_home(Path(".local", "state"))
    return home / "sesame" if home else None


def _below_home(path: Path) -> Path | None:
    """$HOME, unless it is empty or relative: then the account's own."""
    home = Path(os.environ.get("HOME", ""))
    if home.is_absolute():
        return home / path
    if not find_spec("pwd"):
        profile = Path(os.environ.get("USERPROFILE", ""))
        return profile / path if profile.is_absolute() else None
    accounts: Any = import_module("pwd")
    try:
        return Path(accounts.getpwuid(os.getuid()).pw_dir) / path
    except KeyError:  # the user of a systemd unit with DynamicUser=, where no name service knows it
        return None


def add_state_argument(parser: argparse.ArgumentParser) -> None:
    """The option every command has that keeps something."""
    parser.add_argument(
        "--state",
        type=_read_folder,
        metavar="DIR",
        default=str(state_dir() or ""),
        help="where cards and bank keep theirs (%(default)s)",
    )


def _read_folder(name: str) -> Path:
    """A folder's path. Raises ArgumentTypeError where there is neither a name nor a home."""
    if not name:
        raise argparse.ArgumentTypeError("this account has no home; name a folder")
    return Path(name)
