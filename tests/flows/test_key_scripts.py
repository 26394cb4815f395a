"""Scripts about the access key: the guide's first part, the key pulled where somebody waits for it, the next customer.

Key, launcher, TLS and site are the real ones; the launcher's ports are the simulated PC's.
"""

import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from bank.books.schema_keys import BUSINESS_SESSIONS
from bank.demo.people import begin_anew
from device.config import Config
from drivers.usb.drive import build_image
from drivers.usb.errors import UsbDeviceError
from drivers.usb.twin import DriveTwin
from launcher.settings import SettingsError
from launcher.troubles import LaunchTrouble
from launcher.words import LAUNCHER_LANGUAGES
from sesame.cli import main
from sesame.key.beside import KeyDeskBeside, open_own_desk
from sesame_core.piv.names import KeyReference
from simulator.bench import Bench
from simulator.key.cable import KeyAbsentError
from simulator.key.desk import KeyDesk, LaunchManner
from simulator.key.hypertext import read_page
from simulator.key.piv_host import SELECT_PIV
from simulator.key.scsi import name_drive, read_disc
from simulator.key.starting import make_disc, read_disc_settings
from simulator.key.statements import KEY_VERBS, SITE_VERBS, list_rows
from simulator.script import ExpectationError, Player, ScriptError, parse_script
from tests.flows.page_bench import PageBench
from tests.usb.contract import IN_REAL_TIME
from tools.machine import ROOT

LIMIT_S = 30.0
"""Reached only by a launcher that does not end."""

EXAMPLE = ROOT / "docs/key.sesame"
BUSINESS_DAY = ROOT / "docs/business-day.sesame"
FR = LAUNCHER_LANGUAGES["fr"]
GREETED = "key plug\nexpect launcher 'redémarrer'\nkey choose ok\nexpect launcher 'code utilisateur'\n"
ASKED = f"{GREETED}key enrol\nexpect key text 'CODE DE LA CLÉ ?'\n"
SIGNING = f"{ASKED}key press 1 2 3 4 5 6 OK\nexpect key text 'OK OU C'\n"
ACTIVE = f"{SIGNING}key press OK\nexpect launcher 'terminé'\nkey choose ok\nexpect launcher 'connecté'\n"
STAGES = {"greeted": GREETED, "PIN": ASKED, "signature": SIGNING, "log-on": f"{ACTIVE}site open /fr/\n"}


@pytest.fixture(scope="module")
def desk() -> Iterator[KeyDesk]:
    with open_own_desk(Config()) as desk:
        yield desk


@pytest.fixture
def player(desk: KeyDesk, tmp_path: Path) -> Player:
    """With a key as the maker made it, and a bank that has begun anew; its server goes on."""
    begin_anew(desk.post.frame.store)
    desk.begin_anew()
    desk.choose_manner(LaunchManner.AUTOMATIC)
    desk.speak_language("fr")
    return Player(Bench(), tmp_path, access_key=lambda: desk)


def play(player: Player, text: str) -> None:
    player.play(tuple(parse_script(text, Path("x"))))


def until_ended(desk: KeyDesk) -> None:
    """The launcher's window goes at once, the program a moment later: while it is there, the PC starts no other."""
    deadline = time.monotonic() + LIMIT_S
    while desk.launching or desk.look().launcher is not None:
        assert time.monotonic() < deadline, "the launcher does not end"
        time.sleep(0.01)


@pytest.mark.parametrize("script", [EXAMPLE, BUSINESS_DAY], ids=lambda path: str(path.stem))
def test_the_guides_parts_are_scripts(script: Path) -> None:
    assert main(["script", "--fresh", str(script)]) == 0


def test_remove_ends_the_session_on_the_site_and_takes_the_card_out(player: Player, desk: KeyDesk) -> None:
    """Nobody has logged off: before, it went on for five minutes, and the card signed for whoever asked it."""

    def signed_in() -> int:
        with desk.post.frame.store.reading() as connection:
            return len(connection.execute(select(BUSINESS_SESSIONS)).all())

    play(player, EXAMPLE.read_text(encoding="utf-8").partition("# 12.")[0])
    assert signed_in() == 1
    play(player, "key tray remove\nexpect launcher 'Retirez votre clé'\n")
    until = time.monotonic() + LIMIT_S
    while signed_in():
        assert time.monotonic() < until, "the launcher tells it beside the rest"
        time.sleep(0.01)
    pc = desk.computer
    assert (pc.has_key, pc.has_card, desk.look().files) == (True, False, ())
    for asks in (partial(pc.transmit, SELECT_PIV), pc.type_pin, partial(pc.sign_digest, bytes(32))):
        with pytest.raises(KeyAbsentError, match="let go"):
            asks()
    play(player, "expect launcher 'Retirez votre clé'\nkey unplug\nkey plug\nexpect launcher 'connecté'\n")
    assert pc.has_card


def test_the_key_on_the_page_keeps_the_contract_of_the_cable(player: Player, desk: KeyDesk) -> None:
    desk.choose_manner(LaunchManner.MANUAL)
    bench = PageBench(desk)
    for check in IN_REAL_TIME:
        check(bench)
        bench.replug()
    desk.unplug()


@pytest.mark.parametrize("stage", STAGES)
def test_a_key_that_is_pulled_goes_dark_and_loses_nothing(player: Player, desk: KeyDesk, stage: str) -> None:
    play(player, STAGES[stage] + "key unplug\nexpect key dark\nexpect launcher 'La clé a été retirée'\n")
    assert desk.look().files == ()
    assert desk.look().address == "", "the browser goes with the key"
    assert desk.key.vault.describe_tries(KeyReference.PIN).left == 3
    certified = stage == "log-on"
    play(player, "key plug\n" + ("expect launcher 'connecté'\n" if certified else SIGNING.partition("choose ok\n")[2]))


def test_the_next_customer_has_a_new_letter_and_the_server_goes_on(player: Player, desk: KeyDesk) -> None:
    play(player, ACTIVE)
    before = desk.post.read_letters()
    begin_anew(desk.post.frame.store)
    desk.begin_anew()
    assert desk.look().launcher is None
    after = desk.post.read_letters()
    assert (after.user, after.serial) == (before.user, before.serial)
    assert after.code not in ("", before.code)
    play(player, f"{ACTIVE}site open /fr/\nsite fill user MOREAU17\nsite press 'Accès avec certificat'\n")
    play(player, "site number posted\nexpect site 'Personnalis'\n")


def test_the_three_ways_to_launch(player: Player, desk: KeyDesk) -> None:
    play(player, "key manner manual\nkey plug\n")
    assert desk.look().launcher is None
    assert "autorun.inf" in desk.look().files
    play(player, "key launch\nexpect launcher 'redémarrer'\n")
    view, row = desk.look().launcher, FR.troubles[LaunchTrouble.AUTOPLAY]
    assert view is not None
    assert (view.hint, view.cause, view.cure) == (row.message, row.cause, row.cure)
    play(player, "key tray quit\n")
    until_ended(desk)
    play(player, "key unplug\nkey manner asks\nkey plug\n")
    assert desk.look().asks
    play(player, "key decline\n")
    assert not desk.look().asks
    play(player, "key unplug\nkey plug\nkey launch\nexpect launcher 'Saisissez'\n")
    assert not desk.look().asks


def test_what_goes_wrong_is_said_and_tried_again(player: Player, desk: KeyDesk) -> None:
    play(player, f'{SIGNING}key press C\nexpect launcher "{FR.troubles[LaunchTrouble.NOT_AGREED].message}"\n')
    play(player, "key choose copy\n")
    assert desk.look().copied
    assert not {"123456", desk.post.read_letters().code} & set(desk.look().copied.split())
    play(player, "key choose retry\nexpect launcher 'Saisissez'\nkey enrol\nexpect key text 'CODE'\n")
    play(player, "key press 9 9 9 9 9 9 OK\n")
    play(player, f'expect launcher "{FR.troubles[LaunchTrouble.PIN_WRONG].message}"\n')
    play(player, "key enrol MOREAU17 0000-0000-0000\nexpect key text 'CODE'\nkey press 1 2 3 4 5 6 OK\n")
    play(player, "expect key text 'OK OU C'\nkey press OK\n")
    play(player, f'expect launcher "{FR.troubles[LaunchTrouble.CODE].message}"\n')


def test_a_blocked_key_is_unblocked_by_its_puk(player: Player, desk: KeyDesk) -> None:
    """Before, the launcher named the PUK, and nothing on the page asked for it."""
    play(player, GREETED)
    for _ in range(3):
        play(
            player, "key enrol\nexpect key text 'CODE DE LA CLÉ ?'\nkey press 9 9 9 9 9 9 OK\nexpect launcher 'code'\n"
        )
        play(player, "expect launcher 'Cop'\n")
    play(player, "expect key text 'BLOQUÉE'\nkey choose unblock\nexpect launcher 'Débloquez'\nexpect key text 'PUK'\n")
    play(player, "key press 1 2 3 4 5 6 7 8 OK\nkey press 7 3 9 1 8 4 OK\nkey press 7 3 9 1 8 4 OK\n")
    play(
        player, "expect launcher 'Saisissez'\nkey enrol\nexpect key text 'CODE DE LA CLÉ ?'\nkey press 7 3 9 1 8 4 OK\n"
    )
    play(player, "expect key text 'OK OU C'\n")


def test_the_helpdesk_posts_anew(player: Player, desk: KeyDesk) -> None:
    first = desk.post.read_letters()
    play(player, "key post\n")
    second = desk.post.read_letters()
    assert second.code not in ("", first.code)
    play(player, f"{ACTIVE}key post\n")
    third = desk.post.read_letters()
    assert (third.code, len(third.number)) == ("", 6), "a key with a certificate wants no code"


UNDOABLE = {
    "key press 1": "no power",
    "key launch": "no disc",
    "key choose other": "none of ok, update",
    "key enrol MOREAU17": "key enrol [USER CODE]",
    "key fly": "write: key plug",
    "key plug now": "write: key plug",
    "key language de": "key language fr|en",
    "site fill user X": "has no field 'user'",
    "site follow X": "has no link 'X'",
    "site number many": "or its digits",
    "expect key": "write: expect key text TEXT",
    "expect launcher": "write: expect key text TEXT",
}


def test_what_cannot_be_done_is_said(player: Player) -> None:
    for statement, said in UNDOABLE.items():
        with pytest.raises(ScriptError, match=rf"^x:1: .*{re.escape(said)}"):
            play(player, f"{statement}\n")


def test_what_the_browser_cannot_do_is_said_when_its_page_is_looked_at(player: Player) -> None:
    with pytest.raises(ScriptError, match=r"^x:2: no browser is open on the PC"):
        play(player, "site open /fr/\nexpect site X\n")


def test_a_reader_without_a_key_beside_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="there is no access key beside this reader"):
        play(Player(Bench(), tmp_path), "key plug\n")


def test_a_key_that_no_script_was_about_begins_anew_without_being_opened() -> None:
    beside = KeyDeskBeside(Config())
    beside.begin_anew()
    beside.close()


def test_every_verb_is_described() -> None:
    described = {usage.split()[1] for usage, _ in list_rows() if usage.startswith(("key ", "site "))}
    assert described == {*KEY_VERBS, *SITE_VERBS}


def test_the_drive_is_read_sector_by_sector() -> None:
    files = {"autorun.inf": b"[autorun]", "e-secure.pyz": bytes(range(256)) * 1_000}
    drive = DriveTwin(build_image(files), "Coop@net e-secure")
    assert name_drive(drive) == "Coop@net e-secure"
    assert read_disc(drive) == files
    drive.ejected = True
    with pytest.raises(UsbDeviceError, match="no disc"):
        read_disc(drive)


def test_the_launcher_on_the_disc_knows_its_bank(desk: KeyDesk) -> None:
    settings = read_disc_settings(read_disc(DriveTwin(make_disc(desk.site.url, desk.site.root), "")))
    assert settings.site == desk.site.url.rstrip("/")
    assert settings.authority.encode() == desk.site.root
    with pytest.raises(SettingsError, match="no launcher"):
        read_disc_settings({})


def test_a_page_is_read_as_somebody_sees_it() -> None:
    page = read_page(
        "<html><head><title>T</title><style>x</style></head><body><h1>A <b>b</b></h1><p>one</p>"
        "<a href='/to'>Go\n on</a><form method='post' action='/do'>"
        "<input type='hidden' name='mark' value='7'><input name='user'>"
        "<select name='way'><option value='a'>A</option><option value='b' selected>B</option></select>"
        "<button name='key' value='v'>OK</button></form></body></html>"
    )
    assert (page.title, page.says) == ("A b", "A b one Go on AB OK")
    assert page.find_link("Go on") == "/to"
    found = page.find_button("OK")
    assert found is not None
    form, name, value = found
    form.fields["user"] = "ä"
    assert (form.method, form.action, form.encode_pressed(name, value)) == (
        "POST",
        "/do",
        b"mark=7&user=%C3%A4&way=b&key=v",
    )


def test_what_does_not_come_is_a_failure(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    play(player, "key plug\nexpect launcher 'redémarrer'\n")
    monkeypatch.setattr("simulator.key.statements.PATIENCE_S", 0.1)
    with pytest.raises(ExpectationError, match="the key says"):
        play(player, "expect key dark\n")
