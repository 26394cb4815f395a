"""Renewal by the launcher, with a real card and the real issuing service: when it is offered, what is asked, and the
power, the contact and the network cut at every step, with nothing lost."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.testclient import TestClient

from bank.demo.database import open_in_memory
from bank.pki import profiles
from bank.pki.judging import CertificateVerdict
from bank.web.est.site import open_est
from drivers.vault import computing, sealed
from launcher.card.piv_client import PivClient
from launcher.course import events as ev
from launcher.course.state import LaunchPhase, RenewalState
from launcher.enrolling import renewing
from launcher.ports import NetAnswer
from launcher.troubles import CardGoneError, LaunchError, LaunchTrouble
from launcher.words import LAUNCHER_LANGUAGES
from sesame_core.piv.names import KeyAlgorithm, usual_rules
from tests.bank.keyed import DAY_MS, EsecureBank
from tests.launcher.factory_key import FactoryKey
from tests.launcher.scene import Scene

P, C, T = LaunchPhase, ev.LaunchChoice, LaunchTrouble
P256, RSA = KeyAlgorithm.P256, KeyAlgorithm.RSA_2048
KINDS = {P256: ec.EllipticCurvePublicKey, RSA: rsa.RSAPublicKey}
EN = LAUNCHER_LANGUAGES["en"]
MOST_STEPS = 100


class RenewalScene(Scene):
    """A key whose certificate has nineteen days left, and some hours."""

    def __init__(self, bank: EsecureBank, *, ahead: int = 0, algorithm: KeyAlgorithm = P256) -> None:
        super().__init__(bank, TestClient(open_est(bank.frame), base_url="https://localhost"))
        self.algorithm = algorithm
        if algorithm is not P256:
            self.key.vault.make_key(0x9A, usual_rules(0x9A, algorithm))
        self.activate()
        self.first = self.certificate()
        self.pass_days(345 - ahead)
        self.now += timedelta(days=ahead)
        self.pull()

    def pass_days(self, days: int) -> None:
        self.bank.hand.ms += days * DAY_MS
        self.now += timedelta(days=days)

    def certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.client_of_key().read_certificate())

    def client_of_key(self) -> PivClient:
        return PivClient(self.key.card)

    def come_back(self) -> None:
        """From whatever it was: the key is put in again."""
        self.pull()
        self.key.card.pulled_after = -1
        self.key.medium.cut_at = None
        self.key.start()
        self.plug(self.key.card)
        if self.phase is P.GREETING:
            self.timer.pass_time()

    def renew(self) -> None:
        self.send(ev.ChoiceMade(C.RENEW), ev.FormSent("", "", self.key.pin))

    def is_usable(self) -> bool:
        """What TLS needs: the key in 9A is that of the certificate there, which the bank takes."""
        made = self.certificate()
        found = self.key.vault.describe_key(0x9A)
        verdict = self.bank.enrolment.judge_client(self.client_of_key().read_certificate()).verdict
        assert verdict is CertificateVerdict.GOOD
        attested = x509.load_der_x509_certificate(self.key.vault.attest_key(0x9A)) if found else None
        assert isinstance(made.public_key(), KINDS[self.algorithm]), "an old host needs what it had"
        return attested is not None and attested.public_key() == made.public_key()

    def is_renewed(self) -> bool:
        """The new one in its place, and nothing of the way there left over."""
        left = [self.key.vault.describe_key(slot) for slot in (0x82, 0x83)]
        assert (left, self.key.vault.read_object(0x5FC10D)) == ([None, None], None)
        return self.is_usable() and self.certificate().not_valid_after_utc > self.first.not_valid_after_utc


@pytest.fixture
def drawn_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """To find primes takes longer than all else here: three pairs, each of them real, come round again and again."""
    pairs, draw = itertools.cycle([computing.draw_pair(RSA) for _ in range(3)]), computing.draw_pair
    monkeypatch.setattr(sealed, "draw_pair", lambda kind: next(pairs) if kind is RSA else draw(kind))


@pytest.fixture(scope="module", params=[P256, RSA], ids=["P-256", "RSA-2048"])
def renewable(request: pytest.FixtureRequest) -> Iterator[RenewalScene]:
    with closing(open_in_memory()) as store:
        yield RenewalScene(EsecureBank(store), algorithm=request.param)


@pytest.fixture
def scene(renewable: RenewalScene) -> Iterator[RenewalScene]:
    """The same key in the same state each time; the bank is not the same, as it is not for a key that was cut."""
    whole, ask = renewable.key, renewable.net.answer
    renewable.key = whole.copy()
    renewable.come_back()
    yield renewable
    renewable.key, renewable.net.answer = whole, ask
    renewable.pull()


def test_it_is_offered_near_the_end_and_done_with_pin_and_ok(scene: RenewalScene) -> None:
    assert scene.sentence == "Your certificate ends soon. Do you want to renew it?"
    assert scene.window.view.hint.startswith("Days left: 19. Your certificate works until")
    assert [label for _, label in scene.window.view.buttons] == ["Renew", "Cancel"]
    scene.key.person.asked.clear()
    scene.send(ev.ChoiceMade(C.RENEW))
    assert scene.sentence == "Please enter the PIN of your access key"
    assert [label for _, label in scene.window.view.fields] == ["PIN of the key"]
    scene.send(ev.FormSent("", "", scene.key.pin))
    assert scene.sentence == "Your certificate has been renewed. Click on OK", scene.conductor.state.detail
    assert [asked.slot for asked in scene.key.person.asked] == [0x82, 0x9A], "both keys have signed"
    assert scene.is_renewed()
    assert scene.browser.page == "", "not before OK"
    scene.send(ev.ChoiceMade(C.OK))
    assert scene.phase is P.CONNECTED
    scene.come_back()
    assert scene.phase is P.CONNECTED, "it is not offered again"


def test_whoever_cancels_goes_to_the_site_and_is_asked_the_next_time(scene: RenewalScene) -> None:
    scene.send(ev.ChoiceMade(C.CANCEL))
    assert scene.phase is P.CONNECTED
    assert scene.is_usable()
    scene.come_back()
    assert scene.sentence == EN.phases[P.RENEWABLE]


def test_thirty_days_before_as_the_banks_profile_has_it_and_not_after_its_end(scene: RenewalScene) -> None:
    assert renewing.RENEWAL == profiles.RENEWAL
    client, end = scene.client_of_key(), scene.first.not_valid_after_utc
    second = timedelta(seconds=1)
    for now, state in (
        (end - renewing.RENEWAL - second, RenewalState.NONE),
        (end - renewing.RENEWAL, RenewalState.DUE),
        (end - second, RenewalState.DUE),
        (end, RenewalState.NONE),
    ):
        assert renewing.judge_renewal(client, now)[0] is state


def test_with_a_pad_nothing_is_typed_on_the_computer(scene: RenewalScene) -> None:
    verify = bytes.fromhex("0020008008") + scene.key.pin.encode().ljust(8, b"\xff")
    scene.key.card.has_pad, scene.key.card.pad = True, lambda: scene.key.power.transmit(verify)
    scene.come_back()
    scene.send(ev.ChoiceMade(C.RENEW))
    assert scene.phase is P.RENEWED, scene.conductor.state.detail
    assert EN.on_the_pad in [view.hint for view in scene.window.views]
    assert scene.is_renewed()


def test_a_wrong_pin_is_asked_for_again_and_three_end_it(scene: RenewalScene) -> None:
    wrong = "111111" if scene.key.pin != "111111" else "222222"
    scene.send(ev.ChoiceMade(C.RENEW), ev.FormSent("", "", wrong))
    assert (scene.phase, scene.trouble, scene.conductor.state.detail) == (P.UNLOCKING, T.PIN_WRONG, "2 tries left")
    scene.send(ev.FormSent("", "", wrong), ev.FormSent("", "", wrong))
    assert (scene.phase, scene.trouble) == (P.TROUBLE, T.PIN_BLOCKED)
    assert scene.is_usable()


def test_nobody_presses_ok_and_the_old_one_works_on(scene: RenewalScene) -> None:
    scene.key.person.agrees = False
    scene.renew()
    assert scene.trouble is T.NOT_AGREED
    assert scene.is_usable()
    scene.key.person.agrees = True
    scene.send(ev.ChoiceMade(C.RETRY))
    scene.renew()
    assert scene.is_renewed()


def test_what_the_bank_refuses_is_told_and_the_old_one_works_on() -> None:
    """The computer's clock is two months ahead of the bank's."""
    with closing(open_in_memory()) as store:
        scene = RenewalScene(EsecureBank(store), ahead=60)
        scene.come_back()
        refused_for_now(scene)


def refused_for_now(scene: RenewalScene) -> None:
    scene.renew()
    assert scene.trouble is T.NOT_ISSUED
    assert "EST 403: Your certificate can be renewed from" in scene.conductor.state.detail
    assert scene.is_usable()
    scene.send(ev.ChoiceMade(C.RETRY), ev.ChoiceMade(C.CANCEL))
    assert scene.phase is P.CONNECTED


def test_what_an_earlier_renewal_has_left_is_in_nobodys_way(scene: RenewalScene) -> None:
    """Cut before the former key was destroyed, and after a certificate that nobody moved has ended."""
    scene.key.vault.make_key(0x83, usual_rules(0x83, KeyAlgorithm.P256))
    scene.key.vault.make_key(0x82, usual_rules(0x82, KeyAlgorithm.P256))
    scene.key.vault.write_object(0x5FC10D, scene.key.vault.read_object(0x5FC105) or b"")
    scene.come_back()
    assert scene.window.view.sentence == EN.phases[P.RENEWABLE]
    scene.renew()
    assert scene.is_renewed(), scene.conductor.state.detail


def test_an_answer_that_is_for_another_key_is_not_stored(scene: RenewalScene) -> None:
    ask, old = scene.net.answer, scene.client_of_key().read_certificate()
    chain = scene.client.get("/.well-known/est/cacerts")
    scene.net.answer = lambda *_: NetAnswer(200, chain.content)
    scene.renew()
    assert (scene.trouble, scene.client_of_key().read_certificate()) == (T.ISSUER, old)
    scene.net.answer = ask


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("trouble", [T.TIMED_OUT, T.NOT_FOUND, T.SSL])
def test_the_network_cut_before_the_bank_heard_and_after_it_has_issued(
    scene: RenewalScene, trouble: LaunchTrouble, answered: bool
) -> None:
    ask, issued = scene.net.answer, scene.bank.events().count("certificate renewed")

    def cut(url: str, body: bytes | None, headers: Mapping[str, str]) -> NetAnswer:
        if answered:
            ask(url, body, headers)
        raise LaunchError(trouble, "why")

    scene.net.answer = cut
    scene.renew()
    assert scene.trouble is (T.ISSUER if trouble is T.SSL else trouble)
    assert scene.is_usable()
    scene.net.answer = ask
    scene.send(ev.ChoiceMade(C.RETRY))
    scene.renew()
    assert scene.is_renewed()
    assert scene.bank.events().count("certificate renewed") == issued + 1, "not a second one for the same key"


def finish_at_another_computer(scene: RenewalScene) -> None:
    """Whatever it is, the next launcher says it, and ends it."""
    begun = not scene.is_usable()
    scene.memory.known.clear()
    scene.come_back()
    assert scene.phase in {P.RENEWABLE, P.CONNECTED}, scene.conductor.state.detail
    if scene.phase is P.CONNECTED:
        assert not begun
        return
    if begun:
        assert scene.sentence == EN.half_renewed
        assert [choice for choice, _ in scene.window.view.buttons] == [C.RENEW]
        scene.send(ev.ChoiceMade(C.CANCEL))
        assert scene.sentence == EN.half_renewed, "the key cannot be used before"
    scene.renew()
    assert scene.phase.value == P.RENEWED.value, scene.conductor.state.detail
    assert scene.is_renewed()


def cut_power_at(key: FactoryKey, step: int) -> None:
    key.medium.steps, key.medium.cut_at = 0, step


def pull_before(key: FactoryKey, step: int) -> None:
    key.card.pulled_after = step


def lose_answer(key: FactoryKey, step: int) -> None:
    """The command was done, and nobody heard of it."""
    left, send = [step], key.power.transmit

    def do_and_go(apdu: bytes) -> bytes:
        answer = send(apdu)
        left[0] -= 1
        if left[0] < 0:
            key.card.send = key.power.transmit
            raise CardGoneError
        return answer

    key.card.send = do_and_go


@pytest.mark.usefixtures("drawn_before")
@pytest.mark.parametrize("cut", [cut_power_at, pull_before, lose_answer])
def test_cut_at_every_step(scene: RenewalScene, cut: Callable[[FactoryKey, int], None]) -> None:
    """The old certificate works, or the next launcher can end it: the power off before and after each write, the
    contact lost before and after each command. RSA is slow: what is lost after one command and what before the next one
    are the same to the key, and are taken in turns."""
    whole, seen = scene.key.copy(), set[bool]()
    for step in range(0, MOST_STEPS, 2 if scene.algorithm is RSA and cut is not cut_power_at else 1):
        scene.key = whole.copy()
        scene.come_back()
        scene.send(ev.ChoiceMade(C.RENEW))
        cut(scene.key, step)
        scene.send(ev.FormSent("", "", scene.key.pin))
        if scene.phase is P.RENEWED:
            break
        assert scene.trouble is T.PULLED, scene.conductor.state.detail
        scene.come_back()
        seen.add(scene.is_usable())
        finish_at_another_computer(scene)
    assert step > 10
    assert scene.phase is P.RENEWED
    assert seen == {False, True}, "also while the keys changed places"
