"""`sesame key launcher`: the launcher as one file, the same bytes wherever it is made."""

import argparse
import hashlib
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from launcher.app import choose_settings
from launcher.packing import build_launcher
from launcher.settings import LauncherSettings, SettingsError
from sesame.answers import say_result
from sesame.exits import CommandError, Exit

Made = TypeVar("Made")


def run(arguments: argparse.Namespace) -> int:
    """Raises CommandError."""
    made = make_for_bank(arguments, build_launcher)
    try:
        arguments.output.write_bytes(made)
    except OSError as cause:
        raise CommandError(Exit.OTHER, f"cannot write {arguments.output}: {cause.strerror}") from cause
    sha256 = hashlib.sha256(made).hexdigest()
    if arguments.json:
        say_result(arguments, Exit.OK, launcher=str(arguments.output), sha256=sha256)
    sys.stderr.write(f"{arguments.output}: SHA-256 {sha256}\n")
    return Exit.OK


def make_for_bank(arguments: argparse.Namespace, make: Callable[[LauncherSettings], Made]) -> Made:
    """What `make` makes of --site, --authority and --helpdesk. Raises CommandError."""
    try:
        chosen = choose_settings(arguments.site, arguments.authority, arguments.updates)
        return make(replace(chosen, helpdesk=arguments.helpdesk))
    except SettingsError as error:
        raise CommandError(Exit.USAGE, str(error)) from error
