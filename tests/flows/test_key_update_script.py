"""An update on the page's desk: published, offered, called off, carried, tried when the key is plugged in again."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bank.demo.people import begin_anew
from device.config import Config
from launcher.troubles import CardGoneError
from sesame.key.beside import open_own_desk
from simulator.bench import Bench
from simulator.key.desk import KeyDesk
from simulator.key.launching import DeskReaders
from simulator.key.piv_host import SELECT_PIV
from simulator.key.programs import FIRST, ProgramsError
from simulator.script import Player, parse_script

BLOCK_S = 0.02
"""So that a script can do something while an update arrives."""

TAKEN = "expect launcher 'La clé a été retirée'\n"
AGAIN = f"key unplug\n{TAKEN}key plug\n"
GREETED = "key plug\nexpect launcher 'redémarrer'\nkey choose ok\n"


@pytest.fixture(scope="module")
def desk() -> Iterator[KeyDesk]:
    with open_own_desk(Config(), BLOCK_S) as desk:
        yield desk


@pytest.fixture
def player(desk: KeyDesk, tmp_path: Path) -> Player:
    begin_anew(desk.post.frame.store)
    desk.begin_anew()
    return Player(Bench(), tmp_path, access_key=lambda: desk)


def play(player: Player, text: str) -> None:
    player.play(tuple(parse_script(text, Path("x"))))


def test_an_update_is_offered_called_off_taken_and_runs_after_the_next_plug(player: Player, desk: KeyDesk) -> None:
    """Before, the launcher on the page found none: it had nowhere to ask."""
    play(player, f"{GREETED}expect launcher 'code utilisateur'\n")
    assert (desk.look().key.version, desk.look().offered) == (FIRST, FIRST)
    play(player, f"key publish\n{AGAIN}expect launcher 'Version 2'\nkey choose cancel\n")
    play(player, f"expect launcher 'code utilisateur'\nexpect key version 1\n{AGAIN}expect launcher 'Version 2'\n")
    play(player, "key choose update\nexpect launcher 'Terminer'\nexpect key text 'RETIREZ LA CLÉ'\n")
    assert desk.look().key.version == FIRST, "the new one runs once the key was put in again"
    play(player, "key choose end\nexpect launcher 'Retirez et remettez'\nkey unplug\nexpect launcher 'Connectez'\n")
    play(player, "key plug\nexpect key version 2\nexpect launcher 'code utilisateur'\n")


def test_the_next_customers_key_has_the_first_program(player: Player, desk: KeyDesk) -> None:
    play(player, f"key publish\n{GREETED}expect launcher 'Version 2'\nkey choose update\nexpect launcher 'Terminer'\n")
    desk.begin_anew()
    assert (desk.look().key.version, desk.look().offered) == (FIRST, FIRST)
    play(player, f"{GREETED}expect launcher 'code utilisateur'\nexpect key version 1\n")
    play(player, f"key publish\n{AGAIN}expect launcher 'Version 2'\n")


def test_a_key_that_is_pulled_in_the_middle_loses_nothing(player: Player, desk: KeyDesk) -> None:
    play(player, f"key publish\n{GREETED}expect launcher 'Version 2'\nkey choose update\n")
    play(player, f"expect key text 'MISE À JOUR'\nkey unplug\n{TAKEN}expect key dark\nkey plug\nexpect key version 1\n")
    arriving = sum(each.stat().st_size for each in desk.programs.arriving.iterdir())
    assert arriving, "what has arrived stays, and is gone on with"
    play(player, "expect launcher 'Version 2'\nkey choose update\nexpect launcher 'Terminer'\n")


def test_what_was_opened_before_a_pull_never_reaches_the_key_that_is_in_again(player: Player, desk: KeyDesk) -> None:
    """Before, a program that had not noticed the pull went on with the key of the next plug, which took it for nonsense
    and forgot whom it was talking to: no update was offered any more."""
    play(player, f"key publish\n{GREETED}expect launcher 'Version 2'\n")
    readers = DeskReaders(desk.computer)
    early = readers.open_key(readers.find_key())
    assert early.transmit(SELECT_PIV)[-2:] == b"\x90\x00"
    play(player, f"{AGAIN}expect launcher 'Version 2'\n")
    for asks in (partial(early.transmit, SELECT_PIV), early.verify_on_pad, early.unblock_on_pad):
        with pytest.raises(CardGoneError, match="was pulled since"):
            asks()
    assert readers.open_key(readers.find_key()).transmit(SELECT_PIV)[-2:] == b"\x90\x00"
    play(player, "key choose update\nexpect launcher 'Terminer'\n")


def test_the_bank_offers_one_program_at_a_time(desk: KeyDesk) -> None:
    desk.begin_anew()
    desk.publish_program()
    with pytest.raises(ProgramsError, match="version 2 is offered already"):
        desk.publish_program()
    assert desk.look().offered == 2
