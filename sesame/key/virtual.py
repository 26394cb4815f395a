"""`sesame key virtual`: the access key's card in the virtual PC/SC reader, without USB and without its glass."""

import argparse
import sys
from pathlib import Path
from typing import Final

from bank.cards.vpcd import VirtualReader
from drivers.vault.first_values import LETTER, give_published, write_letter
from drivers.vault.medium import Folder
from drivers.vault.sealed import open_vault
from sesame.answers import say_ready
from sesame.exits import CommandError, Exit
from sesame_core.piv.card import PivCard
from sesame_core.piv.consent import AskConsent
from sesame_core.piv.vault import VaultError

OWN, DEMONSTRATION = "key", "key-demo"
"""Folders below --state: a key with published values never becomes somebody's own, nor the other way round."""

PUBLISHED_VALUES: Final = """\
PIN 123456, PUK 12345678, management key 0102030405060708 three times (3DES): everybody knows them.
"""

AGREED: Final = "Nobody is asked to touch it: a key that wants that is used as if somebody had."


class AlwaysAgreed:
    """Stands for whoever holds the device, where there is no device to hold."""

    def ask(self, _question: AskConsent) -> bool:
        """See Consent."""
        return True


def run(arguments: argparse.Namespace) -> int:
    """Until SIGINT or SIGTERM. Raises CommandError, BankError."""
    try:
        _serve(arguments)
    except VaultError as error:
        raise CommandError(Exit.BOOKS, str(error)) from error
    return Exit.OK


def _serve(arguments: argparse.Namespace) -> None:
    """Raises VaultError, BankError."""
    place = Path(arguments.state) / (DEMONSTRATION if arguments.demo else OWN)
    folder = Folder(place)
    try:
        vault = open_vault(folder, give_published if arguments.demo else write_letter(folder))
        with VirtualReader(arguments.host, arguments.port) as reader:
            reader.insert(PivCard(vault, AlwaysAgreed()), reconnect=True)
            _say(arguments, vault.serial, place / LETTER)
            reader.wait()
    finally:
        folder.close()


def _say(arguments: argparse.Namespace, serial: int, letter: Path) -> None:
    """Where the key is, and where its first values stand: never what they are, but of those that everybody knows."""
    there = letter.exists()
    if arguments.json:
        told = str(letter) if there else None
        say_ready(arguments, serial=serial, port=arguments.port, published=arguments.demo, letter=told)
    sys.stderr.write(f"key {serial} is in the reader at port {arguments.port}; Ctrl-C pulls it\n{AGREED}\n")
    if arguments.demo:
        sys.stderr.write(PUBLISHED_VALUES)
    if there:
        sys.stderr.write(f"Its first PIN, PUK and management key are in {letter}: read them, then delete it.\n")
