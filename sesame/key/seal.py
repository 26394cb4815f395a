"""`sesame key seal tpm|file`: seal the store of a key that is not running another way, at once or not at all."""

import argparse
import os
import sys
from pathlib import Path

from device.config import load_config
from device.esecure.store import make_tpm_sealer
from drivers.vault.medium import Folder
from drivers.vault.parts import DEVICE_PART
from drivers.vault.secret_sealer import FileSealer, is_tpm_sealed, reseal_secret
from sesame.answers import say_result
from sesame.exits import CommandError, Exit
from sesame.key.virtual import OWN
from sesame_core.piv.vault import VaultError


def run(arguments: argparse.Namespace) -> int:
    """Raises CommandError, ConfigError."""
    try:
        _reseal_store(arguments)
    except VaultError as error:
        raise CommandError(Exit.BOOKS, str(error)) from error
    if arguments.json:
        say_result(arguments, Exit.OK, sealing=arguments.how)
    else:
        sys.stdout.write(f'Sealed. Now set sealing = "{arguments.how}" below [key].\n')
    return Exit.OK


def _reseal_store(arguments: argparse.Namespace) -> None:
    """From whatever seals it now. Raises ConfigError, VaultError."""
    tpm, file = make_tpm_sealer(load_config(arguments.config)), FileSealer()
    place = Path(arguments.state) / OWN
    _check_owner(place)
    folder = Folder(place)
    try:
        kept = folder.read_part(DEVICE_PART)
        source = tpm if kept is not None and is_tpm_sealed(kept) else file
        reseal_secret(folder, source, tpm if arguments.how == "tpm" else file)
    finally:
        folder.close()


def _check_owner(place: Path) -> None:
    """Raises VaultError: what this user writes there the key's own user could not read, root's files least of all."""
    if not place.exists():
        raise VaultError(f"there is no key in {place}: name its folder with --state")
    owner = place.stat().st_uid
    if hasattr(os, "geteuid") and os.geteuid() != owner:
        raise VaultError(f"{place} belongs to another user ({owner}): seal it as that one (sudo -u sesame ...)")
