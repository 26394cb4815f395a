"""The course: every phase x every event, from every state that can be got to; and what the guide has it say."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from launcher.app import main
from launcher.course import effects as fx
from launcher.course import events as ev
from launcher.course.state import LaunchPhase, LaunchState, PluggedKey, RenewalState
from launcher.course.table import COURSE, LAUNCH_EVENTS, step_launcher
from launcher.troubles import GUIDE_ROWS, BrowserCode, LaunchTrouble
from launcher.view import make_view
from launcher.words import LAUNCHER_LANGUAGES, choose_language

P = LaunchPhase
SOME_TROUBLES = (
    *(LaunchTrouble.CODE, LaunchTrouble.PIN_WRONG, LaunchTrouble.SSL, LaunchTrouble.PULLED),
    *(LaunchTrouble.PIN_BLOCKED, LaunchTrouble.PUK_WRONG),
)
WITH_BROWSER = {P.CONNECTING, P.CONNECTED, P.ORDERED, P.CONFIRMING, P.CONFIRMED, P.UNCONFIRMED, P.LEFT_IN, P.REMOVING}

EVENTS: tuple[ev.LaunchEvent, ...] = (
    ev.KeyPlugged(),
    ev.KeyPulled(),
    ev.KeyLooked(PluggedKey(7, certified=True, pad=True)),
    ev.KeyLooked(PluggedKey(7, certified=False, known=False)),
    ev.KeyLooked(PluggedKey(7, certified=False, pad=True)),
    ev.KeyLooked(PluggedKey(7, certified=True, renewal=RenewalState.DUE, days=20)),
    ev.KeyLooked(PluggedKey(7, certified=True, pad=True, renewal=RenewalState.BEGUN)),
    ev.UpdateOffered("2"),
    ev.NothingNewer(),
    ev.UpdateAdvanced(40),
    ev.UpdateAdvanced(30),
    ev.UpdateCompleted(),
    ev.FormSent("MOREAU17", "7K3M", "123456"),
    ev.CertificateStored(),
    ev.BrowserOpened(),
    ev.BrowserClosed(),
    ev.OrderCame(b"order"),
    ev.OrderConfirmed("/en/net/transfers/1"),
    ev.KeyUnblocked(),
    ev.KeyReleased(),
    *(ev.StepFailed(trouble, "why") for trouble in SOME_TROUBLES),
    *map(ev.ChoiceMade, ev.LaunchChoice),
    *map(ev.TrayChosen, ev.TrayItem),
    ev.TimePassed(),
)  # fmt: skip


@dataclass(frozen=True)
class Arrow:
    before: LaunchState
    event: ev.LaunchEvent
    after: LaunchState
    effects: tuple[fx.LaunchEffect, ...]

    def did(self, *kinds: type) -> bool:
        return any(isinstance(effect, kinds) for effect in self.effects)


def explore() -> Iterator[Arrow]:
    waiting = [LaunchState(), LaunchState(by_hand=True)]
    seen = set(waiting)
    while waiting:
        before = waiting.pop()
        for event in EVENTS:
            after, effects = step_launcher(before, event)
            yield Arrow(before, event, after, effects)
            if after not in seen:
                seen.add(after)
                waiting.append(after)


ARROWS = tuple(explore())


def test_every_phase_can_be_got_to_and_every_event_is_tried() -> None:
    assert {arrow.after.phase for arrow in ARROWS} | {P.WAITING} == set(P)
    assert {type(event) for event in EVENTS} == set(LAUNCH_EVENTS)


def test_the_table_says_exactly_where_each_cell_leads() -> None:
    led: dict[tuple[P, type], set[P]] = {}
    for arrow in ARROWS:
        led.setdefault((arrow.before.phase, type(arrow.event)), set()).add(arrow.after.phase)
    for (phase, event), reached in led.items():
        assert reached - {phase} == COURSE[phase][event].leads_to - {phase}, (phase, event)


def test_a_browser_is_opened_with_a_certificate_in_a_key_that_is_in() -> None:
    opening = [arrow for arrow in ARROWS if arrow.did(fx.OpenBrowser)]
    assert opening
    for arrow in opening:
        assert arrow.before.inside
        assert arrow.after.key is not None
        assert arrow.after.key.certified
        assert arrow.after.key.renewal is not RenewalState.BEGUN, "its key may be out of its place"


def test_no_browser_outlives_its_key() -> None:
    for arrow in ARROWS:
        used = arrow.before.phase in WITH_BROWSER
        if used and isinstance(arrow.event, ev.KeyPulled):
            assert arrow.did(fx.CloseBrowser)
            assert not arrow.after.inside


def test_a_key_that_is_pulled_is_gone_in_every_phase_and_goes_on_nowhere() -> None:
    for arrow in ARROWS:
        if isinstance(arrow.event, ev.KeyPulled) and arrow.before.phase is not P.ENDED:
            assert not arrow.after.inside
            assert arrow.after.phase in {P.WAITING, P.TROUBLE}


def test_whoever_waits_has_a_button_a_field_the_tray_or_something_under_way() -> None:
    words = LAUNCHER_LANGUAGES["en"]
    for state in {arrow.after for arrow in ARROWS if arrow.after.phase is not P.ENDED}:
        view = make_view(state, words)
        asks_for_the_key = state.phase in {P.WAITING, P.REPLUG, P.REMOVABLE}
        assert view.sentence
        assert len(view.buttons) <= 2
        assert view.buttons or view.fields or view.busy or asks_for_the_key or view.hidden


def test_a_transfer_is_confirmed_where_the_site_is_open_and_its_failure_closes_nothing() -> None:
    begun = [arrow for arrow in ARROWS if arrow.did(fx.ConfirmOrder)]
    assert {arrow.before.phase for arrow in begun} == {P.CONNECTED, P.ORDERED, P.CONFIRMED, P.UNCONFIRMED}
    for arrow in ARROWS:
        if arrow.before.phase is P.CONFIRMING and arrow.after.phase is P.UNCONFIRMED:
            assert not arrow.effects, "the browser stays, and so does the session"
            assert arrow.after.order == arrow.before.order, "to be tried again"
        if arrow.after.phase in {P.CONNECTED, P.LEFT_IN, P.CONFIRMED}:
            assert not arrow.after.order


def test_a_page_is_shown_in_the_browser_that_is_open_and_in_no_other() -> None:
    """Whoever closes the browser, or ends the launcher, while the key is asked is not shown another one afterwards."""
    assert {arrow.before.phase for arrow in ARROWS if arrow.did(fx.ShowPage)} == {P.CONFIRMING}


def test_a_key_is_unblocked_where_it_has_a_pad_and_is_in() -> None:
    unblocking = [arrow for arrow in ARROWS if arrow.did(fx.UnblockKey)]
    assert unblocking
    for arrow in unblocking:
        assert arrow.before.inside
        assert arrow.before.key is not None
        assert arrow.before.key.pad
        assert arrow.before.trouble in {LaunchTrouble.PIN_BLOCKED, LaunchTrouble.PUK_WRONG}


def test_progress_never_goes_back() -> None:
    for arrow in ARROWS:
        if arrow.before.phase is arrow.after.phase is P.UPDATING:
            assert arrow.after.percent >= arrow.before.percent


def test_what_was_typed_is_in_no_state_and_no_repr() -> None:
    for arrow in ARROWS:
        if isinstance(arrow.event, ev.FormSent):
            said = f"{arrow.after!r} {arrow.effects!r} {arrow.event!r}"
            assert "7K3M" not in said
            assert "123456" not in said


@pytest.mark.parametrize("language", LAUNCHER_LANGUAGES)
def test_every_phase_button_and_trouble_has_its_words(language: str) -> None:
    words = LAUNCHER_LANGUAGES[language]
    assert set(words.phases) == set(P)
    assert set(words.buttons) == set(ev.LaunchChoice)
    assert set(words.tray) == set(ev.TrayItem)
    assert set(words.troubles) == set(LaunchTrouble)
    assert all(row.message and row.cause and row.cure for row in words.troubles.values())


def test_the_guides_sentences_stand_word_for_word() -> None:
    en, fr = LAUNCHER_LANGUAGES["en"], LAUNCHER_LANGUAGES["fr"]
    assert en.phases[P.GREETING] == "There is no need to restart your computer"
    assert en.phases[P.CUSTOMISING] == "The customisation process is in progress, please wait"
    assert en.phases[P.CONNECTING] == "Connecting to Sogecash Net, please wait"
    assert (en.buttons[ev.LaunchChoice.UPDATE], en.buttons[ev.LaunchChoice.CANCEL]) == ("Update", "Cancel")
    assert en.buttons[ev.LaunchChoice.END] == "End"
    ended = 'Click on "End", then remove and reinsert your e-secure access key'
    assert ended in en.phases[P.UPDATED]
    assert en.tray[ev.TrayItem.REMOVE] == "Remove the e-secure access key"
    assert fr.tray[ev.TrayItem.REMOVE] == "Retirez la clé e-secure"
    assert en.tray[ev.TrayItem.CONNECT] == "Sogecash Net"


GUIDE = (
    "A problem occurred during installation, the device may not work correctly.",
    "An error occurred when communicating with the certificate issuing service.",
    "The certificate issuing service does not recognise your key's serial number",
    "threat identified...",
    "Connection timed out",
    "Connecting to Sogecash Net, please wait...",
    "The hourglass does not disappear when validating your security number, and your computer freezes.",
    "you cannot connect to the business customer website due to an SSL error (-8183)",
    "The access key light does not come on.",
    "The e-secure access key does not launch automatically.",
    'When you open a PDF file, you see "The Adobe that is running ... cannot find the PDF files in the Web Brother" or '
    "nothing happens.",
    "When you open a PDF file, you see a blank page, the Print icon is greyed out or a technical error is displayed.",
)
"""The messages of the guide's error table, row by row; of two, the one by which the launcher has the row."""

CAUSES = (
    "Your access key is faulty",
    "Your antivirus software is blocking communication with this service",
    "",
    "Your antivirus software is blocking this application",
    "Your internet settings are not compatible with e-secure",
    "Several sessions are in conflict, or your antivirus is blocking the application.",
    "Communication problem.",
    "Communication problem",
    "Conflict between",
    "Your IT security manager has disabled your computer's AutoPlay function, which automatically launches removable "
    "devices (CD players, USB memory sticks, etc.).",
    "The version of Adobe Reader installed on your computer is older than version 9.3.",
    "The version of Adobe Reader installed on your computer is older than version 9.3, or there is a compatibility "
    "problem.",
)
"""What the guide gives as their causes, as far as it holds on every system."""

BESIDE = {
    LaunchTrouble.CODE: "Please enter your User ID and Activation Code",
    LaunchTrouble.NOT_FOUND: "The server could not be found",
    LaunchTrouble.SSL: "-12227 SSL_ERROR_HANDSHAKE_FAILURE_ALERT",
}
"""The other sentence of a row that has two. The guide's own spelling of the name, ssl_error_hanshake_failure_alerte, is
nobody's."""


def test_every_row_of_the_guides_table_stands_word_for_word() -> None:
    en = LAUNCHER_LANGUAGES["en"].troubles
    assert len(GUIDE_ROWS) == len(GUIDE) == len(CAUSES)
    for row, message, cause in zip(GUIDE_ROWS, GUIDE, CAUSES, strict=True):
        assert message in en[row].message
        assert cause in en[row].cause
    for trouble, message in BESIDE.items():
        assert message in en[trouble].message
    asked = {row for row in GUIDE_ROWS if "Please contact the Sogecash Net helpdesk." in en[row].cure}
    others = {LaunchTrouble.INSTALLATION, LaunchTrouble.AUTOPLAY, LaunchTrouble.PDF_READER}
    assert asked == set(GUIDE_ROWS) - others
    assert "request a replacement" in en[LaunchTrouble.INSTALLATION].cure
    assert "Please contact him to request a change of setting." in en[LaunchTrouble.AUTOPLAY].cure
    assert "You need to install the latest version." in en[LaunchTrouble.PDF_READER].cure


@pytest.mark.parametrize("language", LAUNCHER_LANGUAGES)
def test_the_numbers_of_ssl_errors_are_found_in_the_table(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--errors", "--language", language]) == 0
    printed = capsys.readouterr().out
    assert set(LAUNCHER_LANGUAGES[language].browser_codes) == set(BrowserCode)
    for code in BrowserCode:
        (line,) = (each for each in printed.splitlines() if each.startswith(f"  {code}: "))
        assert line.endswith(".")
    assert "(-8183)" in LAUNCHER_LANGUAGES[language].troubles[LaunchTrouble.SSL].message
    assert str(BrowserCode.HANDSHAKE_FAILURE) in LAUNCHER_LANGUAGES[language].troubles[LaunchTrouble.SSL].message


def test_the_numbers_have_the_names_that_nss_itself_gives_them() -> None:
    """By the library that Firefox has, too."""
    nspr, nss, tls = (ctypes.CDLL(name) for name in ("libnspr4.so", "libnss3.so", "libssl3.so"))
    assert nss.NSS_NoDB_Init(None) == 0
    assert tls.NSS_SetDomesticPolicy() == 0, "takes the names of TLS's errors in"
    nspr.PR_ErrorToName.restype = ctypes.c_char_p
    for number, name in (code.value for code in BrowserCode):
        assert nspr.PR_ErrorToName(number) == name.encode()


def test_the_language_is_the_computers() -> None:
    assert choose_language("en_GB.UTF-8") is LAUNCHER_LANGUAGES["en"]
    assert choose_language("C") is LAUNCHER_LANGUAGES["fr"]
