"""The launcher's course with a real card, and the real certificate issuing service: from plug to *Remove*, and every
row of the error table that the launcher shows."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.testclient import TestClient

from bank.demo.database import open_in_memory
from bank.web.est.site import open_est
from launcher.adapters.updates import RepositoryUpdates
from launcher.card.piv_client import PivClient
from launcher.course import events as ev
from launcher.course.state import LaunchPhase
from launcher.ports import NetAnswer
from launcher.settings import LauncherSettings
from launcher.troubles import LaunchError, LaunchTrouble
from launcher.words import LAUNCHER_LANGUAGES
from sesame_core.piv.names import KeyAlgorithm, usual_rules
from tests.bank.keyed import EsecureBank
from tests.key.update_rig import FIRST, FolderSource, Publisher, UpdatedKey, name_of
from tests.launcher.factory_key import FactoryKey
from tests.launcher.scene import Scene
from tests.launcher.twins import SITE, Computer, TwinCard

EN = LAUNCHER_LANGUAGES["en"]
P, C, T = LaunchPhase, ev.LaunchChoice, LaunchTrouble


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[EsecureBank, TestClient]]:
    with closing(open_in_memory()) as store:
        bank = EsecureBank(store)
        yield bank, TestClient(open_est(bank.frame), base_url="https://localhost")


@pytest.fixture
def scene(served: tuple[EsecureBank, TestClient]) -> Scene:
    return Scene(*served)


def test_from_plug_to_the_site_and_to_remove(scene: Scene) -> None:
    assert scene.sentence == "Connect your e-secure access key"
    scene.plug(scene.key.card)
    said = [view.sentence for view in scene.window.views]
    assert "The customisation process is in progress, please wait" in said
    assert scene.sentence == "There is no need to restart your computer"
    scene.timer.pass_time()
    assert scene.sentence == "Please enter your User ID and Activation Code"
    scene.send(scene.form())
    assert scene.sentence == EN.phases[P.DOWNLOADED], scene.conductor.state.detail
    certificate = scene.key.vault.read_object(0x5FC105)
    assert certificate is not None
    made = x509.load_der_x509_certificate(certificate[4 : 4 + int.from_bytes(certificate[2:4], "big")])
    attested = x509.load_der_x509_certificate(scene.key.vault.attest_key(0x9A))
    assert made.public_key() == attested.public_key(), "the key that was made in the device"
    assert scene.browser.page == "", "not before OK"
    scene.send(ev.ChoiceMade(C.OK))
    assert "Connecting to Sogecash Net, please wait" in [view.sentence for view in scene.window.views]
    page, told = scene.browser.page.split("?launcher=")
    assert page == f"{SITE}/"
    assert [label for _, label in scene.window.view.tray][:2] == ["Sogecash Net", "Remove the e-secure access key"]
    scene.send(ev.TrayChosen(ev.TrayItem.REMOVE))
    assert (scene.browser.page, scene.drive.ejected) == ("", 1)
    assert [hashlib.sha256(each.encode()).hexdigest() for each in scene.farewells] == [told]
    assert scene.sentence == "Remove your access key and keep it in a safe place"
    scene.lose_card()
    assert scene.sentence == "Remove your access key and keep it in a safe place"
    scene.pull()
    assert scene.phase is P.WAITING


def test_a_key_that_was_let_go_of_and_is_in_again_between_two_looks_begins_anew(scene: Scene) -> None:
    scene.activate()
    scene.send(ev.TrayChosen(ev.TrayItem.REMOVE))
    scene.lose_card()
    scene.conductor.look_at_readers()
    assert scene.phase is P.REMOVABLE
    opened = scene.browser.opened
    scene.plug(scene.key.card)
    assert (scene.phase, scene.browser.opened) == (P.CONNECTED, opened + 1)


def test_a_disc_that_somebody_else_ejects_ends_the_session(scene: Scene) -> None:
    """By the desktop, with the browser open: without its card the key is of no use, as where it is pulled."""
    scene.activate()
    scene.lose_card()
    assert (scene.phase, scene.trouble, scene.browser.page) == (P.TROUBLE, T.PULLED, "")
    scene.plug(scene.key.card)
    assert scene.phase is P.CONNECTED


@pytest.mark.parametrize("end", ["remove", "pull", "cross", "quit", "interrupt"])
def test_however_the_browser_ends_the_site_is_told_once(scene: Scene, end: str) -> None:
    """Its session would go on for five minutes: whoever copied its cookie had them."""
    scene.activate()
    {
        "remove": lambda: scene.send(ev.TrayChosen(ev.TrayItem.REMOVE)),
        "pull": scene.pull,
        "cross": scene.browser.closed,
        "quit": lambda: scene.send(ev.TrayChosen(ev.TrayItem.QUIT)),
        "interrupt": scene.conductor.close_down,
    }[end]()
    assert len(scene.farewells) == 1
    scene.pull()
    scene.conductor.close_down()
    assert len(scene.farewells) == 1


def test_a_site_that_cannot_be_told_keeps_nobody_from_taking_the_key_out(scene: Scene) -> None:
    scene.activate()
    scene.net.trouble = LaunchError(T.TIMED_OUT, "why")
    scene.send(ev.TrayChosen(ev.TrayItem.REMOVE))
    assert (scene.phase, scene.drive.ejected) == (P.REMOVABLE, 1)


def test_each_browser_has_a_farewell_of_its_own_and_two_of_its_pages_share_it(scene: Scene) -> None:
    scene.activate()
    first = scene.browser.page
    scene.send(ev.TrayChosen(ev.TrayItem.CONNECT))
    assert scene.browser.page == first, "the session of before has that one"
    scene.browser.closed()
    scene.send(ev.TrayChosen(ev.TrayItem.CONNECT))
    assert scene.browser.page != first


def test_a_key_that_is_known_and_certified_goes_straight_to_the_site(scene: Scene) -> None:
    scene.activate()
    scene.pull()
    scene.send(ev.ChoiceMade(C.RETRY))
    scene.window.views.clear()
    scene.plug(scene.key.card)
    said = [view.sentence for view in scene.window.views]
    assert "There is no need to restart your computer" not in said
    assert scene.browser.opened == 2


def test_a_key_of_rsa_that_somebody_has_made_for_an_old_host_is_certified_as_it_is(scene: Scene) -> None:
    """It was overwritten by one of P-256. In 9C one of P-256 is made: the key shows a sentence for that alone."""
    for slot in (0x9A, 0x9C):
        scene.key.vault.make_key(slot, usual_rules(slot, KeyAlgorithm.RSA_2048))
    scene.activate()
    assert scene.phase is P.CONNECTED, scene.conductor.state.detail
    own = x509.load_der_x509_certificate(PivClient(scene.key.card).read_certificate()).public_key()
    made = x509.load_der_x509_certificate(scene.key.vault.attest_key(0x9A)).public_key()
    assert isinstance(made, rsa.RSAPublicKey)
    assert own == made
    facts = scene.key.vault.describe_key(0x9C)
    assert facts is not None
    assert facts.rules.algorithm is KeyAlgorithm.P256


def test_left_in_it_reconnects_without_customising(scene: Scene) -> None:
    scene.activate()
    scene.browser.closed()
    assert scene.phase is P.LEFT_IN
    scene.key.card.pulled_after = 0
    scene.send(ev.TrayChosen(ev.TrayItem.CONNECT))
    assert scene.browser.opened == 2, "faster: the key is not asked anything"


def test_update_cancel_and_end(scene: Scene) -> None:
    scene.updates.version = "2"
    scene.plug(scene.key.card)
    scene.timer.pass_time()
    assert [label for _, label in scene.window.view.buttons] == ["Update", "Cancel"]
    scene.send(ev.ChoiceMade(C.CANCEL))
    assert scene.phase is P.ASKING
    scene.pull()
    scene.plug(scene.key.card)
    assert scene.window.view.hint.startswith("Version 2."), "asked again the next time"
    scene.send(ev.ChoiceMade(C.UPDATE))
    shown = [view.percent for view in scene.window.views if view.percent is not None]
    assert shown == sorted(shown)
    assert shown[-1] == 100
    assert [label for _, label in scene.window.view.buttons] == ["End"]
    scene.send(ev.ChoiceMade(C.END))
    assert scene.sentence == "Remove and reinsert your e-secure access key"
    scene.pull()
    assert scene.sentence == "Connect your e-secure access key"


def test_an_update_that_is_not_believed_says_so_and_leaves_the_key_as_it_was(scene: Scene) -> None:
    scene.updates.version, scene.updates.trouble = "2", LaunchError(T.UPDATE, "target hash")
    scene.plug(scene.key.card)
    scene.timer.pass_time()
    scene.send(ev.ChoiceMade(C.UPDATE))
    assert scene.trouble is T.UPDATE


# The rows of the error table, and what is beside them


def test_a_serial_that_is_not_in_the_books(scene: Scene) -> None:
    """EST answers 403."""
    stranger = FactoryKey()
    scene.key = stranger
    scene.come_to_form()
    scene.send(scene.form())
    assert scene.sentence == "The certificate issuing service does not recognise your key's serial number."
    assert scene.window.view.cure == "Please contact the Sogecash Net helpdesk."


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_serial_that_is_not_in_the_books_is_told_apart_in_each_language(
    served: tuple[EsecureBank, TestClient], language: str
) -> None:
    scene = Scene(*served, language=language)
    scene.key = FactoryKey()
    scene.come_to_form()
    scene.send(scene.form())
    assert scene.trouble is T.SERIAL


def test_a_wrong_activation_code_is_asked_for_again(scene: Scene) -> None:
    scene.come_to_form()
    scene.send(scene.form(code="0000-0000-0000"))
    assert scene.sentence == "Please enter your User ID and Activation Code"
    assert scene.window.view.cause
    scene.send(scene.form(), ev.ChoiceMade(C.OK))
    assert scene.browser.opened == 1, "keys that were made before are used"


def test_half_a_sign_in_what_was_typed_is_no_user_of_the_banks(scene: Scene) -> None:
    scene.come_to_form()
    scene.send(scene.form(user="MOREAU\ud83d", code="\udcff"))
    assert (scene.phase, scene.trouble) == (P.ASKING, T.CODE)


def test_a_wrong_pin_says_how_many_tries_are_left_and_three_block_it(scene: Scene) -> None:
    scene.come_to_form()
    wrong = "111111" if scene.key.pin != "111111" else "222222"
    scene.send(scene.form(pin="12"))
    assert (scene.trouble, scene.conductor.state.detail) == (
        T.PIN_WRONG,
        "it has six to eight digits; no try was taken",
    )
    scene.send(scene.form(pin=wrong))
    assert (scene.trouble, scene.conductor.state.detail) == (T.PIN_WRONG, "2 tries left")
    scene.send(scene.form(pin=wrong), scene.form(pin=wrong))
    assert (scene.phase, scene.trouble) == (P.TROUBLE, T.PIN_BLOCKED)


def test_nobody_presses_ok(scene: Scene) -> None:
    scene.come_to_form()
    scene.key.person.agrees = False
    scene.send(scene.form())
    assert scene.trouble is T.NOT_AGREED
    scene.key.person.agrees = True
    scene.send(ev.ChoiceMade(C.RETRY))
    scene.send(scene.form())
    assert scene.phase is P.DOWNLOADED


@pytest.mark.parametrize(
    ("trouble", "shown"),
    [(T.SSL, T.ISSUER), (T.REFUSED, T.ISSUER), (T.TIMED_OUT, T.TIMED_OUT), (T.NOT_FOUND, T.NOT_FOUND)],
)
def test_the_issuing_service_cannot_be_spoken_to(scene: Scene, trouble: LaunchTrouble, shown: LaunchTrouble) -> None:
    scene.come_to_form()
    scene.net.trouble = LaunchError(trouble, "why")
    scene.send(scene.form())
    assert scene.trouble is shown
    assert "why" in scene.conductor.state.detail


@pytest.mark.parametrize("trouble", [T.SSL, T.REFUSED, T.TIMED_OUT, T.NOT_FOUND])
def test_the_site_cannot_be_reached(scene: Scene, trouble: LaunchTrouble) -> None:
    scene.come_to_form()
    scene.send(scene.form())
    scene.net.trouble = LaunchError(trouble, "why")
    scene.send(ev.ChoiceMade(C.OK))
    assert scene.trouble is trouble
    scene.net.trouble = None
    scene.send(ev.ChoiceMade(C.RETRY))
    assert scene.phase is P.CONNECTED


def test_another_launcher_or_program_holds_the_key(scene: Scene) -> None:
    scene.readers.trouble = LaunchError(T.CONFLICT, "another program holds the key")
    scene.plug(scene.key.card)
    assert scene.sentence == EN.troubles[T.CONFLICT].message
    scene.send(ev.ChoiceMade(C.COPY))
    assert "another program holds the key" in scene.window.copied
    second = Computer()
    second.lock.trouble = LaunchError(T.CONFLICT, "process 4711 of moreau")
    second.conductor.begin()
    assert second.conductor.state.trouble is T.CONFLICT


def test_a_key_that_answers_as_no_key_does_is_faulty(scene: Scene) -> None:
    for answer in (b"\x65\x81", b"", b"\x53\x84\xff\xff\xff\xff\x90\x00"):
        scene.plug(TwinCard(lambda _apdu, said=answer: said))  # type: ignore[misc]
        assert scene.sentence.startswith("A problem occurred during installation")
        assert scene.window.view.cure == "Please request a replacement."
        scene.pull()


@pytest.mark.parametrize(
    "answers",
    [
        {0xF8: b"\x90\x00"},
        {0xF8: b"\x01" * 2000 + b"\x90\x00"},
        {0xF8: b"\x61\x00", 0xC0: b"\x61\x00"},
        {0xCB: b"\x61\x00", 0xC0: b"\x00" * 256 + b"\x61\x00"},
    ],
    ids=["no serial", "a serial of 2000 octets", "more and more of nothing", "more and more"],
)
def test_an_odd_answer_is_a_faulty_key_and_no_mishap_of_ours(scene: Scene, answers: dict[int, bytes]) -> None:
    send = scene.key.card.send
    scene.plug(TwinCard(lambda apdu: answers.get(apdu[1]) or send(apdu)))
    state = scene.conductor.state
    if 0xF8 in answers:
        assert state.trouble is T.INSTALLATION
    assert "Error" not in state.detail, state.detail


def test_a_management_key_that_is_none_is_told_as_one(scene: Scene) -> None:
    scene.key.vault.write_object(0x5FC109, b"\x88\x07\x89\x05short")
    scene.come_to_form()
    scene.send(scene.form())
    assert scene.trouble is T.NO_MANAGEMENT


def test_what_is_issued_is_a_certificate_of_this_very_key_or_nothing_is_stored(scene: Scene) -> None:
    """It was kept as it came: the key was customised by another's, and one that is none was tried for ever."""
    ask, chain = scene.net.answer, scene.client.get("/.well-known/est/cacerts").content
    nothing = base64.b64encode(bytes.fromhex("300FA00D300BA00930073005020105A000"))
    scene.come_to_form()
    for body in (chain, nothing, b"", b"\xff\x00", b"A" * (1 << 20)):
        scene.net.answer = lambda *_, said=body: NetAnswer(200, said)
        scene.send(scene.form())
        assert scene.trouble is T.ISSUER
        assert scene.memory.find_certificate(scene.key.serial) == b""
        assert not PivClient(scene.key.card).read_certificate()
        scene.send(ev.ChoiceMade(C.RETRY))
        assert scene.phase is P.ASKING
    scene.net.answer = ask
    scene.memory.keep_certificate(scene.key.serial, b"what a file may say")
    scene.send(scene.form())
    assert scene.phase is P.DOWNLOADED, scene.conductor.state.detail


def test_another_key_that_is_plugged_in_takes_nobody_away_from_the_one_in_use(scene: Scene) -> None:
    """PC/SC gives it the first free place, which may be before: it read *the access key was removed*."""
    scene.activate()
    scene.readers.others = ("another 00 00",)
    scene.conductor.look_at_readers()
    assert (scene.phase, scene.browser.opened) == (P.CONNECTED, 1)
    scene.pull()
    assert scene.browser.page == "", "the one in use is gone"


def test_readers_that_fail_as_nobody_has_written_down_are_looked_at_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread that watches died of it, and the launcher saw no key any more."""
    find_key, looks = scene.readers.find_key, count()

    def fail_first(before: str = "") -> str:
        if not next(looks):
            raise SystemError("error return without exception set")
        scene.conductor.ended.set()
        return find_key(before)

    monkeypatch.setattr("launcher.conductor.LOOK_EVERY_MS", 1)
    monkeypatch.setattr(scene.readers, "find_key", fail_first)
    monkeypatch.setattr(scene.readers, "wait_change", lambda _ms: int("none"))
    scene.readers.card = scene.key.card
    scene.conductor.watch_readers()
    assert [view.sentence for view in scene.window.views].count(EN.troubles[T.MISSING].message) == 1
    assert scene.conductor.state.inside


def test_no_key_in_half_a_minute(scene: Scene) -> None:
    scene.timer.pass_time()
    assert scene.window.view.hint == "The access key light does not come on."
    assert "e-secure --readers" in scene.window.view.cure
    scene.plug(scene.key.card)
    assert scene.phase is P.GREETING


def test_pulled_at_every_command_of_the_activation(scene: Scene) -> None:
    """Whatever was under way when it went, the next time goes through; and no try is lost."""
    scene.come_to_form()
    for at in range(60):
        scene.key.card.pulled_after = at
        scene.send(scene.form())
        scene.key.card.pulled_after = -1
        if scene.phase is P.DOWNLOADED:
            break
        assert scene.trouble is T.PULLED, scene.conductor.state.detail
        scene.pull()
        scene.key.power.power_off()
        scene.key.power.power_on()
        scene.plug(scene.key.card)
        assert scene.phase is P.ASKING
    assert scene.phase is P.DOWNLOADED


def test_pulled_and_in_again_before_anybody_looked_it_begins_anew(scene: Scene) -> None:
    """The job saw that it was gone; the next look found the same key as before, and the window waited for ever."""
    scene.come_to_form()
    scene.key.card.pulled_after = 3
    scene.send(scene.form())
    assert scene.trouble is T.PULLED
    scene.key.card.pulled_after = -1
    scene.key.power.power_off()
    scene.key.power.power_on()
    scene.conductor.look_at_readers()
    assert scene.phase is P.ASKING


def test_pulled_in_each_phase_closes_what_is_open(scene: Scene) -> None:
    scene.activate()
    assert scene.browser.page
    scene.pull()
    assert scene.trouble is T.PULLED
    assert scene.browser.page == ""
    scene.plug(scene.key.card)
    assert scene.browser.page
    scene.browser.closed()
    scene.pull()
    assert scene.phase is P.WAITING


def test_what_ends_too_late_changes_nothing(served: tuple[EsecureBank, TestClient]) -> None:
    """A job of a key that was pulled meanwhile."""
    slow = Computer(slowly=True)
    slow.conductor.begin()
    slow.plug(FactoryKey().card)
    late = slow.jobs.pop()
    slow.pull()
    slow.plug(FactoryKey().card)
    before = slow.conductor.state
    late()
    assert slow.conductor.state == before


def test_the_details_have_no_secret(scene: Scene) -> None:
    scene.come_to_form()
    scene.net.answer = lambda *_: NetAnswer(500, b"broken")
    scene.send(scene.form(), ev.ChoiceMade(C.COPY))
    assert scene.sentence == "An error occurred when communicating with the certificate issuing service."
    assert str(scene.key.serial) in scene.window.copied
    assert "EST 500: broken" in scene.window.copied
    assert "0 825 041 040" in scene.window.copied
    shown = scene.window.copied + "".join(map(repr, scene.window.views))
    assert scene.code not in shown
    assert scene.key.pin not in shown.replace(str(scene.key.serial), "")


def test_a_management_key_that_somebody_changed(scene: Scene) -> None:
    scene.key.vault.write_object(0x5FC109, b"")
    scene.come_to_form()
    scene.send(scene.form())
    assert scene.trouble is T.NO_MANAGEMENT


def test_settings_are_https_without_a_path() -> None:
    assert LauncherSettings("https://business.example:8037", "").host == "business.example"


# The key's update, with its real judge at the other end


def test_an_update_is_offered_carried_and_begins_with_the_next_plug(tmp_path: Path) -> None:
    bank = Publisher(tmp_path)
    bank.publish(2)
    key = UpdatedKey(tmp_path / "key", bank.root)
    computer = Computer(updates=RepositoryUpdates(FolderSource(bank.repository.public)))
    computer.conductor.begin()
    computer.plug(TwinCard(key.plug().exchange))
    computer.timer.pass_time()
    assert computer.window.view.hint.startswith("Version 2.")
    computer.send(ev.ChoiceMade(C.UPDATE))
    shown = [view.percent for view in computer.window.views if view.percent is not None]
    assert shown == sorted(shown)
    assert computer.sentence == EN.phases[P.UPDATED], computer.conductor.state.detail
    computer.send(ev.ChoiceMade(C.END))
    computer.pull()
    assert key.start() == name_of(2)


def test_an_update_that_was_changed_on_the_way_is_not_taken(tmp_path: Path) -> None:
    bank = Publisher(tmp_path)
    bank.publish(2)
    key = UpdatedKey(tmp_path / "key", bank.root)
    (program,) = (bank.repository.public / "programs").iterdir()
    program.write_bytes(bytes(program.stat().st_size))
    computer = Computer(updates=RepositoryUpdates(FolderSource(bank.repository.public)))
    computer.conductor.begin()
    computer.plug(TwinCard(key.plug().exchange))
    computer.timer.pass_time()
    computer.send(ev.ChoiceMade(C.UPDATE))
    assert computer.conductor.state.trouble is T.UPDATE
    assert key.start() == FIRST
    assert RepositoryUpdates(None).find_update(TwinCard(bytes), "") == ""
