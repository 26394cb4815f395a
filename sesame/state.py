"""Where virtual cards keep their counters and the demonstration's bank its books."""

import argparse
import os
import pwd
from pathlib import Path


def state_dir() -> Path:
    """$XDG_STATE_HOME/sesame, usually ~/.local/state/sesame (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else _home() / ".local" / "state") / "sesame"


def _home() -> Path:
    """$HOME, unless it is empty or relative: then the account's own."""
    home = Path(os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir)
    return home if home.is_absolute() else Path(pwd.getpwuid(os.getuid()).pw_dir)


def add_state_argument(parser: argparse.ArgumentParser) -> None:
    """The option every command has that keeps something."""
    parser.add_argument(
        "--state", type=Path, metavar="DIR", default=state_dir(), help="where cards and bank keep theirs (%(default)s)"
    )
