"""The key and its computer, by CCID's bytes: PIN typed on the key, consent on its glass, hosts that go in between."""

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from device.esecure.jobs import CardStuckError
from device.esecure.manner import PinMode
from device.esecure.worker import PromptWorker, Step, StepDone, ThreadWorker
from drivers.clock import SteppedClock
from drivers.ports import Clock
from drivers.usb.twin import HostTwin
from sesame_core import events as ev
from sesame_core.esecure.state import KeyPhase
from tests.key.desk import ABORT, POWER_ON, SECURE, STATUS, XFR, Desk
from tests.key.host import PIN, p256_key, padded, tlv
from tests.usb.wire import modification, verification

DIGEST = hashlib.sha256(b"what is signed").digest()
RIGHT, WRONG = "123456O", "111111O"
SIGN = tlv(0x7C, tlv(0x82) + tlv(0x81, DIGEST))
SIGN_9A = bytes.fromhex("0087119A") + bytes((len(SIGN),)) + SIGN + b"\0"
UNBLOCK, CHANGE_PUK = "002C008010", "0024008110"


@pytest.fixture
def desk() -> Desk:
    return Desk().plug()


def with_key(desk: Desk, slot: int = 0x9A) -> bytes:
    """A key pair in the slot; its public key."""
    assert desk.host.manage() == "9000"
    return desk.host.generate(slot)


def verified(desk: Desk, keys: str = RIGHT) -> str:
    """VERIFY by the pad: the status word."""
    return desk.secure(verification(), keys).data.hex()


class ListeningTwin(HostTwin):
    """Keeps all that the computer sends."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.sent: list[bytes] = []

    def send(self, raw: bytes) -> None:
        """Noted."""
        self.sent.append(raw)
        super().send(raw)


# PIN


def test_a_pin_typed_on_the_key_signs_and_never_crosses_usb() -> None:
    desk = Desk(twin=ListeningTwin).plug()
    public = with_key(desk)
    assert verified(desk) == "9000"
    signature, status = desk.host.use(0x9A, DIGEST)
    assert status == 0x9000
    p256_key(public).verify(signature, DIGEST, ec.ECDSA(Prehashed(hashes.SHA256())))
    assert isinstance(desk.cable, ListeningTwin)
    assert desk.cable.sent
    assert not any(PIN in raw for raw in desk.cable.sent)
    assert desk.told == ["SIGNER ? DEMANDÉ PAR L'ORDINATEUR OK OU C"]


@pytest.mark.parametrize("command", ["00200080", "00240080", "00240081", "002C0080", "10200080"])
def test_a_pin_from_the_computer_is_not_even_compared(desk: Desk, command: str) -> None:
    assert desk.host.raw(f"{command}10" + (padded(PIN) * 2).hex()) == "6985"
    assert desk.host.raw(f"{command}0000100000" + (padded(PIN) * 2).hex()) in {"6985", "6700"}
    assert desk.host.raw("00200080") == "63C3"
    assert desk.host.raw("0020FF80") == "9000"


@pytest.mark.parametrize("mode", [PinMode.HOST, PinMode.NONE])
def test_without_a_pad_the_pin_comes_from_the_computer(mode: PinMode) -> None:
    desk = Desk(mode=mode).plug()
    assert desk.finish(desk.send(SECURE, verification())).error == 0
    assert desk.host.verify() == "9000"


def test_a_key_that_wants_no_pin_is_made_so() -> None:
    desk = Desk(mode=PinMode.NONE).plug()
    with_key(desk)
    assert desk.host.use(0x9A, DIGEST)[1] == 0x9000
    assert desk.host.metadata(0x9A)[2].hex() == "0103"


def test_a_wrong_pin_a_last_try_a_blocked_key_and_a_puk(desk: Desk) -> None:
    assert verified(desk, WRONG) == "63c2"
    assert desk.shown == "CODE FAUX RESTE 2 ESSAIS"
    assert verified(desk, WRONG) == "63c1"
    sequence = desk.send(SECURE, verification())
    assert desk.shown == "CODE DE LA CLÉ ? DERNIER ESSAI"
    assert desk.press(WRONG) == "CLÉ BLOQUÉE CONTACTEZ LA BANQUE"
    assert desk.finish(sequence).data.hex() == "63c0"
    assert desk.finish(desk.send(SECURE, verification())).data.hex() == "6983", "nothing is asked where no try is left"
    assert desk.secure(modification(UNBLOCK), "12345678O654321O654321O").data.hex() == "9000"
    assert desk.shown == "ACTIVEZ LA CLÉ SUR L'ORDINATEUR CODE CHANGÉ"
    assert verified(desk, "654321O") == "9000"


def test_a_wrong_puk_costs_a_try_of_the_puk(desk: Desk) -> None:
    assert desk.secure(modification(UNBLOCK), "11111111O654321O654321O").data.hex() == "63c2"
    assert verified(desk) == "9000"


@pytest.mark.parametrize(("messages", "offsets"), [(3, (0, 8)), (0, (0, 8)), (0xFF, (0, 8))])
def test_pin_and_puk_are_changed(desk: Desk, messages: int, offsets: tuple[int, int]) -> None:
    assert (
        desk.secure(modification(offsets=offsets, messages=messages), "123456O22222222O22222222O").data.hex() == "9000"
    )
    assert verified(desk, "22222222O") == "9000"
    assert desk.secure(modification(CHANGE_PUK), "12345678O87654321O87654321O").data.hex() == "9000"
    assert desk.secure(modification(UNBLOCK), "87654321O123456O123456O").data.hex() == "9000"


def test_new_digits_that_differ_are_typed_again_and_no_try_is_lost(desk: Desk) -> None:
    sequence = desk.send(SECURE, modification())
    desk.press("123456O222222O333333O")
    assert (desk.take(sequence), desk.shown) == (None, "NOUVEAU CODE ? PAS LE MÊME")
    desk.press("222222O222222O")
    assert desk.finish(sequence).data.hex() == "9000"
    assert verified(desk, "222222O") == "9000"


@pytest.mark.parametrize(
    "data",
    [
        verification("00DB3FFF08"),  # PUT DATA would write the PIN where anybody can read it
        verification("0087119A08"),
        verification("0024008008"),
        verification("0020008108"),
        verification("8020008008"),
        verification("0020FF8008"),
        modification("0020008010"),
        modification("00DB3FFF10"),
        modification(offsets=(8, 0)),
        modification(offsets=(0, 9)),
    ],
)
def test_no_pin_is_typed_into_another_command(desk: Desk, data: bytes) -> None:
    before = desk.shown
    reply = desk.finish(desk.send(SECURE, data))
    assert (reply.command, reply.error, desk.shown) == (1, 0, before)


@pytest.mark.parametrize(("keys", "error"), [("C", 0xEF), ("12A", 0xEF)])
def test_an_entry_called_off_is_told(desk: Desk, keys: str, error: int) -> None:
    reply = desk.secure(verification(), keys)
    assert (reply.command, reply.error) == (1, error)
    assert (desk.link.next_due(), desk.link.stuck_at) == (None, None), "nobody is kept patient any more"
    assert desk.host.raw("00200080") == "63C3"


@pytest.mark.parametrize(("told", "waits"), [(0, 30), (20, 20), (255, 60)])
def test_a_pad_left_alone_is_dark_and_wiped(desk: Desk, told: int, waits: int) -> None:
    sequence = desk.send(SECURE, verification(timeout=told))
    desk.press("123")
    desk.pass_time(waits * 1000 - 1)
    assert desk.take(sequence) is None
    assert desk.extensions >= waits - 1, "the computer is kept patient every second"
    assert "3 digits" in repr(desk.link.pad)
    desk.pass_time(1)
    assert (desk.finish(sequence).error, desk.phase) == (0xF0, KeyPhase.ASLEEP)
    assert "0 digits" in repr(desk.link.pad)


# Consent


def test_ok_is_waited_for_15_s_and_the_computer_kept_patient(desk: Desk) -> None:
    with_key(desk)
    verified(desk)
    desk.extensions = 0
    sequence = desk.send(XFR, SIGN_9A)
    desk.pass_time(14_999)
    assert (desk.take(sequence), desk.phase, desk.extensions) == (None, KeyPhase.CONSENT, 14)
    desk.pass_time(1)
    assert (desk.finish(sequence).data.hex(), desk.phase) == ("6985", KeyPhase.READY)


def test_c_refuses(desk: Desk) -> None:
    with_key(desk)
    verified(desk)
    desk.agrees = False
    assert desk.host.use(0x9A, DIGEST)[1] == 0x6985


def test_a_browser_asks_once_in_15_s_and_a_payment_every_time(desk: Desk) -> None:
    with_key(desk)
    desk.host.generate(0x9C)
    verified(desk)
    for _ in range(3):
        assert desk.host.use(0x9A, DIGEST)[1] == 0x9000
    assert len(desk.told) == 1
    for count in (2, 3):
        verified(desk)
        assert desk.host.use(0x9C, DIGEST)[1] == 0x9000
        assert len(desk.told) == count


def test_a_key_without_touch_asks_nobody(desk: Desk) -> None:
    with_key(desk, 0x9E)
    assert desk.host.use(0x9E, DIGEST)[1] == 0x9000
    assert desk.told == []


# Hosts that go


@pytest.mark.parametrize("while_", ["PIN", "consent", "half a message", "nothing"])
def test_pulled_in_the_middle_nothing_is_left_and_it_comes_back(desk: Desk, while_: str) -> None:
    with_key(desk)
    verified(desk)
    if while_ == "PIN":
        desk.send(SECURE, verification())
        desk.press("123")
    elif while_ == "consent":
        desk.send(XFR, SIGN_9A)
    elif while_ == "half a message":
        desk.cable.send((b"\x6f" + (900).to_bytes(4, "little") + bytes(600))[:512])
    desk.pull()
    assert (desk.phase, desk.glass.picture.rows.count(0)) == (KeyPhase.ASLEEP, 64)
    assert "0 digits" in repr(desk.link.pad)
    desk.pass_time(60_000)
    desk.plug()
    assert desk.host.raw("00200080") == "63C3", "what was proved is gone"
    assert desk.host.use(0x9A, DIGEST)[1] == 0x6982
    assert desk.cable.lost == 0, "nothing is owed to a computer that is gone"


def test_a_computer_that_gave_up_and_begins_anew_is_not_kept_waiting(desk: Desk) -> None:
    with_key(desk)
    verified(desk)
    desk.send(XFR, SIGN_9A)
    assert desk.finish(desk.send(POWER_ON)).data.startswith(b"\x3b")
    assert desk.phase is KeyPhase.READY
    desk.host.select()
    assert desk.host.use(0x9A, DIGEST)[1] == 0x6982


def test_abort_by_both_ways_takes_the_question_from_the_glass(desk: Desk) -> None:
    sequence = desk.send(SECURE, verification())
    desk.press("12")
    desk.cable.abort(0, sequence + 1)
    desk.stepper.settle()
    assert desk.finish(sequence).error == 0xFF
    assert desk.phase is KeyPhase.READY
    assert desk.finish(desk.send(ABORT)).error == 0
    assert verified(desk) == "9000"


def test_a_lost_display_ends_what_it_asked(desk: Desk) -> None:
    with_key(desk)
    verified(desk)
    sequence = desk.send(XFR, SIGN_9A)
    desk.tell(ev.DisplayLost(desk.clock.now()))
    assert (desk.finish(sequence).data.hex(), desk.phase) == ("6985", KeyPhase.ASLEEP)


def test_the_end_of_the_program_leaves_neither_light_nor_digit(desk: Desk) -> None:
    desk.send(SECURE, verification())
    desk.press("123")
    desk.loop.halt()
    desk.loop.close()
    assert not any(desk.glass.picture.rows)
    assert "0 digits" in repr(desk.link.pad)
    assert not desk.vault._root


def test_what_was_proved_goes_with_what_was_typed(desk: Desk) -> None:
    """Where the program lets go of everything: the PIN has to be proved again."""
    assert verified(desk) == "9000"
    assert desk.host.status("00200080") == "9000"
    desk.link.release()
    assert desk.host.status("00200080") == "6D00", "not even the application is selected"
    desk.host.select()
    assert desk.host.status("00200080") == "63C3"


def test_an_ejected_drive_may_be_pulled(desk: Desk) -> None:
    desk.cable.eject()
    desk.stepper.settle()
    assert desk.shown == "VOUS POUVEZ RETIRER LA CLÉ"
    desk.pull()
    desk.plug()
    assert desk.shown == "ACTIVEZ LA CLÉ SUR L'ORDINATEUR"


def test_a_computer_that_launches_nothing_is_told_from_one_that_does(desk: Desk) -> None:
    """An operating system finds the card, selects its application and reads objects by itself; a launcher asks for the
    serial number first of all."""
    desk.host.select()
    desk.exchange(bytes.fromhex("00CB3FFF055C035FC105"))
    desk.pass_time(30_000)
    assert desk.shown == "OUVREZ E-SECURE SUR L'ORDINATEUR"
    desk.exchange(bytes.fromhex("00F80000"))
    assert desk.shown == "ACTIVEZ LA CLÉ SUR L'ORDINATEUR"
    desk.pull()
    desk.plug()
    desk.exchange(bytes.fromhex("00F80000"))
    desk.pass_time(30_000)
    assert desk.shown == "ACTIVEZ LA CLÉ SUR L'ORDINATEUR"
    desk.pull()
    desk.plug()
    desk.secure(verification(), RIGHT)
    desk.pass_time(30_000)
    assert desk.shown == "ACTIVEZ LA CLÉ SUR L'ORDINATEUR"


# The card


def test_a_certificate_makes_it_ready(desk: Desk) -> None:
    assert desk.shown == "ACTIVEZ LA CLÉ SUR L'ORDINATEUR"
    desk.host.manage()
    desk.host.put("5FC105", b"a certificate")
    assert desk.shown == "PRÊTE"
    desk.pull()
    desk.plug()
    assert desk.shown == "PRÊTE"


def test_a_store_that_breaks_is_said(desk: Desk) -> None:
    desk.host.manage()
    desk.medium.full = True
    assert desk.host.put("5FC105", b"a certificate") == "6581"
    assert desk.shown == "CLÉ DÉFECTUEUSE DEMANDEZ-EN UNE AUTRE"


def test_whoever_asks_a_thread_is_notified_of_each_step() -> None:
    told: SimpleQueue[None] = SimpleQueue()
    worker = ThreadWorker(SteppedClock(7))
    worker.start(lambda: told.put(None))
    try:
        for ticket, step in ((1, lambda: "done"), (2, lambda: 1 // 0)):
            worker.do_step(ticket, step)
            told.get(timeout=30)
            (event,) = worker.poll_events(9)
            assert isinstance(event, StepDone)
            assert (event.at, event.ticket) == (7, ticket)
            assert event.outcome == "done" or isinstance(event.outcome, ZeroDivisionError)
        assert worker.next_due() is None
    finally:
        worker.close()


class SlowWorker(PromptWorker):
    """Does a step only when it is let."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.held: deque[tuple[int, Step]] = deque()
        self.slow = False

    def do_step(self, ticket: int, step: Step) -> None:
        """Later, while it is slow."""
        if self.slow:
            self.held.append((ticket, step))
        else:
            super().do_step(ticket, step)

    def let_work(self) -> None:
        """All that was held."""
        while self.held:
            super().do_step(*self.held.popleft())


@dataclass
class SlowDesk(Desk):
    """A key whose card takes as long as the test says."""

    worker: Callable[[Clock], PromptWorker] = SlowWorker

    @property
    def slow(self) -> SlowWorker:
        """Who works."""
        assert isinstance(self.at_work, SlowWorker)
        return self.at_work


def test_a_card_that_takes_long_is_waited_for_on_both_sides() -> None:
    desk = SlowDesk()
    desk.plug()
    desk.host.manage()
    desk.slow.slow = True
    sequence = desk.send(XFR, bytes.fromhex("0047009A05AC0380011100"))
    desk.pass_time(299)
    assert desk.shown == "ACTIVEZ LA CLÉ SUR L'ORDINATEUR"
    desk.pass_time(1)
    assert desk.shown == "PATIENTEZ"
    desk.pass_time(5_000)
    assert (desk.take(sequence), desk.extensions) == (None, 5)
    busy = desk.send(STATUS)
    assert desk.finish(busy).error == 0xE0
    desk.slow.let_work()
    desk.stepper.settle()
    assert desk.finish(sequence).data[-2:] == b"\x90\0"
    assert desk.phase is KeyPhase.READY


def test_pulled_while_the_card_works_its_answer_is_nobodys() -> None:
    desk = SlowDesk()
    desk.plug()
    desk.host.manage()
    desk.slow.slow = True
    desk.send(XFR, bytes.fromhex("0047009A05AC0380011100"))
    desk.pull()
    desk.slow.let_work()
    desk.slow.slow = False
    desk.stepper.settle()
    desk.plug()
    assert (list(desk.cable.replies), desk.cable.lost) == ([], 0)
    assert desk.host.status("00F7009A") == "9000", "the key was made whole"


def test_a_card_that_never_answers_ends_the_program() -> None:
    desk = SlowDesk()
    desk.plug()
    desk.slow.slow = True
    desk.send(XFR, bytes.fromhex("00FD000000"))
    with pytest.raises(CardStuckError):
        desk.pass_time(121_000)
